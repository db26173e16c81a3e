package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/doithoai/doithoai/internal/record"
)

// tables are what was gathered last. Each is replaced as a whole, so that a
// desk or a lane that is gone leaves no figure behind.
type tables struct {
	lanes, desks *labels

	outboxChats, outboxDue, outboxLate *table
	workWaiting, workDue, workLate     *table
	dead                               *table
	casesOpen, casesOverdue            *table
	storeBytes, storeLimit             *table
	diskFree, diskSize                 *table
	desksUnreachable, reviewsOverdue   *table
}

// maxDesks bounds the desks that are told apart: a province has about a hundred
// communes.
const maxDesks = 500

func newTables(m *Metrics) tables {
	of := func(name, help string, label ...string) *table {
		t := &table{desc: prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, label, nil)}
		m.registry.MustRegister(t)
		return t
	}
	return tables{
		lanes: m.delivery.lanes, desks: newLabels(maxDesks),

		outboxChats: of("outbox_chats", "Chats for which messages wait to be sent, also those that wait until the person writes.", "lane"),
		outboxDue:   of("outbox_due_chats", "Chats whose next message could go now and is in nobody's hands.", "lane"),
		outboxLate:  of("outbox_late_seconds", "For how long the longest due message could have gone; one that a person wrote counts ten minutes more.", "lane"),
		workWaiting: of("work_waiting", "Letters between chats that wait, and cases that go on."),
		workDue:     of("work_due", "Of these, what is due and in nobody's hands."),
		workLate:    of("work_late_seconds", "For how long the longest due of these has been."),
		dead:        of("dead_letters", "Messages that were given up and wait for an operator: «doithoai outbox».", "lane"),

		casesOpen:    of("cases_open", "Cases that are not closed, by desk.", "desk"),
		casesOverdue: of("cases_overdue", "Cases whose promised day has passed without an answer, by desk.", "desk"),

		storeBytes: of("store_bytes", "What the store holds; of several servers the fullest. 0 where it does not tell."),
		storeLimit: of("store_limit_bytes", "What it may hold; 0 for no limit but the machine's."),
		diskFree:   of("disk_free_bytes", "Free space of the disk with the data folder, for who is no administrator."),
		diskSize:   of("disk_size_bytes", "Size of that disk."),

		desksUnreachable: of("desks_unreachable", "Desks whose cases reach nobody today."),
		reviewsOverdue:   of("base_reviews_overdue", "Entries of the base whose day of review has passed."),
	}
}

// table is a figure with one label, or none, that is set as a whole.
type table struct {
	desc *prometheus.Desc
	rows atomic.Pointer[map[string]float64] // by label
}

// Describe implements [prometheus.Collector].
func (t *table) Describe(to chan<- *prometheus.Desc) { to <- t.desc }

// Collect implements [prometheus.Collector].
func (t *table) Collect(to chan<- prometheus.Metric) {
	rows := t.rows.Load()
	if rows == nil {
		return // not known yet
	}
	for label, value := range *rows {
		if label == "" {
			to <- prometheus.MustNewConstMetric(t.desc, prometheus.GaugeValue, value)
			continue
		}
		to <- prometheus.MustNewConstMetric(t.desc, prometheus.GaugeValue, value, label)
	}
}

func (t *table) set(value float64) { t.rows.Store(&map[string]float64{"": value}) }

// fill sets the rows; those that may not be told apart are added up.
func (t *table) fill(rows map[string]float64, names *labels) {
	bounded := make(map[string]float64, len(rows))
	for label, value := range rows {
		bounded[names.value(label)] += value
	}
	t.rows.Store(&bounded)
}

// SetBacklog shows what waits in the store. Its dead letters are shown by lane,
// see [Metrics.SetDead].
func (m *Metrics) SetBacklog(b record.Backlog, now time.Time) {
	chats, due, late := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for lane, l := range b.Lanes {
		chats[lane], due[lane], late[lane] = float64(l.Waiting), float64(l.Due), lateness(l, now)
	}
	t := &m.tables
	t.outboxChats.fill(chats, t.lanes)
	t.outboxDue.fill(due, t.lanes)
	t.outboxLate.fill(late, t.lanes)
	t.workWaiting.set(float64(b.Work.Waiting))
	t.workDue.set(float64(b.Work.Due))
	t.workLate.set(lateness(b.Work, now))
}

// lateness is for how long the longest due has been, in seconds.
func lateness(l record.Line, now time.Time) float64 {
	if l.Since.IsZero() {
		return 0
	}
	return max(0, now.Sub(l.Since).Seconds())
}

// SetDead shows the dead letters by lane.
func (m *Metrics) SetDead(byLane map[string]int) {
	m.tables.dead.fill(floats(byLane), m.tables.lanes)
}

// SetCases shows the cases of each desk.
func (m *Metrics) SetCases(open, overdue map[string]int) {
	m.tables.casesOpen.fill(floats(open), m.tables.desks)
	m.tables.casesOverdue.fill(floats(overdue), m.tables.desks)
}

// SetSpace shows how much the store holds and may hold, in bytes.
func (m *Metrics) SetSpace(used, limit int64) {
	m.tables.storeBytes.set(float64(used))
	m.tables.storeLimit.set(float64(limit))
}

// SetDisk shows the room on the disk of the data folder, in bytes.
func (m *Metrics) SetDisk(free, size uint64) {
	m.tables.diskFree.set(float64(free))
	m.tables.diskSize.set(float64(size))
}

// SetDesksUnreachable shows how many desks reach nobody.
func (m *Metrics) SetDesksUnreachable(n int) { m.tables.desksUnreachable.set(float64(n)) }

// SetReviewsOverdue shows how many entries should have been reviewed.
func (m *Metrics) SetReviewsOverdue(n int) { m.tables.reviewsOverdue.set(float64(n)) }

func floats(counts map[string]int) map[string]float64 {
	out := make(map[string]float64, len(counts))
	for name, n := range counts {
		out[name] = float64(n)
	}
	return out
}

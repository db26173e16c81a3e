package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Readiness tells how the program stands.
type Readiness interface {
	// Standing returns whether messages can be taken and, whether or not, the
	// code of each trouble there is, such as "store.down". Codes are few.
	Standing() (ready bool, codes []string)
}

// State is what is asked at each scrape: it must be cheap and never wait.
type State struct {
	Readiness Readiness
	// Spool, if not nil, tells of the spool.
	Spool func() Spool
	// Base tells of the knowledge base.
	Base func() Loaded
	// Desks, if not nil, tells of the file of desks.
	Desks func() Loaded
}

// Spool is how the spool stands.
type Spool struct {
	Messages    int
	Oldest      time.Time // zero if there is none
	Full        bool
	Bytes, Most int64
}

// Loaded is what was read from a folder or a file and can be read again.
type Loaded struct {
	Version string
	Source  string // where it came from: "folder", "built-in" …
	Size    int    // entries, or desks
	// How the last attempt to read it ended, and when.
	OK bool
	At time.Time
}

// Show has the state asked at each scrape. It is called once.
func (m *Metrics) Show(s State) {
	m.registry.MustRegister(newStateCollector(s))
}

// stateCollector asks for the state.
type stateCollector struct {
	state State

	mu   sync.Mutex
	told map[string]struct{} // codes that were told once: they are shown as 0 when they are over

	ready, reason, clock                                 *prometheus.Desc
	spoolMessages, spoolOldest, spoolFull                *prometheus.Desc
	spoolBytes, spoolLimit                               *prometheus.Desc
	baseInfo, baseEntries, baseOK, baseAt                *prometheus.Desc
	desksInfo, desksLoaded, desksReloadOK, desksReadLast *prometheus.Desc
}

func newStateCollector(s State) *stateCollector {
	of := func(name, help string, label ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, label, nil)
	}
	return &stateCollector{
		state: s, told: map[string]struct{}{},
		ready:         of("ready", "1 while messages can be taken, as /readyz says."),
		reason:        of("unready_reason", "1 for each trouble that /readyz tells of now, 0 for one that is over.", "code"),
		clock:         of("clock_timestamp_seconds", "What time this machine has; compare it with the time of the scrape."),
		spoolMessages: of("spool_messages", "Messages that wait in the spool for the store."),
		spoolOldest:   of("spool_oldest_seconds", "For how long the oldest of them has."),
		spoolFull:     of("spool_full", "1 if messages were refused for want of room, and would be again."),
		spoolBytes:    of("spool_bytes", "Size of the spool's files."),
		spoolLimit:    of("spool_limit_bytes", "The most that they may have."),
		baseInfo:      of("base_info", "The base in use; always 1.", "version", "source"),
		baseEntries:   of("base_entries", "Entries of the base in use."),
		baseOK:        of("base_last_reload_ok", "1 if the last attempt to load the base found no fault."),
		baseAt:        of("base_last_reload_timestamp_seconds", "When that was."),
		desksInfo:     of("desks_info", "The file of desks in use; always 1.", "version"),
		desksLoaded:   of("desks", "Desks of the file."),
		desksReloadOK: of("desks_last_reload_ok", "1 if the last attempt to load the file of desks found no fault."),
		desksReadLast: of("desks_last_reload_timestamp_seconds", "When that was."),
	}
}

// Describe implements [prometheus.Collector].
func (c *stateCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.ready, c.reason, c.clock, c.spoolMessages, c.spoolOldest, c.spoolFull, c.spoolBytes, c.spoolLimit,
		c.baseInfo, c.baseEntries, c.baseOK, c.baseAt, c.desksInfo, c.desksLoaded, c.desksReloadOK, c.desksReadLast,
	} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (c *stateCollector) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	now := time.Now()
	tell(c.clock, seconds(now))
	ready, codes := c.state.Readiness.Standing()
	tell(c.ready, flag(ready))
	for code, on := range c.codes(codes) {
		tell(c.reason, flag(on), code)
	}
	if c.state.Spool != nil {
		s := c.state.Spool()
		tell(c.spoolMessages, float64(s.Messages))
		age := 0.0
		if !s.Oldest.IsZero() {
			age = max(0, now.Sub(s.Oldest).Seconds())
		}
		tell(c.spoolOldest, age)
		tell(c.spoolFull, flag(s.Full))
		tell(c.spoolBytes, float64(s.Bytes))
		tell(c.spoolLimit, float64(s.Most))
	}
	b := c.state.Base()
	tell(c.baseInfo, 1, b.Version, b.Source)
	tell(c.baseEntries, float64(b.Size))
	tell(c.baseOK, flag(b.OK))
	tell(c.baseAt, seconds(b.At))
	if c.state.Desks != nil {
		d := c.state.Desks()
		tell(c.desksInfo, 1, d.Version)
		tell(c.desksLoaded, float64(d.Size))
		tell(c.desksReloadOK, flag(d.OK))
		tell(c.desksReadLast, seconds(d.At))
	}
}

// codes returns every code that was ever told, with whether it holds now.
func (c *stateCollector) codes(now []string) map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]bool{}
	for code := range c.told {
		all[code] = false
	}
	for _, code := range now {
		all[code] = true
		c.told[code] = struct{}{}
	}
	return all
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// seconds is t as Prometheus reckons; 0 for never.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1e3
}

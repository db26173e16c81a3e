package insight

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/knowledge"
)

// Figure is what a column counts.
type Figure int

// The columns, in their order.
const (
	Asked    Figure = iota // questions asked
	Answered               // of them, answered by the bot at once
	Handed                 // cases opened
	OnTime                 // answers of officers by the promised time
	Late                   // answers of officers after it
	Open                   // cases opened in the range that are open still
	figures                // how many there are
)

// Axis is what the rows of a table stand for.
type Axis string

// The tables of a report.
const (
	ByTopic Axis = "topic"
	ByPlace Axis = "place"
	ByWeek  Axis = "week"
)

// unknown is the id of the row for what has no topic or commune, or one that the
// base does not know any more.
const unknown = "-"

// Range is the days of a report, both included.
type Range struct{ From, To knowledge.Date }

// Days calls do for every day of the range in the form of the store's counters
// ("2006-01-02"), until it returns an error, which Days returns.
func (r Range) Days(do func(day string) error) error {
	for d := r.From; d <= r.To; d = d.Next() {
		if err := do(d.Time().Format(time.DateOnly)); err != nil {
			return err
		}
	}
	return nil
}

// Holds reports whether a moment lies in the range, by the calendar of zone.
func (r Range) Holds(t time.Time, zone *time.Location) bool {
	day := knowledge.DateOf(t.In(zone))
	return r.From <= day && day <= r.To
}

// Row is one line of a table: exact counts, not to be shown.
type Row struct {
	ID     string // of the topic or commune; the first day of the week as "2006-01-02"
	Name   string
	Counts [figures]uint64
}

// Table is a report by one axis. Every topic, commune and week has a row, also
// one without any count, so that a row that is there says nothing.
type Table struct {
	Axis Axis
	Rows []Row
}

// Report holds exact counts. It is not to be shown: see [Report.Hide].
type Report struct {
	Range  Range
	Tables []Table // each adds up to Total
	Total  [figures]uint64
}

// Gatherer fills a report. It is for one goroutine.
type Gatherer struct {
	report Report
	zone   *time.Location
	at     [3]map[string]int // of Tables: id → row
}

// Gather begins a report over a range of days for the topics and communes of a
// base. zone is that of the counters' days.
func Gather(r Range, base *knowledge.Base, zone *time.Location) *Gatherer {
	g := &Gatherer{zone: zone}
	topics, places := []Row{}, []Row{}
	for _, t := range base.Topics {
		topics = append(topics, Row{ID: t.ID, Name: t.Name})
	}
	for _, p := range base.Places {
		places = append(places, Row{ID: p.ID, Name: p.Kind + " " + p.Name})
	}
	rest := Row{ID: unknown, Name: "(chưa rõ)"}
	g.report = Report{Range: r, Tables: []Table{{ByTopic, append(topics, rest)}, {ByPlace, append(places, rest)}, {ByWeek, weeks(r)}}}
	for i, t := range g.report.Tables {
		g.at[i] = map[string]int{}
		for j, row := range t.Rows {
			g.at[i][row.ID] = j
		}
	}
	return g
}

// weeks are the weeks of a range, from Monday; the first and the last may be cut.
func weeks(r Range) []Row {
	var rows []Row
	for d := r.From; d <= r.To; {
		monday := mondayOf(d)
		last := min(knowledge.DateOf(monday.Time().AddDate(0, 0, 6)), r.To)
		rows = append(rows, Row{ID: monday.Time().Format(time.DateOnly), Name: d.String() + "–" + last.String()})
		d = last.Next()
	}
	return rows
}

func mondayOf(d knowledge.Date) knowledge.Date {
	t := d.Time()
	return knowledge.DateOf(t.AddDate(0, 0, -(int(t.Weekday())+6)%7))
}

// Day adds the counters of a day of the range; other counters than figures are
// left out.
func (g *Gatherer) Day(day knowledge.Date, counts map[string]uint64) {
	for name, n := range counts {
		what, topic, place, ok := bot.ParseFigure(name)
		f := slices.Index(counted(), what)
		if ok && f >= 0 {
			g.add(Figure(f), topic, place, day, n)
		}
	}
}

// counted are the names of the figures that the store counts; the index is the
// column.
func counted() []string {
	return []string{bot.FigureAsked, bot.FigureAnswered, bot.FigureHanded, bot.FigureOnTime, bot.FigureLate}
}

// Case adds a case: it counts if it was opened in the range and is open still.
func (g *Gatherer) Case(c escalation.Case) {
	if c.State.Open() && g.report.Range.Holds(c.Opened, g.zone) {
		g.add(Open, c.Topic, c.Place, knowledge.DateOf(c.Opened.In(g.zone)), 1)
	}
}

func (g *Gatherer) add(f Figure, topic, place string, day knowledge.Date, n uint64) {
	for i, id := range []string{topic, place, mondayOf(day).Time().Format(time.DateOnly)} {
		j, ok := g.at[i][id]
		if !ok {
			j = g.at[i][unknown]
		}
		g.report.Tables[i].Rows[j].Counts[f] += n
	}
	g.report.Total[f] += n
}

// Report returns what was gathered.
func (g *Gatherer) Report() Report { return g.report }

package insight_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/internal/insight"
)

// table makes a report of one table out of counts of the first columns.
func table(counts ...[]uint64) insight.Report {
	r := insight.Report{Tables: []insight.Table{{Axis: insight.ByTopic}}}
	for i, row := range counts {
		line := insight.Row{ID: fmt.Sprint(i), Name: fmt.Sprint(i)}
		for f, n := range row {
			line.Counts[f] = n
			r.Total[f] += n
		}
		r.Tables[0].Rows = append(r.Tables[0].Rows, line)
	}
	return r
}

func TestHide(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts []uint64
		want   []string // the last is the total
	}{
		"nothing small":               {[]uint64{5, 9, 0}, []string{"5", "9", "0", "14"}},
		"two small":                   {[]uint64{2, 3, 9}, []string{"<5", "<5", "9", "14"}},
		"one small":                   {[]uint64{2, 9, 30}, []string{"<5", "ẩn", "30", "41"}},
		"the next cannot be less":     {[]uint64{4, 5, 30}, []string{"<5", "ẩn", "30", "39"}},
		"the least there could be":    {[]uint64{1, 5, 30}, []string{"<5", "ẩn", "ẩn", "36"}},
		"only ones":                   {[]uint64{1, 1, 1, 1, 1, 0}, []string{"ẩn", "ẩn", "ẩn", "ẩn", "ẩn", "ẩn", "5"}},
		"only fours":                  {[]uint64{4, 4, 0}, []string{"ẩn", "ẩn", "ẩn", "8"}},
		"small beside ones and fours": {[]uint64{1, 4, 9}, []string{"<5", "<5", "9", "14"}},
		"a small total":               {[]uint64{1, 0, 2}, []string{"<5", "<5", "<5", "<5"}},
		"nobody":                      {[]uint64{0, 0}, []string{"0", "0", "0"}},
		"one row":                     {[]uint64{7}, []string{"7", "7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rows [][]uint64
			for _, n := range c.counts {
				rows = append(rows, []uint64{0, 0, 0, n}) // answers in time: bounded by no other column
			}
			shown := table(rows...).Hide()
			got := []string{}
			for _, row := range shown.Tables[0].Rows {
				got = append(got, row.Cells[insight.OnTime].String())
			}
			got = append(got, shown.Total[insight.OnTime].String())
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// reader is somebody who knows all that is shown of a table of two columns, what
// the marks mean, and that no more is answered than asked.
type reader struct {
	rows [][2]insight.Cell
	sums [2]insight.Cell
	many uint64               // larger counts are not tried
	seen [][2]map[uint64]bool // what a cell could be
	now  [][2]uint64
}

// options are the counts that a cell could be by its mark alone.
func (r *reader) options(i, f int) []uint64 {
	c := r.rows[i][f]
	least, most := uint64(0), r.many
	whole := true
	for _, row := range r.rows {
		whole = whole && row[f].Mark == insight.Kept
	}
	switch {
	case c.Mark == insight.Plain:
		return []uint64{c.N}
	case c.Mark == insight.Few && r.sums[f].Mark == insight.Few:
		most = 4
	case c.Mark == insight.Few:
		least, most = 1, 4
	case !whole:
		least = 5
	}
	var out []uint64
	for n := least; n <= most; n++ {
		out = append(out, n)
	}
	return out
}

// think goes through every table that could be the true one.
func (r *reader) think(i int, sums [2]uint64) {
	if i == len(r.rows) {
		for f, c := range r.sums {
			ok := c.Mark == insight.Plain && sums[f] == c.N || c.Mark == insight.Few && 1 <= sums[f] && sums[f] <= 4 || c.Mark == insight.Kept
			if !ok {
				return
			}
		}
		for i, row := range r.now {
			for f, n := range row {
				r.seen[i][f][n] = true
			}
		}
		return
	}
	for _, asked := range r.options(i, 0) {
		for _, answered := range r.options(i, 1) {
			if next := [2]uint64{sums[0] + asked, sums[1] + answered}; answered <= asked && !r.tooMuch(next) {
				r.now[i] = [2]uint64{asked, answered}
				r.think(i+1, next)
			}
		}
	}
}

func (r *reader) tooMuch(sums [2]uint64) bool {
	for f, c := range r.sums {
		if c.Mark == insight.Plain && sums[f] > c.N || c.Mark == insight.Few && sums[f] > 4 {
			return true
		}
	}
	return false
}

// Nobody can work out a hidden count that is somebody's, whatever else is shown.
func TestNoHiddenCountFollows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var counts [][]uint64
		for range rapid.IntRange(1, 4).Draw(rt, "rows") {
			asked := rapid.Uint64Range(0, 8).Draw(rt, "asked")
			counts = append(counts, []uint64{asked, rapid.Uint64Range(0, asked).Draw(rt, "answered")})
		}
		shown := table(counts...).Hide()
		r := &reader{sums: [2]insight.Cell{shown.Total[0], shown.Total[1]}, many: 33, now: make([][2]uint64, len(counts))}
		for i, row := range shown.Tables[0].Rows {
			r.rows = append(r.rows, [2]insight.Cell{row.Cells[0], row.Cells[1]})
			r.seen = append(r.seen, [2]map[uint64]bool{{}, {}})
			for f := range 2 {
				c, n := row.Cells[f], counts[i][f]
				if c.Mark == insight.Plain && (c.N != n || 0 < n && n < 5) || c.Mark != insight.Plain && c.N != 0 {
					rt.Fatalf("%d is shown as %+v", n, c)
				}
			}
		}
		r.think(0, [2]uint64{})
		for i, row := range r.rows {
			for f, c := range row {
				if !r.seen[i][f][counts[i][f]] {
					rt.Fatalf("the truth %v does not fit what is shown: %v", counts, shown)
				}
				if c.Mark != insight.Plain && counts[i][f] > 0 && len(r.seen[i][f]) < 2 {
					rt.Fatalf("of %v row %d column %d follows from %v", counts, i, f, shown)
				}
			}
		}
	})
}

package insight

import (
	"math"
	"slices"
)

// veil hides counts of one table. A hidden count is safe if there is another
// table that a reader could take for the true one, with the same totals and all
// that is shown the same, in which it is another: one unit moved between two
// hidden counts of a column, and if need be also in the column that bounds it.
//
// The reader knows what the marks mean and what always holds between columns: no
// row has more questions answered than asked, nor more cases open than opened.
type veil struct {
	rows  []Row
	marks [][figures]Mark
	small [figures]bool // columns hidden because of their total: 0 to 4 each
	free  [figures]bool // columns hidden whole: any number each
}

func newVeil(rows []Row, small [figures]bool) *veil {
	v := &veil{rows: rows, marks: make([][figures]Mark, len(rows)), small: small}
	for i, row := range rows {
		for f, n := range row.Counts {
			if small[f] || 0 < n && n < least {
				v.marks[i][f] = Few
			}
		}
	}
	return v
}

// settle hides more until every column is safe, or hidden whole.
func (v *veil) settle() {
	for again := true; again; {
		again = false
		for f := range figures {
			if !v.free[f] && !v.safe(f) {
				v.more(f)
				again = true
			}
		}
	}
}

// more hides the next smallest count of a column, or all if none is left.
func (v *veil) more(f Figure) {
	next := -1
	for i, row := range v.rows {
		n := row.Counts[f]
		if n > 0 && v.marks[i][f] == Plain && (next < 0 || n < v.rows[next].Counts[f]) {
			next = i
		}
	}
	if next < 0 {
		v.all(f)
		return
	}
	v.marks[next][f] = Kept
}

func (v *veil) all(f Figure) {
	v.free[f] = true
	for i := range v.marks {
		v.marks[i][f] = Kept
	}
}

// safe reports whether no count of a column that is hidden and not zero can be
// worked out. Where the total is hidden too, it cannot.
func (v *veil) safe(f Figure) bool {
	if v.small[f] {
		return true
	}
	return !slices.ContainsFunc(v.rowNumbers(), func(i int) bool {
		return v.marks[i][f] != Plain && v.rows[i].Counts[f] > 0 && !v.couldDiffer(i, f)
	})
}

func (v *veil) rowNumbers() []int {
	all := make([]int, len(v.rows))
	for i := range all {
		all[i] = i
	}
	return all
}

func (v *veil) couldDiffer(i int, f Figure) bool {
	alone, both := []Figure{f}, []Figure{f}
	if other, ok := partner(f); ok {
		both = append(both, other)
	}
	return slices.ContainsFunc(v.rowNumbers(), func(j int) bool {
		return j != i && (v.moves(i, j, alone) || v.moves(j, i, alone) || v.moves(i, j, both) || v.moves(j, i, both))
	})
}

// partner returns the column that bounds another, or is bounded by it.
func partner(f Figure) (Figure, bool) {
	switch f {
	case Asked:
		return Answered, true
	case Answered:
		return Asked, true
	case Handed:
		return Open, true
	case Open:
		return Handed, true
	}
	return 0, false
}

// moves reports whether one unit of some columns could stand in row to instead of
// row from.
func (v *veil) moves(from, to int, columns []Figure) bool {
	return v.shifts(from, -1, columns) && v.shifts(to, 1, columns)
}

func (v *veil) shifts(i int, by int64, columns []Figure) bool {
	counts := v.rows[i].Counts
	for _, f := range columns {
		lowest, highest := v.bounds(i, f)
		n := int64(counts[f]) + by
		if n < lowest || n > highest {
			return false
		}
		counts[f] = uint64(n)
	}
	return counts[Answered] <= counts[Asked] && counts[Open] <= counts[Handed]
}

// bounds are what a reader knows of a count by its mark.
func (v *veil) bounds(i int, f Figure) (lowest, highest int64) {
	n := int64(v.rows[i].Counts[f])
	switch {
	case v.free[f]:
		return 0, math.MaxInt64
	case v.small[f]:
		return 0, least - 1
	case v.marks[i][f] == Few:
		return 1, least - 1
	case v.marks[i][f] == Kept:
		return least, math.MaxInt64
	}
	return n, n
}

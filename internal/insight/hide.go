package insight

// least is the smallest count that is shown. Nobody can be told from five
// others; one to four people of a hamlet can.
const least = 5

// Mark says how a cell is shown.
type Mark int

// The marks of a cell.
const (
	Plain Mark = iota // as it is
	Few               // one to four; in a column whose total is so small, none to four
	Kept              // hidden so that one of Few cannot be worked out
)

// Cell is a count as it may be shown: N is 0 unless Mark is Plain.
type Cell struct {
	Mark Mark
	N    uint64
}

// ShownRow is a [Row] as it may be shown.
type ShownRow struct {
	ID    string
	Name  string
	Cells [figures]Cell
}

// ShownTable is a [Table] as it may be shown.
type ShownTable struct {
	Axis Axis
	Rows []ShownRow
}

// Shown is a [Report] as it may be shown.
type Shown struct {
	Range  Range
	Tables []ShownTable
	Total  [figures]Cell
}

// Hide returns the report without the counts that could point at a person:
//
//   - A count of one to four is hidden. Zero is shown: it is nobody's.
//   - What is hidden must not follow from the total of its column. Until every
//     hidden count of a column could be another one (see veil.go) the next smallest
//     count is hidden too; if that is not enough, the whole column of the table,
//     and at last its total.
//   - A total of one to four is hidden, and then its column in every table.
func (r Report) Hide() Shown {
	var small, hopeless [figures]bool
	for f, n := range r.Total {
		small[f] = 0 < n && n < least
	}
	var veils []*veil
	for _, t := range r.Tables {
		v := newVeil(t.Rows, small)
		v.settle()
		veils = append(veils, v)
		for f := range figures {
			hopeless[f] = hopeless[f] || !v.safe(f)
		}
	}
	s := Shown{Range: r.Range}
	for f, n := range r.Total {
		switch {
		case small[f]:
			s.Total[f] = Cell{Mark: Few}
		case hopeless[f]:
			s.Total[f] = Cell{Mark: Kept}
		default:
			s.Total[f] = Cell{N: n}
		}
	}
	for i, t := range r.Tables {
		for f := range figures {
			if hopeless[f] {
				veils[i].all(f)
			}
		}
		s.Tables = append(s.Tables, shownTable(t, veils[i].marks))
	}
	return s
}

func shownTable(t Table, marks [][figures]Mark) ShownTable {
	shown := ShownTable{Axis: t.Axis}
	for i, row := range t.Rows {
		line := ShownRow{ID: row.ID, Name: row.Name}
		for f, n := range row.Counts {
			if line.Cells[f].Mark = marks[i][f]; marks[i][f] == Plain {
				line.Cells[f].N = n
			}
		}
		shown.Rows = append(shown.Rows, line)
	}
	return shown
}

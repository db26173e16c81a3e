package sheet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/keyfile"
)

// row is a row of the sheet of officers.
type row [columns]cell

// officer is a person as the rows tell, over all of them.
type officer struct {
	id             string
	called         cell // in the column of officers, the first time
	name, invited  cell
	chats, absence []cell
}

// unit is what the rows call a desk. It becomes several where its officers or
// its promise differ by commune or topic.
type unit struct {
	name cell
	rows []row
}

// gathered is the sheet of officers, read.
type gathered struct {
	b        *book
	names    desks.Names
	officers []*officer
	units    []*unit
}

// table finds the heading row and returns the rows below it that hold anything.
func (b *book) table(sheet string, rows [][]cell) ([]row, bool) {
	for i, cells := range rows[:min(len(rows), 10)] {
		at := map[column]int{}
		for j, c := range cells {
			if h, ok := headingOf(c.text); ok {
				if _, twice := at[h.column]; !twice {
					at[h.column] = j
				}
			}
		}
		if len(at) < 3 {
			continue
		}
		return below(rows[i+1:], at), b.checkHeadings(sheet, cells, at)
	}
	b.fail(cell{sheet: sheet}, "headings", "Không thấy dòng tiêu đề có các cột xã/phường, chủ đề, bộ phận, cán bộ …", "Lấy bảng mẫu: doithoai desks init --xlsx can_bo.xlsx.")
	return nil, false
}

// below returns the rows that hold anything.
func below(rows [][]cell, at map[column]int) []row {
	var out []row
	for _, cells := range rows {
		var r row
		filled := false
		for col, j := range at {
			r[col] = cells[j]
			filled = filled || !cells[j].empty()
		}
		if filled {
			out = append(out, r)
		}
	}
	return out
}

func headingOf(text string) (heading, bool) {
	for _, h := range headings() {
		for _, name := range h.names {
			if text != "" && fold(name) == fold(text) {
				return h, true
			}
		}
	}
	return heading{}, false
}

// checkHeadings tells columns that are missing, unknown or there twice.
func (b *book) checkHeadings(sheet string, cells []cell, at map[column]int) bool {
	var known []string
	ok := true
	for _, h := range headings() {
		known = append(known, h.names[0])
		if _, there := at[h.column]; h.needed && !there {
			b.fail(cell{sheet: sheet}, "column", fmt.Sprintf("Thiếu cột «%s».", h.names[0]), h.about)
			ok = false
		}
	}
	for j, c := range cells {
		h, there := headingOf(c.text)
		switch {
		case c.empty():
		case !there:
			cure := "Các cột dùng được: " + keyfile.Quoted(known) + "."
			if near, ok := keyfile.Nearest(c.text, known); ok {
				cure = fmt.Sprintf("Có phải ý là «%s»?", near)
			}
			b.fail(c, "column", fmt.Sprintf("Không có cột «%s».", keyfile.Brief(c.text)), cure)
			ok = false
		case at[h.column] != j:
			b.fail(c, "column", fmt.Sprintf("Cột «%s» có hai lần.", keyfile.Brief(c.text)), "Xóa một cột.")
			ok = false
		}
	}
	return ok
}

// gather sorts the rows by unit and by officer.
func (b *book) gather(rows []row, world desks.World) *gathered {
	g := &gathered{b: b, names: world.Names()}
	units := map[string]*unit{}
	for _, r := range rows {
		if r[colUnit].empty() {
			b.fail(r[colUnit], "empty", "Chưa ghi bộ phận.", "Mỗi dòng phải thuộc một bộ phận.")
			continue
		}
		u := units[fold(r[colUnit].text)]
		if u == nil {
			u = &unit{name: r[colUnit]}
			units[fold(r[colUnit].text)] = u
			g.units = append(g.units, u)
		}
		u.rows = append(u.rows, r)
		g.person(r)
	}
	g.name()
	return g
}

// person notes what a row tells of its officer.
func (g *gathered) person(r row) {
	c := r[colOfficer]
	if c.empty() {
		if r[colOutside].empty() {
			g.b.fail(c, "empty", "Chưa ghi cán bộ.", "Ghi mã hay họ tên người trả lời.")
		}
		return
	}
	o := g.find(c.text)
	if o == nil {
		o = &officer{called: c}
		g.officers = append(g.officers, o)
	}
	g.same(&o.name, r[colName], "tên của người này")
	g.same(&o.invited, r[colInvited], "cột «mời» của người này")
	for _, chat := range split(r[colChat]) {
		if !slices.ContainsFunc(o.chats, func(c cell) bool { return c.text == chat.text }) {
			o.chats = append(o.chats, chat)
		}
	}
	for _, absence := range split(g.b.date(r[colAbsent])) {
		if !slices.ContainsFunc(o.absence, func(c cell) bool { return c.text == absence.text }) {
			o.absence = append(o.absence, absence)
		}
	}
}

// find returns the officer that a cell names as the column of officers does, or
// by the name residents read.
func (g *gathered) find(text string) *officer {
	for _, o := range g.officers {
		if fold(o.called.text) == fold(text) {
			return o
		}
	}
	for _, o := range g.officers {
		if !o.name.empty() && fold(o.name.text) == fold(text) {
			return o
		}
	}
	return nil
}

// same fills a value that several rows may tell, but not differently.
func (g *gathered) same(value *cell, told cell, what string) {
	switch {
	case told.empty():
	case value.empty():
		*value = told
	case fold(value.text) != fold(told.text):
		g.b.fail(told, "contradiction", fmt.Sprintf("«%s» khác với «%s» ở ô %s: %s phải giống nhau ở mọi dòng.", keyfile.Brief(told.text), keyfile.Brief(value.text), value.ref, what), "Sửa cho giống, hoặc để trống ô này.")
	}
}

// name gives every officer an id of its own.
func (g *gathered) name() {
	taken := map[string]bool{}
	for _, o := range g.officers {
		o.id = unique(slug(o.called.text), "can-bo", taken)
		switch {
		case !o.name.empty():
		case o.called.text == o.id: // a code is no name
			g.b.fail(o.called, "empty", fmt.Sprintf("Chưa ghi tên của cán bộ «%s».", o.id), "Ghi tên bà con đọc vào cột «tên», ví dụ Chị Lan.")
		default:
			o.name = o.called
		}
	}
}

// unique returns an id that is not taken, and takes it.
func unique(id, fallback string, taken map[string]bool) string {
	if id == "" {
		id = fallback
	}
	free := id
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s-%d", id, n)
	}
	taken[free] = true
	return free
}

// split makes a cell of each line of a cell.
func split(c cell) []cell {
	var out []cell
	for line := range strings.Lines(c.text) {
		out = append(out, cell{c.sheet, c.ref, strings.TrimSpace(line)})
	}
	return out
}

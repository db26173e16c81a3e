package sheet

import (
	"regexp"
	"strings"

	"github.com/doithoai/doithoai/internal/desks"
)

// writer writes can_bo.yaml and remembers from which cell each line came.
type writer struct {
	out    strings.Builder
	origin []cell // by line, the first is line 1
}

func (w *writer) line(text string, from cell) {
	w.out.WriteString(text + "\n")
	w.origin = append(w.origin, from)
}

// plain is what YAML reads as the text it is, without a block.
var plain = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} .,/()@-]*(:[\p{L}\p{N}-][\p{L}\p{N} .,/()@-]*)?$`)

// value writes a key with what its cells say, one a line; nothing for none.
func (w *writer) value(indent, key string, cells ...cell) {
	var lines []cell
	for _, c := range cells {
		lines = append(lines, split(c)...)
	}
	switch {
	case len(lines) == 0:
	case len(lines) == 1 && plain.MatchString(lines[0].text):
		w.line(indent+key+": "+lines[0].text, lines[0])
	default:
		w.line(indent+key+": |", lines[0])
		for _, c := range lines {
			w.line(indent+"  "+c.text, c)
		}
	}
}

func (g *gathered) write(common map[string][]cell) *writer {
	w := &writer{}
	top := cell{sheet: commonSheet}
	w.line("# Viết từ bảng tính. Sửa ở bảng tính rồi nhập lại, hoặc từ nay sửa thẳng ở đây.", top)
	keys := commonKeys()
	ladder := keys[len(keys)-1] // stands last, as in the sample
	for _, key := range keys[:len(keys)-1] {
		w.value("", key, common[key]...)
	}
	w.line("cán bộ:", cell{sheet: officersSheet})
	for _, o := range g.officers {
		w.officer(g, o)
	}
	w.line("bộ phận:", cell{sheet: officersSheet})
	for _, d := range g.desks() {
		w.desk(g, d)
	}
	w.value("", ladder, common[ladder]...)
	return w
}

func (w *writer) officer(g *gathered, o *officer) {
	w.line("  - mã: "+o.id, o.called)
	w.value("    ", "tên", o.name)
	w.value("    ", "chat", o.chats...)
	w.value("    ", "mời", o.invited)
	var absence []cell
	for _, c := range o.absence {
		absence = append(absence, g.coverIDs(c))
	}
	w.value("    ", "nghỉ", absence...)
}

func (w *writer) desk(g *gathered, d desk) {
	w.line("  - mã: "+d.id, d.name)
	w.value("    ", "tên", d.name)
	if !d.traits.outside.empty() {
		w.value("    ", "địa chỉ ngoài", d.traits.outside)
		return
	}
	w.value("    ", "chủ đề", d.topics...)
	w.value("    ", "địa bàn", d.places...)
	w.value("    ", "nhóm chat", d.traits.room)
	var officers []cell
	for _, o := range d.officers {
		officers = append(officers, cell{d.officer.sheet, d.officer.ref, o.id})
	}
	w.value("    ", "cán bộ", officers...)
	w.value("    ", "trưởng", g.headID(d.traits.head))
	w.value("    ", "trả lời trong", d.traits.term)
	w.value("    ", "giờ làm việc", d.traits.hours)
	w.value("    ", "kín", d.traits.confidential)
	w.value("    ", "gấp", d.traits.urgent)
}

// ofCell turns a fault of a line into one of the cell it came from.
func (w *writer) ofCell(name string, f desks.Fault) desks.Fault {
	if f.Line > 0 && f.Line <= len(w.origin) {
		f.Message = place(w.origin[f.Line-1]) + f.Message
	}
	return desks.Fault{File: name, Severity: f.Severity, Code: f.Code, Message: f.Message, Cure: f.Cure}
}

// report is what is wrong with a workbook, in the order of its cells as they
// were written.
func report(faults []desks.Fault) desks.Report {
	return desks.Report{Faults: append([]desks.Fault{}, faults...), Files: 1}
}

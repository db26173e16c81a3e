package desks

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

var (
	idForm     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	coverWords = regexp.MustCompile(`^[,;·]?\s*(?:người\s+)?thay\s*:?\s*(.+)$`)
)

// checkID tells what is wrong with the id of something of the file, and notes
// it. It is false for one that cannot be referred to.
func (d *draft) checkID(x *nameIndex, l *keyfile.Located, id, name string) bool {
	at := l.At(keyID)
	switch {
	case id == "":
		d.broken = true // told by the table
		return false
	case !idForm.MatchString(id) || len(id) > maxID:
		d.fail(at, "id", fmt.Sprintf("Mã «%s» không hợp lệ.", keyfile.Brief(id)), fmt.Sprintf("Chỉ dùng chữ thường không dấu, số và gạch nối, tối đa %d ký tự, ví dụ y-te.", maxID))
		return false
	case len(x.by[strictyaml.Fold(id)]) > 0:
		d.fail(at, "duplicate", fmt.Sprintf("Đã có %s mã «%s».", x.what, id), "Đổi một trong hai mã, hoặc gộp lại.")
		return false
	}
	x.add(id, name)
	if n := utf8.RuneCountInString(name); n > maxName {
		d.r.Err(l.At(keyName), "too-long", fmt.Sprintf("«%s» dài %d ký tự, tối đa %d.", keyName, n, maxName), "Viết ngắn lại.")
	}
	return true
}

func (d *draft) readOfficers() {
	for i := range d.file.officers {
		doc := &d.file.officers[i]
		if !d.checkID(d.people, &doc.Located, doc.id, doc.name) {
			continue
		}
		o := Officer{ID: doc.id, Name: doc.name, Invited: doc.invited}
		d.readChats(doc, &o)
		if doc.Mark(keyChat) == nil && !o.Invited {
			d.r.Warn(doc.Start(), "no-chat", fmt.Sprintf("Chưa biết nhắn cho %s ở đâu.", o.Name),
				fmt.Sprintf("Thêm «%s: …», hoặc «%s: có» nếu người này sẽ vào bằng lời mời.", keyChat, keyInvited))
		}
		d.out.officers[o.ID] = o
		d.out.officerIDs = append(d.out.officerIDs, o.ID)
	}
	for i := range d.file.officers { // a cover may stand below
		d.readAbsences(&d.file.officers[i])
	}
}

func (d *draft) readChats(doc *officerDoc, o *Officer) {
	n := doc.Mark(keyChat)
	if n == nil {
		return
	}
	for _, line := range d.r.List(keyChat, n) {
		chat, err := parsePerson(line.Text)
		if err != nil {
			d.r.Err(line.At, "chat", fmt.Sprintf("Chat của %s: %v.", o.Name, err), chatCure)
			d.unsure[o.ID] = true
			continue
		}
		if other, ok := d.out.byChat[chat]; ok {
			d.r.Err(line.At, "same-chat", fmt.Sprintf("Chat này đã là của %s.", d.out.nameOf(other, o)), "Mỗi chat chỉ là của một người; xem lại mã.")
			d.unsure[o.ID] = true
			continue
		}
		d.out.byChat[chat] = o.ID
		o.Chats = append(o.Chats, chat)
	}
}

// nameOf returns the name of an officer, also of the one being read.
func (d *Desks) nameOf(id string, reading *Officer) string {
	if id == reading.ID {
		return reading.Name
	}
	return d.officers[id].Name
}

func (d *draft) readAbsences(doc *officerDoc) {
	o, ok := d.out.officers[doc.id]
	n := doc.Mark(keyAbsent)
	if !ok || n == nil {
		return
	}
	for _, line := range d.r.Lines(keyAbsent, n) {
		a, ok := d.absence(o, line)
		if !ok {
			continue
		}
		for _, other := range o.Absences {
			if a.From <= other.Until && other.From <= a.Until {
				d.r.Warn(line.At, "absence", fmt.Sprintf("Hai khoảng nghỉ của %s chồng lên nhau; ngày trùng thì tính theo dòng trên.", o.Name), "Sửa ngày cho khỏi chồng.")
			}
		}
		o.Absences = append(o.Absences, a)
	}
	d.out.officers[doc.id] = o
}

// absence reads «01/12/2026 - 10/12/2026, thay: hoa».
func (d *draft) absence(o Officer, line strictyaml.Line) (Absence, bool) {
	const cure = "Viết như «01/12/2026 - 10/12/2026, thay: hoa», mỗi dòng một khoảng."
	from, until, rest, err := dates(line.Text, maxAbsence)
	if err != nil {
		d.r.Err(line.At, "absence", fmt.Sprintf("Không hiểu ngày nghỉ của %s: %v.", o.Name, err), cure)
		return Absence{}, false
	}
	a := Absence{From: from, Until: until}
	if rest == "" {
		return a, true
	}
	m := coverWords.FindStringSubmatch(rest)
	if m == nil {
		d.r.Err(line.At, "absence", fmt.Sprintf("Không hiểu «%s» sau ngày nghỉ của %s.", keyfile.Brief(rest), o.Name), cure)
		return a, true
	}
	a.Cover = d.person(strictyaml.Line{Text: strings.TrimSpace(m[1]), At: line.At})
	if a.Cover == o.ID {
		d.fail(line.At, "absence", fmt.Sprintf("%s không thể tự thay mình.", o.Name), "Ghi mã của người khác.")
		a.Cover = ""
	}
	return a, true
}

// person returns the id of an officer a line names, or tells that there is
// none.
func (d *draft) person(line strictyaml.Line) string {
	id, message, _ := d.people.find(line.Text)
	if message == "" {
		return id
	}
	d.broken = true
	if len(d.people.ids) == 0 {
		return "" // that there are no officers has been told
	}
	cure := fmt.Sprintf("Thêm người này vào «%s»; đang có: %s.", keyOfficers, keyfile.Quoted(d.people.ids))
	if near, ok := keyfile.Nearest(line.Text, d.people.words); ok {
		cure = fmt.Sprintf("Có phải ý là «%s»?", near)
	}
	d.r.Err(line.At, "unknown-officer", message, cure)
	return ""
}

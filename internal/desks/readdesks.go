package desks

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/worktime"
)

func (d *draft) readDesks() {
	for i := range d.file.desks {
		doc := &d.file.desks[i]
		if !d.checkID(d.groups, &doc.Located, doc.id, doc.name) {
			continue
		}
		desk := Desk{ID: doc.id, Name: doc.name, Confidential: says(doc, keyConfidential), Urgent: says(doc, keyUrgent), Outside: doc.outside}
		if doc.Mark(keyOutside) != nil {
			d.outside(doc)
		} else {
			d.inside(doc, &desk)
		}
		d.out.byID[desk.ID] = len(d.out.desks)
		d.out.desks = append(d.out.desks, desk)
		d.docs = append(d.docs, doc)
	}
}

// outside checks a desk that is only an address.
func (d *draft) outside(doc *deskDoc) {
	if doc.outside == "" {
		d.fail(doc.At(keyOutside), "missing", fmt.Sprintf("«%s» để trống.", keyOutside), "Viết tên cơ quan và nơi tới hỏi, hoặc bỏ khóa này đi.")
	}
	if n := utf8.RuneCountInString(doc.outside); n > maxOutside {
		d.r.Err(doc.At(keyOutside), "too-long", fmt.Sprintf("«%s» dài %d ký tự, tối đa %d.", keyOutside, n, maxOutside), "Viết ngắn lại.")
	}
	for _, key := range []string{keyTopics, keyPlaces, keyRoom, keyOfficers, keyHead, keyTerm, keyHours, keyConfidential, keyUrgent} {
		if doc.Mark(key) != nil {
			d.fail(doc.At(key), "outside", fmt.Sprintf("Bộ phận «%s» chỉ là địa chỉ ngoài nên không có «%s».", doc.id, key), fmt.Sprintf("Xóa khóa này, hoặc xóa «%s».", keyOutside))
		}
	}
}

// inside reads a desk with people.
func (d *draft) inside(doc *deskDoc, desk *Desk) {
	reserved := desk.Confidential || desk.Urgent // takes everything unless it says otherwise
	desk.Topics = d.names(doc, d.topics, keyTopics, !reserved)
	desk.Places = d.names(doc, d.places, keyPlaces, !reserved)
	d.deskOfficers(doc, desk)
	d.deskRoom(doc, desk)
	if d.need(doc, keyTerm, "lời hứa với bà con, ví dụ «2 ngày làm việc»") {
		term, err := parseTerm(doc.term)
		if err != nil {
			d.r.Err(doc.At(keyTerm), "term", fmt.Sprintf("«%s» viết «%s»: %v.", keyTerm, keyfile.Brief(doc.term), err), termCure)
		}
		desk.Term = term
	}
	d.deskCalendar(doc, desk)
}

// says tells whether a flag is meant to be set, even in words that are not known:
// the safe side is to keep a secret.
func says(doc *deskDoc, key string) bool {
	n := doc.Mark(key)
	return n != nil && n.Text != "" && strictyaml.Fold(n.Text) != strictyaml.Fold("không")
}

// need tells a key that such a desk must have.
func (d *draft) need(doc *deskDoc, key, about string) bool {
	n := doc.Mark(key)
	if n != nil && (n.Text != "" || len(n.Items) > 0) {
		return true
	}
	d.fail(doc.At(key), "missing", fmt.Sprintf("Bộ phận «%s» thiếu khóa «%s» (%s).", doc.id, key, about), fmt.Sprintf("Thêm dòng «%s: …».", key))
	return false
}

func (d *draft) names(doc *deskDoc, x *nameIndex, key string, needed bool) []string {
	if !needed && doc.Mark(key) == nil {
		return nil
	}
	if !d.need(doc, key, "hoặc «"+all+"»") {
		doc.unread = true
		return nil
	}
	list, ok := x.list(d.r, key, doc.Mark(key))
	if !ok {
		d.broken, doc.unread = true, true
	}
	return list
}

func (d *draft) deskOfficers(doc *deskDoc, desk *Desk) {
	if d.need(doc, keyOfficers, "mã những người trả lời") {
		for _, line := range d.r.List(keyOfficers, doc.Mark(keyOfficers)) {
			id := d.person(line)
			switch {
			case id == "":
			case slices.Contains(desk.Officers, id):
				d.r.Warn(line.At, "twice", fmt.Sprintf("«%s» kể hai lần.", id), "Xóa một lần.")
			default:
				desk.Officers = append(desk.Officers, id)
			}
		}
	}
	if desk.Confidential && len(desk.Officers) > 1 {
		d.r.Err(doc.At(keyOfficers), "confidential", fmt.Sprintf("Bộ phận kín «%s» chỉ được có một cán bộ.", desk.ID), "Giữ lại một người; người thay lúc vắng ghi ở khóa «"+keyAbsent+"» của người đó.")
	}
	if n := doc.Mark(keyHead); n != nil {
		lines := d.r.List(keyHead, n)
		if len(lines) != 1 {
			d.fail(n.At(), "head", fmt.Sprintf("«%s» phải là mã của đúng một người.", keyHead), "Giữ lại một mã, hoặc bỏ khóa này đi.")
			return
		}
		desk.Head = d.person(lines[0])
	}
}

func (d *draft) deskRoom(doc *deskDoc, desk *Desk) {
	n := doc.Mark(keyRoom)
	switch {
	case n == nil || n.Text == "" && len(n.Items) == 0:
		return
	case desk.Confidential:
		d.r.Err(n.At(), "confidential", fmt.Sprintf("Bộ phận kín «%s» không được có nhóm chat.", desk.ID), fmt.Sprintf("Xóa khóa «%s».", keyRoom))
		return
	}
	lines := d.r.Lines(keyRoom, n)
	if len(lines) != 1 {
		d.r.Err(n.At(), "chat", fmt.Sprintf("«%s» chỉ nhận một nhóm.", keyRoom), "Giữ lại một dòng.")
		return
	}
	room, err := parseRoom(lines[0].Text)
	if err != nil {
		d.r.Err(lines[0].At, "chat", fmt.Sprintf("Nhóm chat của bộ phận «%s»: %v.", desk.ID, err), "Viết như telegram:-1001, nhóm có chủ đề thì telegram:-1001/12.")
		return
	}
	desk.Room = room
}

func (d *draft) deskCalendar(doc *deskDoc, desk *Desk) {
	week, days := d.week, d.special
	n := doc.Mark(keyHours)
	switch {
	case n != nil:
		own, ok := hours(d.r, keyHours, n)
		if !ok {
			d.broken = true
			return
		}
		week, desk.Hours = own, n.Text
	case desk.Urgent:
		week, days = aroundTheClock(), special{}
	case !d.weekRead:
		return // told there
	default:
		desk.Hours = d.file.Mark(keyHours).Text
	}
	calendar, err := worktime.New(worktime.Plan{Zone: d.world.Zone, Week: week, Days: days.days(week)})
	if err != nil {
		d.fail(doc.At(keyHours), "hours", fmt.Sprintf("Bộ phận «%s» không có lịch làm việc dùng được.", desk.ID), hoursCure)
		return
	}
	desk.Hours = strings.TrimSpace(desk.Hours)
	d.out.calendars[desk.ID] = calendar
}

func aroundTheClock() worktime.Week {
	var week worktime.Week
	for day := range week {
		week[day] = []worktime.Shift{{From: 0, To: 24 * 60}}
	}
	return week
}

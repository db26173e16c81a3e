package desks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/worktime"
)

// turns returns the days from today on at which somebody leaves or comes back:
// between two of them nothing changes, so that what holds on each of them holds
// on every day.
func (d *draft) turns() []worktime.Day {
	set := map[worktime.Day]bool{d.today(): true}
	for _, o := range d.out.officers {
		for _, a := range o.Absences {
			for _, day := range []worktime.Day{a.From, a.Until.Plus(1)} {
				if day > d.today() {
					set[day] = true
				}
			}
		}
	}
	return sortedDays(set)
}

// checkAbsences tells covers that are away themselves, and covers in a circle.
func (d *draft) checkAbsences() {
	days := d.turns()
	for i := range d.file.officers {
		doc := &d.file.officers[i]
		o, ok := d.out.officers[doc.id]
		n := doc.Mark(keyAbsent)
		if !ok || n == nil {
			continue
		}
		for _, a := range o.Absences {
			if a.Cover == "" {
				continue
			}
			for _, day := range days {
				if day < a.From || a.Until < day {
					continue
				}
				if _, ok := d.out.standIn(o.ID, day); !ok {
					d.r.Err(n.At(), "cover", fmt.Sprintf("Từ ngày %s không ai thay được cho %s: %s.", day, o.Name, d.chain(o.ID, day)),
						"Ghi người thay không nghỉ cùng lúc.")
					break
				}
			}
		}
	}
}

// chain tells why the covers of an officer lead to nobody: «Chị Hoa nhờ Anh Minh,
// Anh Minh cũng nghỉ».
func (d *draft) chain(id string, day worktime.Day) string {
	var steps []string
	seen := map[string]bool{}
	for {
		seen[id] = true
		o := d.out.officers[id]
		i := slices.IndexFunc(o.Absences, func(a Absence) bool { return a.From <= day && day <= a.Until })
		if i < 0 || o.Absences[i].Cover == "" {
			return strings.Join(append(steps[1:], o.Name+" cũng nghỉ"), ", ")
		}
		id = o.Absences[i].Cover
		if seen[id] {
			return strings.Join(append(steps, o.Name+" lại nhờ "+d.out.officers[id].Name), ", ")
		}
		steps = append(steps, o.Name+" nhờ "+d.out.officers[id].Name)
	}
}

// checkRooms tells a room that is a person's own chat.
func (d *draft) checkRooms() {
	for i, desk := range d.out.desks {
		if id, ok := d.out.byChat[desk.Room]; ok && desk.Room != (bot.ChatID{}) {
			d.r.Err(d.docs[i].At(keyRoom), "chat", fmt.Sprintf("Nhóm chat của bộ phận «%s» lại là chat riêng của %s.", desk.ID, d.out.officers[id].Name), "Xem lại mã nhóm.")
		}
	}
}

// checkCatchAll demands one desk that takes everything nobody else takes.
func (d *draft) checkCatchAll() {
	var found []int
	unread := len(d.file.desks) > len(d.out.desks)
	for i, desk := range d.out.desks {
		unread = unread || d.docs[i].unread
		if desk.in(ordinary) && !d.docs[i].unread && len(desk.Topics) == 0 && len(desk.Places) == 0 {
			found = append(found, i)
		}
	}
	switch {
	case len(found) == 0:
		d.broken = true
		if !unread && len(d.out.desks) > 0 {
			d.r.Err(d.keyAt(keyDesks), "no-catch-all", "Chưa có bộ phận nhận mọi việc còn lại.",
				fmt.Sprintf("Thêm một bộ phận với «%s: %s» và «%s: %s».", keyTopics, all, keyPlaces, all))
		}
		return
	case len(found) > 1:
		d.broken = true
		first := d.out.desks[found[0]]
		for _, i := range found[1:] {
			d.r.Err(d.docs[i].Start(), "catch-all", fmt.Sprintf("Bộ phận «%s» cũng nhận mọi việc, như «%s» ở dòng %d.", d.out.desks[i].ID, first.ID, d.docs[found[0]].Start().Line),
				"Chỉ để một bộ phận nhận tất cả; bộ phận kia ghi rõ chủ đề hay địa bàn.")
		}
	}
	d.out.catchAll = d.out.desks[found[0]].ID
}

// checkSpecificity tells desks between which nothing decides.
func (d *draft) checkSpecificity() {
	for i, a := range d.out.desks {
		for j, b := range d.out.desks[:i] {
			if d.docs[i].unread || d.docs[j].unread || !sameClass(a, b) {
				continue
			}
			if len(a.Topics)+len(a.Places)+len(b.Topics)+len(b.Places) == 0 && a.in(ordinary) {
				continue // told by checkCatchAll
			}
			place, ok1 := common(a.Places, b.Places)
			topic, ok2 := common(a.Topics, b.Topics)
			if !ok1 || !ok2 {
				continue
			}
			d.r.Err(d.docs[i].Start(), "ambiguous", fmt.Sprintf("Bộ phận «%s» và «%s» (dòng %d) cùng nhận %s ở %s; không biết giao cho ai.",
				a.ID, b.ID, d.docs[j].Start().Line, d.label(d.topics, topic, "mọi chủ đề"), d.label(d.places, place, "mọi nơi")),
				"Bỏ phần trùng ở một bộ phận, hoặc gộp hai bộ phận thành một.")
		}
	}
}

func sameClass(a, b Desk) bool {
	return slices.ContainsFunc([]class{ordinary, confidential, urgent}, func(c class) bool { return a.in(c) && b.in(c) })
}

// common returns something that two lists share, "" if both name none; false if
// they share nothing, or only one names any and is so the more specific.
func common(a, b []string) (string, bool) {
	if len(a) == 0 || len(b) == 0 {
		return "", len(a) == len(b)
	}
	for _, id := range a {
		if slices.Contains(b, id) {
			return id, true
		}
	}
	return "", false
}

func (d *draft) label(x *nameIndex, id, none string) string {
	if id == "" {
		return none
	}
	return "«" + x.label[id] + "»"
}

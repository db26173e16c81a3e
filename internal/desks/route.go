package desks

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/worktime"
)

// class is which of the three routings a desk takes part in.
type class int

const (
	ordinary class = iota
	confidential
	urgent
)

func (d Desk) in(c class) bool {
	switch {
	case d.IsOutside():
		return false
	case c == confidential:
		return d.Confidential
	case c == urgent:
		return d.Urgent
	}
	return !d.Confidential && !d.Urgent
}

// rank says how specific a desk is to a place and a topic: 3 names both, 2 the
// place, 1 the topic, 0 neither; -1 is not responsible.
func (d Desk) rank(place, topic string) int {
	rank := 0
	if len(d.Places) > 0 {
		if !slices.Contains(d.Places, place) {
			return -1
		}
		rank += 2
	}
	if len(d.Topics) > 0 {
		if !slices.Contains(d.Topics, topic) {
			return -1
		}
		rank++
	}
	return rank
}

// candidates returns the desks responsible, by their index, the most specific
// first.
func (d *Desks) candidates(c class, place, topic string) []int {
	var found [4][]int
	for i := range d.desks {
		if !d.desks[i].in(c) {
			continue
		}
		if rank := d.desks[i].rank(place, topic); rank >= 0 {
			found[rank] = append(found[rank], i)
		}
	}
	return slices.Concat(found[3], found[2], found[1], found[0])
}

func (d *Desks) route(c class, place, topic string, at time.Time) (Desk, bool) {
	day := d.day(at)
	for _, i := range d.candidates(c, place, topic) {
		if len(d.present(d.desks[i].Officers, day)) > 0 {
			return d.desks[i].clone(), true
		}
	}
	return Desk{}, false
}

// Route returns the desk responsible for a topic in a commune, given by their
// ids: the one that names both, else the one that names the commune, else the
// one that names the topic, else the catch-all. A desk at which nobody is
// present at the time, not even a cover, is passed over. An empty or unknown id
// is only covered by desks that name none. It is false if nobody at all is
// present, which the check excludes for every day known to it. Equal arguments
// give equal desks.
func (d *Desks) Route(place, topic string, at time.Time) (Desk, bool) {
	return d.route(ordinary, place, topic, at)
}

// Confidential is [Desks.Route] among the confidential desks; false if there is
// none with somebody present. The matter must then not go to an ordinary desk.
func (d *Desks) Confidential(place, topic string, at time.Time) (Desk, bool) {
	return d.route(confidential, place, topic, at)
}

// Urgent is [Desks.Route] among the urgent desks.
func (d *Desks) Urgent(place, topic string, at time.Time) (Desk, bool) {
	return d.route(urgent, place, topic, at)
}

// Officers returns who is at a desk on the day of at: its officers in order,
// with whoever covers in place of the absent, each once. None if the desk is
// unknown, an outside address, or empty that day.
func (d *Desks) Officers(desk string, at time.Time) []Officer {
	i, ok := d.byID[desk]
	if !ok {
		return nil
	}
	var out []Officer
	for _, id := range d.present(d.desks[i].Officers, d.day(at)) {
		out = append(out, d.officers[id].clone())
	}
	return out
}

// Present returns who acts for an officer on the day of at: the officer, or
// along the chain of covers the first who is not absent; false for nobody.
func (d *Desks) Present(officer string, at time.Time) (Officer, bool) {
	id, ok := d.standIn(officer, d.day(at))
	return d.officers[id].clone(), ok
}

func (d *Desks) day(at time.Time) worktime.Day { return worktime.DayOf(at.In(d.zone)) }

// present returns who acts for these officers on a day, each once.
func (d *Desks) present(officers []string, day worktime.Day) []string {
	var out []string
	for _, id := range officers {
		if acting, ok := d.standIn(id, day); ok && !slices.Contains(out, acting) {
			out = append(out, acting)
		}
	}
	return out
}

// standIn follows the covers from an officer. Covers in a circle are nobody.
func (d *Desks) standIn(id string, day worktime.Day) (string, bool) {
	for range len(d.officers) {
		o, ok := d.officers[id]
		if !ok {
			return "", false
		}
		i := slices.IndexFunc(o.Absences, func(a Absence) bool { return a.From <= day && day <= a.Until })
		if i < 0 {
			return id, true
		}
		id = o.Absences[i].Cover
	}
	return "", false
}

// ByChat returns the officer whose own chat it is. A room is nobody's.
func (d *Desks) ByChat(chat bot.ChatID) (Officer, bool) {
	id, ok := d.byChat[chat]
	return d.officers[id].clone(), ok
}

// ByRoom returns the desks whose room a chat is, in the order of the file.
func (d *Desks) ByRoom(chat bot.ChatID) []Desk {
	return d.where(func(desk Desk) bool { return desk.Room == chat && chat != bot.ChatID{} })
}

// DesksOf returns the desks at which an officer sits by the file, covering not
// counted, in the order of the file.
func (d *Desks) DesksOf(officer string) []Desk {
	return d.where(func(desk Desk) bool { return slices.Contains(desk.Officers, officer) })
}

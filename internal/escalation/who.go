package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
)

// concerns reports whether a case is an officer's business at that time: who
// holds it, who sits at its desk or covers there, its head, and whom the ladder
// has told by now. It decides what somebody may see; what somebody may do is
// decided where the case lies.
func concerns(d *desks.Desks, c Case, officer string, now time.Time) bool {
	switch {
	case officer == "":
		return false
	case c.Holder == officer:
		return true
	case d == nil:
		return false
	}
	desk, ok := d.Desk(c.Desk)
	if !ok {
		return false
	}
	is := func(o desks.Officer) bool { return o.ID == officer }
	switch {
	case desk.Head == officer, slices.Contains(desk.Officers, officer), slices.ContainsFunc(d.Officers(c.Desk, now), is):
		return true
	case !desk.Confidential && (c.Aged || len(c.Misses) > 0) && d.CatchAll().Head == officer:
		return true
	}
	for t := range climbed(d, c) {
		if people, _ := d.Recipients(t, now); slices.ContainsFunc(people, is) {
			return true
		}
	}
	return false
}

// concernsRoom is the same of a room.
func concernsRoom(d *desks.Desks, c Case, room bot.ChatID, now time.Time) bool {
	if d == nil {
		return false
	}
	desk, ok := d.Desk(c.Desk)
	if !ok || desk.Confidential || c.Matter == bot.MatterConfidential {
		return false
	}
	if desk.Room == room {
		return true
	}
	for t := range climbed(d, c) {
		if _, told := d.Recipients(t, now); told == room {
			return true
		}
	}
	return false
}

// climbed yields whom the ladder has told of a case.
func climbed(d *desks.Desks, c Case) func(func(desks.Target) bool) {
	return func(yield func(desks.Target) bool) {
		if c.Rung == 0 {
			return
		}
		for _, r := range d.Rungs(c.Desk) {
			for _, t := range r.To {
				if r.Halves <= c.Rung && !yield(t) {
					return
				}
			}
		}
	}
}

// ownChat returns whose own chat it is, "" for a room and for strangers.
func (o *Office) ownChat(chat bot.ChatID) string {
	if o.config.Reach == nil {
		return ""
	}
	officer, ok := o.config.Reach().Officer(chat)
	if !ok {
		return ""
	}
	return officer
}

// tappable reports whether a channel shows buttons, however many, and changes a
// card in its place. On the others what is chosen from is a list with numbers,
// so lists are kept short there.
func tappable(channel string) bool { return channel == "telegram" || channel == "web" }

package desks

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Rungs returns the ladder as seen from a desk, in rising order. Every target
// exists. For a confidential desk all of them are its own officer or its own
// head: nobody else learns of the case. None for an unknown or outside desk.
func (d *Desks) Rungs(desk string) []Rung {
	i, ok := d.byID[desk]
	if !ok || d.desks[i].IsOutside() {
		return nil
	}
	var out []Rung
	for _, r := range d.ladder {
		rung := Rung{Halves: r.halves}
		for _, w := range r.to {
			if t := d.target(d.desks[i], w); !slices.Contains(rung.To, t) {
				rung.To = append(rung.To, t)
			}
		}
		out = append(out, rung)
	}
	return out
}

// target turns a word of the ladder into somebody, seen from a desk. What the
// desk has not is replaced by its officers, and a head it has not by that of the
// catch-all.
func (d *Desks) target(desk Desk, w word) Target {
	own := Target{ToOfficers, desk.ID}
	switch {
	case w.kind == wordHead && desk.Head != "":
		return Target{ToHead, desk.ID}
	case desk.Confidential:
		return own
	}
	switch w.kind {
	case wordRoom:
		if (desk.Room != bot.ChatID{}) {
			return Target{ToRoom, desk.ID}
		}
	case wordHead:
		return Target{ToHead, d.catchAll}
	case wordCatchAll:
		return Target{ToOfficers, d.catchAll}
	case wordDesk:
		return Target{ToOfficers, w.id}
	case wordOfficer:
		return Target{ToOfficer, w.id}
	}
	return own
}

// RungAt returns when a rung is due of a case that came at from and was promised
// for due, counted in working time of the desk and never outside it: what would
// fall on its end comes when it opens again. It works with a due time that was
// put off, too.
func (d *Desks) RungAt(desk string, r Rung, from, due time.Time) time.Time {
	calendar := d.Calendar(desk)
	term := calendar.Between(from, due)
	if term <= 0 { // promised for a time nobody works at
		term = calendar.Between(from, d.Due(desk, from))
	}
	at := due
	switch {
	case r.Halves < 2:
		at = calendar.Add(from, term/2)
	case r.Halves > 2:
		at = calendar.Add(due, term*time.Duration(r.Halves-2)/2)
	}
	return calendar.Next(at)
}

// Recipients returns whom a target reaches on the day of at: the persons, covers
// in place of the absent, or the room. If nobody of it is present, it is the
// head of the catch-all or else its officers; of a confidential desk only its
// own officers.
func (d *Desks) Recipients(t Target, at time.Time) (people []Officer, room bot.ChatID) {
	day := d.day(at)
	var desk Desk // none of a person
	if t.Kind != ToOfficer {
		desk, _ = d.Desk(t.ID)
	}
	var tries [][]string
	switch t.Kind {
	case ToRoom:
		return nil, desk.Room
	case ToOfficer:
		tries = [][]string{{t.ID}}
	case ToHead:
		tries = [][]string{{desk.Head}, desk.Officers}
	case ToOfficers:
		tries = [][]string{desk.Officers}
	}
	if !desk.Confidential {
		catchAll := d.CatchAll()
		tries = append(tries, []string{catchAll.Head}, catchAll.Officers)
	}
	for _, ids := range tries {
		if acting := d.present(ids, day); len(acting) > 0 {
			return d.people(acting), bot.ChatID{}
		}
	}
	return nil, bot.ChatID{}
}

func (d *Desks) people(ids []string) []Officer {
	var out []Officer
	for _, id := range ids {
		out = append(out, d.officers[id].clone())
	}
	return out
}

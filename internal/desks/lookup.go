package desks

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/internal/worktime"
)

// Version names the content shortly, for logs.
func (d *Desks) Version() string { return d.version }

// Zone returns the time zone of the file's clock times and dates.
func (d *Desks) Zone() *time.Location { return d.zone }

// All returns every desk, in the order of the file, outside addresses included.
func (d *Desks) All() []Desk { return d.where(func(Desk) bool { return true }) }

// Desk returns a desk by id.
func (d *Desks) Desk(id string) (Desk, bool) {
	i, ok := d.byID[id]
	if !ok {
		return Desk{}, false
	}
	return d.desks[i].clone(), true
}

// CatchAll returns the desk for everything nobody else takes.
func (d *Desks) CatchAll() Desk {
	desk, _ := d.Desk(d.catchAll)
	return desk
}

// Outside returns the addresses a case can be referred to, in the order of the
// file.
func (d *Desks) Outside() []Desk { return d.where(Desk.IsOutside) }

// Officer returns an officer by id.
func (d *Desks) Officer(id string) (Officer, bool) {
	o, ok := d.officers[id]
	return o.clone(), ok
}

// AllOfficers returns every officer, in the order of the file.
func (d *Desks) AllOfficers() []Officer {
	var out []Officer
	for _, id := range d.officerIDs {
		out = append(out, d.officers[id].clone())
	}
	return out
}

// Calendar returns the working time of a desk; of an unknown or outside one
// that of the catch-all.
func (d *Desks) Calendar(desk string) *worktime.Calendar {
	if c, ok := d.calendars[desk]; ok {
		return c
	}
	return d.calendars[d.catchAll]
}

// Due returns until when a desk promises to answer what came at from; of an
// unknown or outside one it is the promise of the catch-all.
func (d *Desks) Due(desk string, from time.Time) time.Time {
	i, ok := d.byID[desk]
	if !ok || d.desks[i].IsOutside() {
		i = d.byID[d.catchAll]
	}
	return d.desks[i].Term.Due(d.Calendar(desk), from)
}

// where returns copies, so that nobody can change what others read.
func (d *Desks) where(take func(Desk) bool) []Desk {
	var out []Desk
	for _, desk := range d.desks {
		if take(desk) {
			out = append(out, desk.clone())
		}
	}
	return out
}

func (d Desk) clone() Desk {
	d.Topics, d.Places, d.Officers = slices.Clone(d.Topics), slices.Clone(d.Places), slices.Clone(d.Officers)
	return d
}

func (o Officer) clone() Officer {
	o.Chats, o.Absences = slices.Clone(o.Chats), slices.Clone(o.Absences)
	return o
}

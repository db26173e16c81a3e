package desks

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/worktime"
)

// Version names the content shortly, for logs.
func (d *Desks) Version() string { return d.version }

// All returns every desk, in the order of the file, outside addresses included.
func (d *Desks) All() []Desk { panic("not yet") }

// Desk returns a desk by id.
func (d *Desks) Desk(id string) (Desk, bool) { panic("not yet") }

// CatchAll returns the desk for everything nobody else takes.
func (d *Desks) CatchAll() Desk { panic("not yet") }

// Outside returns the addresses a case can be referred to, in the order of the
// file.
func (d *Desks) Outside() []Desk { panic("not yet") }

// Route returns the desk responsible for a topic in a commune, given by their
// ids: the one that names both, else the one that names the commune, else the
// one that names the topic, else the catch-all. A desk at which nobody is
// present at the time, not even a cover, is passed over. An empty or unknown id
// is only covered by desks that name none. It is false if nobody at all is
// present, which the check excludes for every day known to it. Equal arguments
// give equal desks.
func (d *Desks) Route(place, topic string, at time.Time) (Desk, bool) { panic("not yet") }

// Confidential is [Desks.Route] among the confidential desks; false if there is
// none with somebody present. The matter must then not go to an ordinary desk.
func (d *Desks) Confidential(place, topic string, at time.Time) (Desk, bool) { panic("not yet") }

// Urgent is [Desks.Route] among the urgent desks.
func (d *Desks) Urgent(place, topic string, at time.Time) (Desk, bool) { panic("not yet") }

// Officer returns an officer by id.
func (d *Desks) Officer(id string) (Officer, bool) { panic("not yet") }

// AllOfficers returns every officer, in the order of the file.
func (d *Desks) AllOfficers() []Officer { panic("not yet") }

// Officers returns who is at a desk on the day of at: its officers in order,
// with whoever covers in place of the absent, each once. None if the desk is
// unknown, an outside address, or empty that day.
func (d *Desks) Officers(desk string, at time.Time) []Officer { panic("not yet") }

// Present returns who acts for an officer on the day of at: the officer, or
// along the chain of covers the first who is not absent; false for nobody.
func (d *Desks) Present(officer string, at time.Time) (Officer, bool) { panic("not yet") }

// ByChat returns the officer whose own chat it is. A room is nobody's.
func (d *Desks) ByChat(chat bot.ChatID) (Officer, bool) { panic("not yet") }

// ByRoom returns the desks whose room a chat is, in the order of the file.
func (d *Desks) ByRoom(chat bot.ChatID) []Desk { panic("not yet") }

// DesksOf returns the desks at which an officer sits by the file, covering not
// counted, in the order of the file.
func (d *Desks) DesksOf(officer string) []Desk { panic("not yet") }

// Calendar returns the working time of a desk; of an unknown or outside one
// that of the catch-all.
func (d *Desks) Calendar(desk string) *worktime.Calendar { panic("not yet") }

// Due returns until when a desk promises to answer what came at from.
func (d *Desks) Due(desk string, from time.Time) time.Time { panic("not yet") }

// Rungs returns the ladder as seen from a desk, in rising order. Every target
// exists. For a confidential desk all of them are its own officers or its own
// head: nobody else learns of the case.
func (d *Desks) Rungs(desk string) []Rung { panic("not yet") }

// RungAt returns when a rung is due of a case that came at from and was promised
// for due, in working time of the desk. It works with a due time that was put
// off, too.
func (d *Desks) RungAt(desk string, r Rung, from, due time.Time) time.Time { panic("not yet") }

// Recipients returns whom a target reaches on the day of at: the persons, covers
// in place of the absent, or the room. If nobody of it is present, the head of
// the catch-all or else its officers are returned, but for a confidential desk.
func (d *Desks) Recipients(t Target, at time.Time) (people []Officer, room bot.ChatID) {
	panic("not yet")
}

package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Apply returns what becomes of a case by an event, and what is to be told to
// whom because of it. It is a function of its arguments: it changes none of
// them, takes the time from w and never panics, whatever the event and however
// late, doubled or out of order it comes. An event that is not possible changes
// nothing; an officer hears why, a stranger hears nothing.
//
// A new case begins as one that has only Code and Chat, with an event [Opened].
// After [Withdrawn] the caller removes it.
func Apply(c Case, e Event, w World) (Case, []Effect) {
	s := &step{c: c.clone(), e: e, w: w, now: instant(w.Now), held: list(c.Cards)}
	if s.c.State == "" && e.Kind != Opened {
		return s.c, nil // nothing was ever opened
	}
	if e.Kind != Withdrawn {
		s.settle()
	}
	s.rule()
	s.attend() // somebody may have lost the case with this event
	s.c.Next = s.next()
	effects := s.effects()
	if slices.ContainsFunc(effects, func(e Effect) bool { return e.What == ShowCard || e.What == NoteWithdrawn }) {
		s.c.Told++
	}
	return s.c, effects
}

// Reopens reports whether what a resident adds to a case is taken: while it is
// open, and for two weeks after it ended. Later it is a new matter and belongs
// in a case of its own, so that neither is lost in the other.
func (c Case) Reopens(now time.Time) bool {
	return c.State != "" && (c.State.Open() || !now.After(c.Closed.Add(reopenFor)))
}

// reopenFor is how long after its end a case can be opened again: long enough
// to try at the office what the answer said.
const reopenFor = 14 * 24 * time.Hour

// step is one application of an event.
type step struct {
	c   Case
	e   Event
	w   World
	now time.Time
	// held is who had a card before the event.
	held []bot.ChatID

	redraw   bool         // every card shows something that changed
	fresh    []bot.ChatID // chats that got the card in this step
	gone     []bot.ChatID // chats whose card is to say that others have it
	resident []Effect
	notes    []Effect
}

// rule lets the one rule for the event change the case.
func (s *step) rule() {
	switch s.e.Kind {
	case Opened:
		s.opened()
	case Added:
		s.added()
	case Phoned:
		s.phoned()
	case Cleared:
		s.cleared()
	case Unclear:
		s.unclear()
	case Pressed:
		s.pressed()
	case Withdrawn:
		s.withdrawn()
	case Take:
		s.take()
	case Release:
		s.release()
	case Answer, Send:
		s.answer()
	case AskBack:
		s.askBack()
	case Transfer:
		s.transfer()
	case NotOurs:
		s.notOurs()
	case Done:
		s.done()
	case Ended:
		s.ended()
	case Unreached:
		s.unreached()
	case Struck:
		s.struck()
	}
}

// effects returns what is told: first to the resident, then the cards, then
// what is said about them.
func (s *step) effects() []Effect {
	out := s.resident
	show := s.fresh
	if s.redraw {
		show = s.c.Cards
	}
	for _, chat := range show {
		out = append(out, Effect{What: ShowCard, To: chat, Desk: s.c.Desk})
	}
	for _, chat := range s.gone {
		if !slices.Contains(s.c.Cards, chat) {
			out = append(out, Effect{What: ShowCard, To: chat, Desk: s.c.Desk, Note: CardAway})
		}
	}
	return append(out, s.notes...)
}

// tell says something to the resident.
func (s *step) tell(e Effect) { s.resident = append(s.resident, e) }

// note says something to an officer's chat or a room; the same thing once.
func (s *step) note(e Effect) {
	if !slices.Contains(s.notes, e) {
		s.notes = append(s.notes, e)
	}
}

// alarm tells operators that nobody can be reached.
func (s *step) alarm() { s.note(Effect{What: Alarm, Desk: s.c.Desk}) }

// log adds a line to the history. Of a history that has become too long the
// oldest lines after the beginning go.
func (s *step) log(note string) { s.logReason(note, "") }

func (s *step) logReason(note, reason string) {
	entry := Entry{At: s.now, By: s.actor(), What: s.e.Kind, Note: clean(note), Reason: reason}
	s.c.Log = append(s.c.Log, entry)
	if len(s.c.Log) > maxLog {
		s.c.Log = slices.Delete(s.c.Log, maxLog/5, maxLog/5+len(s.c.Log)-maxLog)
	}
}

// actor is who did it, for the history.
func (s *step) actor() string {
	switch s.e.Kind {
	case Opened, Added, Phoned, Cleared, Unclear, Pressed, Withdrawn:
		return byResident
	case Struck, Ended:
		return ""
	}
	return clean(s.e.By)
}

// byResident stands for the resident in [Entry.By].
const byResident = "resident"

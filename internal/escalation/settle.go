package escalation

import (
	"time"

	"github.com/doithoai/doithoai/bot"
)

// settle sees to it that the case lies at a desk there is, with an officer there
// is, and that somebody has its card: the file of the desks may have changed, and
// people come and go.
func (s *step) settle() {
	c := &s.c
	if s.w.Desks == nil || c.State == "" {
		return
	}
	if c.State == bot.CaseClosed {
		s.prune()
		return // closing is final
	}
	if c.Holder != "" && !s.known(c.Holder) && c.State != bot.CaseAnswered {
		s.free()
		s.logAs(Release, "removed")
	}
	s.attend()
}

// attend lays the case at a desk that may have it, takes the card from whoever
// may not, and calls others if that or the event leaves an open case without one.
// An answered case stays where it is: a new epoch would hold the answer back.
func (s *step) attend() {
	if s.c.State == bot.CaseClosed || s.c.State == "" {
		return
	}
	if s.c.State != bot.CaseAnswered {
		s.rehome()
	}
	s.seal()
	s.prune()
	if len(s.held) > 0 && len(s.c.Cards) == 0 {
		s.call()
	}
}

// rehome routes the case again if its desk is gone or must not have it any more.
func (s *step) rehome() {
	if d, ok := s.desk(s.c.Desk); ok && fits(d, s.c.Matter) || s.w.Desks == nil {
		return
	}
	id := s.routed()
	if id == s.c.Desk || id == "" {
		return
	}
	s.c.Desk = id
	s.c.Epoch++
	s.c.ToldOfficers = nil
	s.c.Misses = without(s.c.Misses, roomMissed)
	s.redraw = true
	s.logAs(Transfer, id)
	s.handOver()
	if s.c.Holder == "" {
		s.summon("")
	} else if chat, ok := s.chat(s.c.Holder); ok {
		s.card(chat)
	}
}

// logAs adds a line for something that came about by itself.
func (s *step) logAs(what Kind, note string) {
	e := s.e
	s.e = Event{Kind: Struck}
	s.log(note)
	s.c.Log[len(s.c.Log)-1].What = what
	s.e = e
}

// call shows the case to who has it, else to those who answer for it.
func (s *step) call() {
	s.c.Sought = s.now
	if chat, ok := s.chat(s.c.Holder); ok {
		s.card(chat)
		return
	}
	s.summon("")
}

// seek calls again, of a case that nobody has a card of: those who could not be
// reached may have come back.
func (s *step) seek() {
	s.log("seek")
	s.c.Misses = nil
	s.call()
}

// seekAt is when somebody responsible is looked for, of a case that nobody has a
// card of: every half working day. An urgent matter does not wait so long.
func (s *step) seekAt() time.Time {
	if s.c.Sought.IsZero() {
		return s.now
	}
	if s.c.Matter == bot.MatterUrgent {
		return s.c.Sought.Add(seekUrgent)
	}
	return instant(s.calendar().Add(s.c.Sought, seekAgain))
}

const (
	seekAgain  = 4 * time.Hour    // of working time
	seekUrgent = 30 * time.Minute // of any time
)

package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// ended notes how sending something to the resident ended. What never arrives is
// no answer: the case is open again, and the officer learns what to do.
func (s *step) ended() {
	i := s.e.No - 1
	if i < 0 || i >= len(s.c.Said) || s.c.Said[i].Officer == "" || !follows(s.c.Said[i].End, s.e.End) {
		return
	}
	said := &s.c.Said[i]
	before := said.End
	said.End, said.Reason = s.e.End, ""
	switch {
	case said.End == bot.EndSent:
		said.Out = s.now
	case lost(said.End):
		said.Reason = bounded(clean(s.e.Reason), maxReason)
	}
	s.log(string(said.End))
	s.redraw = true
	if lost(said.End) {
		s.unsaid(said.No)
	}
	s.noteSent(*said, before)
}

// follows reports whether a message that ended one way can still end another
// way. That it was sent is final; that it waits is not heard once it has ended.
func follows(before, after bot.End) bool {
	switch after {
	case bot.EndHeld:
		return before == ""
	case bot.EndFailed, bot.EndDropped:
		return before == "" || before == bot.EndHeld
	case bot.EndSent:
		return before != bot.EndSent
	}
	return false
}

// unsaid puts the case back to where it was before something that never arrived,
// if that was the last thing an officer said.
func (s *step) unsaid(no int) {
	for _, o := range s.c.Said[no:] {
		if o.Officer != "" {
			return
		}
	}
	if s.c.State != bot.CaseAnswered && s.c.State != bot.CaseAsked {
		return
	}
	s.resume()
	if !s.known(s.c.Holder) {
		s.free()
		s.summon("")
		return
	}
	s.c.State, s.c.Since = bot.CaseHeld, s.now
}

// noteSent tells the officer who said it how it ended, if that is worth knowing:
// it waits, it never arrives, or it went out after all.
func (s *step) noteSent(said Said, before bot.End) {
	if said.End == bot.EndSent && before == "" || !s.mayHold(said.Officer) {
		return
	}
	e := Effect{What: NoteSent, No: said.No, By: said.Officer, Note: said.Reason}
	if e.Note == "" {
		e.Note = string(said.End)
	}
	if chat, ok := s.chat(said.Officer); ok {
		e.To = chat
		s.note(e)
	} else if said.Officer == s.c.Holder {
		s.noteHolder(e)
	}
}

// unreached takes note that an officer's chat lets nothing through, and calls the
// next one who can be responsible. A room is named by From alone.
func (s *step) unreached() {
	who := s.e.By
	if who == "" && s.e.From != (bot.ChatID{}) && slices.Contains(s.rooms(), s.e.From) {
		who = roomMissed
	}
	if s.c.State == bot.CaseClosed || who != roomMissed && !s.known(who) || slices.Contains(s.c.Misses, who) {
		return
	}
	for _, chat := range list(s.c.Cards) {
		if id, ok := s.owner(chat); ok && id == who || who == roomMissed && chat == s.e.From {
			s.drop(chat, false)
		}
	}
	s.c.Misses = append(s.c.Misses, who)
	s.log("")
	switch {
	case s.c.State == bot.CaseHeld && s.c.Holder == who && !s.roomCard():
		s.free()
		s.summon(who)
	case s.c.State == bot.CaseWaiting && !s.served() || len(s.c.Cards) == 0:
		s.summon("")
	}
}

// served reports whether somebody of the desk, or its room, has the card.
func (s *step) served() bool {
	crew := s.crew()
	return s.roomCard() || slices.ContainsFunc(s.c.Cards, func(chat bot.ChatID) bool {
		id, ok := s.owner(chat)
		return ok && slices.Contains(crew, id)
	})
}

// settle sees to it that the case lies at a desk there is, with an officer there
// is, and that somebody has its card: the file of the desks may have changed, and
// people come and go.
func (s *step) settle() {
	if s.w.Desks == nil {
		return
	}
	c := &s.c
	if c.Holder != "" && !s.known(c.Holder) && c.State != bot.CaseAnswered {
		s.free()
		s.logAs(Release, "removed")
	}
	if c.State != bot.CaseAnswered {
		s.rehome()
	}
	s.prune()
	if len(c.Cards) == 0 && !s.now.Before(s.seekAt()) {
		s.seek()
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
	s.c.ToldOfficers, s.c.ToldDesks = nil, nil
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

// seek looks for somebody again who can be reached: those who could not may have
// come back.
func (s *step) seek() {
	s.c.Misses = nil
	s.c.Sought = s.now
	if chat, ok := s.chat(s.c.Holder); ok {
		s.card(chat)
		return
	}
	s.summon("")
}

// seekAt is when somebody responsible is looked for, of a case that nobody has a
// card of: at once, then again every half working day. An urgent matter does not
// wait so long.
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

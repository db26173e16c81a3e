package escalation

import (
	"slices"

	"github.com/doithoai/doithoai/bot"
)

// ended notes how sending something to the resident ended. What never arrives is
// no answer: the case is open again, and the officer learns what to do. Only what
// was done otherwise stays done.
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
// way: only one that waits can, and what is heard out of order does not count.
func follows(before, after bot.End) bool {
	switch after {
	case bot.EndHeld:
		return before == ""
	case bot.EndSent, bot.EndFailed, bot.EndDropped:
		return before == "" || before == bot.EndHeld
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
	if said := s.c.Said[no-1]; said.Kind == SaidDone && said.End == bot.EndFailed {
		s.close(howDone) // it was dealt with all the same: else nobody could ever end it
		return
	}
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
	if room, ok := s.room(); ok && who == "" && s.e.From == room {
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
	case s.c.State == bot.CaseHeld && !s.reachable(s.c.Holder):
		s.free()
		s.summon(who)
	case s.c.State == bot.CaseWaiting && !s.served():
		s.summon("")
	}
}

// served reports whether somebody of the desk, or its room, has the card.
func (s *step) served() bool {
	crew := s.crew()
	if _, ok := s.roomCard(); ok {
		return true
	}
	return slices.ContainsFunc(s.c.Cards, func(chat bot.ChatID) bool {
		id, ok := s.owner(chat)
		return ok && slices.Contains(crew, id)
	})
}

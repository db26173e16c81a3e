package escalation

import (
	"slices"

	"github.com/doithoai/doithoai/bot"
)

// CardAway in [Effect.Note] of [ShowCard] says that the chat has nothing to do
// with the case any more: its card becomes a line that others have it, without
// buttons and without a word of what the resident wrote.
const CardAway = "away"

// roomMissed stands in [Case.Misses] for the room of the desk. No id of an
// officer looks like it.
const roomMissed = "#room"

// card gives a chat the card of the case, if it has none.
func (s *step) card(chat bot.ChatID) {
	if slices.Contains(s.c.Cards, chat) {
		return
	}
	s.c.Cards = append(s.c.Cards, chat)
	s.c.Away = without(s.c.Away, chat)
	s.fresh = append(s.fresh, chat)
}

// drop takes the card from a chat. It is told so if it is still an officer's own
// or a room of ours, and was not found dead.
func (s *step) drop(chat bot.ChatID, tell bool) {
	s.c.Cards = without(s.c.Cards, chat)
	s.fresh = without(s.fresh, chat)
	if !slices.Contains(s.c.Away, chat) {
		s.c.Away = append(s.c.Away, chat)
	}
	if _, officer := s.owner(chat); tell && (officer || s.isRoom(chat)) {
		s.gone = append(s.gone, chat)
	}
}

func (s *step) isRoom(chat bot.ChatID) bool {
	return s.w.Desks != nil && len(s.w.Desks.ByRoom(chat)) > 0
}

// prune takes the card from chats whose people may not have it any more.
func (s *step) prune() {
	if s.w.Desks == nil || s.w.Reach == nil {
		return // nobody can tell
	}
	rooms := s.rooms()
	for _, chat := range list(s.c.Cards) {
		if slices.Contains(rooms, chat) {
			continue
		}
		if id, ok := s.owner(chat); !ok || !s.mayHold(id) {
			s.drop(chat, true)
		}
	}
}

// handOver takes the card from every chat that does not belong to the desk where
// the case has just come to.
func (s *step) handOver() {
	d, _ := s.desk(s.c.Desk)
	crew := append(s.crew(), d.Officers...)
	for _, chat := range list(s.c.Cards) {
		id, own := s.owner(chat)
		if own && slices.Contains(crew, id) || slices.Contains(s.rooms(), chat) {
			continue
		}
		s.drop(chat, true)
	}
}

// summon shows a waiting case to those who answer for it: in the room of the
// desk, else to each of its officers, of a private case to one person at a time;
// if none of them can be reached to the catch-all; and if nobody can, operators
// hear of it. Skip is somebody who just gave it back: the others come first.
func (s *step) summon(skip string) {
	s.c.Sought = s.now
	d, _ := s.desk(s.c.Desk)
	if !s.private() && d.Room != (bot.ChatID{}) && !slices.Contains(s.c.Misses, roomMissed) {
		s.card(d.Room)
		return
	}
	sitting, crew := s.officers(d.ID), s.crew() // the crew ends with the head, who is the last resort
	switch {
	case s.callAny(without(sitting, skip), s.private()):
		return
	case s.callAny(without(crew[len(sitting):], skip), true):
		return
	case slices.Contains(crew, skip) && s.callAny([]string{skip}, true):
		return
	}
	if s.callAny(s.backup(), false) {
		s.noteChief(Effect{What: NoteUnreached, Desk: s.c.Desk})
		return
	}
	s.alarm()
}

// callAny gives the card to who of them can be reached, all or only the first;
// false if nobody can.
func (s *step) callAny(ids []string, one bool) bool {
	called := false
	for _, id := range ids {
		if chat, ok := s.chat(id); ok {
			s.card(chat)
			if called = true; one {
				break
			}
		}
	}
	return called
}

// noteChief says something to the head of the catch-all, who then holds a card,
// too; of a private case to its own head. False if that is nobody.
func (s *step) noteChief(e Effect) bool {
	id, ok := s.chief()
	if !ok {
		return false
	}
	chat, ok := s.chat(id)
	if !ok {
		return false
	}
	s.card(chat)
	e.To = chat
	s.note(e)
	return true
}

// noteHolder says something to who has the case: in the officer's own chat, else
// in the room that shows it; if nobody has it, wherever there is a card, but not
// to people who are away today.
func (s *step) noteHolder(e Effect) {
	if chat, ok := s.chat(s.c.Holder); ok {
		s.card(chat)
		e.To = chat
		s.note(e)
		return
	}
	if s.known(s.c.Holder) && s.roomCard() {
		for _, room := range s.rooms() {
			if slices.Contains(s.c.Cards, room) {
				e.To = room
				s.note(e)
			}
		}
		return
	}
	for _, chat := range s.c.Cards {
		if id, ok := s.owner(chat); !ok || s.mayAct(id) {
			e.To = chat
			s.note(e)
		}
	}
}

// reply says something to who did what is being applied: where it was done, if
// the case is shown there or it is the officer's own chat, else in the own chat.
// About a private case only there.
func (s *step) reply(e Effect) {
	from, by := s.e.From, s.e.By
	if id, ok := s.owner(from); s.fromCard && !s.private() || ok && id == by {
		e.To = from
	} else if e.To, ok = s.own(by); !ok {
		return
	}
	s.note(e)
}

// refuse says that something was not done, and why.
func (s *step) refuse(why string) { s.reply(Effect{What: NoteRefused, Note: why}) }

// Why something was not done: [Effect.Note] of [NoteRefused].
const (
	RefusedNotYours     = "not-yours"    // it lies at a desk that the officer has nothing to do with
	RefusedNoDesk       = "no-desk"      // no desk was named, or there is none of that name
	RefusedSameDesk     = "same-desk"    // it lies there already
	RefusedOutside      = "outside"      // an address outside takes no case over: only «not ours» refers to it
	RefusedConfidential = "confidential" // it may only go to a confidential desk
	RefusedNoReason     = "no-reason"
	RefusedEmpty        = "empty"
	RefusedTooLong      = "too-long" // the text, or all that was said in the case
	RefusedAnswered     = "answered" // it was answered: nothing is left to hand over
	RefusedStale        = "stale"    // it has changed hands since the card that was pressed; see the new one
)

package escalation

import (
	"slices"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
)

// Who is who, at this moment: every question about officers, desks and chats is
// asked here, and none of them fails if there are no desks or no registry.

// desk returns a desk by id.
func (s *step) desk(id string) (desks.Desk, bool) {
	if s.w.Desks == nil || id == "" {
		return desks.Desk{}, false
	}
	return s.w.Desks.Desk(id)
}

// known reports whether somebody is an officer.
func (s *step) known(id string) bool {
	if s.w.Desks == nil || id == "" {
		return false
	}
	_, ok := s.w.Desks.Officer(id)
	return ok
}

// officers are the ids of who is at a desk today.
func (s *step) officers(desk string) []string {
	if s.w.Desks == nil {
		return nil
	}
	var ids []string
	for _, o := range s.w.Desks.Officers(desk, s.now) {
		ids = append(ids, o.ID)
	}
	return ids
}

// standIn is who acts for an officer today: nobody, the officer, or a cover.
func (s *step) standIn(id string) (string, bool) {
	if !s.known(id) {
		return "", false
	}
	o, ok := s.w.Desks.Present(id, s.now)
	return o.ID, ok
}

// private reports whether the case goes to as few people as possible, one at a
// time, and never to a room.
func (s *step) private() bool {
	d, _ := s.desk(s.c.Desk)
	return private(s.c.Matter) || d.Confidential
}

// crew is who answers for the case today: who is at its desk, then its head.
func (s *step) crew() []string {
	ids := s.officers(s.c.Desk)
	d, _ := s.desk(s.c.Desk)
	return s.withHead(ids, d.Head)
}

// backup is who takes over if nobody of the desk can be reached: the head of the
// catch-all, then who is at it. Nobody takes over a private case.
func (s *step) backup() []string {
	if s.w.Desks == nil || s.private() {
		return nil
	}
	d := s.w.Desks.CatchAll()
	ids := s.withHead(nil, d.Head)
	for _, id := range s.officers(d.ID) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *step) withHead(ids []string, head string) []string {
	if id, ok := s.standIn(head); ok && !slices.Contains(ids, id) {
		ids = append(ids, id)
	}
	return ids
}

// chief is who settles what the desks cannot: the head of the catch-all, of a
// private case the head of its own desk; whoever stands in today. False if the
// desk has no head or nobody acts for it.
func (s *step) chief() (string, bool) { return s.standIn(s.chiefDesk().Head) }

// chiefDesk is the desk whose head is the chief.
func (s *step) chiefDesk() desks.Desk {
	if s.w.Desks == nil {
		return desks.Desk{}
	}
	if s.private() {
		d, _ := s.desk(s.c.Desk)
		return d
	}
	return s.w.Desks.CatchAll()
}

// isChief reports whether somebody may settle what the desks cannot. Where there
// is no head everybody at that desk may.
func (s *step) isChief(id string) bool {
	d := s.chiefDesk()
	if chief, ok := s.chief(); ok {
		return id == chief || id == d.Head
	}
	return slices.Contains(s.officers(d.ID), id)
}

// mayAct reports whether an officer may do something with the case: who has it,
// who is at its desk or at the catch-all today, their heads, and who was told by
// a rung. With a private case nobody outside its desk may.
func (s *step) mayAct(id string) bool {
	if !s.known(id) {
		return false
	}
	if id == s.c.Holder || slices.Contains(s.crew(), id) {
		return true
	}
	if d, ok := s.desk(s.c.Desk); ok && d.Head == id {
		return true
	}
	if s.private() {
		return false
	}
	return slices.Contains(s.backup(), id) || s.w.Desks.CatchAll().Head == id || slices.Contains(s.c.ToldOfficers, id) ||
		slices.ContainsFunc(s.c.ToldDesks, func(desk string) bool { return slices.Contains(s.officers(desk), id) })
}

// mayHold reports whether an officer's card of the case may stay: besides who may
// act, who sits at the desk but is away today.
func (s *step) mayHold(id string) bool {
	if s.mayAct(id) {
		return true
	}
	if d, ok := s.desk(s.c.Desk); ok && s.known(id) && slices.Contains(d.Officers, id) {
		return true
	}
	return !s.private() && s.known(id) && slices.Contains(s.w.Desks.CatchAll().Officers, id)
}

// tookPart reports whether an officer ever did something with the case.
func (s *step) tookPart(id string) bool {
	return slices.ContainsFunc(s.c.Log, func(e Entry) bool { return e.By == id })
}

// own returns the chat of an officer's own.
func (s *step) own(id string) (bot.ChatID, bool) {
	if s.w.Reach == nil || !s.known(id) {
		return bot.ChatID{}, false
	}
	chat, ok := s.w.Reach.Chat(id)
	return chat, ok && chat != bot.ChatID{}
}

// chat is own, unless it is known to let nothing through.
func (s *step) chat(id string) (bot.ChatID, bool) {
	if slices.Contains(s.c.Misses, id) {
		return bot.ChatID{}, false
	}
	return s.own(id)
}

// owner returns whose own chat it is; false for a room, a stranger's, and that of
// somebody who is no officer any more.
func (s *step) owner(chat bot.ChatID) (string, bool) {
	if s.w.Reach == nil || chat == (bot.ChatID{}) {
		return "", false
	}
	id, ok := s.w.Reach.Officer(chat)
	return id, ok && s.known(id)
}

// rooms are those that may show the case: that of its desk, and those that a
// rung told. None of a private case.
func (s *step) rooms() []bot.ChatID {
	if s.private() {
		return nil
	}
	var out []bot.ChatID
	for _, id := range append([]string{s.c.Desk}, s.c.ToldDesks...) {
		if d, ok := s.desk(id); ok && d.Room != (bot.ChatID{}) {
			out = append(out, d.Room)
		}
	}
	return out
}

// reachable reports whether the holder would learn of something.
func (s *step) reachable(id string) bool {
	_, ok := s.chat(id)
	return ok || s.known(id) && s.roomCard()
}

// roomCard reports whether a room shows the case.
func (s *step) roomCard() bool {
	return slices.ContainsFunc(s.rooms(), func(r bot.ChatID) bool { return slices.Contains(s.c.Cards, r) })
}

// fit reports whether somebody can go on with the case: reachable, and not away
// today.
func (s *step) fit(id string) bool {
	present, ok := s.standIn(id)
	return ok && present == id && s.reachable(id)
}

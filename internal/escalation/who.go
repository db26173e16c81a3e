package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// rules is a case seen by the rules, with nothing happening to it: who may see a
// card is what they say, also where the case does not lie.
func (o *Office) rules(c Case, now time.Time) *step {
	return &step{c: c, now: now, w: World{Desks: o.config.Desk(), Reach: o.config.Reach(), Now: now}}
}

// concernsChat reports whether a case is the business of an officer's own chat,
// or of a room.
func (o *Office) concernsChat(c Case, chat bot.ChatID, now time.Time) bool {
	s := o.rules(c, now)
	if officer, ok := s.owner(chat); ok {
		return s.mayHold(officer)
	}
	room, ok := s.room()
	return ok && room == chat || !s.private() && s.isRoom(chat) && slices.Contains(c.Cards, chat)
}

// ownChat returns whose own chat it is, "" for a room and for strangers.
func (o *Office) ownChat(chat bot.ChatID) string {
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

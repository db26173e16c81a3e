package staff

import (
	"slices"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
)

// Roster is the list of officers, as [desks.Desks] has it.
type Roster interface {
	// AllOfficers returns every officer, in the order of the file.
	AllOfficers() []desks.Officer
}

// Snapshot is who was registered as which officer at one moment. It never
// changes. Its zero value knows nobody.
type Snapshot struct {
	chats    map[string][]bot.ChatID
	officers map[bot.ChatID]string
}

var _ escalation.Registry = Snapshot{}

// Chat implements [escalation.Registry]. A chat that was registered is preferred
// to those of the file, the newest first.
func (s Snapshot) Chat(officer string) (bot.ChatID, bool) {
	if chats := s.chats[officer]; len(chats) > 0 {
		return chats[0], true
	}
	return bot.ChatID{}, false
}

// Officer implements [escalation.Registry].
func (s Snapshot) Officer(sender bot.ChatID) (string, bool) {
	officer, ok := s.officers[sender]
	return officer, ok
}

// newSnapshot joins the register with the file. Who is not in the file is no
// officer, whatever was redeemed. If both name a chat, the file decides whose it
// is: it is the later word, because nobody redeems for a chat that it gives to
// another.
func newSnapshot(r register, roster Roster) Snapshot {
	if roster == nil {
		return Snapshot{}
	}
	s := Snapshot{map[string][]bot.ChatID{}, map[bot.ChatID]string{}}
	inFile := map[string]bool{}
	for _, o := range roster.AllOfficers() {
		inFile[o.ID] = true
		for _, chat := range fileChats(r, o) {
			if _, taken := s.officers[chat]; !taken {
				s.officers[chat] = o.ID
				s.chats[o.ID] = append(s.chats[o.ID], chat)
			}
		}
	}
	for _, e := range r.Entries { // the oldest first, so that the newest ends in front
		if !inFile[e.Officer] || !s.free(e.owner(), e.Officer) || !s.free(e.chat(), e.Officer) {
			continue
		}
		s.officers[e.owner()], s.officers[e.chat()] = e.Officer, e.Officer
		others := slices.DeleteFunc(s.chats[e.Officer], func(c bot.ChatID) bool { return c == e.chat() })
		s.chats[e.Officer] = slices.Insert(others, 0, e.chat())
	}
	return s
}

// free reports whether a chat is nobody else's.
func (s Snapshot) free(chat bot.ChatID, officer string) bool {
	whose, taken := s.officers[chat]
	return !taken || whose == officer
}

// fileChats returns the chats of an officer in the file that still count.
func fileChats(r register, o desks.Officer) []bot.ChatID {
	return slices.DeleteFunc(slices.Clone(o.Chats), func(chat bot.ChatID) bool {
		return slices.ContainsFunc(r.Removed, placeOf(o.ID, chat).equal)
	})
}

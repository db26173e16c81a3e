package escalation

import (
	"slices"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
)

// maxMentions bounds how many cases one message can speak of.
const maxMentions = 8

// mentions returns the codes of the cases that deciding about something in a
// chat of officers needs: the one that is answered, pressed, chosen by number or
// typed; that of the draft; the one in focus. Which officer wrote is not known
// here, so it is the drafts of all who may mean this case.
func (o *Office) mentions(s exchange.Situation) []string {
	m := s.Message
	switch m.Kind {
	case bot.KindLetter:
		if m.Letter != nil && m.Letter.Ended != nil {
			if code, ok := readCardTrack(m.Letter.Ended.Track); ok {
				return []string{code}
			}
		}
		return nil
	case bot.KindDue, bot.KindOpen, bot.KindLate:
		return nil
	}
	if m.Room && !addressed(m) {
		return nil
	}
	book := bookOf(s.Chat.Cases)
	codes := []string{m.About, book.about(m)}
	if a, ok := readAct(m.Payload); ok && m.Kind == bot.KindPress {
		codes = append(codes, a.code)
	}
	switch c := readCommand(strings.TrimSpace(m.Text)); {
	case m.Kind == bot.KindPress:
	case c.name == commandNumber && c.number > 0 && c.number <= len(book.List):
		if a, ok := readAct(book.List[c.number-1].Action); ok {
			codes = append(codes, a.code)
		}
	case c.code != "":
		codes = append(codes, c.code)
	}
	if who := o.drafter(m, book); who != "" {
		codes = append(codes, book.Drafts[who].Code)
	}
	slices.Sort(codes)
	codes = slices.DeleteFunc(slices.Compact(codes), func(c string) bool { return c == "" })
	return codes[:min(len(codes), maxMentions)]
}

// drafter returns the officer whose draft counts.
func (o *Office) drafter(m bot.Message, book Book) string {
	if book.Officer != "" {
		return book.Officer
	}
	sender := m.Chat
	sender.Chat = m.Sender
	return o.ownChat(sender)
}

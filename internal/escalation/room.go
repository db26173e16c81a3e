package escalation

import (
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
)

// room decides what comes in a room of a desk: id is the officer who wrote, ""
// if it is none. People talk with each other there; only what is meant for the
// bot is heard, and only from officers. Everything else gets no answer at all.
func (o *Office) room(s exchange.Situation, id string, book Book) exchange.Outcome {
	h := o.begin(s, id, book)
	h.room = true
	switch {
	case s.Message.Kind == bot.KindLetter:
		h.letter(s.Message.Letter)
	case s.Message.Kind == bot.KindDue, s.Message.Kind == bot.KindOpen, s.Message.Kind == bot.KindLate:
	case id != "" && addressed(s.Message):
		h.lapse()
		h.message()
	}
	return h.end()
}

// addressed reports whether something said in a room is said to the bot: a
// button, an answer to a message about a case, or a command with a slash.
func addressed(m bot.Message) bool {
	switch m.Kind {
	case bot.KindPress:
		_, ok := readAct(m.Payload)
		return ok
	case bot.KindText:
		slash := strings.HasPrefix(strings.TrimSpace(m.Text), "/") && readCommand(m.Text) != (command{})
		return m.About != "" || slash
	}
	return m.About != ""
}

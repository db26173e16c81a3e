package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/doithoai/doithoai/bot"
)

// Handler takes a message: nil means that it is taken for good, with an error it
// comes again.
type Handler interface {
	Handle(ctx context.Context, m bot.Message) error
}

// Front is the door that knows officers: what comes through it is decided with
// a registration that holds at that moment. It is safe for concurrent use.
type Front struct {
	directory *Directory
	next      Handler
}

// NewFront returns the door before next.
func NewFront(d *Directory, next Handler) *Front { return &Front{directory: d, next: next} }

// Handle takes m. If it is an invitation that holds, the sender is an officer
// from now on, and m goes on with Joined set; also when it comes again. Any other
// code goes on as the text it is. What an officer sends goes on after another
// look at the register, and not at all without one: then it is an error.
func (f *Front) Handle(ctx context.Context, m bot.Message) error {
	m.Joined = "" // only we know
	if code, ok := takeCode(&m); ok {
		officer, err := f.directory.Redeem(ctx, Try{Chat: m.Chat, Sender: m.Sender, Room: m.Room, ID: m.ID, Code: code})
		switch {
		case err == nil:
			m.Joined = officer
			return f.next.Handle(ctx, m)
		case !errors.Is(err, ErrNoInvite) && !errors.Is(err, ErrTooMany):
			return fmt.Errorf("redeem invitation: %w", err)
		}
	}
	if f.fromOfficer(m) {
		if err := f.directory.Fresh(ctx); err != nil {
			return fmt.Errorf("make sure of an officer: %w", err)
		}
	}
	return f.next.Handle(ctx, m)
}

// fromOfficer reports whether the last look says that an officer wrote m: by the
// sender, and also by the chat, for a channel that does not tell the sender of a
// chat that has but one.
func (f *Front) fromOfficer(m bot.Message) bool {
	s, sender := f.directory.Snapshot(), m.Chat
	sender.Chat = m.Sender
	_, writes := s.Officer(sender)
	_, owns := s.Officer(m.Chat)
	return writes || owns
}

// takeCode returns the code that m brings: pasted alone, behind «/start», or by
// a link. What a link brought is then a chat that was opened, as links without a
// code are.
func takeCode(m *bot.Message) (code string, ok bool) {
	switch m.Kind {
	case bot.KindText:
		code = strings.TrimSpace(m.Text)
		if rest, command := strings.CutPrefix(code, "/start "); command {
			code = rest
		}
	case bot.KindPress:
		code, ok = strings.CutPrefix(m.Payload, payloadMark)
		if !ok {
			return "", false
		}
		m.Kind, m.Payload, m.Text = bot.KindOpen, "", ""
	}
	_, ok = readCode(code)
	return code, ok
}

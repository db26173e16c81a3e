package zalobot_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/doithoai/doithoai/bot"
)

// checkTaken checks what holds for every message that the channel hands on.
func checkTaken(t *testing.T, m bot.Message) {
	t.Helper()
	if m.Chat.Channel != "zalo-bot" || m.Chat.Bot == "" || m.Chat.Chat == "" || m.ID == "" || m.At.IsZero() {
		t.Errorf("took %+v, want chat, id and time", m)
	}
	if !utf8.ValidString(m.Text) || !norm.NFC.IsNormalString(m.Text) || m.Text != strings.TrimSpace(m.Text) {
		t.Errorf("took text %q, want it composed and trimmed", m.Text)
	}
	switch m.Kind {
	case bot.KindText:
		if m.Text == "" {
			t.Error("took an empty text")
		}
	case bot.KindOther:
		if m.Text != "" || len(m.Attachments) == 0 {
			t.Errorf("took %+v, want an attachment and no text", m)
		}
	case bot.KindLate:
		if m.Text != "" || m.Attachments != nil {
			t.Errorf("took %+v, want no more than that it was late", m)
		}
	default:
		t.Errorf("took kind %q", m.Kind)
	}
	for _, a := range m.Attachments {
		if a.Source != "" && !strings.HasPrefix(a.Source, "https://") && !strings.HasPrefix(a.Source, "http://") {
			t.Errorf("took source %q", a.Source)
		}
	}
}

// watching is a desk that sees whether its context is alive.
type watching struct {
	*desk
	alive *error
}

func (w watching) Handle(ctx context.Context, m bot.Message) error {
	err := w.desk.Handle(ctx, m)
	*w.alive = ctx.Err()
	return err
}

package channeltest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
)

// The exchange the suite leans on keeps the promises of a real one.
func TestExchange(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	chat := bot.ChatID{Channel: "web", Bot: "main", Chat: "1"}
	x := channeltest.NewExchange(func(m bot.Message) []bot.Reply { return []bot.Reply{{Text: m.Text}, {Text: "nữa"}} })
	changed, stop := x.Watch(chat)
	m := bot.Message{Chat: chat, ID: "a", Kind: bot.KindText, Text: "chào", At: time.Unix(0, 0)}
	for range 2 {
		if err := x.Handle(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	if len(x.Taken()) != 1 || len(x.Calls()) != 2 {
		t.Errorf("took %d of %d calls, want 1 of 2", len(x.Taken()), len(x.Calls()))
	}
	select {
	case <-changed:
	default:
		t.Error("no token for new replies")
	}
	stop()
	if x.Watching() != 0 {
		t.Error("the watcher is still there")
	}

	x.Fail(channeltest.Fetching, 1)
	if _, err := x.Pending(ctx, chat); !errors.Is(err, channeltest.ErrDown) {
		t.Errorf("a failing fetch: %v", err)
	}
	pending, err := x.Pending(ctx, chat)
	if err != nil || len(pending) != 2 || pending[0].Seq != 1 || pending[1].Seq != 2 {
		t.Fatalf("pending %+v, %v", pending, err)
	}
	for range 2 {
		if err := x.Ack(ctx, chat, 1); err != nil {
			t.Fatal(err)
		}
	}
	x.Push(chat, time.Unix(1, 0), bot.Reply{Text: "cán bộ"})
	pending, _ = x.Pending(ctx, chat)
	if len(pending) != 2 || pending[0].Seq != 2 || pending[1].Seq != 3 || x.Acked(chat) != 1 {
		t.Errorf("after the acknowledgement %+v", pending)
	}
}

package channeltest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
)

func pushSplits(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	whole := strings.Fields(longAnswer())
	typeLine(ctx, t, r, "dài")
	var got []string
	for parts := 0; len(got) < len(whole); parts++ {
		text, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("part %d: %v", parts, err)
		}
		if n := len(utf16.Encode([]rune(text))); n > b.abilities.Limit {
			t.Errorf("part %d has %d units, want %d at most", parts, n, b.abilities.Limit)
		}
		if end := text[len(text)-1]; b.abilities.Limit >= 1000 && end != '.' {
			t.Errorf("part %d ends inside a line: %q", parts, text[max(0, len(text)-40):])
		}
		got = append(got, strings.Fields(text)...)
	}
	if strings.Join(got, " ") != strings.Join(whole, " ") {
		t.Error("the parts together are not the answer")
	}
	if err := r.Choose(ctx, "Nơi nộp"); err != nil {
		t.Fatalf("choose under a long answer: %v", err)
	}
	wantNext(ctx, t, r, "đã bấm facet:where")
}

// trySend makes one call, and returns what kind of error it ended with.
func (b *pushBench) trySend(ctx context.Context, t *testing.T, chat bot.ChatID, text string) *delivery.SendError {
	t.Helper()
	_, err := b.sender.Send(ctx, b.delivery(chat, text))
	if err == nil {
		t.Fatal("a send that met a fault succeeded")
	}
	for _, secret := range append(b.platform.Secrets(), private, chat.Chat) {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells a secret, a text or a chat: %v", err)
		}
	}
	fail, ok := errors.AsType[*delivery.SendError](err)
	if !ok {
		t.Fatalf("error %v, want a SendError", err)
	}
	return fail
}

func (b *pushBench) sendOnce(ctx context.Context, t *testing.T, chat bot.ChatID, text string) {
	t.Helper()
	if _, err := b.sender.Send(ctx, b.delivery(chat, text)); err != nil {
		t.Fatalf("send: %v", err)
	}
}

func pushThrottled(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	chat := b.chat(ctx, t, r)
	b.platform.Meet(Throttle, 1)
	if fail := b.trySend(ctx, t, chat, private); fail.Kind != delivery.Throttled || fail.After <= 0 {
		t.Errorf("got %v after %v, want throttled for a while", fail.Kind, fail.After)
	}
	b.platform.Pass(time.Hour)
	b.sendOnce(ctx, t, chat, "sau đó")
	wantNext(ctx, t, r, "sau đó")
	b.platform.Meet(Throttle, 2)
	typeLine(ctx, t, r, "ba")
	wantNext(ctx, t, r, "một", "hai", "ba")
}

func pushOutage(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	chat := b.chat(ctx, t, r)
	b.platform.Meet(Outage, 1)
	if fail := b.trySend(ctx, t, chat, private); fail.Kind != delivery.Retry && fail.Kind != delivery.Uncertain {
		t.Errorf("got %v, want retry or uncertain", fail.Kind)
	}
	b.platform.Meet(Outage, 3)
	typeLine(ctx, t, r, "ba")
	wantNext(ctx, t, r, "một", "hai", "ba")
}

func pushHang(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	chat := b.chat(ctx, t, r)
	b.platform.Meet(Hang, 1)
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if fail := b.trySend(short, t, chat, private); fail.Kind != delivery.Uncertain {
		t.Errorf("got %v, want uncertain", fail.Kind)
	}
	b.sendOnce(ctx, t, chat, "lại đây")
	wantNext(ctx, t, r, "lại đây")
}

func pushBreak(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	chat := b.chat(ctx, t, r)
	b.platform.Meet(Break, 1)
	if fail := b.trySend(ctx, t, chat, "đã tới"); fail.Kind != delivery.Uncertain {
		t.Errorf("got %v, want uncertain", fail.Kind)
	}
	wantNext(ctx, t, r, "đã tới")
}

func pushBlocked(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	chat := b.chat(ctx, t, r)
	if err := r.Block(ctx); err != nil {
		t.Fatal(err)
	}
	if fail := b.trySend(ctx, t, chat, private); fail.Kind != delivery.Gone || fail.Reason == "" {
		t.Errorf("got %v (%s), want gone with a reason", fail.Kind, fail.Reason)
	}
}

func pushUnasked(t *testing.T, b *pushBench) {
	r, ctx := b.resident(t)
	chat := b.chat(ctx, t, r)
	b.post.Push(chat, time.Now(), bot.Reply{Kind: bot.ReplyHandoff, Text: "cán bộ trả lời"}, bot.Reply{Kind: bot.ReplyNotice, Text: "nhắc việc"})
	wantNext(ctx, t, r, "cán bộ trả lời", "nhắc việc")
}

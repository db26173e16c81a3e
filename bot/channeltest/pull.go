package channeltest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Client is one resident at the far end of a pull channel, in a chat of their
// own. Calls end with an error when the context does.
type Client interface {
	// Send types a line; nil means the channel has told the resident it is taken.
	Send(ctx context.Context, text string) error
	// Next waits for the next reply that the resident sees.
	Next(ctx context.Context) (text string, err error)
	// Press chooses from the latest list. Called only with Abilities.Presses.
	Press(ctx context.Context, label string) error
	// Resend sends the last message once more, as after a lost answer. Called
	// only with Abilities.Resends.
	Resend(ctx context.Context) error
	// Reconnect breaks the line and comes back. Called only with Abilities.Reconnects.
	Reconnect(ctx context.Context) error
}

// Abilities says which tests apply to a channel.
type Abilities struct {
	Presses    bool // choices can be pressed, or a typed number means the same
	Resends    bool // the resident's side repeats what was not confirmed
	Reconnects bool // the line may break and come back in the same chat
	Listens    bool // replies show up without the resident doing anything
}

// Connect returns a resident in a new chat of a channel that runs over x. It
// cleans up with t.Cleanup. All the channel logs goes to log.
type Connect func(t *testing.T, x *Exchange, log *slog.Logger) Client

// patience is for a busy machine, not for a slow channel.
const patience = 20 * time.Second

// TestPull runs every test that applies.
func TestPull(t *testing.T, abilities Abilities, connect Connect) {
	t.Helper()
	for _, test := range []struct {
		name string
		on   bool
		run  func(*testing.T, *bench)
	}{
		{"takes what is typed", true, takesText},
		{"shows replies in order and once", true, showsInOrder},
		{"acknowledges only what was shown", true, acknowledges},
		{"survives a failed acknowledgement", true, survivesFailedAck},
		{"keeps chats apart", true, keepsChatsApart},
		{"logs nothing that is written", true, logsNothing},
		{"says when a message is not taken", abilities.Resends, saysNotTaken},
		{"repeats a message under its id", abilities.Resends, repeatsUnderID},
		{"carries the payload of a press", abilities.Presses, carriesPayload},
		{"resumes after a broken line", abilities.Reconnects, resumes},
		{"shows what comes by itself", abilities.Listens, listens},
	} {
		if !test.on {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			b := &bench{connect: connect}
			b.x = NewExchange(echo)
			test.run(t, b)
		})
	}
}

type bench struct {
	x       *Exchange
	connect Connect
	log     logBuffer
}

func (b *bench) client(t *testing.T) (Client, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return b.connect(t, b.x, slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))), ctx
}

// echo answers every typed line with what a test can recognise: «ba» gets three
// replies, «chọn» a list.
func echo(m bot.Message) []bot.Reply {
	switch {
	case m.Kind == bot.KindOpen:
		return nil
	case m.Kind == bot.KindPress:
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "đã bấm " + m.Payload}}
	case m.Text == "ba":
		return []bot.Reply{
			{Kind: bot.ReplyAnswer, Text: "một"}, {Kind: bot.ReplyAnswer, Text: "hai"}, {Kind: bot.ReplyNotice, Text: "ba"},
		}
	case m.Text == "chọn":
		return []bot.Reply{{Kind: bot.ReplyChoice, Text: "chọn gì", Buttons: []bot.Button{
			{Label: "Giấy tờ", Payload: "facet:papers"}, {Label: "Nơi nộp", Payload: "facet:where"},
		}}}
	default:
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "nghe: " + m.Text}}
	}
}

func send(ctx context.Context, t *testing.T, c Client, text string) {
	t.Helper()
	if err := c.Send(ctx, text); err != nil {
		t.Fatalf("send: %v", err)
	}
}

func want(ctx context.Context, t *testing.T, c Client, texts ...string) {
	t.Helper()
	for _, w := range texts {
		got, err := c.Next(ctx)
		if err != nil {
			t.Fatalf("wait for %q: %v", w, err)
		}
		if got != w {
			t.Fatalf("got reply %q, want %q", got, w)
		}
	}
}

// typed returns what was taken apart from greetings.
func (b *bench) typed() []bot.Message {
	return slices.DeleteFunc(b.x.Taken(), func(m bot.Message) bool { return m.Kind == bot.KindOpen })
}

// eventually waits for something that a channel does after it has shown a reply.
func eventually(ctx context.Context, t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func takesText(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	const line = "Hộ nghèo được gì?"
	send(ctx, t, c, "Ho\u0323\u0302 nghe\u0300o \u0111\u01b0\u01a1\u0323c gi\u0300?") // as some phones type it
	want(ctx, t, c, "nghe: "+line)
	send(ctx, t, c, "nữa")
	want(ctx, t, c, "nghe: nữa")
	taken := b.typed()
	if len(taken) != 2 {
		t.Fatalf("took %d messages, want 2", len(taken))
	}
	m := taken[0]
	if m.Kind != bot.KindText || m.Text != line || m.Payload != "" {
		t.Errorf("took kind %q, text %q, payload %q; want the composed text", m.Kind, m.Text, m.Payload)
	}
	if m.Chat.Channel == "" || m.Chat.Bot == "" || m.Chat.Chat == "" || m.At.IsZero() {
		t.Errorf("took %+v, want chat and time filled", m)
	}
	if m.ID == "" || m.ID == taken[1].ID {
		t.Errorf("ids %q and %q, want two", m.ID, taken[1].ID)
	}
	if m.Chat != taken[1].Chat {
		t.Errorf("chats %v and %v, want one", m.Chat, taken[1].Chat)
	}
}

func showsInOrder(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	send(ctx, t, c, "ba")
	want(ctx, t, c, "một", "hai", "ba")
	send(ctx, t, c, "xong")
	want(ctx, t, c, "nghe: xong")
}

func acknowledges(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	send(ctx, t, c, "ba")
	want(ctx, t, c, "một", "hai", "ba")
	chat := b.typed()[0].Chat
	eventually(ctx, t, "acknowledge three replies", func() bool { return b.x.Acked(chat) == 3 })
}

func survivesFailedAck(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	b.x.Fail(Acking, 1)
	send(ctx, t, c, "một")
	want(ctx, t, c, "nghe: một")
	send(ctx, t, c, "hai")
	want(ctx, t, c, "nghe: hai")
	chat := b.typed()[0].Chat
	eventually(ctx, t, "acknowledge both", func() bool { return b.x.Acked(chat) == 2 })
}

func keepsChatsApart(t *testing.T, b *bench) {
	one, ctx := b.client(t)
	two, _ := b.client(t)
	send(ctx, t, one, "của một")
	send(ctx, t, two, "của hai")
	want(ctx, t, two, "nghe: của hai")
	want(ctx, t, one, "nghe: của một")
	if m := b.typed(); m[0].Chat == m[1].Chat {
		t.Errorf("both residents are chat %v", m[0].Chat)
	}
}

func logsNothing(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	const secret = "bimat0912345678"
	b.x.Fail(Handling, 1)
	if err := c.Send(ctx, secret+" một"); err == nil {
		want(ctx, t, c, "nghe: "+secret+" một") // a channel may repeat by itself
	}
	send(ctx, t, c, secret+" hai")
	for {
		got, err := c.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got == "nghe: "+secret+" hai" {
			break
		}
	}
	logged := b.log.String()
	if strings.Contains(logged, secret) || strings.Contains(logged, b.typed()[0].Chat.Chat) {
		t.Errorf("the log holds a message or a chat:\n%s", logged)
	}
}

func saysNotTaken(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	b.x.Fail(Handling, -1)
	if err := c.Send(ctx, "mất điện"); err == nil {
		t.Fatal("the channel said «taken» while the exchange was down")
	}
	b.x.Fail(Handling, 0)
	if err := c.Resend(ctx); err != nil {
		t.Fatalf("resend: %v", err)
	}
	want(ctx, t, c, "nghe: mất điện")
}

func repeatsUnderID(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	send(ctx, t, c, "hai lần")
	if err := c.Resend(ctx); err != nil {
		t.Fatalf("resend: %v", err)
	}
	want(ctx, t, c, "nghe: hai lần")
	send(ctx, t, c, "xong")
	want(ctx, t, c, "nghe: xong")
	if n := len(b.typed()); n != 2 {
		t.Errorf("took %d messages, want 2", n)
	}
}

func carriesPayload(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	send(ctx, t, c, "chọn")
	want(ctx, t, c, "chọn gì")
	if err := c.Press(ctx, "Nơi nộp"); err != nil {
		t.Fatalf("press: %v", err)
	}
	want(ctx, t, c, "đã bấm facet:where")
	taken := b.typed()
	if m := taken[len(taken)-1]; m.Kind != bot.KindPress || m.Payload != "facet:where" {
		t.Errorf("took kind %q, payload %q", m.Kind, m.Payload)
	}
}

func resumes(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	send(ctx, t, c, "trước")
	want(ctx, t, c, "nghe: trước")
	if err := c.Reconnect(ctx); err != nil {
		t.Fatalf("reconnect: %v", err)
	}
	send(ctx, t, c, "sau")
	want(ctx, t, c, "nghe: sau")
	if m := b.typed(); m[0].Chat != m[1].Chat {
		t.Errorf("chats %v and %v, want one", m[0].Chat, m[1].Chat)
	}
}

func listens(t *testing.T, b *bench) {
	c, ctx := b.client(t)
	send(ctx, t, c, "đợi")
	want(ctx, t, c, "nghe: đợi")
	chat := b.typed()[0].Chat
	for i := range 3 {
		b.x.Push(chat, time.Now(), bot.Reply{Kind: bot.ReplyHandoff, Text: fmt.Sprintf("cán bộ %d", i)})
	}
	want(ctx, t, c, "cán bộ 0", "cán bộ 1", "cán bộ 2")
}

// logBuffer collects a log from several goroutines.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

package console_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/internal/console"
)

func script(m bot.Message) []bot.Reply {
	switch {
	case m.Kind == bot.KindOpen:
		return []bot.Reply{{Kind: bot.ReplyNotice, Text: "Chào cô bác."}}
	case m.Kind == bot.KindPress:
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "đã bấm " + m.Payload}}
	case m.Text == "hai":
		return []bot.Reply{{Text: "một"}, {Text: "---\nhai"}}
	case m.Text == "im":
		return nil
	default:
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "nghe: " + m.Text + "\x1b[31m\n\nđoạn hai", Buttons: []bot.Button{
			{Label: "Giấy tờ", Payload: "facet:papers"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"},
		}}}
	}
}

func TestPipe(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(script)
	var out strings.Builder
	err := console.Run(t.Context(), console.Config{
		In:  strings.NewReader("Ho\u0323\u0302 nghèo?\r\n\n1\nhai\nim\n  0 "),
		Out: &out, Intake: x, Outbox: x,
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `nghe: Hộ nghèo?[31m

đoạn hai
  1. Giấy tờ
  0. Gặp cán bộ
---
đã bấm facet:papers
---
một
--
 ---
hai
---
---
đã bấm gap-can-bo
---
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, m := range x.Taken() {
		if m.Chat.Channel != "terminal" || m.Chat.Bot != "main" || m.Chat.Chat == "" || m.At.IsZero() {
			t.Errorf("took %+v", m)
		}
	}
}

func TestPipeReportsAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := channeltest.NewExchange(script)
		x.Fail(channeltest.Handling, -1)
		err := console.Run(t.Context(), console.Config{In: strings.NewReader("một\nhai\n"), Out: io.Discard, Intake: x, Outbox: x})
		if !errors.Is(err, channeltest.ErrDown) {
			t.Errorf("got error %v, want the outage", err)
		}
		calls := x.Calls()
		if len(calls) < 2 {
			t.Fatalf("tried %d times", len(calls))
		}
		for _, m := range calls {
			if m.ID != calls[0].ID {
				t.Error("tried again under another id")
			}
		}
		x.Fail(channeltest.Handling, 0)
		x.Fail(channeltest.Fetching, 1)
		if err := console.Run(t.Context(), console.Config{In: strings.NewReader("một\n"), Out: io.Discard, Intake: x, Outbox: x}); err == nil {
			t.Error("replies that cannot be fetched are no error")
		}
	})
}

func TestPipeErrors(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(script)
	long := strings.NewReader(strings.Repeat("a", 2<<20))
	if err := console.Run(t.Context(), console.Config{In: long, Out: io.Discard, Intake: x, Outbox: x}); !errors.Is(err, bufio.ErrTooLong) {
		t.Errorf("a line of 2 MB: %v", err)
	}
	if err := console.Run(t.Context(), console.Config{In: strings.NewReader("a\nb\n"), Out: brokenPipe{}, Intake: x, Outbox: x}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a broken pipe: %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTerminal(t *testing.T) {
	t.Parallel()
	const width = 30
	long := "- " + strings.Repeat("giấy chứng nhận ", 8)
	x := channeltest.NewExchange(func(m bot.Message) []bot.Reply {
		if m.Kind == bot.KindText {
			return []bot.Reply{{Kind: bot.ReplyUrgent, Text: long, Buttons: []bot.Button{{Label: strings.Repeat("dài ", 12)}}}}
		}
		return script(m)
	})
	var out strings.Builder
	err := console.Run(t.Context(), console.Config{
		In: strings.NewReader("hỏi\nThoát\nkhông đọc tới\n"), Out: &out, Intake: x, Outbox: x,
		IsTerminal: true, NoColor: true, Width: func() int { return width },
	})
	if err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{"trợ lý tự động", "OTP", "Chào cô bác.", "> ", "\n  chứng nhận", "  1. dài"} {
		if !strings.Contains(got, want) {
			t.Errorf("the screen lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Errorf("colours on a terminal without: %q", got)
	}
	for _, line := range strings.Split(got, "\n")[1:] { // the title is not wrapped
		if n := utf8.RuneCountInString(strings.TrimPrefix(line, "> ")); n > width {
			t.Errorf("a line of %d columns: %q", n, line)
		}
	}
	if n := len(x.Taken()); n != 2 {
		t.Errorf("took %d messages, want the opening and one question", n)
	}
}

func TestTerminalColours(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(script)
	var out strings.Builder
	err := console.Run(t.Context(), console.Config{In: strings.NewReader("a\n"), Out: &out, Intake: x, Outbox: x, IsTerminal: true})
	if err != nil || !strings.Contains(out.String(), "\x1b[1m") {
		t.Errorf("error %v, screen %q", err, out.String())
	}
	if strings.Contains(out.String(), "nghe: a\x1b") {
		t.Error("a reply steers the terminal")
	}
}

// A person at a terminal is told of an outage and goes on; what comes by itself
// is shown; the end of the context is no error.
func TestTerminalLives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := channeltest.NewExchange(script)
		in, typed := io.Pipe()
		out := &buffer{}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- console.Run(ctx, console.Config{In: in, Out: out, Intake: x, Outbox: x, IsTerminal: true, NoColor: true})
		}()
		synctest.Wait()
		x.Fail(channeltest.Handling, -1)
		_, _ = io.WriteString(typed, "một\n")
		time.Sleep(time.Minute) // a dreamt one
		x.Fail(channeltest.Handling, 0)
		if !strings.Contains(out.String(), "Chưa gửi được") {
			t.Errorf("the outage is not told: %s", out)
		}
		x.PushAll(time.Now(), bot.Reply{Kind: bot.ReplyHandoff, Text: "Cán bộ trả lời."})
		synctest.Wait()
		if !strings.Contains(out.String(), "Cán bộ trả lời.") {
			t.Errorf("what came by itself is not shown: %s", out)
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("after Ctrl-C: %v", err)
		}
		_ = in.Close() // lets the reader of the terminal go
	})
}

func TestTerminalIsNoFile(t *testing.T) {
	t.Parallel()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if is, width := console.Terminal(f, f); is || width() != 0 {
		t.Errorf("a file is a terminal of %d columns", width())
	}
}

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// ---- the conformance suite's resident: a script at the other end of a pipe ----

type piper struct {
	in      io.Writer
	replies chan string
	buttons map[string]string // label to number, of the latest list
	mu      sync.Mutex
}

func (p *piper) Send(_ context.Context, text string) error {
	_, err := io.WriteString(p.in, text+"\n")
	return err
}

func (p *piper) Press(ctx context.Context, label string) error {
	p.mu.Lock()
	number := p.buttons[label]
	p.mu.Unlock()
	return p.Send(ctx, number)
}

func (p *piper) Next(ctx context.Context) (string, error) {
	select {
	case r := <-p.replies:
		return r, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (*piper) Resend(context.Context) error    { return errors.ErrUnsupported }
func (*piper) Reconnect(context.Context) error { return errors.ErrUnsupported }

// read cuts the output into replies.
func (p *piper) read(out io.Reader) {
	var reply []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		if number, label, ok := strings.Cut(strings.TrimPrefix(line, "  "), ". "); ok && strings.HasPrefix(line, "  ") {
			p.mu.Lock()
			p.buttons[label] = number
			p.mu.Unlock()
			continue
		}
		if line != "--" && line != "---" {
			reply = append(reply, line)
			continue
		}
		if len(reply) > 0 {
			p.replies <- strings.Join(reply, "\n")
		}
		reply = nil
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.TestPull(t, channeltest.Abilities{Presses: true}, func(t *testing.T, x *channeltest.Exchange, _ *slog.Logger) channeltest.Client {
		in, typed := io.Pipe()
		shown, out := io.Pipe()
		p := &piper{in: typed, replies: make(chan string, 10), buttons: map[string]string{}}
		var both sync.WaitGroup
		both.Go(func() { p.read(shown) })
		both.Go(func() {
			if err := console.Run(context.Background(), console.Config{In: in, Out: out, Intake: x, Outbox: x}); err != nil {
				t.Error(err)
			}
			_ = out.Close()
		})
		t.Cleanup(func() {
			_ = typed.Close()
			both.Wait()
		})
		return p
	})
}

// A terminal shows no pictures: it says what is on them.
func TestPicturesAreToldInWords(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(func(bot.Message) []bot.Reply {
		return []bot.Reply{{Text: "Dạ", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "k", Text: "Mẫu thẻ"}, {Kind: bot.AttachVoice, Key: "l"}}}}
	})
	var out strings.Builder
	if err := console.Run(t.Context(), console.Config{In: strings.NewReader("x"), Out: &out, Intake: x, Outbox: x}); err != nil {
		t.Fatal(err)
	}
	if want := "[Mẫu thẻ]\n\nDạ\n---\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

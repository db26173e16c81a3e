package webchat_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/webchat"
)

func testKey() []byte { return bytes.Repeat([]byte("k"), 32) }

// echo answers with what was said.
func echo(m bot.Message) []bot.Reply {
	if m.Kind == bot.KindOpen {
		return nil
	}
	return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "nghe: " + m.Text + m.Payload}}
}

func newHandler(t *testing.T, cfg webchat.Config) *webchat.Handler {
	t.Helper()
	if cfg.Intake == nil {
		x := channeltest.NewExchange(echo)
		cfg.Intake, cfg.Outbox = x, x
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Key == nil {
		cfg.Key = testKey()
	}
	h, err := webchat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// browser does what app.js does, for one resident.
type browser struct {
	t      *testing.T
	base   string
	http   *http.Client
	nextID int
}

type message struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Text    string `json:"text,omitempty"`
	Payload string `json:"payload,omitempty"`
}

type reply struct {
	Seq     uint64
	Kind    string
	Text    string
	Buttons []struct{ Number, Label, Payload string }
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: base, http: &http.Client{Jar: jar}}
}

// do sends a request the way our page would; change may spoil it.
func (b *browser) do(ctx context.Context, method, path string, body any, change func(*http.Request)) (*http.Response, error) {
	var r io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(body)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, b.base+path, r)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if change != nil {
		change(req)
	}
	return b.http.Do(req)
}

// call is do, with the status and the whole body.
func (b *browser) call(method, path string, body any, change func(*http.Request)) (int, string) {
	b.t.Helper()
	res, err := b.do(b.t.Context(), method, path, body, change)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func (b *browser) begin() {
	b.t.Helper()
	if status, body := b.call("POST", "/chat/session", struct{}{}, nil); status != http.StatusOK {
		b.t.Fatalf("begin session: %d %s", status, body)
	}
}

func (b *browser) text(text string) message {
	b.nextID++
	return message{ID: fmt.Sprintf("message-number-%08d", b.nextID), Kind: "text", Text: text}
}

// post sends m and returns an error unless it was taken.
func (b *browser) post(ctx context.Context, m message) error {
	res, err := b.do(ctx, "POST", "/chat/messages", m, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

func (b *browser) ack(ctx context.Context, upTo uint64) error {
	res, err := b.do(ctx, "POST", "/chat/ack", map[string]uint64{"upTo": upTo}, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// stream opens server-sent events; events come until the line breaks.
func (b *browser) stream(ctx context.Context, after uint64) (<-chan event, error) {
	res, err := b.do(ctx, "GET", "/chat/events", nil, func(r *http.Request) {
		if after > 0 {
			r.Header.Set("Last-Event-ID", fmt.Sprint(after))
		}
	})
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	events := make(chan event, 100)
	go func() {
		defer close(events)
		defer res.Body.Close()
		var e event
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			switch key, value, _ := strings.Cut(lines.Text(), ": "); key {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
				events <- e
				e = event{}
			}
		}
	}()
	return events, nil
}

type event struct{ id, name, data string }

func (e event) reply(t *testing.T) reply {
	t.Helper()
	var r reply
	if err := json.Unmarshal([]byte(e.data), &r); err != nil {
		t.Fatalf("event %+v: %v", e, err)
	}
	return r
}

// ---- the conformance suite's resident ----

// resident drives a browser through the suite, by events or by long requests.
type resident struct {
	*browser
	last    message
	seq     uint64
	events  <-chan event
	stop    context.CancelFunc
	polling bool
	queue   []reply
	latest  reply
}

var _ channeltest.Client = (*resident)(nil)

func (r *resident) Send(ctx context.Context, text string) error {
	r.last = r.text(text)
	return r.post(ctx, r.last)
}

func (r *resident) Resend(ctx context.Context) error { return r.post(ctx, r.last) }

func (r *resident) Press(ctx context.Context, label string) error {
	for _, b := range r.latest.Buttons {
		if b.Label == label {
			m := r.text(label)
			m.Kind, m.Payload = "press", b.Payload
			return r.post(ctx, m)
		}
	}
	return errors.New("no such button")
}

func (r *resident) Reconnect(context.Context) error {
	r.stop()
	r.events = nil
	return nil
}

func (r *resident) Next(ctx context.Context) (string, error) {
	for len(r.queue) == 0 {
		if err := r.fetch(ctx); err != nil {
			return "", err
		}
	}
	one := r.queue[0]
	r.queue = r.queue[1:]
	if len(one.Buttons) > 0 {
		r.latest = one
	}
	_ = r.ack(ctx, one.Seq) // the next one makes up for it
	return one.Text, nil
}

func (r *resident) fetch(ctx context.Context) error {
	if r.polling {
		res, err := r.do(ctx, "GET", fmt.Sprintf("/chat/replies?after=%d", r.seq), nil, nil)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		var answer struct{ Replies []reply }
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			return err
		}
		r.take(answer.Replies...)
		return nil
	}
	if r.events == nil {
		var streaming context.Context
		streaming, r.stop = context.WithCancel(r.t.Context())
		events, err := r.stream(streaming, r.seq)
		if err != nil {
			return err
		}
		r.events = events
	}
	select {
	case e, ok := <-r.events:
		if !ok {
			return errors.New("the line broke")
		}
		if e.id != "" {
			r.take(e.reply(r.t))
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *resident) take(replies ...reply) {
	for _, one := range replies {
		r.seq = one.Seq
		r.queue = append(r.queue, one)
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, polling := range map[string]bool{"events": false, "long requests": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			abilities := channeltest.Abilities{Presses: true, Resends: true, Reconnects: !polling, Listens: true}
			channeltest.TestPull(t, abilities, func(t *testing.T, x *channeltest.Exchange, log *slog.Logger) channeltest.Client {
				base := serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x, Logger: log}))
				b := newBrowser(t, base)
				b.begin()
				r := &resident{browser: b, polling: polling}
				r.stop = func() {}
				t.Cleanup(func() { r.stop() })
				return r
			})
		})
	}
}

package control_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// bench is a store and an exchange that do what a test says. Its zero value is
// empty and refuses nothing.
type bench struct {
	mu      sync.Mutex
	dead    []record.Dead
	items   []record.Item
	export  func(ctx context.Context, show func(record.Item) error) error
	called  []string
	answers error
	message bot.Message
}

func (b *bench) call(format string, args ...any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.called = append(b.called, fmt.Sprintf(format, args...))
	return b.answers
}

func (b *bench) Dead(_ context.Context, show func(record.Dead) error) error {
	for _, d := range b.dead {
		if err := show(d); err != nil {
			return err
		}
	}
	return b.answers
}

func (b *bench) Export(ctx context.Context, show func(record.Item) error) error {
	if b.export != nil {
		return b.export(ctx, show)
	}
	for _, item := range b.items {
		if err := show(item); err != nil {
			return err
		}
	}
	return b.answers
}

func (b *bench) Revive(_ context.Context, id string) error { return b.call("revive %s", id) }
func (b *bench) Bury(_ context.Context, id string) error   { return b.call("bury %s", id) }
func (b *bench) Handle(_ context.Context, m bot.Message) error {
	b.message = m
	return b.call("handle")
}

// roomy can be compacted as well.
type roomy struct{ *bench }

func (r roomy) Compact(context.Context) (before, after int64, err error) {
	return 1 << 40, 3, r.call("compact")
}

// serve runs a server over a socket of its own.
func serve(t *testing.T, c control.Config) (path string, server *http.Server) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ctl.sock")
	l, err := control.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	server = &http.Server{Handler: control.Handler(c), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return path, server
}

func dial(t *testing.T, path string) *control.Client {
	t.Helper()
	client, err := control.Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func connect(t *testing.T, c control.Config) *control.Client {
	t.Helper()
	path, _ := serve(t, c)
	return dial(t, path)
}

func TestClientShowsWhatTheStoreHolds(t *testing.T) {
	t.Parallel()
	chat := bot.ChatID{Channel: "telegram", Bot: "main", Chat: "7\xff\x00"}
	b := &bench{
		dead: []record.Dead{
			{ID: "01-7", Reason: "expired", At: noon, Delivery: record.Delivery{
				Chat: chat, Seq: 7, Reply: bot.Reply{Text: strings.Repeat("Dạ <b>", 1<<16)}, Priority: record.PriorityPerson,
				At: noon, Expires: noon, Attempts: 3, Lapses: 1, Note: []byte{0},
			}},
			{ID: "01-8", Reason: "poison", At: noon, Letter: record.Letter{
				ID: "ab", From: chat, At: noon, Letter: bot.Letter{To: chat, Replies: []bot.Reply{{Text: "x"}}},
			}},
		},
		items: []record.Item{
			{Kind: record.ItemKey, Value: bytes.Repeat([]byte{0xfe}, record.KeySize)},
			{Kind: record.ItemRef, Name: record.Name{1}, Mark: record.Mark{2}, Value: []byte{3}, Ends: noon},
			{Kind: record.ItemCount, Day: "2026-11-21", Counter: []byte("a\xff"), N: 1<<64 - 1},
		},
	}
	client := connect(t, control.Config{Operator: b})
	var dead []record.Dead
	err := client.Dead(t.Context(), func(d record.Dead) error { dead = append(dead, d); return nil })
	if err != nil || !reflect.DeepEqual(dead, b.dead) {
		t.Errorf("dead letters: got %d, %v, want the %d of the store", len(dead), err, len(b.dead))
	}
	var items []record.Item
	err = client.Export(t.Context(), func(item record.Item) error { items = append(items, item); return nil })
	if err != nil || !reflect.DeepEqual(items, b.items) {
		t.Errorf("items: got %+v, %v, want %+v", items, err, b.items)
	}
}

func TestClientHasThingsDone(t *testing.T) {
	t.Parallel()
	b := &bench{}
	client := connect(t, control.Config{Operator: roomy{b}, Intake: b})
	message := bot.Message{
		Chat: bot.ChatID{Channel: "zalo-oa", Bot: "oa\"1", Chat: "\xff/"}, ID: "\x00id", At: noon,
		Kind: bot.KindPress, Text: "Gặp cán bộ", Payload: "v1|human", Sender: "\xfe7", Room: true, ReplyTo: "9\x00",
	}
	before, after, err := client.Compact(t.Context())
	if before != 1<<40 || after != 3 {
		t.Errorf("compacted from %d to %d", before, after)
	}
	err = errors.Join(err, client.Revive(t.Context(), "01-7"), client.Bury(t.Context(), "../a b?"), client.Handle(t.Context(), message))
	if want := []string{"compact", "revive 01-7", "bury ../a b?", "handle"}; err != nil || !reflect.DeepEqual(b.called, want) {
		t.Errorf("done: %q, %v, want %q", b.called, err, want)
	}
	if !reflect.DeepEqual(b.message, message) {
		t.Errorf("message %+v, want %+v", b.message, message)
	}
	for _, own := range []bot.Message{{Kind: bot.KindDue}, {Kind: bot.KindLetter}, {Kind: bot.KindText, Letter: &bot.Letter{}}} {
		if err := client.Handle(t.Context(), own); err == nil || len(b.called) != 4 {
			t.Errorf("a message of kind %q with letter %v was handed over", own.Kind, own.Letter)
		}
	}
}

func TestErrorsKeepTheirIdentity(t *testing.T) {
	t.Parallel()
	for _, want := range []error{
		delivery.ErrNotFound, exchange.ErrClosed, exchange.ErrUnavailable, exchange.ErrBusy,
		record.ErrInvalid, record.ErrVersion, record.ErrCorrupt, control.ErrUnsupported,
	} {
		t.Run(want.Error(), func(t *testing.T) {
			t.Parallel()
			b := &bench{answers: fmt.Errorf("layer: %w", want)}
			client := connect(t, control.Config{Operator: roomy{b}, Intake: b})
			_, _, compact := client.Compact(t.Context())
			for name, err := range map[string]error{
				"revive":  client.Revive(t.Context(), "1"),
				"bury":    client.Bury(t.Context(), "1"),
				"compact": compact,
				"handle":  client.Handle(t.Context(), bot.Message{Kind: bot.KindText}),
				"dead":    client.Dead(t.Context(), func(record.Dead) error { return nil }),
				"export":  client.Export(t.Context(), func(record.Item) error { return nil }),
			} {
				if !errors.Is(err, want) || !strings.Contains(err.Error(), "layer: ") {
					t.Errorf("%s: got %v, want %v with its layers", name, err, want)
				}
			}
		})
	}
	client := connect(t, control.Config{Operator: &bench{answers: &exchange.MovedError{To: "kho mới"}}})
	if moved, ok := errors.AsType[*exchange.MovedError](client.Revive(t.Context(), "1")); !ok || moved.To != "kho mới" {
		t.Errorf("got %v, want where the store was moved to", moved)
	}
}

func TestWhatTheServerCannotDo(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	b := &bench{answers: errors.New("disk is full")}
	client := connect(t, control.Config{Operator: b, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if _, _, err := client.Compact(t.Context()); !errors.Is(err, control.ErrUnsupported) {
		t.Errorf("compact: got %v, want ErrUnsupported", err)
	}
	if err := client.Handle(t.Context(), bot.Message{Kind: bot.KindText}); !errors.Is(err, control.ErrUnsupported) {
		t.Errorf("handle: got %v, want ErrUnsupported", err)
	}
	if log.Len() > 0 {
		t.Errorf("logged %q, want only what no caller can name", log.String())
	}
	if err := client.Bury(t.Context(), "1"); err == nil || err.Error() != "disk is full" {
		t.Errorf("bury: got %v, want the store's own words", err)
	}
	if !strings.Contains(log.String(), "disk is full") {
		t.Errorf("logged %q, want the error", log.String())
	}
}

// A stream that ends early is never taken for a whole one.
func TestBrokenStreams(t *testing.T) {
	t.Parallel()
	full := errors.New("page fault")
	for name, test := range map[string]struct {
		end  func(server *http.Server) error
		want error
	}{
		"the store fails":    {func(*http.Server) error { return full }, nil},
		"the server panics":  {func(*http.Server) error { panic(http.ErrAbortHandler) }, control.ErrInterrupted},
		"the server is shut": {func(s *http.Server) error { return s.Close() }, control.ErrInterrupted},
		"the server stops":   {func(*http.Server) error { return fmt.Errorf("show: %w", context.Canceled) }, control.ErrInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bench{}
			path, server := serve(t, control.Config{Operator: b})
			b.export = func(_ context.Context, show func(record.Item) error) error {
				return errors.Join(show(record.Item{Kind: record.ItemKey, Value: make([]byte, 1<<20)}), test.end(server))
			}
			shown := 0
			err := dial(t, path).Export(t.Context(), func(record.Item) error { shown++; return nil })
			if err == nil || test.want != nil && !errors.Is(err, test.want) || test.want == nil && err.Error() != full.Error() {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if shown > 1 {
				t.Errorf("%d items shown", shown)
			}
		})
	}
}

// Whoever stops reading, ends the export in the server: it must not hold the
// store for long.
func TestLeavingEndsTheExport(t *testing.T) {
	t.Parallel()
	ended, enough := make(chan error, 1), errors.New("enough")
	b := &bench{export: func(_ context.Context, show func(record.Item) error) error {
		for {
			if err := show(record.Item{Kind: record.ItemRef, Value: make([]byte, 1<<16)}); err != nil {
				ended <- err
				return err
			}
		}
	}}
	client := connect(t, control.Config{Operator: b})
	if err := client.Export(t.Context(), func(record.Item) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v, want %v", err, enough)
	}
	if err := <-ended; err == nil {
		t.Error("the export ended without a reason")
	}
}

func TestAnotherLanguage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ctl.sock")
	l, err := control.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	if err := server.Listener.Close(); err != nil {
		t.Fatal(err)
	}
	server.Listener = l
	server.Start()
	defer server.Close()
	if _, err := control.Dial(t.Context(), path); !errors.Is(err, control.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte(`{"item":{"kind":"key"}}` + "\n" + `{"end":true}`))
	f.Add([]byte(`{"fault":{"code":"closed","text":"x"}}`))
	f.Add([]byte(`{"fault":null}{}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if _, err := control.Receive(bytes.NewReader(answer)); err == nil && !bytes.Contains(answer, []byte("true")) {
			t.Errorf("%q passes for a complete answer", answer)
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"channel":"web","bot":"main","chat":"YQ==","id":"YQ==","kind":"text","text":"YQ=="}`))
	f.Add([]byte(`{"kind":"due"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		b := &bench{}
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPost, "/v1/message", bytes.NewReader(body))
		control.Handler(control.Config{Operator: b, Intake: b}).ServeHTTP(answer, request)
		if taken := answer.Code == http.StatusOK; taken != (len(b.called) == 1) {
			t.Errorf("answered %d after %q", answer.Code, b.called)
		}
		if b.message.Kind == bot.KindDue || b.message.Kind == bot.KindLetter {
			t.Errorf("took a message of kind %q from outside", b.message.Kind)
		}
	})
}

package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	alice   = bot.ChatID{Channel: "web", Bot: "main", Chat: "alice"}
	apology = bot.Reply{Kind: bot.ReplyNotice, Text: "Dạ, xin lỗi cô bác.", Buttons: []bot.Button{{Label: "Gặp cán bộ", Payload: "v1|human"}}}
	noon    = time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC) // already the 22nd in Vietnam
	vietnam = time.FixedZone("ICT", 7*3600)
)

type decide func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step

func (d decide) Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	return d(conv, m, now)
}

// answer replies with the id of the message.
func answer(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	conv.UpdatedAt = now
	return bot.Step{Conversation: conv, Replies: []bot.Reply{{Text: m.ID}}, Counts: []string{"decision.answer"}}
}

// bench is an exchange over a real store.
type bench struct {
	*exchange.Exchange
	store *boltstore.Store
	woken atomic.Int64
	log   bytes.Buffer
}

func newBench(t *testing.T, d decide, wrap func(exchange.Store) exchange.Store) *bench {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "x.db"), boltstore.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{store: store}
	var port exchange.Store = store
	if wrap != nil {
		port = wrap(store)
	}
	b.Exchange, err = exchange.New(port, exchange.Talking(d), exchange.Config{
		Apology:  apology,
		Location: vietnam,
		Outlet:   waker{b},
		Graves:   store,
		MediaKey: []byte("the store's own"),
		Log:      slog.New(trace.Log(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		Now:      func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) handle(t *testing.T, id, text string) {
	t.Helper()
	if err := b.Handle(t.Context(), message(id, text)); err != nil {
		t.Fatalf("Handle: %v", err)
	}
}

func message(id, text string) bot.Message {
	return bot.Message{Chat: alice, ID: id, Kind: bot.KindText, Text: text, At: noon}
}

func (b *bench) queue(t *testing.T) (texts []string) {
	t.Helper()
	ds, err := b.store.Pending(t.Context(), alice)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ds {
		texts = append(texts, d.Reply.Text)
	}
	return texts
}

func (b *bench) counts(t *testing.T) map[string]uint64 {
	t.Helper()
	counts, err := b.store.Counts(t.Context(), "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func (b *bench) chat(t *testing.T) record.Chat {
	t.Helper()
	c, err := b.store.Load(t.Context(), alice)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHandleSavesWhatWasDecided(t *testing.T) {
	t.Parallel()
	var met []time.Time
	b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		met = append(met, conv.UpdatedAt)
		return answer(conv, m, now)
	}, nil)
	b.handle(t, "1", "một")
	b.handle(t, "2", "hai")
	if !slices.EqualFunc(met, []time.Time{{}, noon}, time.Time.Equal) {
		t.Errorf("conversations decided on: %v", met)
	}
	if got := b.queue(t); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("queue %q", got)
	}
	if got := b.counts(t); got["decision.answer"] != 2 {
		t.Errorf("counts of the Vietnamese day: %v", got)
	}
	if b.woken.Load() != 2 {
		t.Errorf("woken %d times, want 2", b.woken.Load())
	}
}

// P3.
func TestARedeliveredMessageChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, answer, nil)
	for range 3 {
		b.handle(t, "1", "một")
	}
	if got := b.queue(t); !slices.Equal(got, []string{"1"}) {
		t.Errorf("queue %q", got)
	}
	if got := b.chat(t); got.Revision != 1 {
		t.Errorf("revision %d", got.Revision)
	}
}

// Masking is for what is stored; see package record.
func TestTheDeciderSeesTheTextUnmasked(t *testing.T) {
	t.Parallel()
	saw := ""
	b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		saw = m.Text
		return answer(conv, m, now)
	}, nil)
	b.handle(t, "1", "gọi 0912345678")
	if saw != "gọi 0912345678" {
		t.Errorf("Decide saw %q", saw)
	}
}

func TestAPanicIsAnswered(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"a value": "0912345678 nhà tôi", "an error": errors.New("nhà tôi"), "a runtime error": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
				if m.ID != "bad" {
					return answer(conv, m, now)
				}
				if value == nil {
					_ = []string{}[len(m.Text)]
				}
				panic(value)
			}, nil)
			b.handle(t, "1", "một")
			b.handle(t, "bad", "nhà tôi")
			b.handle(t, "bad", "nhà tôi") // it is seen: the platform stops sending it
			b.handle(t, "2", "hai")
			if got := b.queue(t); !slices.Equal(got, []string{"1", apology.Text, "2"}) {
				t.Errorf("queue %q", got)
			}
			if got := b.counts(t); got[exchange.CountPanic] != 1 {
				t.Errorf("counts %v", got)
			}
			log := b.log.String()
			if !strings.Contains(log, "panic while deciding") || !strings.Contains(log, "exchange_test.go") {
				t.Errorf("the log does not tell where it was: %s", log)
			}
			for _, piece := range []string{"nhà tôi", "0912", "alice"} {
				if strings.Contains(log, piece) {
					t.Errorf("the log holds %q: %s", piece, log)
				}
			}
		})
	}
}

// A conversation that Decide cannot bear is not met twice.
func TestAPoisonedConversationIsBegunAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		if !conv.UpdatedAt.IsZero() {
			panic("poison")
		}
		return answer(conv, m, now)
	}, nil)
	for _, id := range []string{"1", "2", "3"} {
		b.handle(t, id, "")
	}
	if got := b.queue(t); !slices.Equal(got, []string{"1", apology.Text, "3"}) {
		t.Errorf("queue %q", got)
	}
}

func TestAnUnreadableConversationIsBegunAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, answer, nil)
	for i, state := range []string{"\x01{torn", "\x01[]"} {
		chat := b.chat(t)
		if _, err := b.store.Save(t.Context(), record.Save{Chat: alice, Revision: chat.Revision, Update: fmt.Sprint("x", i), State: []byte(state)}); err != nil {
			t.Fatal(err)
		}
		b.handle(t, fmt.Sprint(i), "")
	}
	if got := b.queue(t); !slices.Equal(got, []string{"0", "1"}) {
		t.Errorf("queue %q", got)
	}
	if got := b.counts(t); got[exchange.CountUnreadable] != 2 {
		t.Errorf("counts %v", got)
	}
}

// What a newer program wrote is not overwritten: the message waits for it.
func TestAConversationOfALaterVersionIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, answer, nil)
	if _, err := b.store.Save(t.Context(), record.Save{Chat: alice, Update: "x", State: []byte("\x03{}")}); err != nil {
		t.Fatal(err)
	}
	if err := b.Handle(t.Context(), message("1", "")); !errors.Is(err, record.ErrVersion) {
		t.Errorf("Handle = %v, want ErrVersion", err)
	}
	if got := b.chat(t); string(got.State) != "\x03{}" {
		t.Errorf("state is %q now", got.State)
	}
}

// P7.
func TestForget(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		step := answer(conv, m, now)
		step.Forget = m.Text == "quên tôi"
		return step
	}, nil)
	b.handle(t, "1", "một")
	b.handle(t, "2", "quên tôi")
	if got := b.queue(t); !slices.Equal(got, []string{"2"}) {
		t.Errorf("queue %q, want the goodbye alone", got)
	}
	if got := b.chat(t); len(got.State) != 0 || len(got.Seen) != 2 {
		t.Errorf("left: %+v", got)
	}
	b.handle(t, "1", "một")
	if got := b.queue(t); !slices.Equal(got, []string{"2"}) {
		t.Errorf("queue %q: a message from before was taken again", got)
	}
}

// meddler saves to the same chat between each load and save of the exchange.
type meddler struct {
	exchange.Store
	times int
	saves int
}

func (m *meddler) Save(ctx context.Context, s record.Save) (record.Saved, error) {
	if m.times > 0 {
		m.times--
		m.saves++
		other := record.Save{Chat: s.Chat, Revision: s.Revision, Update: fmt.Sprint("other", m.saves)}
		if saved, err := m.Store.Save(ctx, other); err != nil || saved.Outcome != record.Done {
			return saved, fmt.Errorf("meddle: %v, %w", saved, err)
		}
	}
	return m.Store.Save(ctx, s)
}

func TestAConflictIsDecidedAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		conflicts int
		want      error
	}{{1, nil}, {5, nil}, {6, exchange.ErrBusy}} {
		decided := 0
		b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
			decided++
			return answer(conv, m, now)
		}, func(s exchange.Store) exchange.Store { return &meddler{Store: s, times: test.conflicts} })
		if err := b.Handle(t.Context(), message("1", "")); !errors.Is(err, test.want) {
			t.Errorf("%d conflicts: Handle = %v, want %v", test.conflicts, err, test.want)
		}
		if want := min(test.conflicts+1, 6); decided != want {
			t.Errorf("%d conflicts: decided %d times, want %d", test.conflicts, decided, want)
		}
		if got := len(b.queue(t)); got != 1 && test.want == nil || got != 0 && test.want != nil {
			t.Errorf("%d conflicts: %d replies", test.conflicts, got)
		}
	}
}

// failing is a store that does not answer.
type failing struct{ exchange.Store }

func (failing) Load(context.Context, bot.ChatID) (record.Chat, error) {
	return record.Chat{}, exchange.ErrClosed
}

func TestAStoreThatFailsTakesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, answer, func(s exchange.Store) exchange.Store { return failing{s} })
	if err := b.Handle(t.Context(), message("1", "")); !errors.Is(err, exchange.ErrClosed) {
		t.Errorf("Handle = %v", err)
	}
	if b.woken.Load() != 0 {
		t.Error("somebody was woken for nothing")
	}
}

func TestMessagesOfOneChatTakeTurns(t *testing.T) {
	t.Parallel()
	var inside atomic.Int64
	b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		if inside.Add(1) > 1 {
			t.Error("two messages of one chat are decided at once")
		}
		defer inside.Add(-1)
		return answer(conv, m, now)
	}, nil)
	var callers sync.WaitGroup
	for i := range 40 {
		callers.Go(func() {
			if err := b.Handle(t.Context(), message(fmt.Sprint(i%20), "")); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if got := b.queue(t); len(got) != 20 {
		t.Errorf("%d replies, want 20", len(got))
	}
}

// stuck blocks in Load until release is closed.
type stuck struct {
	exchange.Store
	release chan struct{}
}

func (s stuck) Load(context.Context, bot.ChatID) (record.Chat, error) {
	<-s.release
	return record.Chat{}, exchange.ErrClosed
}

// Waiting behind the same chat is inside the caller's time budget.
func TestWaitingForAChatEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := stuck{release: make(chan struct{})}
		x, err := exchange.New(s, exchange.Talking(decide(answer)), exchange.Config{Apology: apology})
		if err != nil {
			t.Fatal(err)
		}
		first := make(chan error, 1)
		go func() { first <- x.Handle(t.Context(), message("1", "")) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 800*time.Millisecond)
		defer cancel()
		start := time.Now()
		if err := x.Handle(ctx, message("2", "")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Handle = %v", err)
		}
		if took := time.Since(start); took != 800*time.Millisecond {
			t.Errorf("gave up after %v", took)
		}
		close(s.release)
		if err := <-first; !errors.Is(err, exchange.ErrClosed) {
			t.Errorf("Handle = %v", err)
		}
	})
}

func TestAConfigWithoutApologyIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := exchange.New(nil, exchange.Talking(decide(answer)), exchange.Config{}); err == nil {
		t.Error("New accepted it")
	}
}

// waker counts what an outlet is told.
type waker struct{ b *bench }

func (waker) Way(bot.ChatID) record.Way         { return record.Way{} }
func (w waker) Saved(bot.ChatID, *record.Lease) { w.b.woken.Add(1) }

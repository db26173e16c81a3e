package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

var room = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "-100"}

// tell decides like answer and tells the room of every message by letter.
func tell(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	switch {
	case m.Kind == bot.KindLetter && m.Letter.Replies[0].Text == "poison":
		panic("cannot bear it")
	case m.Kind == bot.KindLetter:
		return bot.Step{Conversation: conv, Replies: m.Letter.Replies}
	case m.Kind == bot.KindDue:
		return bot.Step{Conversation: conv, Replies: []bot.Reply{{Text: "due " + m.Payload}}}
	}
	step := answer(conv, m, now)
	step.Letters = []bot.Letter{{To: room, Replies: []bot.Reply{{Text: m.Text}}}}
	return step
}

// work runs the work loop until until holds.
func (b *bench) work(t *testing.T, list exchange.Worklist, until func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Work(ctx, list) }()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !until() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the work is not done")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Work = %v", err)
	}
}

func (b *bench) waiting(t *testing.T, chat bot.ChatID) string {
	t.Helper()
	ds, err := b.store.Pending(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, d := range ds {
		texts = append(texts, d.Reply.Text)
	}
	return strings.Join(texts, ",")
}

func (b *bench) dead(t *testing.T) (reasons []string) {
	t.Helper()
	if err := b.store.Dead(t.Context(), func(d record.Dead) error { reasons = append(reasons, d.Reason); return nil }); err != nil {
		t.Fatal(err)
	}
	return reasons
}

// All that follows from a message bears its trace: answers, letters and what they
// lead to elsewhere, and what is logged of it. A redelivery has the same one.
func TestATraceGoesAlong(t *testing.T) {
	t.Parallel()
	b := newBench(t, tell, nil)
	b.handle(t, "1", "xin chào")
	b.handle(t, "1", "xin chào")
	b.work(t, b.store, func() bool { return b.waiting(t, room) != "" })
	traces := map[string]bool{}
	for _, chat := range []bot.ChatID{alice, room} {
		ds, err := b.store.Pending(t.Context(), chat)
		if err != nil || len(ds) != 1 {
			t.Fatalf("%d messages wait (%v), want one", len(ds), err)
		}
		traces[ds[0].Trace] = true
	}
	if len(traces) != 1 || traces[""] {
		t.Fatalf("traces %v, want one", traces)
	}
	for id := range traces {
		if lines := strings.Count(b.log.String(), "trace="+id); lines != 3 || strings.Count(b.log.String(), "message taken") != lines {
			t.Errorf("%d lines of one trace, want the message, its redelivery and the letter:\n%s", lines, &b.log)
		}
	}
	b.handle(t, "2", "xin chào")
	if ds, err := b.store.Pending(t.Context(), alice); err != nil || len(ds) != 2 || traces[ds[1].Trace] {
		t.Errorf("another message has the trace of the first: %+v, %v", ds, err)
	}
}

// A letter is applied in its own chat, soon and once, whoever is in between.
func TestLettersArrive(t *testing.T) {
	t.Parallel()
	b := newBench(t, tell, nil)
	for i := range 3 {
		b.handle(t, fmt.Sprint(i), "câu "+fmt.Sprint(i))
		b.handle(t, fmt.Sprint(i), "câu "+fmt.Sprint(i)) // redelivered
	}
	b.work(t, &forgetful{Worklist: b.store}, func() bool { return strings.Count(b.waiting(t, room), "câu") == 3 })
	for i := range 3 {
		if got := b.waiting(t, room); strings.Count(got, fmt.Sprint("câu ", i)) != 1 {
			t.Errorf("the room has %q", got)
		}
	}
	// What was applied but not finished comes again with its lease and changes nothing.
	list := &again{Worklist: b.store}
	b.handle(t, "4", "câu 4")
	b.work(t, list, func() bool { return list.finished.Load() >= 2 })
	if got := b.waiting(t, room); strings.Count(got, "câu 4") != 1 {
		t.Errorf("after a second time the room has %q", got)
	}
}

// forgetful fails to answer now and then.
type forgetful struct {
	exchange.Worklist
	calls int
}

func (f *forgetful) Work(ctx context.Context, n int) ([]record.Work, error) {
	if f.calls++; f.calls%2 == 1 {
		return nil, errors.New("no answer")
	}
	return f.Worklist.Work(ctx, n)
}

// again offers its first piece of work twice.
type again struct {
	exchange.Worklist
	first    []record.Work
	finished atomic.Int64
}

func (a *again) Work(ctx context.Context, n int) ([]record.Work, error) {
	if a.first != nil {
		first := a.first
		a.first = []record.Work{}
		return first, nil
	}
	ws, err := a.Worklist.Work(ctx, n)
	if len(ws) > 0 {
		a.first = ws
	}
	return ws, err
}

func (a *again) Finish(ctx context.Context, w record.Work, s record.Settlement) error {
	a.finished.Add(1)
	return a.Worklist.Finish(ctx, w, s)
}

// A letter that cannot be borne is put aside, with nothing of it in the log.
func TestAPoisonedLetterIsPutAside(t *testing.T) {
	t.Parallel()
	b := newBench(t, tell, nil)
	b.handle(t, "1", "poison")
	b.work(t, b.store, func() bool { return len(b.dead(t)) == 1 })
	if got := b.dead(t); got[0] != record.ReasonPoison {
		t.Errorf("put aside because %q", got)
	}
	if got := b.waiting(t, room); got != "" {
		t.Errorf("the room has %q, want no apology for a letter", got)
	}
}

// A case whose time has come is a message of its chat, once.
func TestACaseComesDue(t *testing.T) {
	t.Parallel()
	b := newBench(t, tell, nil)
	prefix := ""
	for n := range record.Shards { // the one shard whose codes this chat may have
		code := fmt.Sprintf("%03d12345", n)
		_, err := b.store.Save(t.Context(), record.Save{Chat: alice, Update: "open", Cases: []record.CaseChange{{
			New: true, Case: record.Case{Code: code, Due: time.Now().Add(-time.Second), Ends: time.Now().Add(time.Hour)},
		}}})
		if err == nil {
			prefix = code
			break
		}
	}
	b.work(t, b.store, func() bool { return b.waiting(t, alice) != "" })
	if got := b.waiting(t, alice); got != "due "+prefix {
		t.Errorf("the chat has %q, want one word about case %s", got, prefix)
	}
	if ws, err := b.store.Work(t.Context(), 10); err != nil || len(ws) != 0 {
		t.Errorf("still due: %+v, %v", ws, err)
	}
}

// P7: «quên tôi» takes what could not be sent along.
func TestForgettingTakesDeadLettersAlong(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
		step := answer(conv, m, now)
		step.Forget = m.Text == "quên tôi"
		return step
	}, nil)
	for i, chat := range []bot.ChatID{alice, room} {
		saved, err := b.store.Save(t.Context(), record.Save{
			Chat: chat, Update: fmt.Sprint("x", i), Out: []record.Outgoing{{Reply: bot.Reply{Text: "bí mật"}}}, Way: record.Way{Push: true, Lease: true},
		})
		if err != nil || saved.Lease == nil {
			t.Fatalf("%+v, %v", saved, err)
		}
		if _, err := b.store.Settle(t.Context(), *saved.Lease, record.Settlement{Result: record.Failed, Reason: "blocked"}); err != nil {
			t.Fatal(err)
		}
	}
	b.handle(t, "2", "quên tôi")
	if got := b.dead(t); len(got) != 1 {
		t.Errorf("%d dead letters are left, want the other chat's alone", len(got))
	}
}

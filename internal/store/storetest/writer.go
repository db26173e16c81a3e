package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// sent is a chat on a channel that is pushed to.
func sent(chat string) bot.ChatID {
	return bot.ChatID{Channel: "telegram", Bot: "main", Chat: chat}
}

// writer saves one step of a chat after the other, none of which may be a
// duplicate or a conflict.
type writer struct {
	t        *testing.T
	e        *Engine
	chat     bot.ChatID
	way      record.Way
	revision uint64
	updates  int
}

// pushing writes to a chat whose messages are sent.
func pushing(t *testing.T, e *Engine, chat bot.ChatID) *writer {
	return &writer{t: t, e: e, chat: chat, way: record.Way{Push: true}}
}

// next fills in what makes s the chat's next step.
func (w *writer) next(s record.Save) record.Save {
	w.updates++
	s.Chat, s.Revision, s.Update = w.chat, w.revision, fmt.Sprint("u", w.updates)
	s.Way.Push = w.way.Push
	s.Way.Pace, s.Way.Window = w.way.Pace, w.way.Window
	return s
}

// advance moves the clock, perhaps over the end of the chat.
func (w *writer) advance(d time.Duration) {
	w.t.Helper()
	w.e.Advance(d)
	w.revision = load(w.t, w.e, w.chat).Revision
}

func (w *writer) save(s record.Save) record.Saved {
	w.t.Helper()
	saved := save(w.t, w.e, w.next(s))
	if saved.Outcome != record.Done {
		w.t.Fatalf("Save = %+v, want it done", saved)
	}
	w.revision = saved.Revision
	return saved
}

// put queues messages that nobody asks the lease of.
func (w *writer) put(out ...record.Outgoing) {
	w.t.Helper()
	if saved := w.save(record.Save{Out: out}); saved.Lease != nil {
		w.t.Fatalf("Save gave a lease that was not asked for: %+v", saved.Lease)
	}
}

// hand queues messages and asks for the lease.
func (w *writer) hand(out ...record.Outgoing) *record.Lease {
	w.t.Helper()
	return w.save(record.Save{Out: out, Way: record.Way{Lease: true}}).Lease
}

// say is a message with no rules but its priority.
func say(text string, p record.Priority) record.Outgoing {
	return record.Outgoing{Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: text}, Priority: p, Trace: traceOf(text)}
}

// traceOf is a trace that tells texts apart: every test of the suite also sees to it
// that it comes along.
func traceOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:record.TraceSize/2])
}

// reply is the bot's answer.
func reply(text string) record.Outgoing { return say(text, record.PriorityReply) }

func claim(t testing.TB, e *Engine, lane string, n int) []record.Lease {
	t.Helper()
	ls, err := e.Claim(t.Context(), lane, n)
	if err != nil {
		t.Fatalf("Claim: %v", err)
	}
	if len(ls) > n {
		t.Fatalf("Claim of %d gave %d", n, len(ls))
	}
	return ls
}

// claimed claims everything of a chat's lane and tells what comes, in order.
func claimed(t testing.TB, e *Engine, chat bot.ChatID) []string {
	t.Helper()
	var got []string
	for _, l := range claim(t, e, record.Lane(chat), 100) {
		got = append(got, l.Delivery.Reply.Text)
	}
	return got
}

// take claims the chat's queue, which must be due, alone in its lane.
func take(t testing.TB, e *Engine, chat bot.ChatID) record.Lease {
	t.Helper()
	ls := claim(t, e, record.Lane(chat), 100)
	if len(ls) != 1 || ls[0].Delivery.Chat != chat {
		t.Fatalf("Claim = %+v, want the queue of %q alone", ls, chat)
	}
	return ls[0]
}

func settle(t testing.TB, e *Engine, l record.Lease, s record.Settlement) *record.Lease {
	t.Helper()
	next, err := e.Settle(t.Context(), l, s)
	if err != nil {
		t.Fatalf("Settle: %v", err)
	}
	return next
}

// wantLease checks that a lease is for the message of that text and returns it.
func wantLease(t testing.TB, got *record.Lease, text string) record.Lease {
	t.Helper()
	if got == nil || got.Delivery.Reply.Text != text || got.Token == (record.Token{}) {
		t.Fatalf("lease %+v, want one for %q", got, text)
	}
	return *got
}

func wantNone(t testing.TB, got *record.Lease) {
	t.Helper()
	if got != nil {
		t.Fatalf("lease for %q, want none", got.Delivery.Reply.Text)
	}
}

// wantClaimed checks what comes when all of the chat's lane is claimed.
func wantClaimed(t testing.TB, e *Engine, chat bot.ChatID, want ...string) {
	t.Helper()
	if got := claimed(t, e, chat); !slices.Equal(got, want) {
		t.Fatalf("Claim gave %q, want %q", got, want)
	}
}

// drain sends whatever of the chat may be sent, one after the other under one
// chain of leases, and tells what came.
func drain(t testing.TB, e *Engine, first *record.Lease) []string {
	t.Helper()
	var got []string
	for l := first; l != nil; {
		got = append(got, l.Delivery.Reply.Text)
		next := settle(t, e, *l, record.Settlement{Result: record.Sent})
		if next != nil && next.Token != l.Token {
			t.Fatalf("the lease of the next message has another token")
		}
		l = next
	}
	return got
}

// until moves the clock to just before d has passed, runs check, and goes on
// to where it has.
func until(e *Engine, d time.Duration, check func()) {
	e.Advance(d - time.Millisecond)
	check()
	e.Advance(time.Millisecond)
}

package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func sequenceTests() []test {
	return []test{
		{name: "P3/EachMessageIsSentOnceAndInOrder", run: eachOnce},
		{name: "SequencesOutliveTheChat", run: sequencesGoOn},
		{name: "SequencesOfExpiredMessagesStayTheirs", run: sequencesOfExpired},
		{name: "SettlingTwiceDoesNoHarm", run: settledTwice},
	}
}

// Sequences name messages for as long as anybody may speak of them.

func sequencesGoOn(t *testing.T, e *Engine) {
	for _, push := range []bool{true, false} {
		chat := sent(fmt.Sprint("waits ", push))
		w := pushing(t, e, chat)
		w.way.Push = push
		long := reply("long")
		long.Keep = 30 * 24 * time.Hour
		w.put(reply("short"), long)
		e.Advance(10 * 24 * time.Hour)
		sweep(t, e)
		if got := load(t, e, chat); got.Revision != 0 || got.LastSeq != 0 {
			t.Fatalf("Load = %+v, want a chat that has expired", got)
		}
		w.revision = 0
		if saved := w.save(record.Save{Out: replies("new")}); saved.LastSeq != 3 || saved.Revision != 1 {
			t.Errorf("Save = %+v, want the sequence to go on behind what waits", saved)
		}
		if got := pending(t, e, chat); !slices.Equal(texts(got), []string{"long", "new"}) || !slices.Equal(seqs(got), []uint64{2, 3}) {
			t.Errorf("Pending = %q, %v", texts(got), seqs(got))
		}
		if got := load(t, e, chat); got.LastSeq != 3 {
			t.Errorf("Load = %+v, want the last sequence given out", got)
		}
	}
}

// An expired message of a queue that is sent is still to be settled, so its
// number is still its own.
func sequencesOfExpired(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("old"))
	e.Advance(record.KeepChat + time.Hour)
	sweep(t, e)
	w.revision = 0
	w.put(reply("new"))
	l := take(t, e, chatS)
	if l.Delivery.Reply.Text != "old" || l.Delivery.Seq != 1 {
		t.Fatalf("Claim = %+v, want the old one first", l)
	}
	l = wantLease(t, settle(t, e, l, failed(record.ReasonExpired)), "new")
	if l.Delivery.Seq != 2 {
		t.Errorf("the new one has sequence %d, want 2", l.Delivery.Seq)
	}
	// In the next life, when nothing is left, numbers begin again; the dead
	// of an earlier one stay apart.
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent}))
	e.Advance(record.KeepChat)
	sweep(t, e)
	w.revision = 0
	w.put(reply("newest"))
	wantNone(t, settle(t, e, take(t, e, chatS), failed("r")))
	var got []string
	for _, d := range deads(t, e) {
		got = append(got, d.Delivery.Reply.Text)
	}
	slices.Sort(got)
	if want := []string{"newest", "old"}; !slices.Equal(got, want) {
		t.Errorf("dead letters %q, want %q", got, want)
	}
}

// Settling again what was settled, because its answer was lost, does no harm.
func settledTwice(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	first := wantLease(t, w.hand(reply("1"), reply("2"), reply("3")), "1")
	for _, s := range []record.Settlement{{Result: record.Sent}, failed("r")} {
		second := wantLease(t, settle(t, e, first, s), "2")
		if again := wantLease(t, settle(t, e, first, s), "2"); again.Token != second.Token {
			t.Errorf("settled again, the lease has another token")
		}
	}
	if got := texts(pending(t, e, chatS)); !slices.Equal(got, []string{"2", "3"}) {
		t.Errorf("Pending = %q", got)
	}
	if got := deads(t, e); len(got) != 0 {
		t.Errorf("Dead = %+v of a message that was sent", got)
	}
}

// eachOnce lets one writer and several senders at one chat: whoever holds the
// queue holds it alone, so every message goes once and in order.
func eachOnce(t *testing.T, e *Engine) {
	const messages, senders = 60, 4
	clients := e.clients()
	s := sending{t: t, messages: messages}
	var wait sync.WaitGroup
	for i := range senders {
		wait.Go(func() {
			for s.goOn() {
				ls, err := clients[i%len(clients)].Claim(t.Context(), record.Lane(chatS), 1)
				if err != nil {
					t.Errorf("Claim: %v", err)
					return
				}
				for _, l := range ls {
					s.chain(clients[i%len(clients)], &l)
				}
			}
		})
	}
	w := pushing(t, e, chatS)
	for i := range messages {
		s.chain(clients[i%len(clients)], w.hand(reply(fmt.Sprint(i))))
	}
	wait.Wait()
	for i, seq := range s.sent {
		if seq != uint64(i)+1 {
			t.Fatalf("sent %v, want each once and in order", s.sent)
		}
	}
}

// sending is what several senders of one chat have sent together.
type sending struct {
	t        *testing.T
	messages int
	mu       sync.Mutex
	sent     []uint64
}

func (s *sending) goOn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sent) < s.messages && !s.t.Failed()
}

// chain sends what a lease and those after it are for.
func (s *sending) chain(client Store, l *record.Lease) {
	for l != nil {
		s.mu.Lock()
		s.sent = append(s.sent, l.Delivery.Seq)
		s.mu.Unlock()
		next, err := client.Settle(s.t.Context(), *l, record.Settlement{Result: record.Sent})
		if err != nil {
			s.t.Errorf("Settle: %v", err)
			return
		}
		l = next
	}
}

package storetest

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func paceTests() []test {
	return []test{
		{name: "AChatIsPaced", run: paced},
		{name: "AQuietChatMayBurst", run: pacedBurst},
		{name: "PaceIsSharedByAllSenders", run: pacedTogether},
		{name: "PaceCountsParts", run: pacedParts},
		{name: "PaceOutlivesAnEmptyQueue", run: pacedEmpty},
	}
}

func at(p record.Pace, s record.Settlement) record.Settlement {
	s.Pace = p
	return s
}

func paced(t *testing.T, e *Engine) {
	pace := record.Pace{Every: 3 * time.Second, Burst: 1}
	w := pushing(t, e, chatS)
	w.way.Pace = pace
	l := wantLease(t, w.hand(reply("1"), reply("2"), reply("3")), "1")
	e.Advance(time.Second)
	for _, next := range []string{"2", "3"} {
		wantNone(t, settle(t, e, l, at(pace, record.Settlement{Result: record.Sent})))
		wantNone(t, w.hand(say("urgent or not", record.PriorityReminder)))
		reopen(t, e)
		until(e, pace.Every, func() { wantClaimed(t, e, chatS) })
		l = take(t, e, chatS)
		l = wantLease(t, &l, next)
	}
	// What was not sent does not count.
	for _, s := range []record.Settlement{{Result: record.Dropped}, {Result: record.Failed, Reason: "r"}} {
		l = wantLease(t, settle(t, e, l, at(pace, s)), "urgent or not")
	}
}

func pacedBurst(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Minute, Burst: 3}
	w := pushing(t, e, chatS)
	w.way.Pace = pace
	send := func(l *record.Lease) (n int) {
		for ; l != nil; n++ {
			l = settle(t, e, *l, at(pace, record.Settlement{Result: record.Sent}))
		}
		return n
	}
	if got := send(w.hand(slices.Repeat([]record.Outgoing{reply("r")}, 12)...)); got != 3 {
		t.Errorf("%d were sent at once, want 3", got)
	}
	for _, c := range []struct {
		rest time.Duration
		want int
	}{{time.Minute, 1}, {2 * time.Minute, 2}, {time.Hour, 3}, {90 * time.Second, 1}, {30 * time.Second, 1}} {
		e.Advance(c.rest)
		l := take(t, e, chatS)
		if got := send(&l); got != c.want {
			t.Errorf("after a rest of %v %d were sent, want %d", c.rest, got, c.want)
		}
	}
}

func pacedParts(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Second, Burst: 2}
	w := pushing(t, e, chatS)
	w.way.Pace = pace
	l := wantLease(t, w.hand(reply("long")), "long")
	l = wantLease(t, settle(t, e, l, at(pace, progressed(1, "n"))), "long")
	wantNone(t, settle(t, e, l, at(pace, progressed(2, "m"))))
	until(e, time.Second, func() { wantClaimed(t, e, chatS) })
	l = take(t, e, chatS)
	if d := l.Delivery; d.Sent != 2 || string(d.Note) != "m" || d.Lapses != 0 {
		t.Errorf("Claim = %+v, want where it was left", d)
	}
	wantNone(t, settle(t, e, l, at(pace, record.Settlement{Result: record.Sent})))
}

func pacedEmpty(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Minute, Burst: 1}
	w := pushing(t, e, chatS)
	w.way.Pace = pace
	l := wantLease(t, w.hand(reply("1")), "1")
	wantNone(t, settle(t, e, l, at(pace, record.Settlement{Result: record.Sent})))
	e.Advance(time.Second)
	reopen(t, e)
	sweep(t, e)
	wantNone(t, w.hand(reply("2")))
	until(e, 59*time.Second, func() { wantClaimed(t, e, chatS) })
	wantNone(t, settle(t, e, take(t, e, chatS), at(pace, record.Settlement{Result: record.Sent})))
	e.Advance(time.Minute)
	wantLease(t, w.hand(reply("3")), "3")
}

func pacedTogether(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Hour, Burst: 7}
	w := pushing(t, e, chatS)
	w.way.Pace = pace
	w.put(slices.Repeat([]record.Outgoing{reply("r")}, 20)...)
	clients := e.clients()
	var sent atomic.Int64
	var senders sync.WaitGroup
	for i := range 6 {
		senders.Go(func() {
			client := clients[i%len(clients)]
			for range 20 {
				ls, err := client.Claim(t.Context(), record.Lane(chatS), 1)
				for _, l := range ls { // give it back after each, so that others come in between
					sent.Add(1)
					var next *record.Lease
					if next, err = client.Settle(t.Context(), l, at(pace, record.Settlement{Result: record.Sent})); next != nil {
						err = client.Release(t.Context(), *next)
					}
				}
				if err != nil {
					t.Errorf("send: %v", err)
					return
				}
			}
		})
	}
	senders.Wait()
	if sent.Load() != 7 {
		t.Errorf("%d were sent at once, want 7", sent.Load())
	}
	until(e, time.Hour, func() { wantClaimed(t, e, chatS) })
	wantClaimed(t, e, chatS, "r")
}

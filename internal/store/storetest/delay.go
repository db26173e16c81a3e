package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func delayTests() []test {
	return []test{
		{name: "LaterBlocksTheWholeChat", run: laterBlocks},
		{name: "LaterCountsAttemptsOrLapses", run: laterCounts},
		{name: "AScheduledMessageStandsInNobodysWay", run: scheduledWaits},
		{name: "AScheduledMessageTakesItsPlaceInTime", run: scheduledOrder},
		{name: "AHeldQueueWaitsForItsChat", run: heldWaits},
	}
}

// later settles a lease with "again after d".
func later(d time.Duration) record.Settlement {
	return record.Settlement{Result: record.Later, After: d}
}

func after(d time.Duration, o record.Outgoing) record.Outgoing {
	o.After = d
	return o
}

func laterBlocks(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	other := pushing(t, e, sent("other"))
	w.put(reply("1"))
	wantNone(t, settle(t, e, take(t, e, chatS), later(90*time.Minute+time.Millisecond)))
	// Even what is more urgent, what is new and what the chat itself wrote waits.
	wantNone(t, w.hand(say("person", record.PriorityPerson)))
	wantNone(t, w.save(record.Save{Out: []record.Outgoing{reply("2")}, Way: record.Way{Lease: true, Inbound: true}}).Lease)
	other.put(reply("other chat"))
	wantClaimed(t, e, chatS, "other chat")
	reopen(t, e)
	until(e, 90*time.Minute, func() { claimed(t, e, chatS) }) // the other's lease runs out in it
	if got := claimed(t, e, chatS); slices.Contains(got, "person") {
		t.Errorf("a millisecond early Claim gave %q", got)
	}
	e.Advance(time.Millisecond)
	ls := claim(t, e, record.Lane(chatS), 9)
	if len(ls) != 1 {
		t.Fatalf("Claim = %+v, want the chat that waited", ls)
	}
	if got := drain(t, e, &ls[0]); !slices.Equal(got, []string{"person", "1", "2"}) {
		t.Errorf("sent %q", got)
	}
}

func laterCounts(t *testing.T, e *Engine) {
	pushing(t, e, chatS).put(reply("1"))
	for i, c := range []struct {
		uncertain        bool
		attempts, lapses int
	}{{false, 1, 0}, {true, 1, 1}, {false, 2, 1}, {true, 2, 2}} {
		s := later(0)
		s.Uncertain = c.uncertain
		wantNone(t, settle(t, e, take(t, e, chatS), s))
		d := pending(t, e, chatS)[0]
		if int(d.Attempts) != c.attempts || int(d.Lapses) != c.lapses {
			t.Errorf("after try %d: %d attempts and %d lapses, want %d and %d", i, d.Attempts, d.Lapses, c.attempts, c.lapses)
		}
	}
	if got := take(t, e, chatS); got.Delivery.Attempts != 2 || got.Delivery.Lapses != 2 {
		t.Errorf("Claim = %+v, want what Pending shows", got)
	}
}

func scheduledWaits(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	wantNone(t, w.hand(after(time.Hour, say("in an hour", record.PriorityPerson))))
	wantClaimed(t, e, chatS)
	// It blocks nobody, neither by its place nor by its priority.
	l := wantLease(t, w.hand(say("now", record.PriorityReminder)), "now")
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent}))
	reopen(t, e)
	until(e, time.Hour, func() { wantClaimed(t, e, chatS) })
	l = take(t, e, chatS)
	if d := l.Delivery; d.Reply.Text != "in an hour" || !d.Expires.Equal(d.At.Add(time.Hour+record.KeepDelivery)) {
		t.Errorf("Claim = %+v, want it to live %v from when it may go", d, record.KeepDelivery)
	}
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent}))
	// Two of them: each at its time.
	w.put(after(2*time.Hour, reply("second")), after(time.Hour, reply("first")))
	e.Advance(time.Hour)
	wantNone(t, settle(t, e, take(t, e, chatS), record.Settlement{Result: record.Sent}))
	until(e, time.Hour, func() { wantClaimed(t, e, chatS) })
	wantClaimed(t, e, chatS, "second")
}

func scheduledOrder(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(after(time.Minute, say("scheduled person", record.PriorityPerson)), after(time.Minute, reply("scheduled reply")))
	l := wantLease(t, w.hand(reply("first"), reply("second"), say("receipt", record.PriorityReceipt)), "first")
	e.Advance(time.Minute)
	want := []string{"first", "scheduled person", "scheduled reply", "second", "receipt"}
	if got := drain(t, e, &l); !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func heldWaits(t *testing.T, e *Engine) {
	for _, c := range []struct {
		name  string
		frees record.Save
		sent  []string
	}{
		{"by a message and its answer", record.Save{Out: replies("answer"), Way: record.Way{Inbound: true}}, []string{"person", "answer", "1"}},
		{"by a message alone", record.Save{Way: record.Way{Inbound: true}}, []string{"person", "1"}},
		{"by a message, leased", record.Save{Way: record.Way{Inbound: true, Lease: true}}, []string{"person", "1"}},
	} {
		chat := sent(c.name)
		w := pushing(t, e, chat)
		l := wantLease(t, w.hand(say("1", record.PriorityReminder)), "1")
		wantNone(t, settle(t, e, l, record.Settlement{Result: record.Held}))
		wantNone(t, w.hand(say("person", record.PriorityPerson))) // from an officer, not from the chat
		reopen(t, e)
		e.Advance(24 * time.Hour)
		wantClaimed(t, e, chat)
		freed := w.save(c.frees).Lease
		if freed == nil && !c.frees.Way.Lease {
			l = take(t, e, chat)
			freed = &l
		}
		if d := wantLease(t, freed, "person").Delivery; d.Attempts != 0 || d.Lapses != 0 {
			t.Errorf("%s: %+v, want nothing counted", c.name, d)
		}
		if got := drain(t, e, freed); !slices.Equal(got, c.sent) {
			t.Errorf("%s: sent %q, want %q", c.name, got, c.sent)
		}
	}
}

package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func windowTests() []test {
	return []test{
		{name: "AWindowLetsLessThroughWithTime", run: windowCloses},
		{name: "AWindowCountsMessages", run: windowCounts},
		{name: "TheProviderKnowsWhatIsLeft", run: windowLeft},
		{name: "NothingGoesToWhoNeverWrote", run: windowUnknown},
		{name: "WhatIsHeldGoesFirstWhenTheChatWrites", run: windowOpens},
		{name: "AWindowOutlivesAnEmptyQueue", run: windowLives},
		{name: "AWindowIsSharedByAllClients", run: windowShared, needs: twins},
		{name: "WhatIsHeldTooLongIsEnded", run: windowEnds},
		{name: "OnlyTheChatItselfOpensItsWindow", run: windowInbound},
		{name: "PartsOfAMessageWaitForTheWindowToo", run: windowParts},
		{name: "AWindowChangesWithItsChannel", run: windowChanges},
		{name: "P7/ForgettingForgetsTheWindow", run: windowForgotten},
		{name: "ABackupKeepsTheWindow", run: windowBackup},
	}
}

// narrow is the window of the tests: two days, three messages, seven days.
var narrow = record.Window{Free: 48 * time.Hour, FreeMessages: 3, Total: 7 * 24 * time.Hour}

// windowed writes to a chat of a channel with the window of the tests.
func windowed(t *testing.T, e *Engine, chat string) *writer {
	w := pushing(t, e, sent(chat))
	w.way.Window = narrow
	return w
}

// wrote is a message of the chat itself, with what answers it.
func (w *writer) wrote(out ...record.Outgoing) *record.Lease {
	w.t.Helper()
	return w.save(record.Save{Out: out, Way: record.Way{Lease: true, Inbound: true}}).Lease
}

// wantWindow checks where a chat stands.
func wantWindow(t *testing.T, e *Engine, w *writer, since time.Time, sent int) {
	t.Helper()
	if got := load(t, e, w.chat).Window; !got.Since.Equal(since) || got.Sent != sent {
		t.Errorf("Load has the window %+v, want %d sent since %v", got, sent, since)
	}
}

// oneSent sends what is leased, as one message of the provider's.
func oneSent(t *testing.T, e *Engine, l record.Lease) *record.Lease {
	t.Helper()
	return settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"m"}})
}

func windowCloses(t *testing.T, e *Engine) {
	for name, c := range map[string]struct {
		wait       time.Duration
		goes, held []record.Priority
	}{
		"at first":          {0, []record.Priority{record.PriorityPerson, record.PriorityReply, record.PriorityReceipt, record.PriorityReminder}, nil},
		"while it is free":  {narrow.Free - time.Millisecond, []record.Priority{record.PriorityPerson, record.PriorityReminder}, nil},
		"when it costs":     {narrow.Free, []record.Priority{record.PriorityPerson}, []record.Priority{record.PriorityReply, record.PriorityReceipt, record.PriorityReminder}},
		"as long as it can": {narrow.Total - time.Millisecond, []record.Priority{record.PriorityPerson}, []record.Priority{record.PriorityReply}},
		"when it is closed": {narrow.Total, nil, []record.Priority{record.PriorityPerson, record.PriorityReply}},
	} {
		for _, p := range c.goes {
			e := e.fresh()
			w := windowed(t, e, name)
			wantNone(t, w.wrote())
			w.advance(c.wait)
			wantLease(t, w.hand(say("goes", p)), "goes")
		}
		for _, p := range c.held {
			e := e.fresh()
			w := windowed(t, e, name)
			wantNone(t, w.wrote())
			w.advance(c.wait)
			if l := w.hand(say("held", p)); l != nil {
				t.Errorf("%s: a message of priority %d goes", name, p)
			}
			reopen(t, e)
			e.Advance(time.Hour)
			wantClaimed(t, e, w.chat)
		}
	}
	// It closes over what waits, too.
	w := windowed(t, e, "in time")
	l := wantLease(t, w.wrote(reply("1"), say("2", record.PriorityPerson)), "2")
	wantNone(t, settle(t, e, l, later(narrow.Free)))
	e.Advance(narrow.Free)
	l = take(t, e, w.chat)
	wantNone(t, oneSent(t, e, wantLease(t, &l, "2")))
	e.Advance(time.Hour)
	wantClaimed(t, e, w.chat)
}

func windowCounts(t *testing.T, e *Engine) {
	w := windowed(t, e, "counted")
	begun := e.Now()
	l := wantLease(t, w.wrote(reply("1"), reply("2"), reply("3"), reply("4"), reply("5")), "1")
	wantWindow(t, e, w, begun, 0)
	e.Advance(time.Second)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Dropped}), "2") // not sent
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "3")    // nothing to be seen of it
	wantWindow(t, e, w, begun, 0)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"a", "b"}}), "4")
	wantWindow(t, e, w, begun, 2)
	wantNone(t, oneSent(t, e, l))
	wantWindow(t, e, w, begun, 3)
	wantClaimed(t, e, w.chat)
	// What a person wrote is worth its price.
	l = wantLease(t, w.hand(say("person", record.PriorityPerson)), "person")
	wantNone(t, oneSent(t, e, l))
	wantWindow(t, e, w, begun, 4)
	l = wantLease(t, w.wrote(), "5")
	wantWindow(t, e, w, e.Now(), 0)
	wantNone(t, oneSent(t, e, l))
	// Told twice, it counts once.
	wantNone(t, oneSent(t, e, l))
	wantWindow(t, e, w, e.Now(), 1)

	w = windowed(t, e, "any number")
	w.way.Window.FreeMessages = 0
	l = wantLease(t, w.wrote(replies("1", "2", "3", "4", "5")...), "1")
	if got := drainWith(t, e, &l, record.Settlement{Result: record.Sent, Providers: []string{"m"}}); len(got) != 5 {
		t.Errorf("sent %q, want all", got)
	}
	wantWindow(t, e, w, e.Now(), 5)
}

// drainWith is drain with another settlement.
func drainWith(t *testing.T, e *Engine, first *record.Lease, s record.Settlement) (got []string) {
	t.Helper()
	for l := first; l != nil; l = settle(t, e, *l, s) {
		got = append(got, l.Delivery.Reply.Text)
	}
	return got
}

func windowLeft(t *testing.T, e *Engine) {
	w := windowed(t, e, "left")
	says := func(left int) record.Settlement {
		return record.Settlement{Result: record.Sent, Providers: []string{"m"}, Left: &left}
	}
	l := wantLease(t, w.wrote(replies("1", "2", "3", "4")...), "1")
	l = wantLease(t, settle(t, e, l, says(1)), "2") // somebody else has sent, too
	wantWindow(t, e, w, e.Now(), 2)
	l = wantLease(t, settle(t, e, l, says(100)), "3") // there is more than we thought
	wantWindow(t, e, w, e.Now(), 0)
	wantNone(t, settle(t, e, l, says(0)))
	wantWindow(t, e, w, e.Now(), 3)
	wantClaimed(t, e, w.chat)
	w.way.Window.FreeMessages = 0 // where nothing is counted it says nothing
	l = wantLease(t, w.wrote(), "4")
	wantNone(t, settle(t, e, l, says(0)))
	wantWindow(t, e, w, e.Now(), 1)
}

func windowUnknown(t *testing.T, e *Engine) {
	w := windowed(t, e, "unknown")
	wantWindow(t, e, w, time.Time{}, 0)
	wantNone(t, w.hand(say("person", record.PriorityPerson), reply("reply")))
	reopen(t, e)
	e.Advance(time.Hour)
	wantClaimed(t, e, w.chat)
	wantWindow(t, e, w, time.Time{}, 0)
	first := w.wrote()
	if got := drain(t, e, first); !slices.Equal(got, []string{"person", "reply"}) {
		t.Errorf("sent %q", got)
	}
}

func windowOpens(t *testing.T, e *Engine) {
	w := windowed(t, e, "opens")
	w.put(say("reminder", record.PriorityReminder), reply("reply"))
	e.Advance(time.Hour)
	w.put(say("person", record.PriorityPerson))
	e.Advance(time.Hour)
	want := []string{"person", "reply", "answer", "reminder"}
	if got := drain(t, e, w.wrote(reply("answer"))); !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	w.put() // and so where nobody asked for the lease
	w.advance(narrow.Total)
	w.put(reply("held"))
	w.save(record.Save{Way: record.Way{Inbound: true}})
	wantClaimed(t, e, w.chat, "held")
}

func windowLives(t *testing.T, e *Engine) {
	w := windowed(t, e, "alone")
	begun := e.Now()
	wantNone(t, oneSent(t, e, wantLease(t, w.wrote(reply("1")), "1")))
	e.Advance(narrow.Total - time.Millisecond)
	sweep(t, e)
	reopen(t, e)
	wantWindow(t, e, w, begun, 1)
	if got := load(t, e, w.chat); got.Revision != 0 {
		t.Errorf("Load = %+v: the chat itself has ended", got)
	}
	w.advance(time.Millisecond)
	wantWindow(t, e, w, time.Time{}, 0)
	wantNone(t, w.hand(say("person", record.PriorityPerson)))

	other := pushing(t, e, sent("without"))
	wantLease(t, other.wrote(reply("1")), "1")
	wantWindow(t, e, other, time.Time{}, 0)
}

func windowShared(t *testing.T, e *Engine) {
	one, two := e.Store, e.Twin()
	w := windowed(t, e, "shared")
	l := wantLease(t, w.wrote(replies("1", "2", "3", "4")...), "1")
	for _, next := range []string{"2", "3"} {
		e.Store, one, two = two, two, one
		l = wantLease(t, oneSent(t, e, l), next)
	}
	e.Store = two
	wantNone(t, oneSent(t, e, l))
	e.Store = one
	wantWindow(t, e, w, e.Now(), 3)
	wantClaimed(t, e, w.chat)
}

// Nobody is left to wait in vain: what was never let through ends as anything
// else that could not be sent.
func windowEnds(t *testing.T, e *Engine) {
	hold := func(w *writer) {
		l := wantLease(t, w.hand(reply("1")), "1")
		wantNone(t, settle(t, e, l, record.Settlement{Result: record.Held}))
	}
	for name, w := range map[string]*writer{
		"by the window":   windowed(t, e, "by the window"),
		"by the provider": pushing(t, e, sent("by the provider")),
	} {
		if w.way.Window != narrow {
			hold(w)
		} else {
			wantNone(t, w.hand(reply("1")))
		}
		until(e, record.KeepDelivery, func() { wantClaimed(t, e, w.chat) })
		l := take(t, e, w.chat)
		if !l.Over || l.Shut {
			t.Errorf("%s: lease %+v, want one that is over", name, l)
		}
		wantNone(t, settle(t, e, l, failed(record.ReasonExpired)))
		if d := oneDead(t, e); d.Reason != record.ReasonExpired {
			t.Errorf("%s: dead letter %+v", name, d)
		}
		buryAll(t, e)
	}
}

func windowInbound(t *testing.T, e *Engine) {
	w := windowed(t, e, "letters")
	w.put(reply("from an officer")) // a letter, due work: anything that the chat did not write
	wantWindow(t, e, w, time.Time{}, 0)
	begun := e.Now()
	wantLease(t, w.wrote(), "from an officer")
	e.Advance(time.Hour)
	w.put(reply("more"))
	wantWindow(t, e, w, begun, 0)
	// What was not taken opens nothing.
	for _, not := range []record.Save{{Update: "u1"}, {Update: "x", Revision: 99}} {
		not.Chat, not.Way = w.chat, record.Way{Push: true, Inbound: true, Window: narrow}
		if got := save(t, e, not); got.Outcome == record.Done {
			t.Errorf("Save = %+v", got)
		}
	}
	wantWindow(t, e, w, begun, 0)
}

func windowParts(t *testing.T, e *Engine) {
	w := windowed(t, e, "parts")
	l := wantLease(t, w.wrote(reply("long")), "long")
	part := func(n int) record.Settlement {
		s := progressed(n, "")
		s.Providers = []string{"m"}
		return s
	}
	l = wantLease(t, settle(t, e, l, part(1)), "long")
	l = wantLease(t, settle(t, e, l, progressed(2, "")), "long") // an upload is no message
	l = wantLease(t, settle(t, e, l, part(3)), "long")
	wantWindow(t, e, w, e.Now(), 2)
	wantNone(t, settle(t, e, l, part(4)))
	wantClaimed(t, e, w.chat)
	if d := wantLease(t, w.wrote(reply("answer")), "long").Delivery; d.Sent != 4 {
		t.Errorf("it goes on after %d parts, want 4", d.Sent)
	}
}

func windowChanges(t *testing.T, e *Engine) {
	w := windowed(t, e, "changes")
	l := wantLease(t, w.wrote(replies("1", "2", "3", "4")...), "1")
	for _, next := range []string{"2", "3"} {
		l = wantLease(t, oneSent(t, e, l), next)
	}
	wantNone(t, oneSent(t, e, l))
	w.way.Window.FreeMessages = 4
	l = wantLease(t, w.hand(), "4")
	wantNone(t, oneSent(t, e, l))
	w.way.Window = record.Window{} // nobody serves the channel: it is as it was
	w.put(reply("5"))
	e.Advance(time.Hour)
	wantClaimed(t, e, w.chat)
	for _, wrong := range []record.Window{{Free: -1, Total: 1}, {Free: 2 * time.Hour, Total: time.Hour}, {FreeMessages: 1}, {Total: record.MaxKeep + time.Hour}} {
		s := w.next(record.Save{})
		s.Way.Window = wrong
		if _, err := e.Save(t.Context(), s); err == nil {
			t.Errorf("a save with the window %+v was taken", wrong)
		}
		w.updates--
	}
}

func windowForgotten(t *testing.T, e *Engine) {
	w := windowed(t, e, "forgotten")
	wantNone(t, oneSent(t, e, wantLease(t, w.wrote(reply("1")), "1")))
	w.save(record.Save{Forget: true}) // not asked for by the chat itself
	wantWindow(t, e, w, time.Time{}, 0)
	wantNone(t, oneSent(t, e, wantLease(t, w.wrote(reply("2")), "2")))
	e.Advance(time.Minute)
	l := w.save(record.Save{Forget: true, Out: replies("forgotten"), Way: record.Way{Inbound: true, Lease: true}}).Lease
	wantLease(t, l, "forgotten")
	wantWindow(t, e, w, e.Now(), 0)
}

func windowBackup(t *testing.T, e *Engine) {
	w := windowed(t, e, "kept")
	begun := e.Now()
	wantNone(t, oneSent(t, e, wantLease(t, w.wrote(reply("1")), "1")))
	over := windowed(t, e, "over")
	over.wrote()
	w.advance(4 * 24 * time.Hour) // the chat has ended, its window has not
	w.put(say("waits", record.PriorityReminder))
	to := restored(t, e)
	wantWindow(t, to, w, begun, 1)
	w.e = to
	wantLease(t, w.hand(say("person", record.PriorityPerson)), "person")
	until(to, begun.Add(narrow.Total).Sub(to.Now()), func() { wantWindow(t, to, w, begun, 1) })
	wantWindow(t, to, w, time.Time{}, 0)
}

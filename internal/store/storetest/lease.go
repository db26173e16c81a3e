package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func leaseTests() []test {
	return []test{
		{name: "ASaveGivesTheLeaseOfAFreeQueue", run: saveGivesLease},
		{name: "ASaveGivesNoLeaseOfWhatIsNotFree", run: saveGivesNoLease},
		{name: "OneLeaseLeadsThroughTheQueue", run: leaseChain},
		{name: "ALeaseThatRanOutIsTakenOver", run: leaseRunsOut},
		{name: "ALeaseThatRanOutStillSettlesIfNobodyTookIt", run: lateButAlone},
		{name: "WhoLostTheLeaseChangesLittle", run: lostLease},
		{name: "ALapseStaysWithItsMessage", run: lapseStays},
		{name: "ASaveOverALeaseThatRanOutCountsTheLapse", run: saveOverLapsed},
		{name: "SettlingRenewsTheLease", run: settlingRenews},
		{name: "AReleasedQueueIsDueAtOnce", run: released},
	}
}

var chatS = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "s"}

func saveGivesLease(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(reply("1"), reply("2")), "1")
	if l.Delivery.Seq != 1 || l.Delivery.Chat != chatS || l.Barred || l.Delivery.MaybeSent() {
		t.Errorf("lease %+v", l)
	}
	wantClaimed(t, e, chatS) // it is ours
	if got := drain(t, e, &l); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("sent %q", got)
	}
	wantNone(t, w.hand()) // nothing to send
	wantLease(t, w.hand(reply("3")), "3")
}

func saveGivesNoLease(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("1"))
	for _, again := range []record.Save{
		{Chat: chatS, Revision: 0, Update: "u1"}, // a duplicate
		{Chat: chatS, Revision: 7, Update: "x"},  // a conflict
	} {
		again.Out, again.Way = replies("x"), record.Way{Push: true, Lease: true, Inbound: true}
		if got := save(t, e, again); got.Outcome == record.Done || got.Lease != nil {
			t.Errorf("Save = %+v, want neither a step nor a lease", got)
		}
	}
	// A free queue that was not empty: the lease is for what waits longest.
	wantLease(t, w.hand(reply("2")), "1")
	wantNone(t, w.hand(reply("3"))) // it is taken
	wantNone(t, w.hand(say("4", record.PriorityPerson)))
	wantClaimed(t, e, chatS)
}

func leaseChain(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	first := w.hand(reply("first"))
	w.put(say("reminder", record.PriorityReminder), say("receipt", record.PriorityReceipt))
	w.put(reply("reply 1"), say("person 1", record.PriorityPerson))
	wantNone(t, w.hand(say("person 2", record.PriorityPerson), reply("reply 2")))
	want := []string{"first", "person 1", "person 2", "reply 1", "reply 2", "receipt", "reminder"}
	if got := drain(t, e, first); !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	wantClaimed(t, e, chatS)
	if got := pending(t, e, chatS); len(got) != 0 {
		t.Errorf("Pending = %q after all was sent", texts(got))
	}
}

func leaseRunsOut(t *testing.T, e *Engine) {
	pushing(t, e, chatS).put(reply("1"), reply("2"))
	first := take(t, e, chatS)
	for lapses := range 3 {
		until(e, record.LeaseTime, func() { wantClaimed(t, e, chatS) })
		l := take(t, e, chatS)
		if l.Delivery.Reply.Text != "1" || int(l.Delivery.Lapses) != lapses+1 || l.Token == first.Token {
			t.Fatalf("after %d leases ran out Claim = %+v", lapses+1, l)
		}
	}
	if got := pending(t, e, chatS); len(got) != 2 || got[0].Lapses != 3 || got[1].Lapses != 0 {
		t.Errorf("Pending = %+v, want three lapses of the first alone", got)
	}
}

func lateButAlone(t *testing.T, e *Engine) {
	pushing(t, e, chatS).put(reply("1"), reply("2"))
	l := take(t, e, chatS)
	e.Advance(3 * record.LeaseTime)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "2")
	wantClaimed(t, e, chatS) // and it is renewed
	e.Advance(3 * record.LeaseTime)
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Later}))
	if l = take(t, e, chatS); l.Delivery.Lapses != 0 || l.Delivery.Attempts != 1 {
		t.Errorf("Claim = %+v, want an attempt and no lapse", l)
	}
}

func lostLease(t *testing.T, e *Engine) {
	for _, c := range []struct {
		name    string
		settled record.Settlement
		gone    bool
	}{
		{"sent", record.Settlement{Result: record.Sent}, true},
		{"failed", record.Settlement{Result: record.Failed, Reason: "late"}, true},
		{"later", record.Settlement{Result: record.Later, After: time.Hour}, false},
		{"held", record.Settlement{Result: record.Held}, false},
		{"dropped", record.Settlement{Result: record.Dropped}, false},
		{"progressed", record.Settlement{Result: record.Progressed, Sent: 1, Note: []byte("n")}, false},
	} {
		chat := sent(c.name)
		pushing(t, e, chat).put(reply("1"), reply("2"))
		lost := take(t, e, chat)
		e.Advance(record.LeaseTime)
		held := take(t, e, chat)
		wantNone(t, settle(t, e, lost, c.settled))
		if c.gone {
			if got := texts(pending(t, e, chat)); !slices.Equal(got, []string{"2"}) {
				t.Errorf("%s: Pending = %q, want the first gone", c.name, got)
			}
		} else if got := pending(t, e, chat); len(got) != 2 || !sameDelivery(got[0], held.Delivery) {
			t.Errorf("%s: Pending = %+v, want no change", c.name, got)
		}
		// Whoever holds it now goes on undisturbed.
		wantClaimed(t, e, chat)
		if next := wantLease(t, settle(t, e, held, record.Settlement{Result: record.Sent}), "2"); next.Token != held.Token {
			t.Errorf("%s: the holder's lease was lost", c.name)
		} else {
			wantNone(t, settle(t, e, next, record.Settlement{Result: record.Sent}))
		}
		if got := len(deads(t, e)); (got == 1) != (c.settled.Result == record.Failed) {
			t.Errorf("%s: %d dead letters", c.name, got)
		}
		buryAll(t, e)
	}
}

func lapseStays(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("1"))
	take(t, e, chatS)
	w.put(say("urgent", record.PriorityPerson))
	e.Advance(record.LeaseTime)
	l := take(t, e, chatS)
	if l.Delivery.Reply.Text != "urgent" || l.Delivery.MaybeSent() {
		t.Errorf("Claim = %+v, want the urgent one, which nobody tried", l)
	}
	next := wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "1")
	if next.Delivery.Lapses != 1 {
		t.Errorf("the one that may have been sent has %d lapses, want 1", next.Delivery.Lapses)
	}
}

func saveOverLapsed(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("1"))
	lost := take(t, e, chatS)
	e.Advance(record.LeaseTime)
	w.put(reply("2")) // leaves the lapse to whoever takes the queue
	got := w.hand(reply("3"))
	if l := wantLease(t, got, "1"); l.Delivery.Lapses != 1 || l.Token == lost.Token {
		t.Errorf("lease %+v, want a new one with one lapse", l)
	}
	wantClaimed(t, e, chatS)
}

func settlingRenews(t *testing.T, e *Engine) {
	pushing(t, e, chatS).put(reply("1"), reply("2"), reply("3"), reply("4"))
	l := take(t, e, chatS)
	for _, s := range []record.Settlement{
		{Result: record.Progressed, Sent: 1}, {Result: record.Sent}, {Result: record.Dropped}, {Result: record.Failed, Reason: "r"},
	} {
		e.Advance(record.LeaseTime - time.Second)
		next := settle(t, e, l, s)
		if next == nil || next.Token != l.Token {
			t.Fatalf("after result %d the lease is %+v", s.Result, next)
		}
		l = *next
		until(e, record.LeaseTime, func() { wantClaimed(t, e, chatS) })
	}
	if l = take(t, e, chatS); l.Delivery.Reply.Text != "4" || l.Delivery.Lapses != 1 {
		t.Errorf("Claim = %+v", l)
	}
}

func released(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("1"))
	l := take(t, e, chatS)
	mustRelease(t, e, l)
	again := take(t, e, chatS)
	if !sameDelivery(again.Delivery, l.Delivery) || again.Token == l.Token {
		t.Errorf("Claim after Release = %+v, want %+v under a new token", again, l)
	}
	mustRelease(t, e, l) // it is not ours any more
	wantClaimed(t, e, chatS)
	mustRelease(t, e, again)
	wantLease(t, w.hand(), "1")
}

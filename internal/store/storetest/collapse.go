package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func collapseTests() []test {
	return []test{
		{name: "ANewerMessageReplacesTheOlder", run: collapses},
		{name: "AMessageBeingSentIsNotReplaced", run: collapseSparesLeased},
	}
}

// under gives a message a collapse key.
func under(key string, o record.Outgoing) record.Outgoing {
	o.Collapse = key
	return o
}

func collapses(t *testing.T, e *Engine) {
	other := pushing(t, e, sent("other"))
	other.put(under("k", reply("another chat's")))
	w := pushing(t, e, chatS)
	w.put(under("k", reply("old 1")), under("k", reply("old 2")), under("K", reply("other key")), reply("no key"))
	w.put(after(time.Hour, under("k", reply("old, scheduled"))))
	// Those of one save leave each other alone.
	w.put(under("k", reply("new 1")), under("k", say("new 2", record.PriorityReminder)), reply("more"))
	if got, want := texts(pending(t, e, chatS)), []string{"other key", "no key", "new 1", "new 2", "more"}; !slices.Equal(got, want) {
		t.Errorf("Pending = %q, want %q", got, want)
	}
	w.put(under("", reply("last"))) // no key is none
	if got := texts(pending(t, e, chatS)); len(got) != 6 {
		t.Errorf("Pending = %q, want one more", got)
	}
	w.put(after(time.Hour, under("k", reply("newest"))))
	if got, want := texts(pending(t, e, chatS)), []string{"other key", "no key", "more", "last", "newest"}; !slices.Equal(got, want) {
		t.Errorf("Pending = %q, want %q", got, want)
	}
	if got := texts(pending(t, e, sent("other"))); len(got) != 1 {
		t.Errorf("another chat's queue is %q", got)
	}
	// One that replaces all there was goes out like any other.
	solo := pushing(t, e, sent("solo"))
	solo.put(under("{k}\x00\n:", reply("before")))
	l := wantLease(t, solo.hand(under("{k}\x00\n:", reply("after"))), "after")
	if l.Delivery.Seq != 2 || l.Delivery.Collapse != "{k}\x00\n:" {
		t.Errorf("lease %+v", l)
	}
}

func collapseSparesLeased(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(under("k", reply("being sent")), under("k", reply("waiting"))), "being sent")
	w.put(under("k", reply("newer")))
	if got, want := texts(pending(t, e, chatS)), []string{"being sent", "newer"}; !slices.Equal(got, want) {
		t.Errorf("Pending = %q, want %q", got, want)
	}
	// Given back, it waits like the others.
	wantNone(t, settle(t, e, l, later(time.Minute)))
	w.put(under("k", reply("newest")))
	if got, want := texts(pending(t, e, chatS)), []string{"newest"}; !slices.Equal(got, want) {
		t.Errorf("Pending = %q, want %q", got, want)
	}
}

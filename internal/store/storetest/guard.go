package storetest

import (
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func guardTests() []test {
	return []test{
		{name: "AGuardIsReadWhenClaimed", run: guards},
		{name: "AGuardAsksItsOwnChat", run: guardsAskTheirOwnChat},
	}
}

// guarded lets a message out only while the case stands where it stood.
func guarded(c record.Case, o record.Outgoing) record.Outgoing {
	o.Guard = record.Guard{Code: c.Code, Epoch: c.Epoch}
	return o
}

func guards(t *testing.T, e *Engine) {
	n := 0 // codes differ: two of the chats may share a shard
	for name, rule := range map[string]struct {
		change func(c record.Case) record.Save
		barred bool
	}{
		"nothing": {func(record.Case) record.Save { return record.Save{} }, false},
		"other words": {func(c record.Case) record.Save {
			c.Data = []byte("more")
			return writes(c)
		}, false},
		"another holder": {func(c record.Case) record.Save {
			c.Epoch++
			return writes(c)
		}, true},
		"closed and removed": {func(c record.Case) record.Save { return removes(c.Code) }, true},
		"ended": {func(c record.Case) record.Save {
			c.Ends = e.Now().Add(record.LeaseTime)
			return writes(c)
		}, true},
	} {
		n++
		w := pushing(t, e, sent(name))
		c := open(e, code(t, e, w.chat, n))
		guarding(t, w, c, rule.change(c), rule.barred)
	}
}

// guarding queues messages under a guard, changes its case, and looks wherever
// a lease is given.
func guarding(t *testing.T, w *writer, c record.Case, change record.Save, barred bool) {
	t.Helper()
	want := func(l record.Lease, barred bool) record.Lease {
		t.Helper()
		if l.Barred != barred {
			t.Errorf("%s: the lease of %q is barred: %v, want %v", w.chat.Chat, l.Delivery.Reply.Text, l.Barred, barred)
		}
		return l
	}
	s := opens(c)
	s.Out = []record.Outgoing{guarded(c, reply("1")), guarded(c, reply("2")), guarded(c, reply("3")), reply("free")}
	s.Way.Lease = true
	l := want(wantLease(t, w.save(s).Lease, "1"), false)
	if l.Delivery.Guard != (record.Guard{Code: c.Code, Epoch: c.Epoch}) {
		t.Errorf("lease %+v, want its guard with it", l)
	}
	w.save(change)
	w.e.Advance(record.LeaseTime)
	l = want(take(t, w.e, w.chat), barred)
	l = want(wantLease(t, settle(t, w.e, l, record.Settlement{Result: record.Dropped}), "2"), barred)
	mustRelease(t, w.e, l)
	l = want(wantLease(t, w.hand(), "2"), barred)
	// It is read again each time: a case that comes back lets them go.
	w.save(writes(c))
	l = want(wantLease(t, settle(t, w.e, l, progressed(1, "")), "2"), false)
	l = want(wantLease(t, settle(t, w.e, l, record.Settlement{Result: record.Sent}), "3"), false)
	l = want(wantLease(t, settle(t, w.e, l, record.Settlement{Result: record.Sent}), "free"), false)
	wantNone(t, settle(t, w.e, l, record.Settlement{Result: record.Sent}))
}

func guardsAskTheirOwnChat(t *testing.T, e *Engine) {
	one, two := neighbours(t, e)
	c := open(e, code(t, e, one, 1))
	pushing(t, e, one).save(opens(c))
	for _, foreign := range []record.Guard{{Code: c.Code, Epoch: 1}, {Code: "{}:\n", Epoch: 0}, {Code: "0", Epoch: 0}} {
		o := reply("guarded by what is not ours")
		o.Guard = foreign
		chat := two
		if foreign.Code != c.Code {
			chat = bot.ChatID{Channel: "x", Bot: foreign.Code, Chat: "y"}
		}
		if l := wantLease(t, pushing(t, e, chat).hand(o), o.Reply.Text); !l.Barred {
			t.Errorf("a message with the guard %+v is not barred", foreign)
		}
	}
}

package storetest

import (
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

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
		chat := sent(name)
		w := pushing(t, e, chat)
		n++
		c := open(e, code(t, e, chat, n))
		s := opens(c)
		s.Out = []record.Outgoing{guarded(c, reply("1")), guarded(c, reply("2")), guarded(c, reply("3")), reply("free")}
		s.Way.Lease = true
		l := wantLease(t, w.save(s).Lease, "1")
		if l.Barred || l.Delivery.Guard != (record.Guard{Code: c.Code, Epoch: 1}) {
			t.Errorf("%s: lease of a new message %+v", name, l)
		}
		w.save(rule.change(c))
		e.Advance(record.LeaseTime)
		l = take(t, e, chat)
		if l.Barred != rule.barred || l.Delivery.Reply.Text != "1" {
			t.Errorf("%s: Claim = %+v, want barred %v", name, l, rule.barred)
		}
		l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Dropped}), "2")
		if l.Barred != rule.barred {
			t.Errorf("%s: Settle = %+v, want barred %v", name, l, rule.barred)
		}
		mustRelease(t, e, l)
		l = wantLease(t, w.hand(), "2")
		if l.Barred != rule.barred {
			t.Errorf("%s: Save gave %+v, want barred %v", name, l, rule.barred)
		}
		// It is read again each time: a case that comes back lets them go.
		w.save(writes(c))
		l = wantLease(t, settle(t, e, l, progressed(1, "")), "2")
		if l.Barred {
			t.Errorf("%s: barred though the case stands where it stood", name)
		}
		l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "3")
		l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "free")
		if l.Barred {
			t.Errorf("%s: a message without a guard is barred", name)
		}
		wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent}))
	}
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

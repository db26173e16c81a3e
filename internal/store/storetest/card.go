package storetest

import (
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func cardTests() []test {
	return []test{
		{name: "TheMessageOfACardIsRemembered", run: cardRemembered},
		{name: "ACardIsRememberedWhenItIsSent", run: cardOnlySent},
		{name: "ACardIsKeptLikeAReference", run: cardKept},
	}
}

// card is a message that takes the place of the one before under the same name.
func card(name, text string) record.Outgoing {
	o := reply(text)
	o.Reply.Card, o.Collapse = name, record.CardRef(name)
	return o
}

func wantCard(t *testing.T, e *Engine, w *writer, name, want string) {
	t.Helper()
	wantRef(t, e, w.chat, record.CardRef(name), want)
}

func cardRemembered(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	other := pushing(t, e, sent("other"))
	wantCard(t, e, w, "c", "")
	l := wantLease(t, w.hand(card("c", "1"), card("d", "2")), "1")
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"m1", "m2"}}), "2")
	wantCard(t, e, w, "c", "m1")
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"n1"}}))
	reopen(t, e)
	wantCard(t, e, w, "c", "m1")
	wantCard(t, e, w, "d", "n1")
	wantCard(t, e, other, "c", "")
	wantNone(t, settle(t, e, wantLease(t, w.hand(card("c", "3")), "3"), record.Settlement{Result: record.Sent, Providers: []string{"m3"}}))
	wantCard(t, e, w, "c", "m3")
	// What was shown nowhere leaves it as it was.
	wantNone(t, settle(t, e, wantLease(t, w.hand(card("c", "4")), "4"), record.Settlement{Result: record.Sent}))
	wantCard(t, e, w, "c", "m3")
	// Beside its reference.
	o := card("c", "5")
	o.Ref = []byte("ref")
	wantNone(t, settle(t, e, wantLease(t, w.hand(o), "5"), record.Settlement{Result: record.Sent, Providers: []string{"m5"}}))
	wantCard(t, e, w, "c", "m5")
	wantRef(t, e, w.chat, "m5", "ref")
}

func cardOnlySent(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	for _, s := range []record.Settlement{later(0), {Result: record.Dropped}, failed("r"), progressed(1, "n")} {
		s.Providers = []string{"m"}
		next := settle(t, e, *w.hand(card("c", "1")), s)
		if s.Result == record.Progressed {
			wantCard(t, e, w, "c", "") // half of it is no card
			s = record.Settlement{Result: record.Sent, Providers: []string{"last"}}
			wantNone(t, settle(t, e, *next, s))
			wantCard(t, e, w, "c", "last")
			continue
		}
		wantCard(t, e, w, "c", "")
		if s.Result == record.Later {
			ack(t, e, w.chat, 9)
		}
	}
	// Who lost the lease has sent it all the same.
	l := wantLease(t, w.hand(card("c", "2")), "2")
	e.Advance(2 * record.LeaseTime)
	take(t, e, w.chat)
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"late"}}))
	wantCard(t, e, w, "c", "late")
}

func cardKept(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	show := func(id string) {
		wantNone(t, settle(t, e, *w.hand(card("c", id)), record.Settlement{Result: record.Sent, Providers: []string{id}}))
	}
	show("m1")
	w.advance(20 * 24 * time.Hour)
	show("m2")
	until(e, record.KeepDead, func() { wantCard(t, e, w, "c", "m2") })
	sweep(t, e)
	wantCard(t, e, w, "c", "")
	w.advance(0)
	show("m3")
	w.e = restored(t, e)
	wantCard(t, w.e, w, "c", "m3")
}

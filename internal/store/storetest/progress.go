package storetest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func progressTests() []test {
	return []test{
		{name: "ProgressIsKept", run: progress},
		{name: "WhatWasSentIsRemembered", run: refs},
		{name: "AnExpiredMessageIsClaimedToBeSettled", run: expiredIsClaimed},
		{name: "AnAckEmptiesAPushedQueueToo", run: ackPushed},
	}
}

// progressed settles a lease with n parts gone out.
func progressed(n int, note string) record.Settlement {
	s := record.Settlement{Result: record.Progressed, Sent: n}
	if note != "" {
		s.Note = []byte(note)
	}
	return s
}

func progress(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("long"), reply("behind it"))
	take(t, e, chatS)
	e.Advance(record.LeaseTime)
	l := take(t, e, chatS)
	note := strings.Repeat("\x00\xffn", record.MaxNote/3)
	w.put(say("person", record.PriorityPerson))
	l = wantLease(t, settle(t, e, l, progressed(1, note)), "long") // the same, whatever came in between
	if d := l.Delivery; d.Sent != 1 || string(d.Note) != note || d.Lapses != 0 {
		t.Errorf("after one part: %d parts, a note of %d bytes, %d lapses", d.Sent, len(d.Note), d.Lapses)
	}
	reopen(t, e)
	e.Advance(record.LeaseTime)
	l = take(t, e, chatS)
	l = wantLease(t, &l, "person")
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "long")
	if d := l.Delivery; d.Sent != 1 || string(d.Note) != note || d.Lapses != 1 {
		t.Errorf("taken up again: %d parts, a note of %d bytes, %d lapses", d.Sent, len(d.Note), d.Lapses)
	}
	l = wantLease(t, settle(t, e, l, progressed(2, "")), "long")
	if d := l.Delivery; d.Sent != 2 || len(d.Note) != 0 || d.Lapses != 0 || d.Attempts != 0 {
		t.Errorf("after the second part: %+v", d)
	}
	if got := drain(t, e, &l); !slices.Equal(got, []string{"long", "behind it"}) {
		t.Errorf("sent %q", got)
	}
}

func refs(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	card := reply("card")
	card.Ref = []byte("case 12\x00\xff")
	l := wantLease(t, w.hand(card, reply("plain")), "card")
	wantRef(t, e, chatS, "m1", "")
	first := progressed(1, "")
	first.Providers = []string{"m1", "{m}:2\n"}
	l = wantLease(t, settle(t, e, l, first), "card")
	wantRef(t, e, chatS, "m1", "case 12\x00\xff")
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"m3"}}), "plain")
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"m4"}}))
	reopen(t, e)
	for _, known := range []string{"m1", "{m}:2\n", "m3"} {
		wantRef(t, e, chatS, known, "case 12\x00\xff")
		wantRef(t, e, sent("other"), known, "")
	}
	wantRef(t, e, chatS, "m4", "")
	until(e, record.KeepDead, func() { wantRef(t, e, chatS, "m3", "case 12\x00\xff") })
	wantRef(t, e, chatS, "m3", "")
}

// wantRef checks what is remembered of a provider's id; nothing if want is empty.
func wantRef(t testing.TB, e *Engine, chat bot.ChatID, provider, want string) {
	t.Helper()
	got, err := e.Ref(t.Context(), chat, provider)
	switch {
	case want == "" && !errors.Is(err, delivery.ErrNotFound):
		t.Errorf("Ref of %q = %q, %v, want ErrNotFound", provider, got, err)
	case want != "" && (err != nil || !bytes.Equal(got, []byte(want))):
		t.Errorf("Ref of %q = %q, %v, want %q", provider, got, err, want)
	}
}

func expiredIsClaimed(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	brief := reply("brief")
	brief.Keep = 150 * time.Second
	w.put(brief, reply("long"))
	until(e, brief.Keep, func() {
		if got := texts(pending(t, e, chatS)); !slices.Equal(got, []string{"brief", "long"}) {
			t.Errorf("before the end Pending = %q", got)
		}
	})
	if got := texts(pending(t, e, chatS)); !slices.Equal(got, []string{"long"}) {
		t.Errorf("at the end Pending = %q", got)
	}
	sweep(t, e)
	l := take(t, e, chatS)
	if l.Delivery.Reply.Text != "brief" || l.Delivery.Expires.After(e.Now()) {
		t.Fatalf("Claim = %+v, want the one that has expired", l)
	}
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Failed, Reason: record.ReasonExpired}), "long")
	for _, d := range deads(t, e) {
		if d.Reason != record.ReasonExpired || d.Delivery.Reply.Text != "brief" {
			t.Errorf("dead letter %+v", d)
		}
	}
	if len(deads(t, e)) != 1 {
		t.Errorf("%d dead letters, want one", len(deads(t, e)))
	}
	// Days later it is still there to be settled: nobody was up to send it.
	wantNone(t, settle(t, e, l, later(0)))
	e.Advance(record.KeepDelivery + 71*time.Hour)
	sweep(t, e)
	l = take(t, e, chatS)
	wantNone(t, settle(t, e, wantLease(t, &l, "long"), record.Settlement{Result: record.Dropped}))
}

func ackPushed(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(say("1", record.PriorityReminder), reply("2"), say("3", record.PriorityPerson), reply("4"))
	if got := seqs(pending(t, e, chatS)); !slices.Equal(got, []uint64{1, 2, 3, 4}) {
		t.Errorf("Pending = %v, want it by sequence", got)
	}
	ack(t, e, chatS, 3)
	ack(t, e, chatS, 9) // never given out
	wantClaimed(t, e, chatS, "4")
}

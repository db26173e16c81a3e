package storetest

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func deadTests() []test {
	return []test{
		{name: "AFailedMessageIsShown", run: deadIsShown},
		{name: "ARevivedMessageIsSentAnew", run: deadRevives},
		{name: "ARevivedMessageRespectsTheQueue", run: deadRevivesBehind},
		{name: "AFailedLetterRevives", run: deadLetter},
		{name: "ABuriedMessageIsGone", run: deadIsBuried},
		{name: "P7/DeadLettersEnd", run: deadEnds},
	}
}

func failed(reason string) record.Settlement {
	return record.Settlement{Result: record.Failed, Reason: reason}
}

// oneDead is the only dead letter.
func oneDead(t testing.TB, e *Engine) record.Dead {
	t.Helper()
	all := deads(t, e)
	for id, d := range all {
		if !regexp.MustCompile(`^[0-9A-Za-z-]{1,100}$`).MatchString(id) {
			t.Errorf("the id %.200q is more than letters, digits and dashes", id)
		}
		if len(all) == 1 {
			return d
		}
	}
	t.Fatalf("%d dead letters, want one", len(all))
	return record.Dead{}
}

// rich is a message with every rule that a dead one keeps.
func rich(text string) record.Outgoing {
	o := under("key", say(text, record.PriorityReceipt))
	o.Ref, o.Keep = []byte("ref"), time.Hour
	o.Guard = record.Guard{Code: "0001", Epoch: 3}
	return o
}

func deadIsShown(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(rich("1"), reply("2"))
	l := take(t, e, chatS)
	wantNone(t, settle(t, e, wantLease(t, &l, "2"), later(0)))
	l = take(t, e, chatS)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "1")
	l = wantLease(t, settle(t, e, l, progressed(1, "note")), "1")
	e.Advance(time.Minute)
	wantNone(t, settle(t, e, l, failed("refused")))
	reopen(t, e)
	d := oneDead(t, e)
	if !sameDelivery(d.Delivery, l.Delivery) || d.Reason != "refused" || !d.At.Equal(e.Now()) || d.Letter.ID != "" {
		t.Errorf("Dead = %+v, want %+v, refused just now", d, l.Delivery)
	}
	if got := pending(t, e, chatS); len(got) != 0 {
		t.Errorf("Pending = %q", texts(got))
	}
	stop := errors.New("stop")
	if err := e.Dead(t.Context(), func(record.Dead) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Dead = %v, want the error of show", err)
	}
}

func deadRevives(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(rich("1"))
	e.Advance(record.LeaseTime)
	take(t, e, chatS)
	e.Advance(record.LeaseTime)
	l := take(t, e, chatS)
	wantNone(t, settle(t, e, l, later(0)))
	l = take(t, e, chatS)
	l = wantLease(t, settle(t, e, l, progressed(2, "note")), "1")
	wantNone(t, settle(t, e, l, failed("r")))
	e.Advance(48 * time.Hour)
	id := oneDead(t, e).ID
	revive(t, e, id)
	if len(deads(t, e)) != 0 {
		t.Error("a revived message is still dead")
	}
	want := l.Delivery
	want.Seq, want.Attempts, want.Lapses, want.Expires = 2, 0, 0, e.Now().Add(record.KeepDelivery)
	got := take(t, e, chatS).Delivery
	want.At = got.At // when it was first or last queued, as the engine likes
	if !sameDelivery(got, want) {
		t.Errorf("Claim = %+v, want %+v", got, want)
	}
	if c := load(t, e, chatS); c.LastSeq != 2 || c.Revision != 1 {
		t.Errorf("Load = %+v, want the sequence given out and the same revision", c)
	}
	w.put(reply("new"))
	if got := seqs(pending(t, e, chatS)); !slices.Equal(got, []uint64{2, 3}) {
		t.Errorf("Pending = %v", got)
	}
	for _, gone := range []string{id, "", "nobody", "../x", "{}:\n*"} {
		if err := e.Revive(t.Context(), gone); !errors.Is(err, delivery.ErrNotFound) {
			t.Errorf("Revive of %q = %v, want ErrNotFound", gone, err)
		}
	}
}

func revive(t testing.TB, e *Engine, id string) {
	t.Helper()
	if err := e.Revive(t.Context(), id); err != nil {
		t.Fatalf("Revive: %v", err)
	}
}

func deadRevivesBehind(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(reply("dead"), reply("2")), "dead")
	l = wantLease(t, settle(t, e, l, failed("r")), "2")
	id := oneDead(t, e).ID
	revive(t, e, id)
	wantClaimed(t, e, chatS) // somebody is sending
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "dead")
	if l.Delivery.Seq != 3 {
		t.Errorf("revived with sequence %d, want 3", l.Delivery.Seq)
	}
	// Not before its time in a queue that is blocked, nor in one that is held.
	wantNone(t, settle(t, e, l, failed("r")))
	w.put(reply("4"))
	wantNone(t, settle(t, e, take(t, e, chatS), later(time.Minute)))
	revive(t, e, oneDead(t, e).ID)
	until(e, time.Minute, func() { wantClaimed(t, e, chatS) })
	l = take(t, e, chatS)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent}), "dead")
	wantNone(t, settle(t, e, l, failed("r")))
	w.put(reply("6"))
	wantNone(t, settle(t, e, take(t, e, chatS), record.Settlement{Result: record.Held}))
	revive(t, e, oneDead(t, e).ID)
	e.Advance(time.Hour)
	wantClaimed(t, e, chatS)
	w.save(record.Save{Way: record.Way{Inbound: true}})
	l = take(t, e, chatS)
	if got := drain(t, e, &l); !slices.Equal(got, []string{"6", "dead"}) {
		t.Errorf("sent %q", got)
	}
	// Of a chat that has expired it is the only message.
	w.put(reply("last"))
	wantNone(t, settle(t, e, take(t, e, chatS), failed("r")))
	e.Advance(record.KeepChat)
	sweep(t, e)
	revive(t, e, oneDead(t, e).ID)
	wantClaimed(t, e, chatS, "last")
}

func deadLetter(t *testing.T, e *Engine) {
	pushing(t, e, chatS).save(record.Save{Letters: letters(chatA, "1")})
	w := oneWork(t, e, "1")
	finish(t, e, w, later(0))
	w = oneWork(t, e, "1")
	finish(t, e, w, failed("poison"))
	finish(t, e, w, failed("poison")) // finished already
	e.Advance(2 * record.LeaseTime)
	wantWork(t, e)
	reopen(t, e)
	d := oneDead(t, e)
	if d.Letter.ID != w.Letter.ID || d.Letter.Attempts != 1 || d.Reason != "poison" || d.Delivery.Seq != 0 {
		t.Errorf("Dead = %+v", d)
	}
	e.Advance(3 * record.KeepLetter)
	revive(t, e, d.ID)
	if len(deads(t, e)) != 0 {
		t.Error("a revived letter is still dead")
	}
	want := w.Letter
	want.Attempts, want.At = 0, e.Now()
	if got := oneWork(t, e, "1"); !sameLetter(got.Letter, want) {
		t.Errorf("Work = %+v, want %+v", got.Letter, want)
	} else {
		finish(t, e, got, record.Settlement{Result: record.Sent})
	}
}

func deadIsBuried(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	l := wantLease(t, w.hand(reply("secret 1"), reply("secret 2")), "secret 1")
	l = wantLease(t, settle(t, e, l, failed("r")), "secret 2")
	wantNone(t, settle(t, e, l, failed("r")))
	all := deads(t, e)
	if len(all) != 2 {
		t.Fatalf("Dead = %+v, want two", all)
	}
	for id, d := range all {
		if d.Delivery.Reply.Text != "secret 1" {
			continue
		}
		if err := e.Bury(t.Context(), id); err != nil {
			t.Errorf("Bury: %v", err)
		}
		if err := e.Bury(t.Context(), id); !errors.Is(err, delivery.ErrNotFound) {
			t.Errorf("Bury again = %v, want ErrNotFound", err)
		}
	}
	noneHolds(t, e, "secret 1")
	if d := oneDead(t, e); d.Delivery.Reply.Text != "secret 2" {
		t.Errorf("Dead = %+v, want the other one", d)
	}
	if err := e.Bury(t.Context(), "nobody"); !errors.Is(err, delivery.ErrNotFound) {
		t.Errorf("Bury = %v, want ErrNotFound", err)
	}
}

func deadEnds(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.put(reply("1"))
	wantNone(t, settle(t, e, take(t, e, chatS), failed("r")))
	id := oneDead(t, e).ID
	until(e, record.KeepDead, func() {
		sweep(t, e)
		oneDead(t, e)
	})
	if got := deads(t, e); len(got) != 0 {
		t.Errorf("Dead = %+v after its end", got)
	}
	for name, do := range map[string]func() error{
		"Revive": func() error { return e.Revive(t.Context(), id) },
		"Bury":   func() error { return e.Bury(t.Context(), id) },
	} {
		if err := do(); !errors.Is(err, delivery.ErrNotFound) {
			t.Errorf("%s after its end = %v, want ErrNotFound", name, err)
		}
	}
}

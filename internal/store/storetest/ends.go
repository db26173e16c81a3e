package storetest

import (
	"maps"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func endTests() []test {
	return []test{
		{name: "P7/EverythingEnds", run: everythingEnds},
	}
}

// lingers is how long the last trace of what has ended may stay, by then no
// more than an index.
const lingers = 25 * time.Hour

// mortal is one thing to store, and how long it may be found.
type mortal struct {
	store func(t *testing.T, e *Engine, w *writer)
	lives time.Duration
}

// mortals is everything a store holds; a flat table.
func mortals() map[string]mortal {
	return map[string]mortal{
		"a chat": {func(_ *testing.T, _ *Engine, w *writer) {
			w.save(record.Save{State: []byte("s")})
		}, record.KeepChat},
		"a message to be fetched": {func(_ *testing.T, _ *Engine, w *writer) {
			w.way.Push = false
			w.put(reply("r"))
		}, record.KeepDelivery},
		"a message to be sent": {func(_ *testing.T, _ *Engine, w *writer) {
			w.put(reply("r"))
		}, record.KeepDelivery + pushedStay},
		"a message in somebody's hands": {func(_ *testing.T, _ *Engine, w *writer) {
			w.hand(reply("r"))
		}, record.KeepDelivery + pushedStay},
		"a message that waits long": {func(_ *testing.T, _ *Engine, w *writer) {
			o := reply("r")
			o.Keep, o.After = record.MaxKeep, record.MaxKeep
			w.put(o)
		}, 2*record.MaxKeep + pushedStay},
		"a queue that is held": {func(t *testing.T, e *Engine, w *writer) {
			l := w.hand(reply("1"), reply("2"))
			wantNone(t, settle(t, e, *l, record.Settlement{Result: record.Held}))
		}, record.KeepDelivery + pushedStay},
		"a queue that was sent": {func(t *testing.T, e *Engine, w *writer) {
			drain(t, e, w.hand(reply("1"), reply("2")))
		}, record.KeepChat},
		"a chat that is paced": {func(t *testing.T, e *Engine, w *writer) {
			pace := record.Pace{Every: time.Hour, Burst: 1}
			wantNone(t, settle(t, e, *w.hand(reply("1")), at(pace, record.Settlement{Result: record.Sent})))
		}, record.KeepChat},
		"a window": {func(t *testing.T, e *Engine, w *writer) {
			w.way.Window = narrow
			wantNone(t, oneSent(t, e, wantLease(t, w.wrote(reply("r")), "r")))
		}, narrow.Total},
		"a window that is shut": {func(t *testing.T, _ *Engine, w *writer) {
			w.way.Window = narrow
			wantNone(t, w.hand(reply("r")))
		}, record.KeepDelivery + pushedStay},
		"a card": {func(t *testing.T, e *Engine, w *writer) {
			wantNone(t, settle(t, e, *w.hand(card("c", "r")), record.Settlement{Result: record.Sent, Providers: []string{"m"}}))
		}, record.KeepDead},
		"a case": {func(t *testing.T, e *Engine, w *writer) {
			c := open(e, code(t, e, chatS, 1))
			c.Due = e.Now().Add(time.Hour)
			w.save(opens(c))
		}, 30 * 24 * time.Hour},
		"a case that is removed": {func(t *testing.T, e *Engine, w *writer) {
			c := open(e, code(t, e, chatS, 1))
			c.Due = e.Now().Add(time.Hour)
			w.save(opens(c))
			w.save(removes(c.Code))
		}, record.KeepChat},
		"what a message was sent as": {func(t *testing.T, e *Engine, w *writer) {
			o := reply("r")
			o.Ref = []byte("ref")
			wantNone(t, settle(t, e, *w.hand(o), record.Settlement{Result: record.Sent, Providers: []string{"m"}}))
		}, record.KeepDead},
		"a dead message": {func(t *testing.T, e *Engine, w *writer) {
			wantNone(t, settle(t, e, *w.hand(reply("r")), failed("r")))
		}, record.KeepDead},
		"a dead letter": {func(t *testing.T, e *Engine, w *writer) {
			w.save(record.Save{Letters: letters(chatA, "l")})
			finish(t, e, oneWork(t, e, "l"), failed("r"))
		}, record.KeepDead},
		"a letter that was applied": {func(t *testing.T, e *Engine, w *writer) {
			w.save(record.Save{Letters: letters(chatA, "l")})
			finish(t, e, oneWork(t, e, "l"), record.Settlement{Result: record.Sent})
		}, record.KeepChat},
		"counts": {func(_ *testing.T, e *Engine, w *writer) {
			w.save(record.Save{Day: e.Now().Format(time.DateOnly), Counts: []string{"c"}})
		}, record.KeepCounts},
		"permits": {func(t *testing.T, e *Engine, _ *writer) {
			permitsOf(t, e, "b", record.Pace{Every: time.Minute, Burst: 10}, 10)
		}, 10 * time.Minute},
	}
}

// everythingEnds stores one thing at a time and looks at all keys after its end.
func everythingEnds(t *testing.T, e *Engine) {
	for name, thing := range mortals() {
		e := e.fresh()
		empty := stored(t, e)
		thing.store(t, e, pushing(t, e, chatS))
		if maps.Equal(stored(t, e), empty) {
			t.Fatalf("%s: nothing was stored", name)
		}
		e.Advance(thing.lives + lingers)
		sweep(t, e)
		left := stored(t, e)
		for key := range empty {
			delete(left, key)
		}
		for key := range left {
			t.Errorf("%s: %q is left %v after its end: P7 says nothing stays", name, key, lingers)
		}
	}
}

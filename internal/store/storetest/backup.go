package storetest

import (
	"bytes"
	"errors"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

func backupTests() []test {
	return []test{
		{name: "ABackupBringsEverythingBack", run: backup},
		{name: "ARestoredMessageCanBeRevived", run: backupRevives},
		{name: "ABackupHoldsNothingThatEnded", run: backupOfEnded},
		{name: "AnEmptyStoreBacksUp", run: backupOfNothing},
		{name: "ABackupGoesIntoAnEmptyStoreOnly", run: backupIntoUsed},
		{name: "ABrokenBackupIsRefused", run: backupBroken},
		{name: "AMovedStoreSaysWhere", run: retired},
		{name: "KeysStayTheSame", run: keysStay},
	}
}

func export(t failer, e *Engine) []record.Item {
	t.Helper()
	var items []record.Item
	err := e.Export(t.Context(), func(i record.Item) error {
		i.Value, i.Counter = bytes.Clone(i.Value), bytes.Clone(i.Counter)
		items = append(items, i)
		return nil
	})
	if err != nil {
		t.Fatalf("Export: %v", err)
	}
	return items
}

// each yields items as a file would be read.
func each(items []record.Item) iter.Seq2[record.Item, error] {
	return func(yield func(record.Item, error) bool) {
		for _, i := range items {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// restored is another engine into which all of e was carried, at e's time.
func restored(t *testing.T, e *Engine) *Engine {
	t.Helper()
	to := e.fresh()
	to.Advance(e.Now().Sub(to.Now()))
	if err := to.Import(t.Context(), each(export(t, e))); err != nil {
		t.Fatalf("Import: %v", err)
	}
	return to
}

func backup(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	c := open(e, code(t, e, chatS, 1))
	c.Due = e.Now().Add(100 * time.Hour)
	card := reply("card")
	card.Ref = []byte("ref")
	l := w.save(record.Save{
		State: []byte{0, 255}, Out: []record.Outgoing{card, reply("waiting"), after(time.Hour, reply("scheduled"))},
		Cases: opens(c).Cases, Letters: letters(chatA, "letter"), Day: day, Counts: []string{"a", "a", "{b}:\n"},
		Way: record.Way{Lease: true},
	}).Lease
	l = settle(t, e, *l, record.Settlement{Result: record.Sent, Providers: []string{"m1"}})
	wantNone(t, settle(t, e, wantLease(t, l, "waiting"), later(time.Hour)))
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("to be fetched")})
	to := restored(t, e)

	if got, want := load(t, to, chatS), load(t, e, chatS); !sameChat(got, want) {
		t.Errorf("Load = %+v, want %+v", got, want)
	}
	if got, want := load(t, to, chatA), load(t, e, chatA); !sameChat(got, want) {
		t.Errorf("Load = %+v, want %+v", got, want)
	}
	c.Chat = chatS
	wantCases(t, to, chatS, c)
	wantRef(t, to, chatS, "m1", "ref")
	if got, want := counts(t, to, day), counts(t, e, day); !reflect.DeepEqual(got, want) || len(want) != 2 {
		t.Errorf("Counts = %v, want %v", got, want)
	}
	if got := to.Key("buttons"); !bytes.Equal(got, e.Key("buttons")) {
		t.Error("the key of the names did not come along")
	}
	if got := save(t, to, record.Save{Chat: chatS, Revision: 1, Update: "u1"}); got.Outcome != record.Duplicate {
		t.Errorf("Save of an update that was taken before = %+v", got)
	}
	reopen(t, to)
	if got := to.Key("buttons"); !bytes.Equal(got, e.Key("buttons")) {
		t.Error("the key of the names did not stay")
	}
	ends := to.Now().Add(record.KeepChat)
	wantRestored(t, to, "waiting", "scheduled", "letter", "to be fetched") // but not what was sent
	// It goes on as it would have: the same ends, the same due times.
	until(to, ends.Sub(to.Now()), func() {
		if got := load(t, to, chatS); got.Revision != 1 {
			t.Errorf("before its end Load = %+v", got)
		}
	})
	if got := load(t, to, chatS); got.Revision != 0 {
		t.Errorf("at its end Load = %+v", got)
	}
	until(to, c.Due.Sub(to.Now()), func() { wantWork(t, to) })
	wantWork(t, to, c.Code)
}

func sameChat(a, b record.Chat) bool {
	return bytes.Equal(record.EncodeChat(a), record.EncodeChat(b)) && slices.EqualFunc(a.Cases, b.Cases, sameCase)
}

// wantRestored checks that what waited is dead, and nothing of it on its way.
func wantRestored(t *testing.T, e *Engine, want ...string) {
	t.Helper()
	e.Advance(2 * time.Hour) // past all that was scheduled
	wantClaimed(t, e, chatS)
	wantWork(t, e)
	if ds := append(pending(t, e, chatS), pending(t, e, chatA)...); len(ds) != 0 {
		t.Errorf("Pending = %q after a restore", texts(ds))
	}
	var got []string
	for _, d := range deads(t, e) {
		if d.Reason != record.ReasonRestored {
			t.Errorf("dead letter with the reason %q", d.Reason)
		}
		got = append(got, about(record.Work{Letter: d.Letter})+d.Delivery.Reply.Text)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("dead letters %q, want %q", got, want)
	}
}

func backupRevives(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.save(record.Save{Out: []record.Outgoing{reply("1"), say("2", record.PriorityPerson)}, Letters: letters(chatA, "letter")})
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("fetched")})
	l := take(t, e, chatS)
	wantLease(t, settle(t, e, wantLease(t, &l, "2"), failed("r")), "1") // in somebody's hands
	to := restored(t, e)
	reasons := map[string]string{}
	for id, d := range deads(t, to) {
		reasons[about(record.Work{Letter: d.Letter})+d.Delivery.Reply.Text] = d.Reason
		revive(t, to, id)
	}
	want := map[string]string{"1": record.ReasonRestored, "letter": record.ReasonRestored, "fetched": record.ReasonRestored, "2": "r"}
	if !reflect.DeepEqual(reasons, want) {
		t.Errorf("dead letters %v, want %v", reasons, want)
	}
	l = take(t, to, chatS)
	if l.Delivery.Seq < 3 || l.Delivery.Reply.Text != "2" {
		t.Errorf("Claim = %+v, want the person's with a new sequence", l)
	}
	if got := drain(t, to, &l); !slices.Equal(got, []string{"2", "1"}) {
		t.Errorf("sent %q", got)
	}
	wantWork(t, to, "letter")
	if got := texts(pending(t, to, chatA)); !slices.Equal(got, []string{"fetched"}) {
		t.Errorf("Pending = %q, want what was to be fetched", got)
	}
	if got := load(t, to, chatS); got.LastSeq != 4 {
		t.Errorf("Load = %+v, want four sequences given out", got)
	}
}

func backupOfEnded(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	c := open(e, code(t, e, chatS, 1))
	c.Ends = e.Now().Add(time.Hour)
	brief := reply("brief")
	brief.Keep, brief.Ref = time.Hour, []byte("r")
	w.save(record.Save{State: []byte("s"), Cases: opens(c).Cases, Out: []record.Outgoing{brief}, Day: e.Now().Format(time.DateOnly), Counts: []string{"c"}})
	l := take(t, e, chatS)
	sentNow := record.Settlement{Result: record.Sent, Providers: []string{"m"}}
	wantNone(t, settle(t, e, l, sentNow))
	w.put(reply("dead"))
	wantNone(t, settle(t, e, take(t, e, chatS), failed("r")))
	e.Advance(record.KeepCounts + 48*time.Hour)
	if items := export(t, e); len(items) != 1 { // nobody swept
		t.Errorf("Export = %+v, want the key alone", items)
	}
	to := restored(t, e)
	if got := load(t, to, chatS); !reflect.DeepEqual(got, record.Chat{}) {
		t.Errorf("Load = %+v", got)
	}
}

func backupOfNothing(t *testing.T, e *Engine) {
	items := export(t, e)
	if len(items) != 1 || items[0].Kind != record.ItemKey || !bytes.Equal(record.NewNames(items[0].Value).Key("p"), e.Key("p")) {
		t.Errorf("Export of an empty store = %+v, want its key", items)
	}
	to := restored(t, e)
	mustSave(t, to, record.Save{Chat: chatS, Update: "1"})
}

func backupIntoUsed(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatS, Update: "1", State: []byte("one")})
	items := export(t, e)
	for name, use := range map[string]func(to *Engine){
		"a chat": func(to *Engine) { mustSave(t, to, record.Save{Chat: chatA, Update: "1"}) },
		"a count": func(to *Engine) {
			today := to.Now().Format(time.DateOnly)
			mustSave(t, to, record.Save{Chat: chatA, Update: "1", Day: today, Counts: []string{"c"}})
			to.Advance(record.KeepChat)
			sweep(t, to)
		},
		"a dead letter": func(to *Engine) {
			pushing(t, to, chatA).put(reply("r"))
			wantNone(t, settle(t, to, take(t, to, chatA), failed("r")))
			to.Advance(2 * record.KeepChat)
			sweep(t, to)
		},
	} {
		to := e.fresh()
		use(to)
		key := to.Key("p")
		if err := to.Import(t.Context(), each(items)); !errors.Is(err, exchange.ErrNotEmpty) {
			t.Errorf("Import into a store with %s = %v, want ErrNotEmpty", name, err)
		}
		if got := load(t, to, chatS); got.Revision != 0 || !bytes.Equal(key, to.Key("p")) {
			t.Errorf("an import that was refused changed a store with %s", name)
		}
	}
	if err := e.Import(t.Context(), each(items)); !errors.Is(err, exchange.ErrNotEmpty) {
		t.Errorf("Import of its own backup = %v, want ErrNotEmpty", err)
	}
}

func backupBroken(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatS, Update: "1", State: []byte("one"), Out: replies("r")})
	items := export(t, e)
	torn := errors.New("torn file")
	err := e.fresh().Import(t.Context(), func(yield func(record.Item, error) bool) {
		for _, i := range items[:2] {
			if !yield(i, nil) {
				return
			}
		}
		yield(record.Item{}, torn)
	})
	if !errors.Is(err, torn) {
		t.Errorf("Import = %v, want the error of the file", err)
	}
	for name, broken := range map[string][]record.Item{
		"no key":         items[1:],
		"nothing":        nil,
		"a short key":    {{Kind: record.ItemKey, Value: []byte("short")}},
		"a torn chat":    {items[0], {Kind: record.ItemChat, Value: []byte{2}, Ends: e.Now().Add(time.Hour)}},
		"a newer record": {items[0], {Kind: record.ItemDead, Value: []byte{99}, Ends: e.Now().Add(time.Hour)}},
	} {
		if err := e.fresh().Import(t.Context(), each(broken)); err == nil {
			t.Errorf("Import with %s went well", name)
		}
	}
	stop := errors.New("stop")
	n := 0
	err = e.Export(t.Context(), func(record.Item) error {
		if n++; n == 2 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 2 {
		t.Errorf("Export = %v after %d items, want the error of show after two", err, n)
	}
}

func retired(t *testing.T, e *Engine) {
	const to = "redis://new:6379/0 {x}\n"
	w := pushing(t, e, chatS)
	w.save(record.Save{State: []byte("one"), Out: replies("r")})
	clients := e.clients()
	if err := e.Retire(t.Context(), to); err != nil {
		t.Fatalf("Retire: %v", err)
	}
	for i, client := range clients {
		saved, err := client.Save(t.Context(), w.next(record.Save{}))
		if moved, ok := errors.AsType[*exchange.MovedError](err); !ok || moved.To != to {
			t.Errorf("client %d: Save = %+v, %v, want a MovedError to %q", i, saved, err, to)
		}
	}
	if got := load(t, e, chatS); got.Revision != 1 {
		t.Errorf("Load = %+v, want what was saved before", got)
	}
	_, err := e.Reopen()
	if moved, ok := errors.AsType[*exchange.MovedError](err); !ok || moved.To != to {
		t.Errorf("Reopen = %v, want a MovedError to %q", err, to)
	}
}

func keysStay(t *testing.T, e *Engine) {
	key := e.Key("buttons")
	if len(key) != 32 || bytes.Equal(key, e.Key("other")) {
		t.Errorf("Key = %d bytes, want 32 of its own for each purpose", len(key))
	}
	if !bytes.Equal(key, names(t, e).Key("buttons")) {
		t.Error("Key is not that of the store's names")
	}
	for i, client := range e.clients() {
		if !bytes.Equal(client.Key("buttons"), key) {
			t.Errorf("client %d has another key", i)
		}
	}
	reopen(t, e)
	if !bytes.Equal(e.Key("buttons"), key) {
		t.Error("Key changed with reopening")
	}
	if bytes.Equal(e.fresh().Key("buttons"), key) {
		t.Error("two stores have one key")
	}
}

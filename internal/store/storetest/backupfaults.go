package storetest

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

func backupFaultTests() []test {
	return []test{
		{name: "ABackupHoldsNothingThatEnded", run: backupOfEnded},
		{name: "ABackupHoldsNoMessageThatExpired", run: backupOfExpired},
		{name: "AnEmptyStoreBacksUp", run: backupOfNothing},
		{name: "ABackupGoesIntoAnEmptyStoreOnly", run: backupIntoUsed},
		{name: "ABrokenBackupIsRefused", run: backupBroken},
		{name: "AMovedStoreSaysWhere", run: retired},
		{name: "KeysStayTheSame", run: keysStay},
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

// backupOfExpired keeps what can be fetched no more out of a backup, even where
// it still lies beside what can: a restore would show it to operators for weeks.
func backupOfExpired(t *testing.T, e *Engine) {
	brief := reply("brief")
	brief.Keep = time.Hour
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: []record.Outgoing{brief, reply("long")}})
	e.Advance(brief.Keep)
	if d := oneDead(t, restored(t, e)); d.Delivery.Reply.Text != "long" {
		t.Errorf("Dead = %+v, want the one that had not expired", d)
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

package storetest

import (
	"bytes"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func backupTests() []test {
	return []test{
		{name: "ABackupBringsEverythingBack", run: backup},
		{name: "ARestoredMessageCanBeRevived", run: backupRevives},
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

// filled stores something of everything and returns the case among it.
func filled(t *testing.T, e *Engine) record.Case {
	t.Helper()
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
	c.Chat = chatS
	return c
}

func backup(t *testing.T, e *Engine) {
	c := filled(t, e)
	ends, forgets := e.Now().Add(record.KeepChat), e.Now().Add(record.KeepDead)
	e.Advance(5 * time.Hour)
	to := restored(t, e)
	for _, chat := range []bot.ChatID{chatS, chatA} {
		if got, want := load(t, to, chat), load(t, e, chat); !sameChat(got, want) || want.Revision != 1 {
			t.Errorf("Load = %+v, want %+v", got, want)
		}
	}
	wantCases(t, to, chatS, c)
	wantRef(t, to, chatS, "m1", "ref")
	if got, want := counts(t, to, day), counts(t, e, day); !reflect.DeepEqual(got, want) || len(want) != 2 {
		t.Errorf("Counts = %v, want %v", got, want)
	}
	if got := save(t, to, record.Save{Chat: chatS, Revision: 1, Update: "u1"}); got.Outcome != record.Duplicate {
		t.Errorf("Save of an update that was taken before = %+v", got)
	}
	for range 2 {
		if !bytes.Equal(to.Key("buttons"), e.Key("buttons")) {
			t.Error("the key of the names did not come along")
		}
		reopen(t, to)
	}
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
	until(to, forgets.Sub(to.Now()), func() { wantRef(t, to, chatS, "m1", "ref") })
	wantRef(t, to, chatS, "m1", "")
}

func sameChat(a, b record.Chat) bool {
	return bytes.Equal(record.Newest.EncodeChat(a), record.Newest.EncodeChat(b)) && slices.EqualFunc(a.Cases, b.Cases, sameCase)
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

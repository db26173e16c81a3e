package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func caseTests() []test {
	return []test{
		{name: "ACaseIsSavedWithItsChat", run: caseIsSaved},
		{name: "ACodeBelongsToOneChat", run: codeTaken},
		{name: "ACodeTellsTheShard", run: codeShard},
		{name: "ARemovedCaseFreesItsCode", run: caseRemoved},
		{name: "P7/ACaseEndsAndOutlivesTheChat", run: caseEnds},
		{name: "P7/ForgettingTakesTheCases", run: forgetCases},
		{name: "AnySizeOfCase", run: caseSizes},
		{name: "P3/OneOfManyEqualCodesWins", run: codesRace},
	}
}

// names returns the names of the engine's store, as a backup carries them.
func names(t failer, e *Engine) record.Names {
	t.Helper()
	enough := errors.New("enough")
	var key []byte
	err := e.Export(t.Context(), func(i record.Item) error {
		if i.Kind != record.ItemKey || len(i.Value) != record.KeySize {
			t.Fatalf("Export begins with %q of %d bytes, want the key", i.Kind, len(i.Value))
		}
		key = bytes.Clone(i.Value)
		return enough
	})
	if !errors.Is(err, enough) {
		t.Fatalf("Export = %v, want the error of show", err)
	}
	return record.NewNames(key)
}

// code returns the n-th code that a case of chat may have.
func code(t testing.TB, e *Engine, chat bot.ChatID, n int) string {
	t.Helper()
	return names(t, e).Chat(chat).CodePrefix() + fmt.Sprintf("%04d", n)
}

// neighbour returns another chat in the shard of chat.
func neighbour(names record.Names, chat bot.ChatID) bot.ChatID {
	for i := 0; ; i++ { // one in 256 is
		other := sent(fmt.Sprint("{n}", i))
		if names.Chat(other).Shard() == names.Chat(chat).Shard() {
			return other
		}
	}
}

// neighbours returns two chats of one shard.
func neighbours(t testing.TB, e *Engine) (a, b bot.ChatID) {
	t.Helper()
	return chatS, neighbour(names(t, e), chatS)
}

// open is a case that lives for a month.
func open(e *Engine, code string) record.Case {
	return record.Case{Code: code, Epoch: 1, Ends: e.Now().Add(30 * 24 * time.Hour), Data: []byte("of " + code)}
}

// writes returns a save that writes cases which are not new.
func writes(cs ...record.Case) record.Save {
	var s record.Save
	for _, c := range cs {
		s.Cases = append(s.Cases, record.CaseChange{Case: c})
	}
	return s
}

func opens(c record.Case) record.Save {
	return record.Save{Cases: []record.CaseChange{{Case: c, New: true}}}
}

func removes(code string) record.Save {
	return record.Save{Cases: []record.CaseChange{{Case: record.Case{Code: code}, Remove: true}}}
}

func sameCase(a, b record.Case) bool {
	return a.Code == b.Code && a.Chat == b.Chat && a.Epoch == b.Epoch && a.Due.Equal(b.Due) && a.Ends.Equal(b.Ends) && bytes.Equal(a.Data, b.Data)
}

// wantCases checks what Load and FindCase show of the cases of a chat.
func wantCases(t testing.TB, e *Engine, chat bot.ChatID, want ...record.Case) {
	t.Helper()
	got := load(t, e, chat).Cases
	if !slices.EqualFunc(got, want, sameCase) {
		t.Errorf("Load has the cases %+v, want %+v", got, want)
	}
	for _, c := range want {
		if found, err := e.FindCase(t.Context(), c.Code); err != nil || !sameCase(found, c) {
			t.Errorf("FindCase = %+v, %v, want %+v", found, err, c)
		}
	}
}

func wantNoCase(t testing.TB, e *Engine, code string) {
	t.Helper()
	if got, err := e.FindCase(t.Context(), code); !errors.Is(err, delivery.ErrNotFound) {
		t.Errorf("FindCase of %s = %+v, %v, want ErrNotFound", code, got, err)
	}
}

func caseIsSaved(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	b, a := open(e, code(t, e, chatS, 2)), open(e, code(t, e, chatS, 1))
	b.Due, b.Epoch, b.Data = e.Now().Add(time.Hour+time.Millisecond), 1<<40, []byte{0, 255, '{', '}'}
	b.Chat = sent("somebody else") // the engine knows better
	wantNoCase(t, e, a.Code)
	s := opens(b)
	s.Cases = append(s.Cases, opens(a).Cases...)
	w.save(s)
	a.Chat, b.Chat = chatS, chatS
	wantCases(t, e, chatS, a, b) // by rising code
	wantCases(t, e, sent("somebody else"))

	a.Epoch, a.Data, a.Ends = 2, nil, a.Ends.Add(time.Hour)
	w.save(writes(a))
	w.save(record.Save{State: []byte("s")}) // keeps them
	reopen(t, e)
	wantCases(t, e, chatS, a, b)
	// New does not mean that this chat must not have it.
	a.Data = []byte("again")
	w.save(opens(a))
	wantCases(t, e, chatS, a, b)
	for _, odd := range []string{"", "999", "9990001", strings.Repeat("0", 400), a.Code + "0", a.Code[:6], "a{}:\n", a.Code + "\x00"} {
		wantNoCase(t, e, odd)
	}
	// A step that does not happen writes none.
	c := open(e, code(t, e, chatS, 3))
	for _, not := range []record.Save{{Update: "u1"}, {Update: "x", Revision: 99}} {
		not.Chat, not.Cases = chatS, opens(c).Cases
		if got := save(t, e, not); got.Outcome == record.Done {
			t.Errorf("Save = %+v", got)
		}
	}
	wantCases(t, e, chatS, a, b)
	wantNoCase(t, e, c.Code)
}

func codeTaken(t *testing.T, e *Engine) {
	one, two := neighbours(t, e)
	w, v := pushing(t, e, one), pushing(t, e, two)
	c := open(e, code(t, e, one, 1))
	w.save(opens(c))
	before := load(t, e, two)
	s := v.next(opens(c))
	s.Cases = append(opens(open(e, code(t, e, two, 2))).Cases, s.Cases...)
	s.Out, s.State, s.Day, s.Counts, s.Letters = replies("x"), []byte("x"), day, []string{"x"}, letters(one, "x")
	if got := save(t, e, s); got.Outcome != record.CodeTaken {
		t.Errorf("Save = %+v, want the code taken", got)
	}
	if got := load(t, e, two); !reflect.DeepEqual(got, before) {
		t.Errorf("Load = %+v, want nothing changed", got)
	}
	wantNoCase(t, e, code(t, e, two, 2))
	if ds, cs, ws := pending(t, e, two), counts(t, e, day), work(t, e, 9); len(ds)+len(cs)+len(ws) != 0 {
		t.Errorf("a save that did not happen left %v, %v, %v", ds, cs, ws)
	}
	// Seen and revision are looked at first.
	if got := save(t, e, record.Save{Chat: two, Revision: 8, Update: "y", Cases: opens(c).Cases}); got.Outcome != record.Conflict {
		t.Errorf("Save = %+v, want a conflict", got)
	}
	// The update is not taken: decided again with another code it is done.
	s.Cases = opens(open(e, code(t, e, two, 3))).Cases
	mustSave(t, e, s)
	w.save(removes(c.Code))
	if got := save(t, e, record.Save{Chat: two, Revision: 1, Update: "z", Cases: opens(c).Cases}); got.Outcome != record.Done {
		t.Errorf("Save = %+v with a code that is free again", got)
	}
	c.Chat = two
	if got, err := e.FindCase(t.Context(), c.Code); err != nil || !sameCase(got, c) {
		t.Errorf("FindCase = %+v, %v", got, err)
	}
}

func codeShard(t *testing.T, e *Engine) {
	shard := names(t, e).Chat(chatS).Shard()
	for _, bad := range []string{fmt.Sprintf("%03d0001", shard+1), fmt.Sprintf("%03d0001", 999), fmt.Sprintf("%03d", shard), fmt.Sprintf("%03d00a1", shard), ""} {
		s := opens(open(e, bad))
		s.Chat, s.Update = chatS, "1"
		if got, err := e.Save(t.Context(), s); !errors.Is(err, record.ErrInvalid) {
			t.Errorf("Save with the code %q = %+v, %v, want ErrInvalid", bad, got, err)
		}
	}
	if got := load(t, e, chatS); got.Revision != 0 {
		t.Errorf("Load = %+v, want nothing saved", got)
	}
}

func caseRemoved(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	a, b := open(e, code(t, e, chatS, 1)), open(e, code(t, e, chatS, 2))
	a.Due, b.Due = e.Now(), e.Now()
	w.save(writes(a, b))
	w.save(removes(a.Code))
	w.save(removes(a.Code)) // gone already
	b.Chat = chatS
	wantCases(t, e, chatS, b)
	wantNoCase(t, e, a.Code)
	if got := work(t, e, 9); len(got) != 1 || got[0].Case.Code != b.Code {
		t.Errorf("Work = %+v, want the other case alone", got)
	}
}

func caseEnds(t *testing.T, e *Engine) {
	one, two := neighbours(t, e)
	w := pushing(t, e, one)
	c := open(e, code(t, e, one, 1))
	c.Due, c.Ends = e.Now().Add(100*time.Hour), e.Now().Add(200*time.Hour)
	w.save(opens(c))
	c.Chat = one
	e.Advance(record.KeepChat)
	sweep(t, e)
	if got := load(t, e, one); got.Revision != 0 || got.LastSeq != 0 || len(got.State) != 0 || len(got.Seen) != 0 {
		t.Errorf("Load = %+v, want nothing but the case", got)
	}
	wantCases(t, e, one, c)
	if got := save(t, e, record.Save{Chat: two, Update: "1", Cases: opens(c).Cases}); got.Outcome != record.CodeTaken {
		t.Errorf("Save = %+v with the code of a case whose chat has expired", got)
	}
	e.Advance(c.Due.Sub(e.Now()))
	if got := work(t, e, 9); len(got) != 1 || !sameCase(got[0].Case, c) {
		t.Errorf("Work = %+v, want the case that outlived its chat", got)
	}
	mustSave(t, e, record.Save{Chat: one, Update: "u1", State: []byte("back")}) // a new life finds it
	wantCases(t, e, one, c)
	until(e, c.Ends.Sub(e.Now()), func() { wantCases(t, e, one, c) })
	wantCases(t, e, one)
	wantNoCase(t, e, c.Code)
	if got := work(t, e, 9); len(got) != 0 {
		t.Errorf("Work = %+v after its end", got)
	}
	c.Ends = e.Now().Add(time.Hour)
	mustSave(t, e, record.Save{Chat: two, Update: "1", Cases: opens(c).Cases})
	sweep(t, e)
	c.Chat = two
	wantCases(t, e, two, c)
	wantCases(t, e, one)
}

func forgetCases(t *testing.T, e *Engine) {
	one, two := neighbours(t, e)
	w := pushing(t, e, one)
	a, b := open(e, code(t, e, one, 1)), open(e, code(t, e, one, 2))
	a.Due = e.Now()
	guarded := reply("guarded")
	guarded.Guard = record.Guard{Code: a.Code, Epoch: 1}
	l := w.save(record.Save{Cases: writes(a, b).Cases, Out: []record.Outgoing{guarded, reply("more")}, Way: record.Way{Lease: true}}).Lease
	c := open(e, code(t, e, one, 3))
	bye := record.Save{Forget: true, Cases: opens(c).Cases, Out: replies("bye"), Way: record.Way{Lease: true}}
	next := wantLease(t, w.save(bye).Lease, "bye") // the lease of what is gone is gone
	if next.Delivery.Seq != 3 || next.Token == l.Token {
		t.Errorf("lease %+v, want a new one of sequence 3", next)
	}
	c.Chat = one
	wantCases(t, e, one, c)
	wantNoCase(t, e, a.Code)
	wantNoCase(t, e, b.Code)
	if got := work(t, e, 9); len(got) != 0 {
		t.Errorf("Work = %+v of forgotten cases", got)
	}
	// Whoever was sending what is forgotten brings nothing of it back.
	wantNone(t, settle(t, e, wantLease(t, l, "guarded"), record.Settlement{Result: record.Failed, Reason: "r"}))
	if got := deads(t, e); len(got) != 0 {
		t.Errorf("Dead = %+v, want nothing of what is forgotten", got)
	}
	noneHolds(t, e, "guarded")
	mustSave(t, e, record.Save{Chat: two, Update: "1", Cases: opens(a).Cases}) // its code is free
}

func caseSizes(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	var want []record.Case
	for i, size := range []int{0, 1, 1 << 20} {
		c := open(e, code(t, e, chatS, i))
		c.Data = bytes.Repeat([]byte{0xff}, size)
		w.save(opens(c))
		c.Chat = chatS
		want = append(want, c)
	}
	wantCases(t, e, chatS, want...)
	c := open(e, code(t, e, chatS, 9))
	c.Data = make([]byte, record.MaxCase+1)
	if _, err := e.Save(t.Context(), w.next(opens(c))); !errors.Is(err, record.ErrInvalid) {
		t.Errorf("Save of too large a case: %v, want ErrInvalid", err)
	}
	// Chats with odd ids have cases too.
	odd := bot.ChatID{Channel: "{c}:", Bot: "b\n", Chat: "\xff{}\x00"}
	o := pushing(t, e, odd)
	c = open(e, code(t, e, odd, 1))
	o.save(opens(c))
	c.Chat = odd
	wantCases(t, e, odd, c)
}

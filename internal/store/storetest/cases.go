package storetest

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func caseTests() []test {
	return []test{
		{name: "ACaseIsSavedWithItsChat", run: caseIsSaved},
		{name: "ARemovedCaseFreesItsCode", run: caseRemoved},
		{name: "P7/ACaseEndsAndOutlivesTheChat", run: caseEnds},
		{name: "P7/ForgettingTakesTheCases", run: forgetCases},
		{name: "AnySizeOfCase", run: caseSizes},
	}
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

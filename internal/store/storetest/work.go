package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func workTests() []test {
	return []test{
		{name: "ACaseComesDue", run: caseDue},
		{name: "ACaseThatChangedMeanwhileComesAgain", run: caseChanged},
		{name: "WorkTakesTheLongestDueFirst", run: workOrder},
		{name: "NoWorkIsGivenTwice", run: workRace},
	}
}

func work(t testing.TB, e *Engine, n int) []record.Work {
	t.Helper()
	ws, err := e.Work(t.Context(), n)
	if err != nil {
		t.Fatalf("Work: %v", err)
	}
	if len(ws) > n {
		t.Fatalf("Work of %d gave %d", n, len(ws))
	}
	return ws
}

// worked tells what is due, letters by their text and cases by their code.
func worked(t testing.TB, e *Engine) []string {
	t.Helper()
	var got []string
	for _, w := range work(t, e, 1000) {
		got = append(got, about(w))
	}
	return got
}

func about(w record.Work) string {
	if w.Kind == record.WorkCase {
		return w.Case.Code
	}
	var texts []string
	for _, r := range w.Letter.Letter.Replies {
		texts = append(texts, r.Text)
	}
	return strings.Join(texts, "+")
}

// oneWork is the only piece of work that is due.
func oneWork(t testing.TB, e *Engine, want string) record.Work {
	t.Helper()
	ws := work(t, e, 9)
	if len(ws) != 1 || about(ws[0]) != want {
		t.Fatalf("Work = %+v, want %q alone", ws, want)
	}
	return ws[0]
}

func wantWork(t testing.TB, e *Engine, want ...string) {
	t.Helper()
	if got := worked(t, e); !slices.Equal(got, want) {
		t.Fatalf("Work gave %q, want %q", got, want)
	}
}

func finish(t testing.TB, e *Engine, w record.Work, s record.Settlement) {
	t.Helper()
	if err := e.Finish(t.Context(), w, s); err != nil {
		t.Fatalf("Finish: %v", err)
	}
}

func caseDue(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	c, never := open(e, code(t, e, chatS, 1)), open(e, code(t, e, chatS, 2))
	c.Due = e.Now().Add(time.Hour)
	w.save(opens(c))
	w.save(opens(never))
	c.Chat = chatS
	until(e, time.Hour, func() { wantWork(t, e) })
	reopen(t, e)
	got := oneWork(t, e, c.Code)
	if got.Kind != record.WorkCase || !sameCase(got.Case, c) {
		t.Errorf("Work = %+v, want %+v", got, c)
	}
	until(e, record.LeaseTime, func() { wantWork(t, e) })
	got = oneWork(t, e, c.Code) // whoever had it went away
	finish(t, e, got, later(time.Minute))
	until(e, time.Minute, func() { wantWork(t, e) })
	got = oneWork(t, e, c.Code)
	if !sameCase(got.Case, c) {
		t.Errorf("tried again, Work = %+v, want %+v", got, c)
	}
	finish(t, e, got, record.Settlement{Result: record.Sent})
	finish(t, e, got, record.Settlement{Result: record.Sent}) // finished already
	e.Advance(24 * time.Hour)
	wantWork(t, e)
	// It can be made due again, and broken work ends without a trace but in Due.
	c.Due = e.Now()
	w = pushing(t, e, chatS)
	w.revision, w.updates = load(t, e, chatS).Revision, 50
	w.save(writes(c))
	finish(t, e, oneWork(t, e, c.Code), record.Settlement{Result: record.Failed, Reason: record.ReasonPoison})
	e.Advance(24 * time.Hour)
	wantWork(t, e)
	c.Due = time.Time{}
	if got, err := e.FindCase(t.Context(), c.Code); err != nil || !sameCase(got, c) {
		t.Errorf("FindCase = %+v, %v, want %+v without a due time", got, err, c)
	}
	if got := deads(t, e); len(got) != 0 {
		t.Errorf("Dead = %+v, want none: a case is no letter", got)
	}
}

func caseChanged(t *testing.T, e *Engine) {
	hour := func(n int) time.Time { return e.Now().Truncate(time.Hour).Add(time.Duration(n) * time.Hour) }
	w := pushing(t, e, chatS)
	c := open(e, code(t, e, chatS, 1))
	c.Due = hour(1)
	w.save(opens(c))
	e.Advance(c.Due.Sub(e.Now()))
	held := oneWork(t, e, c.Code)
	c.Due = hour(2) // what the work itself decided
	w.save(writes(c))
	finish(t, e, held, record.Settlement{Result: record.Sent})
	until(e, c.Due.Sub(e.Now()), func() { wantWork(t, e) })
	held = oneWork(t, e, c.Code)
	c.Due = e.Now().Add(-time.Minute) // due at once, again
	w.save(writes(c))
	finish(t, e, held, record.Settlement{Result: record.Sent})
	held = oneWork(t, e, c.Code)
	c.Due = time.Time{} // nothing more to do
	w.save(writes(c))
	wantWork(t, e)
	finish(t, e, held, record.Settlement{Result: record.Sent})
	e.Advance(3 * time.Hour)
	wantWork(t, e)
	c.Due = e.Now().Add(time.Hour)
	w.save(writes(c))
	e.Advance(time.Hour)
	held = oneWork(t, e, c.Code)
	w.save(removes(c.Code))
	for _, s := range []record.Settlement{later(0), {Result: record.Sent}, {Result: record.Failed, Reason: "r"}} {
		finish(t, e, held, s) // of what is gone
	}
	wantWork(t, e)
	wantNoCase(t, e, c.Code)
	w.save(record.Save{}) // the chat itself is well
}

func workOrder(t *testing.T, e *Engine) {
	// One chat, so one shard: there the longest due comes first.
	w := pushing(t, e, chatS)
	c := open(e, code(t, e, chatS, 1))
	c.Due = e.Now().Add(90 * time.Second)
	w.save(record.Save{Cases: opens(c).Cases, Letters: letters(chatA, "1")})
	e.Advance(time.Minute)
	w.save(record.Save{Letters: letters(chatA, "2")})
	e.Advance(time.Minute)
	w.save(record.Save{Letters: letters(chatA, "3")})
	var got []string
	for _, n := range []int{1, 2, 9} {
		for _, w := range work(t, e, n) {
			got = append(got, about(w))
		}
	}
	if want := []string{"1", "2", c.Code, "3"}; !slices.Equal(got, want) {
		t.Errorf("Work gave %q, want %q", got, want)
	}
}

func workRace(t *testing.T, e *Engine) {
	const chats, workers = 40, 8
	for i := range chats {
		mustSave(t, e, record.Save{Chat: sent(fmt.Sprint(i)), Update: "1", Letters: letters(chatA, fmt.Sprint(i))})
	}
	clients := e.clients()
	var mu sync.Mutex
	held := map[string]bool{}
	var wait sync.WaitGroup
	for i := range workers {
		wait.Go(func() {
			for {
				ws, err := clients[i%len(clients)].Work(t.Context(), 3)
				if err != nil {
					t.Errorf("Work: %v", err)
				}
				if len(ws) == 0 {
					return
				}
				mu.Lock()
				for _, w := range ws {
					if held[w.Letter.ID] {
						t.Errorf("letter %q was given twice", w.Letter.ID)
					}
					held[w.Letter.ID] = true
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(held) != chats {
		t.Errorf("%d letters were given, want %d", len(held), chats)
	}
}

package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func workTests() []test {
	return []test{
		{name: "ALetterIsSavedWithItsStep", run: letterIsSaved},
		{name: "ALetterHasOneID", run: letterIDs},
		{name: "ALetterIsLeased", run: letterLeased},
		{name: "ALetterIsTriedAgain", run: letterLater},
		{name: "AnyLetterIsKept", run: anyLetter},
		{name: "ACaseComesDue", run: caseDue},
		{name: "ACaseThatChangedMeanwhileComesAgain", run: caseChanged},
		{name: "WorkTakesTheLongestDueFirst", run: workOrder},
		{name: "NoWorkIsGivenTwice", run: workRace},
		{name: "P7/ForgettingSparesLettersToOthers", run: forgetLetters},
	}
}

// letters are to one chat, one for each text.
func letters(to bot.ChatID, texts ...string) []bot.Letter {
	var ls []bot.Letter
	for _, text := range texts {
		ls = append(ls, bot.Letter{To: to, Replies: []bot.Reply{{Kind: bot.ReplyHandoff, Text: text}}})
	}
	return ls
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

func sameLetter(a, b record.Letter) bool {
	x, errX := record.EncodeLetter(a)
	y, errY := record.EncodeLetter(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func letterIsSaved(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	to := sent("officers")
	w.save(record.Save{Letters: letters(to, "1", "2")})
	for _, not := range []record.Save{{Update: "u1"}, {Update: "x", Revision: 9}} {
		not.Chat, not.Letters = chatS, letters(to, "x")
		if got := save(t, e, not); got.Outcome == record.Done {
			t.Errorf("Save = %+v", got)
		}
	}
	if _, err := e.Save(t.Context(), w.next(record.Save{Letters: letters(chatS, "to itself")})); err == nil {
		t.Error("a letter to the chat itself was saved")
	}
	reopen(t, e)
	got := work(t, e, 9)
	slices.SortFunc(got, func(a, b record.Work) int { return strings.Compare(about(a), about(b)) })
	if len(got) != 2 {
		t.Fatalf("Work = %+v, want two letters", got)
	}
	for i, w := range got {
		want := record.Letter{ID: names(t, e).Letter(chatS, "u1", i), From: chatS, Letter: letters(to, fmt.Sprint(i+1))[0], At: e.Now()}
		if w.Kind != record.WorkLetter || !sameLetter(w.Letter, want) {
			t.Errorf("Work gave %+v, want %+v", w, want)
		}
	}
	if ds := pending(t, e, to); len(ds) != 0 {
		t.Errorf("a letter is queued before it is applied: %+v", ds)
	}
}

func letterIDs(t *testing.T, e *Engine) {
	// Decided twice, the first time on an old revision, it is the same letter.
	s := record.Save{Chat: chatS, Revision: 5, Update: "u", Letters: letters(chatA, "1", "2")}
	if got := save(t, e, s); got.Outcome != record.Conflict {
		t.Fatalf("Save = %+v", got)
	}
	s.Revision = 0
	mustSave(t, e, s)
	mustSave(t, e, record.Save{Chat: sent("other"), Update: "u", Letters: letters(chatA, "3", "4")})
	mustSave(t, e, record.Save{Chat: chatS, Revision: 1, Update: "v", Letters: letters(chatA, "5")})
	names := names(t, e)
	want := map[string]string{
		"1": names.Letter(chatS, "u", 0), "2": names.Letter(chatS, "u", 1), "5": names.Letter(chatS, "v", 0),
		"3": names.Letter(sent("other"), "u", 0), "4": names.Letter(sent("other"), "u", 1),
	}
	ws := work(t, e, 99)
	for _, w := range ws {
		if w.Letter.ID != want[about(w)] {
			t.Errorf("letter %q has the id %q, want %q", about(w), w.Letter.ID, want[about(w)])
		}
	}
	if len(ws) != len(want) {
		t.Errorf("%d letters, want %d", len(ws), len(want))
	}
}

func letterLeased(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.save(record.Save{Letters: letters(chatA, "1")})
	first := oneWork(t, e, "1")
	wantWork(t, e)
	until(e, record.LeaseTime, func() { wantWork(t, e) })
	again := oneWork(t, e, "1")
	if !sameLetter(first.Letter, again.Letter) {
		t.Errorf("a lease that ran out changed the letter: %+v, want %+v", again, first)
	}
	finish(t, e, first, record.Settlement{Result: record.Sent}) // whoever applied it
	for _, s := range []record.Settlement{{Result: record.Sent}, later(0), {Result: record.Failed, Reason: "r"}} {
		finish(t, e, again, s)
		e.Advance(2 * record.LeaseTime)
		wantWork(t, e)
	}
	if got := deads(t, e); len(got) != 0 {
		t.Errorf("Dead = %+v of a letter that was applied", got)
	}
}

func letterLater(t *testing.T, e *Engine) {
	pushing(t, e, chatS).save(record.Save{Letters: letters(chatA, "1")})
	for i := range 3 {
		w := oneWork(t, e, "1")
		if int(w.Letter.Attempts) != i {
			t.Errorf("after %d tries a letter has %d attempts", i, w.Letter.Attempts)
		}
		finish(t, e, w, later(90*time.Second))
		reopen(t, e)
		until(e, 90*time.Second, func() { wantWork(t, e) })
	}
	finish(t, e, oneWork(t, e, "1"), later(0))
	finish(t, e, oneWork(t, e, "1"), record.Settlement{Result: record.Sent})
	e.Advance(record.KeepLetter)
	wantWork(t, e)
}

func anyLetter(t *testing.T, e *Engine) {
	from := bot.ChatID{Channel: "{f}:", Bot: "\n", Chat: "\xff{}\x00"}
	to := bot.ChatID{Channel: "{t}:", Bot: "\x00", Chat: "\xfe*"}
	w := pushing(t, e, from)
	for _, size := range []int{0, 1 << 20} {
		want := bot.Letter{To: to, Replies: []bot.Reply{
			{Kind: bot.ReplyNotice, Text: strings.Repeat("x", size), Buttons: []bot.Button{{Label: "Nhận", Payload: "v1|a"}}},
			{Kind: bot.ReplyUrgent, Text: "two"},
		}}
		if size == 0 {
			want.Replies = nil
		}
		saved := w.next(record.Save{Letters: []bot.Letter{want}})
		saved.Update = "{u}:\x00\xff" + fmt.Sprint(size)
		mustSave(t, e, saved)
		w.revision++
		got := work(t, e, 9)
		if len(got) != 1 || !sameLetter(got[0].Letter, record.Letter{
			ID: names(t, e).Letter(from, saved.Update, 0), From: from, Letter: want, At: e.Now(),
		}) {
			t.Fatalf("a letter of %d bytes did not come back", size)
		}
		finish(t, e, got[0], record.Settlement{Result: record.Sent})
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

func forgetLetters(t *testing.T, e *Engine) {
	w := pushing(t, e, chatS)
	w.save(record.Save{Letters: letters(chatA, "before")})
	w.save(record.Save{Forget: true, Letters: letters(chatA, "with it")})
	got := worked(t, e)
	slices.Sort(got)
	if want := []string{"before", "with it"}; !slices.Equal(got, want) {
		t.Errorf("Work gave %q, want %q: what went to others is theirs", got, want)
	}
}

package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func letterTests() []test {
	return []test{
		{name: "ALetterIsSavedWithItsStep", run: letterIsSaved},
		{name: "ALetterHasOneID", run: letterIDs},
		{name: "ALetterIsLeased", run: letterLeased},
		{name: "ALetterIsTriedAgain", run: letterLater},
		{name: "AnyLetterIsKept", run: anyLetter},
		{name: "P7/ForgettingSparesLettersToOthers", run: forgetLetters},
	}
}

// letters are to one chat, one for each text.
func letters(to bot.ChatID, texts ...string) []bot.Letter {
	var ls []bot.Letter
	for _, text := range texts {
		ls = append(ls, bot.Letter{To: to, Replies: []bot.Reply{{Kind: bot.ReplyHandoff, Text: text}}, Trace: traceOf(text)})
	}
	return ls
}

func sameLetter(a, b record.Letter) bool {
	x, errX := record.Newest.EncodeLetter(a)
	y, errY := record.Newest.EncodeLetter(b)
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

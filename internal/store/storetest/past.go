package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// PastNow is the time by which [FillPast] fills: a store that opens what was filled
// and kept in a file is given this clock, so that nothing of it has ended.
func PastNow() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }

const pastDay = "2026-11-20"

// The chats of the past: a resident with a case, one who could not be reached, a
// page, and the officer.
func pastResident() bot.ChatID { return sent("1001") }
func pastLost() bot.ChatID     { return sent("1002") }
func pastOfficer() bot.ChatID  { return sent("777") }
func pastPage() bot.ChatID     { return bot.ChatID{Channel: "web", Bot: "main", Chat: "page"} }

func pastWindow() record.Window {
	return record.Window{Free: 48 * time.Hour, FreeMessages: 8, Total: 7 * 24 * time.Hour}
}

func pastCase(t testing.TB, e *Engine) record.Case {
	return record.Case{
		Code: code(t, e, pastResident(), 1), Chat: pastResident(), Epoch: 1,
		Due: PastNow().Add(24 * time.Hour), Ends: PastNow().Add(90 * 24 * time.Hour), Data: []byte(`{"state":"open"}`),
	}
}

// FillPast stores one of everything, so that a program of another format can be
// held to it by [LivePast].
func FillPast(t testing.TB, s Store) {
	t.Helper()
	e := &Engine{Store: s}
	state, err := record.EncodeConversation(bot.Conversation{UpdatedAt: PastNow()})
	if err != nil {
		t.Fatal(err)
	}
	one := pastCase(t, e)
	card := record.Outgoing{Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: "first", Card: "card"}, Ref: []byte("ref")}
	waiting := record.Outgoing{
		Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: "waiting", Track: "track"}, Priority: record.PriorityPerson,
		Guard: record.Guard{Code: one.Code, Epoch: 1}, Keep: 60 * 24 * time.Hour, After: time.Second,
	}
	l := save(t, e, record.Save{
		Chat: pastResident(), Update: "u1", State: state, Out: []record.Outgoing{card, waiting},
		Cases: opens(one).Cases, Letters: letters(pastOfficer(), "a new case"), Day: pastDay, Counts: []string{"taken"},
		Way: record.Way{Push: true, Lease: true, Inbound: true, Window: pastWindow()},
	}).Lease
	wantNone(t, settle(t, e, *l, record.Settlement{Result: record.Sent, Providers: []string{"m1"}}))
	l = save(t, e, record.Save{Chat: pastLost(), Update: "u1", Out: replies("lost"), Way: record.Way{Push: true, Lease: true}}).Lease
	wantNone(t, settle(t, e, *l, failed("refused")))
	mustSave(t, e, record.Save{Chat: pastPage(), Update: "u1", State: state, Out: replies("to be fetched")})
	if done, err := s.Swap(t.Context(), "token", nil, []byte("secret")); err != nil || !done {
		t.Fatalf("Swap = %v, %v", done, err)
	}
}

// LivePast checks that everything of [FillPast] is there, and lives on in it: what
// was taken stays taken, what waits is sent, letters are applied, cases change.
// The store's clock stands at a minute past [PastNow].
func LivePast(t testing.TB, s Store) {
	t.Helper()
	e := &Engine{Store: s}
	one := pastCase(t, e)
	chat := load(t, e, pastResident())
	if _, err := record.DecodeConversation(chat.State); err != nil || chat.Revision != 1 || chat.LastSeq != 2 || chat.Window.Since.IsZero() {
		t.Errorf("Load = %+v, %v", chat, err)
	}
	if got := save(t, e, record.Save{Chat: pastResident(), Revision: 1, Update: "u1"}); got.Outcome != record.Duplicate {
		t.Errorf("Save of an update from before = %+v, want a duplicate", got)
	}
	wantCases(t, e, pastResident(), one)
	if found, err := s.FindCase(t.Context(), one.Code); err != nil || !sameCase(found, one) {
		t.Errorf("FindCase = %+v, %v", found, err)
	}
	wantRef(t, e, pastResident(), "m1", "ref")
	if n := counts(t, e, pastDay)["taken"]; n != 1 {
		t.Errorf("a counter stands at %d, want 1", n)
	}
	if kept, err := s.Value(t.Context(), "token"); err != nil || string(kept) != "secret" {
		t.Errorf("Value = %q, %v", kept, err)
	}

	next := mustChange(t, e, one)
	l := take(t, e, pastResident())
	if l.Delivery.Reply.Text != "waiting" || l.Barred || l.Delivery.Priority != record.PriorityPerson {
		t.Errorf("Claim = %+v, want what waits", l)
	}
	ended := bot.Ended{Track: "track", End: bot.EndSent}
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"m2"}, Ended: &ended}), "answered")
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent}))
	wantCases(t, e, pastResident(), next)

	if got := texts(pending(t, e, pastPage())); !slices.Equal(got, []string{"to be fetched"}) {
		t.Errorf("Pending = %q", got)
	}
	ack(t, e, pastPage(), 1)
	applyLetters(t, e, 2) // the case, and that the answer was sent

	d := oneDead(t, e)
	if d.Delivery.Reply.Text != "lost" || d.Reason != "refused" {
		t.Errorf("Dead = %+v", d)
	}
	revive(t, e, d.ID)
	l = take(t, e, pastLost())
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Sent}))
}

// mustChange answers on the chat and changes its case.
func mustChange(t testing.TB, e *Engine, c record.Case) record.Case {
	t.Helper()
	c.Data = []byte(`{"state":"taken"}`)
	mustSave(t, e, record.Save{
		Chat: pastResident(), Revision: 1, Update: "u2", Out: replies("answered"),
		Cases: []record.CaseChange{{Case: c}}, Way: record.Way{Push: true, Inbound: true, Window: pastWindow()},
	})
	return c
}

// applyLetters does all work that is due, which are so many letters.
func applyLetters(t testing.TB, e *Engine, n int) {
	t.Helper()
	ws := work(t, e, 9)
	if len(ws) != n {
		t.Errorf("Work = %+v, want %d letters", ws, n)
	}
	for _, w := range ws {
		to := w.Letter.Letter.To
		mustSave(t, e, record.Save{Chat: to, Revision: load(t, e, to).Revision, Update: w.Letter.ID})
		finish(t, e, w, record.Settlement{Result: record.Sent})
	}
}

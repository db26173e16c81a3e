package boltstore_test

import (
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// Every chat has one expiry key, also one that expired, was not swept and
// began anew: else each new life would leave the sweeper one more visit.
func TestAChatHasOneExpiryKey(t *testing.T) {
	t.Parallel()
	s, c := opened(t)
	for life := range 3 {
		for revision := range 2 {
			mustSave(t, s, record.Save{Chat: alice, Revision: uint64(revision), Update: string(rune('a' + revision))})
			c.advance(time.Hour)
		}
		if n := keysOf(t, s, "expiry"); n != 1 {
			t.Errorf("life %d: %d expiry keys", life, n)
		}
		c.advance(record.KeepChat)
	}
	sweep(t, s)
	if n := keysOf(t, s, "expiry"); n != 0 {
		t.Errorf("after the sweep: %d expiry keys", n)
	}
}

// What is removed takes its expiry key and its place in a list along, whatever
// happened to it before: else a busy store would grow by them.
func TestWhatIsRemovedLeavesNoKey(t *testing.T) {
	t.Parallel()
	s, c := opened(t)
	mustSave(t, s, record.Save{Chat: pushed("a"), Update: "0"}) // the chat itself stays
	empty := keysOf(t, s, "")
	revision := uint64(1)
	for name, live := range map[string]func(save record.Save){
		"sent": func(save record.Save) {
			save.Out = []record.Outgoing{{Reply: bot.Reply{Text: "1"}}, {Reply: bot.Reply{Text: "2"}}}
			mustSave(t, s, save)
			l := claim(t, s)[0]
			settle(t, s, l, record.Settlement{Result: record.Later, After: time.Minute})
			c.advance(time.Minute)
			l = claim(t, s)[0]
			l = *settle(t, s, l, record.Settlement{Result: record.Progressed, Sent: 1})
			settle(t, s, l, record.Settlement{Result: record.Sent})
			c.advance(record.LeaseTime)
			l = claim(t, s)[0]
			settle(t, s, l, record.Settlement{Result: record.Sent})
		},
		"acknowledged": func(save record.Save) {
			save.Out = []record.Outgoing{{Reply: bot.Reply{Text: "1"}, Keep: time.Hour}, {Reply: bot.Reply{Text: "2"}, After: time.Hour}}
			saved := mustSave(t, s, save)
			if err := s.Ack(t.Context(), save.Chat, saved.LastSeq); err != nil {
				t.Error(err)
			}
		},
		"a letter": func(save record.Save) {
			save.Letters = []bot.Letter{{To: alice}}
			mustSave(t, s, save)
			for _, end := range []record.Settlement{{Result: record.Later, After: time.Minute}, {Result: record.Sent}} {
				ws, err := s.Work(t.Context(), 1)
				if err != nil || len(ws) != 1 {
					t.Fatalf("Work = %+v, %v", ws, err)
				}
				if err := s.Finish(t.Context(), ws[0], end); err != nil {
					t.Error(err)
				}
				c.advance(end.After)
			}
		},
		"a dead letter": func(save record.Save) {
			save.Out = []record.Outgoing{{Reply: bot.Reply{Text: "1"}}}
			mustSave(t, s, save)
			settle(t, s, claim(t, s)[0], record.Settlement{Result: record.Failed, Reason: "r"})
			var id string
			if err := s.Dead(t.Context(), func(d record.Dead) error { id = d.ID; return nil }); err != nil {
				t.Error(err)
			}
			if err := s.Bury(t.Context(), id); err != nil {
				t.Error(err)
			}
		},
		"cases": func(save record.Save) {
			code := codeOf(t, s, save.Chat)
			for i, change := range []record.CaseChange{
				{Case: record.Case{Code: code, Ends: c.now().Add(time.Hour), Due: c.now()}, New: true},
				{Case: record.Case{Code: code, Ends: c.now().Add(2 * time.Hour), Due: c.now().Add(time.Hour)}},
				{Case: record.Case{Code: code, Ends: c.now().Add(time.Minute)}},
				{Case: record.Case{Code: code}, Remove: true},
			} {
				step := save
				step.Cases, step.Revision = []record.CaseChange{change}, save.Revision+uint64(i)
				step.Update += string(rune('a' + i))
				mustSave(t, s, step)
			}
		},
		"forgotten": func(save record.Save) {
			code := codeOf(t, s, save.Chat)
			save.Cases = []record.CaseChange{{Case: record.Case{Code: code, Ends: c.now().Add(time.Hour), Due: c.now()}}}
			save.Out = []record.Outgoing{{Reply: bot.Reply{Text: "1"}}, {Reply: bot.Reply{Text: "2"}, After: time.Hour}}
			save.Way.Lease = true
			saved := mustSave(t, s, save)
			mustSave(t, s, record.Save{Chat: save.Chat, Update: save.Update + "f", Revision: saved.Revision, Forget: true})
		},
	} {
		live(record.Save{Chat: pushed("a"), Update: name, Revision: revision, Way: record.Way{Push: true}})
		chat, err := s.Load(t.Context(), pushed("a"))
		if err != nil {
			t.Fatal(err)
		}
		revision = chat.Revision
		if n := keysOf(t, s, ""); n != empty {
			t.Errorf("%s: %d keys are left, want %d", name, n, empty)
		}
	}
}

// What nobody removed is swept, with its keys and its place in a list.
func TestSweepingTakesTheListsAlong(t *testing.T) {
	t.Parallel()
	s, c := opened(t)
	save := pushes("a", "1", 0, "to be remembered", "dies", "waits")
	save.Out[0].Ref = []byte("ref")
	save.Letters = []bot.Letter{{To: alice}}
	save.Cases = []record.CaseChange{{Case: record.Case{Code: codeOf(t, s, save.Chat), Ends: c.now().Add(time.Hour), Due: c.now()}}}
	save.Way.Pace = record.Pace{Every: time.Minute, Burst: 3}
	mustSave(t, s, save)
	end := record.Settlement{Result: record.Sent, Providers: []string{"m"}, Pace: save.Way.Pace}
	l := settle(t, s, claim(t, s)[0], end)
	settle(t, s, *l, record.Settlement{Result: record.Failed, Reason: "r"})
	if _, _, err := s.Take(t.Context(), "b", save.Way.Pace, 1); err != nil {
		t.Error(err)
	}
	for range 3 { // visits what has moved on meanwhile
		c.advance(record.KeepLetter)
		sweep(t, s)
	}
	if _, err := s.Work(t.Context(), 1); err != nil {
		t.Error(err)
	}
	c.advance(record.KeepLetter + record.MaxKeep)
	sweep(t, s)
	if n := keysOf(t, s, "") - keysOf(t, s, "house"); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

func sweep(t *testing.T, s *boltstore.Store) {
	t.Helper()
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatalf("Sweep: %v", err)
	}
}

// codeOf returns a code that a case of chat may have.
func codeOf(t *testing.T, s *boltstore.Store, chat bot.ChatID) string {
	t.Helper()
	items := backupOf(t, s)
	return record.NewNames(items[0].Value).Chat(chat).CodePrefix() + "0001"
}

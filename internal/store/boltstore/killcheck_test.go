package boltstore_test

import (
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// checkKilled compares the store with what the children said and returns how
// many messages it holds.
func checkKilled(t *testing.T, path string, round int, all *tally) (total int) {
	t.Helper()
	options := killOptions(round)
	options.SweepEvery = -1
	s, err := boltstore.Open(path, options)
	if err != nil {
		t.Fatalf("Open after a kill: %v", err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	letters := 0
	for i := range killChats {
		chat, err := s.Load(t.Context(), killChat(i))
		if err != nil {
			t.Fatal(err)
		}
		ds, err := s.Pending(t.Context(), killChat(i))
		if err != nil {
			t.Fatal(err)
		}
		if i < killChats/2 {
			checkFetched(t, i, chat, ds)
		} else {
			checkSent(t, i, chat, ds, all)
			letters += int(chat.Revision)
		}
		if len(chat.Seen) != min(int(chat.Revision), record.SeenLimit) {
			t.Errorf("chat %d: revision %d, %d marks", i, chat.Revision, len(chat.Seen))
		}
		for id := range all.took[i] {
			// Asked again with a revision that cannot be, it changes nothing.
			saved, err := s.Save(t.Context(), record.Save{Chat: killChat(i), Update: id, Revision: 1 << 60})
			if err != nil || saved.Outcome != record.Duplicate {
				t.Errorf("message %s of chat %d was acknowledged and is lost: %+v, %v", id, i, saved, err)
			}
		}
		total += int(chat.Revision)
	}
	checkLetters(t, s, letters, all)
	checkCounted(t, s, total)
	return total
}

// checkFetched checks the queue of a chat that never acknowledged anything.
func checkFetched(t *testing.T, i int, chat record.Chat, ds []record.Delivery) {
	t.Helper()
	taken := map[string]int{}
	for j, d := range ds {
		taken[d.Reply.Text]++
		if d.Seq != uint64(j)+1 {
			t.Errorf("delivery %d of chat %d has sequence %d", j, i, d.Seq)
		}
	}
	for id, n := range taken {
		if n != 3 {
			t.Errorf("message %s of chat %d has %d replies, want 3", id, i, n)
		}
	}
	if chat.Revision != uint64(len(taken)) {
		t.Errorf("chat %d: revision %d, %d messages", i, chat.Revision, len(taken))
	}
}

// checkSent checks the queue of a chat that was sent to: what is not in it any
// more may have been sent, and what was settled is not in it.
func checkSent(t *testing.T, i int, chat record.Chat, ds []record.Delivery, all *tally) {
	t.Helper()
	if chat.LastSeq != 2*chat.Revision {
		t.Errorf("chat %d: %d sequences for %d messages", i, chat.LastSeq, chat.Revision)
	}
	waits := map[uint64]string{}
	for _, d := range ds {
		waits[d.Seq] = d.Reply.Text
		if all.sent[i][d.Seq] {
			t.Errorf("delivery %d of chat %d was settled and is back", d.Seq, i)
		}
	}
	for seq := uint64(1); seq <= chat.LastSeq; seq++ {
		text, ok := waits[seq]
		if !ok && !all.sending[i][seq] {
			t.Errorf("delivery %d of chat %d is lost", seq, i)
		}
		if second, both := waits[seq+1]; ok && both && seq%2 == 1 && text != second {
			t.Errorf("deliveries %d and %d of chat %d are of %s and %s", seq, seq+1, i, text, second)
		}
	}
}

// checkLetters checks that each message to a chat that is sent to left one
// letter.
func checkLetters(t *testing.T, s *boltstore.Store, written int, all *tally) {
	t.Helper()
	var names record.Names
	waits := map[string]bool{}
	err := s.Export(t.Context(), func(i record.Item) error {
		switch i.Kind {
		case record.ItemKey:
			names = record.NewNames(i.Value)
		case record.ItemLetter:
			l, err := record.DecodeLetter(i.Value)
			waits[l.ID] = true
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for chat := killChats / 2; chat < killChats; chat++ {
		for id := range all.took[chat] {
			if l := names.Letter(killChat(chat), id, 0); !waits[l] && !all.working[l] {
				t.Errorf("the letter of message %s of chat %d is lost", id, chat)
			}
		}
	}
	gone := 0
	for id := range all.working {
		if !waits[id] {
			gone++
		} else if all.worked[id] {
			t.Errorf("letter %s was finished and is back", id)
		}
	}
	if len(waits)+gone != written {
		t.Errorf("%d letters wait and %d are gone, want %d in all", len(waits), gone, written)
	}
}

func checkCounted(t *testing.T, s *boltstore.Store, total int) {
	t.Helper()
	counted := uint64(0)
	err := s.Walk(func(key, _ []byte) {
		if day, ok := strings.CutSuffix(strings.TrimPrefix(string(key), "count"), "taken"); ok {
			counts, err := s.Counts(t.Context(), day)
			if err != nil {
				t.Error(err)
			}
			counted += counts["taken"]
		}
	})
	if err != nil || counted != uint64(total) {
		t.Errorf("%d are counted and %d stored (%v)", counted, total, err)
	}
}

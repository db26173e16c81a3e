package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func raceTests() []test {
	return []test{
		{name: "P3/OneOfManyEqualCodesWins", run: codesRace},
		{name: "P3/OneOfManyEqualUpdatesWins", run: equalUpdatesRace},
		{name: "P3/NoWriteIsLostInARace", run: writersRace},
	}
}

func equalUpdatesRace(t *testing.T, e *Engine) {
	var done, duplicate atomic.Int64
	clients := e.clients()
	var callers sync.WaitGroup
	for i := range 16 {
		callers.Go(func() {
			saved, err := clients[i%len(clients)].Save(t.Context(), record.Save{Chat: chatA, Update: "1", Out: replies("r"), Day: day, Counts: []string{"c"}})
			switch {
			case err != nil:
				t.Errorf("Save: %v", err)
			case saved.Outcome == record.Done:
				done.Add(1)
			case saved.Outcome == record.Duplicate:
				duplicate.Add(1)
			}
		})
	}
	callers.Wait()
	if done.Load() != 1 || duplicate.Load() != 15 {
		t.Errorf("%d done and %d duplicate, want 1 and 15", done.Load(), duplicate.Load())
	}
	if got := pending(t, e, chatA); len(got) != 1 {
		t.Errorf("Pending = %v", got)
	}
	if got := counts(t, e, day); got["c"] != 1 {
		t.Errorf("Counts = %v", got)
	}
}

func writersRace(t *testing.T, e *Engine) {
	const writers, writes = 4, 25
	clients := e.clients()
	var callers sync.WaitGroup
	for w := range writers {
		callers.Go(func() {
			store := clients[w%len(clients)]
			for i := range writes {
				for {
					c, err := store.Load(t.Context(), chatA)
					if err != nil {
						t.Errorf("Load: %v", err)
						return
					}
					saved, err := store.Save(t.Context(), record.Save{
						Chat: chatA, Revision: c.Revision, Update: fmt.Sprint(w, "-", i),
						State: append(c.State, 'x'), Out: replies("r"), Day: day, Counts: []string{"c"},
					})
					if err != nil || saved.Outcome == record.Duplicate {
						t.Errorf("Save = %+v, %v", saved, err)
						return
					}
					if saved.Outcome == record.Done {
						break
					}
				}
			}
		})
	}
	callers.Wait()
	c := load(t, e, chatA)
	if c.Revision != writers*writes || len(c.State) != writers*writes || len(c.Seen) != writers*writes {
		t.Errorf("revision %d, %d bytes of state, %d marks: want %d of each", c.Revision, len(c.State), len(c.Seen), writers*writes)
	}
	if got := counts(t, e, day); got["c"] != writers*writes {
		t.Errorf("Counts = %v", got)
	}
	for i, seq := range seqs(pending(t, e, chatA)) {
		if seq != uint64(i)+1 {
			t.Fatalf("delivery %d has sequence %d", i, seq)
		}
	}
}

func codesRace(t *testing.T, e *Engine) {
	one, two := neighbours(t, e)
	c := open(e, code(t, e, one, 1))
	clients := e.clients()
	outcomes := make(chan record.Outcome, 16)
	var callers sync.WaitGroup
	for i := range cap(outcomes) {
		callers.Go(func() {
			s := opens(c)
			s.Chat, s.Update = []bot.ChatID{one, two}[i%2], "1"
			saved, err := clients[i/2%len(clients)].Save(t.Context(), s)
			if err != nil {
				t.Errorf("Save: %v", err)
			}
			outcomes <- saved.Outcome
		})
	}
	callers.Wait()
	close(outcomes)
	n := map[record.Outcome]int{}
	for o := range outcomes {
		n[o]++
	}
	if n[record.Done] != 1 || n[record.Duplicate] != 7 || n[record.CodeTaken] != 8 {
		t.Errorf("outcomes %v, want one done, its seven equals duplicates, the others' code taken", n)
	}
}

package boltstore_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// waitFor lets d pass inside a synctest bubble.
func waitFor(t *testing.T, d time.Duration) {
	t.Helper()
	time.Sleep(d) // the bubble's clock: it passes at once
	synctest.Wait()
}

// P7: «quên tôi» leaves bytes in free pages until they are used again;
// compaction takes them out of the file.
func TestCompactRemovesWhatWasErased(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := mustOpen(t, path, quiet)
	secret := []byte("nhà ở xóm Trũng")
	for i := range 50 {
		save := record.Save{Chat: bot.ChatID{Chat: fmt.Sprint(i)}, Update: "1", State: bytes.Repeat(secret, 300), Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}}
		if _, err := s.Save(t.Context(), save); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue // one chat stays as it is, without the secret below
		}
		if _, err := s.Save(t.Context(), record.Save{Chat: save.Chat, Revision: 1, Update: "2", Forget: true}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Save(t.Context(), record.Save{Chat: bot.ChatID{Chat: "0"}, Revision: 1, Update: "2", State: []byte("kept"), Out: []record.Outgoing{{Reply: bot.Reply{Text: "r2"}}}}); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.Contains(b, secret) {
		t.Fatalf("the test needs the secret in a free page (%v)", err)
	}
	keep, err := s.Load(t.Context(), bot.ChatID{Chat: "0"})
	if err != nil {
		t.Fatal(err)
	}

	before, after, err := s.Compact(t.Context())
	if info, statErr := os.Stat(path); err != nil || statErr != nil || before == 0 || after != info.Size() {
		t.Fatalf("Compact = %d, %d, %v", before, after, err)
	}
	if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, secret) {
		t.Errorf("the secret is still in the file (%v)", err)
	}
	check := func(s *boltstore.Store) {
		t.Helper()
		if got, err := s.Load(t.Context(), bot.ChatID{Chat: "0"}); err != nil || !reflect.DeepEqual(got, keep) {
			t.Errorf("Load = %+v, %v, want %+v", got, err, keep)
		}
		if ds, err := s.Pending(t.Context(), bot.ChatID{Chat: "0"}); err != nil || len(ds) != 2 {
			t.Errorf("Pending = %v, %v", ds, err)
		}
	}
	check(s)
	if _, err := boltstore.Open(path, quiet); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("the new file is not locked: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check(mustOpen(t, path, quiet))
}

func TestCompactWhileInUse(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, newPath(t), quiet)
	const writers, writes = 4, 40
	var callers sync.WaitGroup
	for w := range writers {
		callers.Go(func() {
			chat := bot.ChatID{Chat: fmt.Sprint(w)}
			for i := range writes {
				saved, err := s.Save(t.Context(), record.Save{Chat: chat, Revision: uint64(i), Update: fmt.Sprint(i), Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}})
				if err != nil || saved.Outcome != record.Done {
					t.Errorf("Save = %+v, %v", saved, err)
				}
				if _, err := s.Load(t.Context(), chat); err != nil {
					t.Errorf("Load: %v", err)
				}
			}
		})
	}
	callers.Go(func() {
		for range 5 {
			err := s.Export(t.Context(), func(record.Item) error { return nil })
			if err != nil {
				t.Errorf("Export: %v", err)
			}
		}
	})
	for range 5 {
		if _, _, err := s.Compact(t.Context()); err != nil {
			t.Errorf("Compact: %v", err)
		}
	}
	callers.Wait()
	for w := range writers {
		if ds, err := s.Pending(t.Context(), bot.ChatID{Chat: fmt.Sprint(w)}); err != nil || len(ds) != writes {
			t.Errorf("%d deliveries, %v, want %d", len(ds), err, writes)
		}
	}
}

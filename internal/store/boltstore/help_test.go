package boltstore_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// clock is one that a test moves.
type clock struct{ moved atomic.Int64 }

func newClock() *clock { return &clock{} }

func (c *clock) now() time.Time {
	return time.Unix(1_790_000_000, 0).Add(time.Duration(c.moved.Load()))
}

func (c *clock) advance(d time.Duration) { c.moved.Add(int64(d)) }

// opened returns a store under a clock.
func opened(t *testing.T) (*boltstore.Store, *clock) {
	t.Helper()
	c := newClock()
	options := quiet
	options.Now = c.now
	return mustOpen(t, newPath(t), options), c
}

func mustSave(t *testing.T, s *boltstore.Store, save record.Save) record.Saved {
	t.Helper()
	saved, err := s.Save(t.Context(), save)
	if err != nil || saved.Outcome != record.Done {
		t.Fatalf("Save = %+v, %v", saved, err)
	}
	return saved
}

// pushed is a chat on a channel that is sent to, and pushes a save for one.
func pushed(chat string) bot.ChatID {
	return bot.ChatID{Channel: "telegram", Bot: "main", Chat: chat}
}

func pushes(chat, update string, revision uint64, texts ...string) record.Save {
	s := record.Save{Chat: pushed(chat), Update: update, Revision: revision, Way: record.Way{Push: true}}
	for _, text := range texts {
		s.Out = append(s.Out, record.Outgoing{Reply: bot.Reply{Text: text}})
	}
	return s
}

func claim(t *testing.T, s *boltstore.Store) []record.Lease {
	t.Helper()
	ls, err := s.Claim(t.Context(), record.Lane(pushed("")), 100)
	if err != nil {
		t.Fatalf("Claim: %v", err)
	}
	return ls
}

func settle(t *testing.T, s *boltstore.Store, l record.Lease, end record.Settlement) *record.Lease {
	t.Helper()
	next, err := s.Settle(t.Context(), l, end)
	if err != nil {
		t.Fatalf("Settle: %v", err)
	}
	return next
}

// keysOf counts the keys of some buckets.
func keysOf(t *testing.T, s *boltstore.Store, buckets ...string) (n int) {
	t.Helper()
	err := s.Walk(func(key, _ []byte) {
		for _, bucket := range buckets {
			if strings.HasPrefix(string(key), bucket) {
				n++
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wantNoText(t *testing.T, s *boltstore.Store, text string) {
	t.Helper()
	err := s.Walk(func(key, value []byte) {
		if strings.Contains(string(value), text) {
			t.Errorf("key %q still holds %q", key, text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

package boltstore_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// Every chat has one expiry key, also one that expired, was not swept and
// began anew: else each new life would leave the sweeper one more visit.
func TestAChatHasOneExpiryKey(t *testing.T) {
	t.Parallel()
	var moved atomic.Int64
	options := quiet
	options.Now = func() time.Time { return time.Unix(1_790_000_000, 0).Add(time.Duration(moved.Load())) }
	s := mustOpen(t, newPath(t), options)
	for life := range 3 {
		for revision := range 2 {
			saved, err := s.Save(t.Context(), record.Save{Chat: alice, Revision: uint64(revision), Update: string(rune('a' + revision))})
			if err != nil || saved.Outcome != record.Done {
				t.Fatalf("Save = %+v, %v", saved, err)
			}
			moved.Add(int64(time.Hour))
		}
		if n := expiryKeys(t, s); n != 1 {
			t.Errorf("life %d: %d expiry keys", life, n)
		}
		moved.Add(int64(record.KeepChat))
	}
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := expiryKeys(t, s); n != 0 {
		t.Errorf("after the sweep: %d expiry keys", n)
	}
}

func expiryKeys(t *testing.T, s *boltstore.Store) (n int) {
	t.Helper()
	err := s.Walk(func(key, _ []byte) {
		if strings.HasPrefix(string(key), "expiry") {
			n++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

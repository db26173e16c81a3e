package boltstore_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *storetest.Engine {
		path := filepath.Join(t.TempDir(), "doithoai.db")
		var moved atomic.Int64
		begin := time.Now().Truncate(time.Second)
		now := func() time.Time { return begin.Add(time.Duration(moved.Load())) }
		options := boltstore.Options{Now: now, SweepEvery: -1}
		store := mustOpen(t, path, options)
		return &storetest.Engine{
			Store:   store,
			Now:     now,
			Advance: func(d time.Duration) { moved.Add(int64(d)) },
			Reopen: func() (storetest.Store, error) {
				if err := store.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				again, err := boltstore.Open(path, options)
				if err != nil {
					return nil, err
				}
				store = again
				t.Cleanup(func() { _ = again.Close() })
				return again, nil
			},
			Sweep: func(ctx context.Context) error {
				_, err := store.Sweep(ctx)
				return err
			},
			Walk: func(show func(key, value []byte)) error { return store.Walk(show) },
		}
	})
}

// mustOpen opens a store that ends with t.
func mustOpen(t testing.TB, path string, options boltstore.Options) *boltstore.Store {
	t.Helper()
	options.LockWait = max(options.LockWait, quiet.LockWait)
	s, err := boltstore.Open(path, options)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

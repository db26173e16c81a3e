package redisstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	conform(t, server.URL())
}

// conform runs the suite; each of its tests has a prefix of its own.
func conform(t *testing.T, url string) {
	var prefixes atomic.Int64
	storetest.Run(t, func(t *testing.T) *storetest.Engine {
		var moved atomic.Int64
		begin := time.Now().Truncate(time.Second)
		now := func() time.Time { return begin.Add(time.Duration(moved.Load())) }
		options := redisstore.Options{Prefix: fmt.Sprint("t", prefixes.Add(1)), Now: now}
		store := mustOpen(t, url, options)
		return &storetest.Engine{
			Store:   store,
			Now:     now,
			Advance: func(d time.Duration) { moved.Add(int64(d)) },
			Reopen: func() storetest.Store {
				if err := store.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				store = mustOpen(t, url, options)
				return store
			},
		}
	})
}

// mustOpen opens a store that ends with t.
func mustOpen(t testing.TB, url string, options redisstore.Options) *redisstore.Store {
	t.Helper()
	s, err := redisstore.Open(context.Background(), url, options)
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

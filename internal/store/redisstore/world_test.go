package redisstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/storetest"
)

// deployment is where a store can be opened.
type deployment interface {
	URL() string
	// Masters returns a client of each server that holds keys.
	Masters(t testing.TB) []*redis.Client
}

// world is the keys of one prefix under a clock that is moved by hand. Redis
// itself removes keys by its own clock; moving ours moves the ends of all keys.
type world struct {
	prefix  string
	pattern string // matches the keys of the prefix alone
	masters []*redis.Client
	begin   time.Time

	mu    sync.Mutex
	moved time.Duration
}

func newWorld(t testing.TB, d deployment) *world {
	id := rand.Uint64()
	return &world{ // signs that mean something in a pattern, and must not
		prefix: fmt.Sprintf("t[%x]*?", id), pattern: fmt.Sprintf(`t\[%x\]\*\?:*`, id), masters: d.Masters(t),
		begin: time.Now().Truncate(time.Second),
	}
}

// Now is the store's clock.
func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begin.Add(w.moved)
}

// each shows every key of the prefix.
func (w *world) each(ctx context.Context, show func(c *redis.Client, key string) error) error {
	for _, c := range w.masters {
		for cursor := uint64(0); ; {
			keys, next, err := c.Scan(ctx, cursor, w.pattern, 1000).Result()
			if err != nil {
				return err
			}
			for _, key := range keys {
				if err := show(c, key); err != nil {
					return err
				}
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
	}
	return nil
}

// Advance moves the clock, and with it the end of every key.
func (w *world) Advance(t testing.TB, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moved += d
	err := w.each(context.Background(), func(c *redis.Client, key string) error {
		left, err := c.PTTL(context.Background(), key).Result()
		if err != nil || left < 0 {
			return err
		}
		return c.PExpire(context.Background(), key, left-d).Err()
	})
	if err != nil {
		t.Errorf("move the ends of keys: %v", err)
	}
}

// Walk shows every key, field and member that has not ended, but for signs of life:
// they tell of programs, and begin with them.
func (w *world) Walk(show func(key, value []byte)) error {
	ctx := context.Background()
	return w.each(ctx, func(c *redis.Client, key string) error {
		if key == w.prefix+":{house}:replicas" {
			return nil
		}
		left, err := c.PTTL(ctx, key).Result()
		if err != nil || left >= 0 && left <= redisstore.Spare {
			return err
		}
		fields, err := read(ctx, c, key)
		for field, value := range fields {
			show([]byte(key+"\x00"+field), []byte(value))
		}
		return err
	})
}

// read returns what a key holds: by field, by member, or under "" alone.
func read(ctx context.Context, c *redis.Client, key string) (map[string]string, error) {
	kind, err := c.Type(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	switch kind {
	case "string":
		value, err := c.Get(ctx, key).Result()
		return map[string]string{"": value}, err
	case "hash":
		return c.HGetAll(ctx, key).Result()
	case "zset":
		members, err := c.ZRange(ctx, key, 0, -1).Result()
		fields := map[string]string{}
		for _, m := range members {
			fields[m] = ""
		}
		return fields, err
	case "none":
		return nil, nil
	}
	return nil, fmt.Errorf("key %q is a %s", key, kind)
}

// engine returns a fresh engine over d.
func engine(t *testing.T, d deployment) *storetest.Engine {
	w := newWorld(t, d)
	options := redisstore.Options{Prefix: w.prefix, Now: w.Now}.ForTests()
	store := mustOpen(t, d.URL(), options)
	return &storetest.Engine{
		Store:   store,
		Now:     w.Now,
		Advance: func(d time.Duration) { w.Advance(t, d) },
		Reopen: func() (storetest.Store, error) {
			if err := store.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			var err error
			if store, err = redisstore.Open(context.Background(), d.URL(), options); err != nil {
				return nil, err
			}
			closeWith(t, store)
			return store, nil
		},
		Walk:     w.Walk,
		Twin:     func() storetest.Store { return mustOpen(t, d.URL(), options) },
		OwnClock: true,
	}
}

// mustOpen opens a store that ends with t.
func mustOpen(t testing.TB, url string, options redisstore.Options) *redisstore.Store {
	t.Helper()
	s, err := redisstore.Open(context.Background(), url, options)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	closeWith(t, s)
	return s
}

func closeWith(t testing.TB, s *redisstore.Store) {
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

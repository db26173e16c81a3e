package boltstore

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

var (
	_ exchange.Store     = (*Store)(nil)
	_ exchange.Worklist  = (*Store)(nil)
	_ delivery.Queue     = (*Store)(nil)
	_ delivery.Outbox    = (*Store)(nil)
	_ delivery.Limiter   = (*Store)(nil)
	_ delivery.Graveyard = (*Store)(nil)
)

// Store is an open store. It is safe for concurrent use.
type Store struct {
	path    string
	options Options
	names   atomic.Pointer[record.Names] // an import takes over those of another store

	dbMu sync.RWMutex // held for reading by readers, for writing while a compaction swaps db
	db   *bbolt.DB    // the committing goroutine, which alone swaps it, reads it without dbMu

	whole chan struct{} // holds a token while nobody exports, imports or compacts

	mu     sync.Mutex
	queued []step
	closed bool

	noRoom atomic.Int64 // when the last commit found no room on the disk, Unix time; 0 if it did

	wake    chan struct{} // holds a token while steps are queued
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// Close commits what is queued, stops the sweeper and closes the file. Calls
// that come later get [exchange.ErrClosed]. Closing again does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
	s.dbMu.Lock()
	defer s.dbMu.Unlock()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Key returns the store's own key for one purpose, see [record.Names].
func (s *Store) Key(purpose string) []byte { return s.names.Load().Key(purpose) }

// Load implements [exchange.Store].
func (s *Store) Load(ctx context.Context, chat bot.ChatID) (record.Chat, error) {
	return read(ctx, s, func(u *unit) (c record.Chat, err error) {
		name := u.names.Chat(chat)
		if c, err = u.chat(name); err != nil {
			return c, err
		}
		if c.Cases, err = u.cases(name); err != nil {
			return c, err
		}
		c.Window, err = u.standing(name)
		return c, err
	})
}

// chat returns a chat without its cases, the zero one if it is absent or over.
func (u *unit) chat(name record.Name) (record.Chat, error) {
	rec, _, err := u.get(chatBucket, name[:])
	if rec == nil || err != nil {
		return record.Chat{}, err
	}
	return record.DecodeChat(rec)
}

// view runs fn in a read transaction; a fault of the file becomes an error.
func (s *Store) view(ctx context.Context, fn func(tx *bbolt.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.dbMu.RLock()
	defer s.dbMu.RUnlock()
	defer recoverDamage(s.path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if err := s.db.View(fn); errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return exchange.ErrClosed
	} else if err != nil {
		return err
	}
	return nil
}

// alone waits until nobody else exports, imports or compacts, which would wait
// for each other inside the database, with everybody else behind them.
func (s *Store) alone(ctx context.Context) (end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-s.whole:
		return func() { s.whole <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

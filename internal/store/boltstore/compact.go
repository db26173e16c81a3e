package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Compact writes the file anew without free pages, which hold what was erased
// until they are used again, and without what has expired. It returns the size
// before and after, in bytes. Writers wait meanwhile, readers do not. At every
// moment either the old file or the complete new one stands at its path.
func (s *Store) Compact(ctx context.Context) (before, after int64, err error) {
	if _, err := s.Sweep(ctx); err != nil {
		return 0, 0, fmt.Errorf("compact store: %w", err)
	}
	end, err := s.alone(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("compact store: %w", err)
	}
	defer end()
	sizes := new([2]int64)
	err = s.enqueue(step{ctx: ctx, done: make(chan error, 1), alone: func() (err error) {
		sizes[0], sizes[1], err = s.rewrite()
		return err
	}})
	if err != nil {
		return 0, 0, fmt.Errorf("compact store: %w", err)
	}
	return sizes[0], sizes[1], nil
}

// rewrite runs between two commits, in the committing goroutine.
func (s *Store) rewrite() (before, after int64, err error) {
	old, err := os.Stat(s.path)
	if err != nil {
		return 0, 0, err
	}
	next := s.path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err // left by a compaction that was killed
	}
	db, err := openBolt(next, s.options.LockWait, false)
	if err != nil {
		return 0, 0, err
	}
	if err := s.fill(db); err != nil {
		return 0, 0, errors.Join(err, db.Close(), os.Remove(next))
	}
	info, err := os.Stat(next)
	if err == nil {
		err = os.Rename(next, s.path) // the lock is on the file, so it moves along
	}
	if err != nil {
		return 0, 0, errors.Join(err, db.Close(), os.Remove(next))
	}
	s.dbMu.Lock()
	replaced := s.db
	s.db = db
	s.dbMu.Unlock()
	// From here on the new file is the store, whatever else goes wrong.
	return old.Size(), info.Size(), errors.Join(syncDir(filepath.Dir(s.path)), replaced.Close())
}

// fill copies the store into an empty database and makes that durable.
func (s *Store) fill(db *bbolt.DB) (err error) {
	defer recoverDamage(s.path, &err)
	const commitEvery = 4 << 20 // bytes held in memory at a time
	if err := bbolt.Compact(db, s.db, commitEvery); err != nil {
		return err
	}
	return db.Sync()
}

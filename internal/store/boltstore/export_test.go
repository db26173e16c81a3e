package boltstore

import (
	"context"

	"go.etcd.io/bbolt"
)

// WithMaxBatch limits how many steps one commit takes.
func (o Options) WithMaxBatch(n int) Options {
	o.maxBatch = n
	return o
}

// Walk shows every key, behind the name of its bucket, and every value.
func (s *Store) Walk(show func(key, value []byte)) error {
	return s.view(context.Background(), func(tx *bbolt.Tx) error {
		return tx.ForEach(func(bucket []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				show(append(append([]byte(nil), bucket...), k...), v)
				return nil
			})
		})
	})
}

// Corrupt writes a value past all checks.
func (s *Store) Corrupt(bucket string, change func(value []byte) []byte) error {
	return s.write(context.Background(), func(tx *bbolt.Tx) (bool, error) {
		b := tx.Bucket([]byte(bucket))
		k, v := b.Cursor().First()
		return true, b.Put(k, change(append([]byte(nil), v...)))
	})
}

// Spoil makes a step fail, or panic, inside a commit.
func (s *Store) Spoil(ctx context.Context, fault func() error) error {
	return s.write(ctx, func(tx *bbolt.Tx) (bool, error) {
		if err := tx.Bucket(houseBucket).Put([]byte("spoilt"), nil); err != nil {
			return true, err
		}
		return true, fault()
	})
}

// Pause makes the committing goroutine wait until release is closed.
func (s *Store) Pause(started chan<- struct{}, release <-chan struct{}) error {
	return s.enqueue(step{ctx: context.Background(), done: make(chan error, 1), alone: func() error {
		close(started)
		<-release
		return nil
	}})
}

// Format writes another format number.
func (s *Store) Format(b []byte) error {
	return s.write(context.Background(), func(tx *bbolt.Tx) (bool, error) {
		return true, tx.Bucket(houseBucket).Put(formatKey, b)
	})
}

// CommitEnds notes the end of a commit, as a disk would bring it about.
func (s *Store) CommitEnds(err error) { s.noteRoom(err) }

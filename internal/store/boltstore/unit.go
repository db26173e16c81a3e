package boltstore

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// unit is the store as one step or one reading has it: everything inside
// happens at one time, in one transaction.
type unit struct {
	tx    *bbolt.Tx
	now   time.Time
	at    int64 // now, as it is stored
	names record.Names
	path  string
	wrote bool
}

func (s *Store) unit(tx *bbolt.Tx) *unit {
	now := s.options.Now()
	return &unit{tx: tx, now: now, at: nanos(now), names: *s.names.Load(), path: s.path}
}

// change runs a step inside the next commit and returns its result. With an
// error the step may still happen, unless it is its own.
func change[T any](ctx context.Context, s *Store, run func(u *unit) (T, error)) (T, error) {
	var none T
	result := new(T) // the step may outlive this call, and may run more than once
	err := s.write(ctx, func(tx *bbolt.Tx) (wrote bool, err error) {
		u := s.unit(tx)
		if err := u.serving(); err != nil {
			return false, err
		}
		*result, err = run(u)
		return u.wrote, err
	})
	if err != nil {
		return none, err
	}
	return *result, nil
}

// read runs fn in a read transaction and returns its result.
func read[T any](ctx context.Context, s *Store, fn func(u *unit) (T, error)) (result T, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		u := s.unit(tx)
		if err := u.complete(); err != nil {
			return err
		}
		result, err = fn(u)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// serving returns why nothing may be changed, if that is so.
func (u *unit) serving() error {
	if to := u.tx.Bucket(houseBucket).Get(movedKey); to != nil {
		return &exchange.MovedError{To: string(to)}
	}
	return u.complete()
}

// complete returns an error if only a part of a backup is in here.
func (u *unit) complete() error {
	if u.tx.Bucket(houseBucket).Get(importingKey) != nil {
		return &UnfinishedError{u.path}
	}
	return nil
}

// get returns a value that is not over, as memory of the transaction; nil if
// there is none.
func (u *unit) get(bucket, key []byte) (rec []byte, ends time.Time, err error) {
	v := u.tx.Bucket(bucket).Get(key)
	if v == nil {
		return nil, time.Time{}, nil
	}
	ends, rec, err = unwrap(v)
	if err != nil {
		return nil, time.Time{}, u.damaged(bucket, err)
	}
	if over(ends, u.now) {
		return nil, time.Time{}, nil
	}
	return rec, ends, nil
}

// keys returns the keys of a bucket that begin with prefix, for what changes
// the bucket while it goes through them.
func (u *unit) keys(bucket, prefix []byte) (keys [][]byte) {
	c := u.tx.Bucket(bucket).Cursor()
	for k, _ := c.Seek(prefix); hasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, append([]byte(nil), k...))
	}
	return keys
}

// hasPrefix is bytes.HasPrefix that tells no key from an empty one.
func hasPrefix(k, prefix []byte) bool {
	return k != nil && len(k) >= len(prefix) && string(k[:len(prefix)]) == string(prefix)
}

func (u *unit) damaged(bucket []byte, err error) error {
	return &DamagedError{u.path, fmt.Errorf("bucket %q: %w", bucket, err)}
}

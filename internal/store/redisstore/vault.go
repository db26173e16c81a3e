package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// keepMark is how long a swap that left nothing can be told from one of somebody
// else: longer than any call is repeated.
const keepMark = time.Minute

// Hold takes or renews the named lease for holder, until ttl from now on the
// servers' clock; false if somebody else has it.
func (s *Store) Hold(ctx context.Context, name, holder string, ttl time.Duration) (held bool, err error) {
	if err := record.CheckHold(holder, ttl); err != nil {
		return false, err
	}
	return s.vault(ctx, &call{
		shard:   house,
		script:  &s.tools().hold,
		keys:    []string{s.keys.lease(name), s.keys.house()},
		args:    []any{s.clock.micros(), holder, int64((ttl + time.Microsecond - 1) / time.Microsecond)},
		durable: true, // a lease that is lost with its server would have two holders
	})
}

// LetGo gives the named lease back if holder has it.
func (s *Store) LetGo(ctx context.Context, name, holder string) error {
	_, err := s.vault(ctx, &call{
		shard:  house,
		script: &s.tools().letGo,
		keys:   []string{s.keys.lease(name), s.keys.house()},
		args:   []any{holder},
	})
	return err
}

// Value returns what is kept under a name, nil if nothing is.
func (s *Store) Value(ctx context.Context, name string) ([]byte, error) {
	c := &call{shard: house, args: []any{"get", s.keys.value(name)}}
	if err := s.do(ctx, c); err != nil {
		return nil, err
	}
	raw, mark := text(c.value), len(record.Token{})
	switch {
	case raw != "" && len(raw) < mark:
		return nil, fmt.Errorf("read value: %w", record.ErrCorrupt)
	case len(raw) <= mark:
		return nil, nil
	}
	return []byte(raw[mark:]), nil
}

// Swap replaces what is kept under a name if it is old, with next; false if it
// was something else. No bytes are nothing.
func (s *Store) Swap(ctx context.Context, name string, old, next []byte) (swapped bool, err error) {
	if err := record.CheckKept(next); err != nil {
		return false, err
	}
	// By its mark a swap whose answer was lost is known when it is asked for again.
	var mark record.Token
	_, _ = rand.Read(mark[:]) // it never fails
	return s.vault(ctx, &call{
		shard:   house,
		script:  &s.tools().swap,
		keys:    []string{s.keys.value(name), s.keys.house()},
		args:    []any{mark[:], old, next, keepMark.Milliseconds()},
		durable: true,
	})
}

// vault makes a call of a lease or a value.
func (s *Store) vault(ctx context.Context, c *call) (done bool, err error) {
	if err := s.do(ctx, c); err != nil {
		return false, err
	}
	if text(c.value) == "moved" {
		return false, s.movedTo(ctx)
	}
	return c.value == int64(1), nil
}

package redisstore

import (
	"context"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// Retire marks the store as moved to another one. From then on opening it, and
// every save by whoever has it open, returns [*exchange.MovedError].
func (s *Store) Retire(ctx context.Context, to string) error {
	moved := &call{shard: house, args: []any{"hset", s.keys.house(), houseMoved, to}, durable: true}
	if err := s.do(ctx, moved); err != nil {
		return err
	}
	// A save sees only its own shard, so each has a mark of its own.
	for shard := range record.Shards {
		mark := &call{shard: shard, args: []any{"set", s.keys.gone(shard), 1}, durable: true}
		if err := s.do(ctx, mark); err != nil {
			return err
		}
	}
	return nil
}

// movedTo returns the error of a store that was moved.
func (s *Store) movedTo(ctx context.Context) error {
	c := &call{shard: house, args: []any{"hget", s.keys.house(), houseMoved}}
	if err := s.do(ctx, c); err != nil {
		return err
	}
	return &exchange.MovedError{To: text(c.value)}
}

// Reinstate takes back [Store.Retire], for a move that did not come to its end.
func (s *Store) Reinstate(ctx context.Context) error {
	for shard := range record.Shards {
		if err := s.do(ctx, &call{shard: shard, args: []any{"del", s.keys.gone(shard)}, durable: true}); err != nil {
			return err
		}
	}
	return s.do(ctx, &call{shard: house, args: []any{"hdel", s.keys.house(), houseMoved}, durable: true})
}

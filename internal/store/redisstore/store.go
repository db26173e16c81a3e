package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// Load implements [exchange.Store].
func (s *Store) Load(ctx context.Context, chat bot.ChatID) (record.Chat, error) {
	n := s.name(chat)
	shard := int(n.Shard())
	// In this order: cases are never older than the revision they are decided on.
	value := &call{shard: shard, args: []any{"get", s.keys.chat(n)}}
	cases := &call{shard: shard, args: []any{"hgetall", s.keys.cases(n)}}
	window := &call{shard: shard, args: []any{"hget", s.keys.queue(n), windowField}}
	s.inOrder(ctx, value, cases, window)
	if err := cmp.Or(value.err, cases.err, window.err); err != nil {
		return record.Chat{}, err
	}
	now := s.clock.now()
	var c record.Chat
	if raw := text(value.value); raw != "" {
		found, err := readAs(s, raw, record.DecodeChat)
		if err != nil {
			return record.Chat{}, err
		}
		if chatEnd(found).After(now) {
			c = found
		}
	}
	for _, raw := range pairs(cases.value) {
		one, err := readAs(s, raw, record.DecodeCase)
		if err != nil {
			return record.Chat{}, err
		}
		if one.Ends.After(now) {
			c.Cases = append(c.Cases, one)
		}
	}
	if raw := text(window.value); raw != "" {
		w, state, err := record.DecodeWindow([]byte(raw))
		if err != nil {
			return record.Chat{}, err
		}
		if w.Ends(state).After(now) {
			c.Window = state
		}
	}
	slices.SortFunc(c.Cases, func(a, b record.Case) int { return strings.Compare(a.Code, b.Code) })
	return c, nil
}

// chatEnd returns when a chat is over: its last save marked an update.
func chatEnd(c record.Chat) time.Time {
	if len(c.Seen) == 0 {
		return time.Time{}
	}
	return time.Unix(int64(c.Seen[len(c.Seen)-1].At), 0).Add(record.KeepChat)
}

// FindCase returns the live case of that code, or [delivery.ErrNotFound].
func (s *Store) FindCase(ctx context.Context, code string) (record.Case, error) {
	shard, ok := record.CodeShard(code)
	if !ok {
		return record.Case{}, delivery.ErrNotFound
	}
	owner := &call{shard: int(shard), args: []any{"get", s.keys.code(int(shard), code)}}
	if err := s.do(ctx, owner); err != nil {
		return record.Case{}, err
	}
	raw := text(owner.value)
	if len(raw) != 24 {
		return record.Case{}, delivery.ErrNotFound
	}
	found := &call{shard: int(shard), args: []any{"hget", s.keys.cases(record.Name([]byte(raw[:16]))), code}}
	if err := s.do(ctx, found); err != nil {
		return record.Case{}, err
	}
	if found.value == nil {
		return record.Case{}, delivery.ErrNotFound
	}
	c, err := readAs(s, text(found.value), record.DecodeCase)
	if err != nil {
		return record.Case{}, err
	}
	if !c.Ends.After(s.clock.now()) {
		return record.Case{}, delivery.ErrNotFound
	}
	return c, nil
}

// Ref returns what was to be remembered of a message that was sent to chat, by
// the id its provider gave it, or [delivery.ErrNotFound].
func (s *Store) Ref(ctx context.Context, chat bot.ChatID, provider string) ([]byte, error) {
	n := s.name(chat)
	c := &call{shard: int(n.Shard()), args: []any{"get", s.keys.ref(n, s.names.Load().Mark(provider))}}
	if err := s.do(ctx, c); err != nil {
		return nil, err
	}
	raw := text(c.value)
	if len(raw) < 8 || !timeAt(raw).After(s.clock.now()) {
		return nil, delivery.ErrNotFound
	}
	return []byte(raw[8:]), nil
}

// Counts returns the counters of one day ("2006-01-02").
func (s *Store) Counts(ctx context.Context, day string) (map[string]uint64, error) {
	sum := map[string]uint64{}
	date, err := time.Parse(time.DateOnly, day)
	if err != nil || !date.Add(record.KeepCounts).After(s.clock.now()) {
		return sum, ctx.Err()
	}
	calls := make([]*call, record.Shards)
	for shard := range calls {
		calls[shard] = &call{shard: shard, args: []any{"hgetall", s.keys.counts(shard, day)}}
	}
	s.all(ctx, calls)
	for _, c := range calls {
		if c.err != nil {
			return nil, c.err
		}
		for name, raw := range pairs(c.value) {
			n, err := strconv.ParseUint(raw, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("read counts: %w", record.ErrCorrupt)
			}
			sum[name] += n
		}
	}
	return sum, nil
}

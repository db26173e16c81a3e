package redisstore

import (
	"context"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// deadPage is how many dead letters are read in one trip.
const deadPage = 100

// Dead implements [delivery.Graveyard].
func (s *Store) Dead(ctx context.Context, show func(record.Dead) error) error {
	lists := make([]*call, record.Shards)
	for shard := range lists {
		lists[shard] = &call{shard: shard, args: []any{"zrange", s.keys.graves(shard), 0, -1}}
	}
	s.all(ctx, lists)
	var page []grave
	for shard, c := range lists {
		if c.err != nil {
			return c.err
		}
		for _, id := range texts(c.value) {
			if page = append(page, grave{shard, id}); len(page) == deadPage {
				if err := s.showDead(ctx, page, show); err != nil {
					return err
				}
				page = page[:0]
			}
		}
	}
	return s.showDead(ctx, page, show)
}

// grave is where a dead letter lies.
type grave struct {
	shard int
	id    string
}

func (s *Store) showDead(ctx context.Context, graves []grave, show func(record.Dead) error) error {
	calls := make([]*call, len(graves))
	for i, g := range graves {
		calls[i] = &call{shard: g.shard, args: []any{"get", s.keys.grave(g.shard, g.id)}}
	}
	s.all(ctx, calls)
	for i, c := range calls {
		if c.err != nil {
			return c.err
		}
		if c.value == nil {
			continue
		}
		d, err := s.decodeDead(graves[i].id, text(c.value))
		if err != nil {
			return err
		}
		if !d.At.Add(record.KeepDead).After(s.clock.now()) {
			continue
		}
		if err := show(d); err != nil {
			return err
		}
	}
	return nil
}

// Revive implements [delivery.Graveyard].
func (s *Store) Revive(ctx context.Context, id string) error {
	shard, ok := graveShard(id)
	if !ok {
		return delivery.ErrNotFound
	}
	read := &call{shard: shard, args: []any{"get", s.keys.grave(shard, id)}}
	if err := s.do(ctx, read); err != nil {
		return err
	}
	if read.value == nil {
		return delivery.ErrNotFound
	}
	d, err := s.decodeDead(id, text(read.value))
	if err != nil {
		return err
	}
	c := &call{shard: shard, script: &s.tools().revive, durable: true}
	c.keys = []string{s.keys.grave(shard, id), s.keys.graves(shard)}
	if d.Letter.ID != "" {
		c.keys = append(c.keys, s.keys.letters(shard), s.keys.work(shard))
		c.args = []any{s.clock.micros(), id, d.Letter.ID, "", 0}
	} else {
		chat := d.Delivery.Chat
		n := s.name(chat)
		c.keys = append(c.keys, s.keys.queue(n), s.keys.chat(n), s.keys.due(shard, record.Lane(chat)))
		c.args = []any{s.clock.micros(), id, n[:], s.base(d.Delivery), record.KeepDelivery.Milliseconds()}
	}
	return s.found(ctx, c)
}

// Bury implements [delivery.Graveyard].
func (s *Store) Bury(ctx context.Context, id string) error {
	shard, ok := graveShard(id)
	if !ok {
		return delivery.ErrNotFound
	}
	return s.found(ctx, &call{
		shard:   shard,
		script:  &s.tools().bury,
		keys:    []string{s.keys.grave(shard, id), s.keys.graves(shard)},
		args:    []any{s.clock.micros(), id},
		durable: true,
	})
}

// found makes a call that returns 0 for what is not there.
func (s *Store) found(ctx context.Context, c *call) error {
	if err := s.do(ctx, c); err != nil {
		return err
	}
	if c.value != int64(1) {
		return delivery.ErrNotFound
	}
	return nil
}

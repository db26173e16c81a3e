package redisstore

import (
	"context"
	"crypto/rand"

	"github.com/doithoai/doithoai/internal/record"
)

// Claim implements [delivery.Outbox].
func (s *Store) Claim(ctx context.Context, lane string, n int) ([]record.Lease, error) {
	if n < 1 {
		return nil, ctx.Err()
	}
	found, err := s.due(ctx, func(shard int) string { return s.keys.due(shard, lane) }, n)
	if err != nil {
		return nil, err
	}
	var leases []record.Lease
	tokens := map[*call]record.Token{}
	err = s.lease(ctx, found, n, func(item dueItem) *call {
		if len(item.member) != len(record.Name{}) {
			return nil
		}
		name := record.Name([]byte(item.member))
		var token record.Token
		_, _ = rand.Read(token[:]) // it never fails
		c := &call{
			shard:  item.shard,
			script: &s.scripts.claim,
			keys:   []string{s.keys.queue(name), s.keys.due(item.shard, lane), s.keys.cases(name)},
			args:   []any{s.clock.arg(), name[:], token[:]},
		}
		tokens[c] = token
		return c
	}, func(c *call) (bool, error) {
		l, err := leaseOf(c.value, tokens[c])
		if err != nil || l == nil {
			return false, err
		}
		leases = append(leases, *l)
		return true, nil
	})
	return leases, err
}

// Settle implements [delivery.Outbox].
func (s *Store) Settle(ctx context.Context, l record.Lease, st record.Settlement) (*record.Lease, error) {
	n := s.name(l.Delivery.Chat)
	shard := int(n.Shard())
	id := graveOf(n, l.Delivery)
	keys := []string{
		s.keys.queue(n), s.keys.due(shard, record.Lane(l.Delivery.Chat)), s.keys.cases(n),
		s.keys.grave(shard, id), s.keys.graves(shard),
	}
	for _, provider := range st.Providers {
		keys = append(keys, s.keys.ref(n, s.names.Load().Mark(provider)))
	}
	c := &call{
		shard:  shard,
		script: &s.scripts.settle,
		keys:   keys,
		args: []any{
			s.clock.arg(), n[:], l.Token[:], s.base(l.Delivery), settleOp(st), l.Delivery.Ref, millisOf(st.After),
			st.Sent, st.Note[:min(len(st.Note), record.MaxNote)], st.Pace.Every.Microseconds(), burst(st.Pace),
			st.Reason[:min(len(st.Reason), record.MaxReason)], id,
		},
		durable: true,
	}
	if err := s.do(ctx, c); err != nil {
		return nil, err
	}
	return leaseOf(c.value, l.Token)
}

func settleOp(st record.Settlement) string {
	switch st.Result {
	case record.Sent:
		return "s"
	case record.Progressed:
		return "p"
	case record.Later:
		if st.Uncertain {
			return "u"
		}
		return "l"
	case record.Held:
		return "h"
	case record.Failed:
		return "f"
	}
	return "d"
}

// Release implements [delivery.Outbox].
func (s *Store) Release(ctx context.Context, l record.Lease) error {
	n := s.name(l.Delivery.Chat)
	shard := int(n.Shard())
	return s.do(ctx, &call{
		shard:  shard,
		script: &s.scripts.release,
		keys:   []string{s.keys.queue(n), s.keys.due(shard, record.Lane(l.Delivery.Chat))},
		args:   []any{s.clock.arg(), n[:], l.Token[:]},
	})
}

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
	key := func(shard int) string { return s.keys.due(shard, lane) }
	var leases []record.Lease
	tokens := map[*call]record.Token{}
	err := s.lease(ctx, key, n, func(item dueItem) *call {
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
			args:   []any{s.clock.micros(), name[:], token[:]},
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
	keys := []string{s.keys.queue(n), s.keys.due(shard, record.Lane(l.Delivery.Chat)), s.keys.cases(n)}
	head := packer{}.u64(s.clock.micros()).raw(n[:]).raw(l.Token[:]).raw([]byte{settleOp(st)}).u64(millisOf(st.After)).
		u16(uint16(st.Sent)).u64(uint64(st.Pace.Every.Microseconds())).u32(burst(st.Pace)).raw([]byte(s.base(l.Delivery)))
	args := []any{[]byte(head)}
	switch st.Result {
	case record.Sent, record.Progressed:
		if len(l.Delivery.Ref) > 0 {
			for _, provider := range st.Providers {
				keys = append(keys, s.keys.ref(n, s.names.Load().Mark(provider)))
			}
		}
		args = append(args, l.Delivery.Ref, st.Note[:min(len(st.Note), record.MaxNote)])
	case record.Failed:
		id := newGrave(n)
		keys = append(keys, s.keys.grave(shard, id), s.keys.graves(shard))
		args = append(args, id, st.Reason[:min(len(st.Reason), record.MaxReason)])
	}
	c := &call{shard: shard, script: &s.scripts.settle, keys: keys, args: args, durable: true}
	if err := s.do(ctx, c); err != nil {
		return nil, err
	}
	return leaseOf(c.value, l.Token)
}

func settleOp(st record.Settlement) byte {
	switch st.Result {
	case record.Sent:
		return 's'
	case record.Progressed:
		return 'p'
	case record.Later:
		if st.Uncertain {
			return 'u'
		}
		return 'l'
	case record.Held:
		return 'h'
	case record.Failed:
		return 'f'
	}
	return 'd'
}

// Release implements [delivery.Outbox].
func (s *Store) Release(ctx context.Context, l record.Lease) error {
	n := s.name(l.Delivery.Chat)
	shard := int(n.Shard())
	return s.do(ctx, &call{
		shard:  shard,
		script: &s.scripts.release,
		keys:   []string{s.keys.queue(n), s.keys.due(shard, record.Lane(l.Delivery.Chat))},
		args:   []any{s.clock.micros(), n[:], l.Token[:]},
	})
}

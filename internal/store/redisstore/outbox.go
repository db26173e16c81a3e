package redisstore

import (
	"context"
	"crypto/rand"
	"math"
	"time"

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
			script: &s.tools().claim,
			keys:   []string{s.keys.queue(name), s.keys.due(item.shard, lane), s.keys.cases(name)},
			args:   []any{s.clock.micros(), name[:], token[:]},
		}
		tokens[c] = token
		return c
	}, func(c *call) (bool, error) {
		l, err := s.leaseOf(c.value, tokens[c])
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
	c, err := s.settleCall(l, st)
	if err != nil {
		return nil, err
	}
	if err := s.do(ctx, c); err != nil {
		return nil, err
	}
	return s.leaseOf(c.value, l.Token)
}

// settleCall builds the call of settle.lua; the order is told there.
func (s *Store) settleCall(l record.Lease, st record.Settlement) (*call, error) {
	n, names := s.name(l.Delivery.Chat), s.names.Load()
	shard := int(n.Shard())
	keys := []string{s.keys.queue(n), s.keys.due(shard, record.Lane(l.Delivery.Chat)), s.keys.cases(n)}
	two, three, refs := []byte(nil), []byte(nil), 0
	switch st.Result {
	case record.Sent, record.Progressed:
		if len(l.Delivery.Ref) > 0 {
			for _, provider := range st.Providers {
				keys = append(keys, s.keys.ref(n, names.Mark(provider)))
				refs++
			}
		}
		two, three = l.Delivery.Ref, st.Note[:min(len(st.Note), record.MaxNote)]
	case record.Failed:
		id := newGrave(n)
		keys = append(keys, s.keys.grave(shard, id), s.keys.graves(shard))
		two, three = []byte(id), []byte(st.Reason[:min(len(st.Reason), record.MaxReason)])
	}
	shows := ""
	if st.Result == record.Sent && l.Delivery.Reply.Card != "" && len(st.Providers) > 0 {
		keys, shows = append(keys, s.keys.ref(n, names.Mark(record.CardRef(l.Delivery.Reply.Card)))), st.Providers[0]
	}
	var letter record.Letter
	var told []byte
	if st.Ended != nil {
		var err error
		letter = names.EndedLetter(l.Delivery, *st.Ended, time.Time{}) // its time is the server's to say
		if told, err = s.tools().format.EncodeLetter(letter); err != nil {
			return nil, err
		}
		keys = append(keys, s.keys.letters(shard), s.keys.work(shard))
	}
	left := uint32(math.MaxUint32)
	if st.Left != nil {
		left = uint32(max(0, min(*st.Left, math.MaxInt32)))
	}
	head := packer{}.u64(s.clock.micros()).raw(n[:]).raw(l.Token[:]).raw([]byte{settleOp(st)}).u64(millisOf(st.After)).
		u16(uint16(st.Sent)).u64(uint64(st.Pace.Every.Microseconds())).u32(burst(st.Pace)).u32(uint32(len(st.Providers))).u32(left).
		u16(uint16(refs)).flag(shows != "").flag(st.Ended != nil).raw([]byte(s.base(l.Delivery)))
	args := []any{[]byte(head), two, three, shows, letter.ID, told}
	return &call{shard: shard, script: &s.tools().settle, keys: keys, args: args, durable: true}, nil
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
		if st.Shut {
			return 'w'
		}
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
		script: &s.tools().release,
		keys:   []string{s.keys.queue(n), s.keys.due(shard, record.Lane(l.Delivery.Chat))},
		args:   []any{s.clock.micros(), n[:], l.Token[:]},
	})
}

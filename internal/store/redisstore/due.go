package redisstore

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/doithoai/doithoai/internal/record"
)

// dueItem is a member of a sorted set of due things.
type dueItem struct {
	shard  int
	member string
	at     float64
}

// due returns up to n members of each shard's sorted set that are due by now,
// over all shards, the longest due first. It fails only if no node answers: what
// lies on the others need not wait for one that is gone.
func (s *Store) due(ctx context.Context, key func(shard int) string, n int) ([]dueItem, error) {
	// The server's clock is read in the same trip, for the next look.
	now := strconv.FormatInt(s.clock.now().UnixMilli(), 10)
	calls := make([]*call, record.Shards, record.Shards+1)
	for shard := range calls {
		calls[shard] = &call{shard: shard, args: []any{"zrangebyscore", key(shard), "-inf", now, "withscores", "limit", 0, n}}
	}
	calls = append(calls, timeCall(0))
	s.all(ctx, calls)
	var found []dueItem
	var fault error
	answered := false
	for shard, c := range calls {
		if c.err != nil {
			fault = cmp.Or(fault, c.err)
			continue
		}
		answered = true
		if shard == record.Shards {
			s.clock.tell(c.value)
			continue
		}
		list := texts(c.value)
		for i := 0; i+1 < len(list); i += 2 {
			at, err := strconv.ParseFloat(list[i+1], 64)
			if err != nil {
				continue // Redis writes its own numbers
			}
			found = append(found, dueItem{shard, list[i], at})
		}
	}
	if !answered {
		return nil, fault
	}
	slices.SortStableFunc(found, func(a, b dueItem) int { return cmp.Compare(a.at, b.at) })
	return found, nil
}

// maxLooks is how often one request looks again when what was due turned out
// not to be: gone, ended, or taken by somebody faster.
const maxLooks = 4

// lease leases up to n members of the shards' sorted sets that are due: build
// makes the call for one of them, took reads what it brought and reports whether
// that was a lease.
func (s *Store) lease(ctx context.Context, key func(shard int) string, n int, build func(dueItem) *call, took func(*call) (bool, error)) error {
	got := 0
	for range maxLooks {
		found, err := s.due(ctx, key, n-got)
		if err != nil {
			return unless(got > 0, err)
		}
		leased, missed, err := s.tryAll(ctx, found, n-got, build, took)
		if got += leased; err != nil {
			return unless(got > 0, err)
		}
		if got == n || missed == 0 {
			return nil
		}
	}
	return nil
}

// unless returns err, but nil if something was leased: it must not be lost for
// what was not.
func unless(leased bool, err error) error {
	if leased {
		return nil
	}
	return err
}

// tryAll makes the calls for what was found, as many in one trip as are still
// wanted, until n have brought a lease or nothing is left.
func (s *Store) tryAll(ctx context.Context, found []dueItem, n int, build func(dueItem) *call, took func(*call) (bool, error)) (got, missed int, fault error) {
	for len(found) > 0 && got < n {
		some := found[:min(n-got, len(found))]
		found = found[len(some):]
		var calls []*call
		for _, item := range some {
			if c := build(item); c != nil {
				calls = append(calls, c)
			}
		}
		s.all(ctx, calls)
		for _, c := range calls {
			ok, err := false, c.err
			if err == nil {
				ok, err = took(c)
			}
			fault = cmp.Or(fault, err)
			if ok {
				got++
			} else {
				missed++
			}
		}
	}
	return got, missed, fault
}

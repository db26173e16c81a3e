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

// firstRows is how many members of each shard a look asks for before it knows
// where the longest due lie. With all that were wanted from all shards, a backlog
// would keep the servers busy telling of it: 8,000 rows for 32 leases. That
// one shard has more than this many of those 32 is rare.
const firstRows = 3

// due returns the members of the shards' sorted sets that are due by now, the
// longest due first, and among them the n first over all shards. It fails only if
// no node answers: what lies on the others need not wait for one that is gone.
func (s *Store) due(ctx context.Context, key func(shard int) string, n int) ([]dueItem, error) {
	// The server's clock is read in the same trip, for the next look.
	now := strconv.FormatInt(s.clock.now().UnixMilli(), 10)
	rows := min(n, firstRows)
	calls := make([]*call, record.Shards, record.Shards+1)
	for shard := range calls {
		calls[shard] = dueCall(shard, key, now, rows)
	}
	calls = append(calls, timeCall(0))
	s.all(ctx, calls)
	s.clock.tell(calls[record.Shards].value)
	shards := make([][]dueItem, record.Shards)
	fault := readDue(shards, calls[:record.Shards])
	if answered := slices.ContainsFunc(calls, func(c *call) bool { return c.err == nil }); !answered {
		return nil, fault
	}
	found := sorted(shards)
	if more := short(shards, found, rows, n); len(more) > 0 {
		for i, shard := range more {
			calls[i] = dueCall(shard, key, now, n)
		}
		calls = calls[:len(more)]
		s.all(ctx, calls)
		_ = readDue(shards, calls) // what is known already will do
		found = sorted(shards)
	}
	return found, nil
}

func dueCall(shard int, key func(shard int) string, now string, rows int) *call {
	return &call{shard: shard, args: []any{"zrangebyscore", key(shard), "-inf", now, "withscores", "limit", 0, rows}}
}

// readDue puts what the calls brought in the place of what was known of their
// shards, and returns the first error.
func readDue(shards [][]dueItem, calls []*call) (fault error) {
	for _, c := range calls {
		if c.err != nil {
			fault = cmp.Or(fault, c.err)
			continue
		}
		list := texts(c.value)
		items := make([]dueItem, 0, len(list)/2)
		for i := 0; i+1 < len(list); i += 2 {
			at, err := strconv.ParseFloat(list[i+1], 64)
			if err != nil {
				continue // Redis writes its own numbers
			}
			items = append(items, dueItem{c.shard, list[i], at})
		}
		shards[c.shard] = items
	}
	return fault
}

func sorted(shards [][]dueItem) []dueItem {
	found := slices.Concat(shards...)
	slices.SortStableFunc(found, func(a, b dueItem) int { return cmp.Compare(a.at, b.at) })
	return found
}

// short returns the shards that may hold more of the n first than the rows that
// were asked for.
func short(shards [][]dueItem, found []dueItem, rows, n int) []int {
	var more []int
	for shard, items := range shards {
		cut := len(items) == rows && rows < n
		if cut && (len(found) < n || items[rows-1].at < found[n-1].at) {
			more = append(more, shard)
		}
	}
	return more
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

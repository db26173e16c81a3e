package redisstore

import (
	"context"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Backlog tells what waits in the given lanes, in the work list and among the
// dead letters. It costs one trip a list, and one more for the shards where
// something waits, however many conversations there are. What has ended and was
// not met since may still be counted.
func (s *Store) Backlog(ctx context.Context, lanes []string) (b record.Backlog, err error) {
	b.Lanes = map[string]record.Line{}
	for _, lane := range lanes {
		if b.Lanes[lane], err = s.line(ctx, func(shard int) string { return s.keys.due(shard, lane) }); err != nil {
			return record.Backlog{}, err
		}
	}
	if b.Work, err = s.line(ctx, s.keys.work); err != nil {
		return record.Backlog{}, err
	}
	alive := "(" + strconv.FormatInt(s.clock.now().UnixMilli(), 10)
	if b.Dead, err = s.sum(ctx, func(shard int) []any { return []any{"zcount", s.keys.graves(shard), alive, "+inf"} }, nil); err != nil {
		return record.Backlog{}, err
	}
	return b, nil
}

// line tells how the sorted sets of one list stand, over all shards.
func (s *Store) line(ctx context.Context, key func(shard int) string) (l record.Line, err error) {
	var filled []int
	l.Waiting, err = s.sum(ctx, func(shard int) []any { return []any{"zcard", key(shard)} }, func(shard int) { filled = append(filled, shard) })
	if err != nil || len(filled) == 0 {
		return l, err
	}
	now := strconv.FormatInt(s.clock.now().UnixMilli(), 10)
	calls := make([]*call, 0, 2*len(filled))
	for _, shard := range filled {
		calls = append(calls, &call{shard: shard, args: []any{"zcount", key(shard), "-inf", now}}, dueCall(shard, key, now, 1))
	}
	s.all(ctx, calls)
	first := make([][]dueItem, record.Shards)
	for i := 0; i < len(calls); i += 2 {
		if calls[i].err != nil {
			return record.Line{}, calls[i].err
		}
		n, _ := calls[i].value.(int64)
		l.Due += int(n)
		if err := readDue(first, calls[i+1:i+2]); err != nil {
			return record.Line{}, err
		}
	}
	if found := sorted(first); len(found) > 0 {
		l.Since = time.UnixMilli(int64(found[0].at))
	}
	return l, nil
}

// sum adds up what a command counts in each shard, and tells filled, if not
// nil, of the shards where that is more than nothing.
func (s *Store) sum(ctx context.Context, command func(shard int) []any, filled func(shard int)) (sum int, err error) {
	calls := make([]*call, record.Shards)
	for shard := range calls {
		calls[shard] = &call{shard: shard, args: command(shard)}
	}
	s.all(ctx, calls)
	for shard, c := range calls {
		if c.err != nil {
			return 0, c.err
		}
		n, _ := c.value.(int64)
		sum += int(n)
		if n > 0 && filled != nil {
			filled(shard)
		}
	}
	return sum, nil
}

// Scheduled shows every case that has a due time, in no order, until show
// returns an error, which Scheduled returns. It costs what there is of these,
// whatever else is stored; one that changes meanwhile may be missed.
func (s *Store) Scheduled(ctx context.Context, show func(record.Case) error) error {
	lists := make([]*call, record.Shards)
	for shard := range lists {
		lists[shard] = &call{shard: shard, args: []any{"zrange", s.keys.work(shard), 0, -1}}
	}
	s.all(ctx, lists)
	var page []*call
	for shard, c := range lists {
		if c.err != nil {
			return c.err
		}
		for _, member := range texts(c.value) {
			if read := s.caseCall(shard, member); read != nil {
				page = append(page, read)
			}
			if len(page) == casePage {
				if err := s.showCases(ctx, page, show); err != nil {
					return err
				}
				page = page[:0]
			}
		}
	}
	return s.showCases(ctx, page, show)
}

// casePage is how many cases are read in one trip.
const casePage = 100

// caseCall reads the case that a member of the work list names; nil if it names none.
func (s *Store) caseCall(shard int, member string) *call {
	nameSize := len(record.Name{})
	if len(member) <= 1+nameSize || member[0] != caseMember {
		return nil
	}
	key := s.keys.cases(record.Name([]byte(member[1 : 1+nameSize])))
	return &call{shard: shard, args: []any{"hget", key, member[1+nameSize:]}}
}

func (s *Store) showCases(ctx context.Context, page []*call, show func(record.Case) error) error {
	s.all(ctx, page)
	for _, c := range page {
		if c.err != nil {
			return c.err
		}
		if c.value == nil {
			continue
		}
		one, err := record.DecodeCase([]byte(text(c.value)))
		if err != nil {
			return err
		}
		if !one.Ends.After(s.clock.now()) {
			continue
		}
		if err := show(one); err != nil {
			return err
		}
	}
	return nil
}

// Space tells how many bytes the fullest server holds and how many it may; a
// limit of 0 is none. Both are 0 where the servers do not tell.
func (s *Store) Space(ctx context.Context) (used, limit int64, err error) {
	now, err := s.Standing(ctx)
	return int64(now.Used), int64(now.Max), err
}

package boltstore

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Counts returns the counters of one day ("2006-01-02").
func (s *Store) Counts(ctx context.Context, day string) (map[string]uint64, error) {
	return read(ctx, s, func(u *unit) (map[string]uint64, error) {
		counts := map[string]uint64{}
		c := u.tx.Bucket(countBucket).Cursor()
		for k, v := c.Seek([]byte(day)); hasPrefix(k, []byte(day)); k, v = c.Next() {
			ends, n, err := u.countOf(v)
			if err != nil {
				return nil, err
			}
			if !over(ends, u.now) {
				counts[string(k[len(day):])] = n
			}
		}
		return counts, nil
	})
}

func (u *unit) countOf(v []byte) (ends time.Time, n uint64, err error) {
	ends, rec, err := unwrap(v)
	if err == nil && len(rec) < 8 {
		err = errShort
	}
	if err != nil {
		return ends, 0, u.damaged(countBucket, err)
	}
	return ends, binary.BigEndian.Uint64(rec), nil
}

// count raises counters of a day by one.
func (u *unit) count(day string, counters []string) error {
	for _, counter := range counters {
		n := uint64(0)
		if v := u.tx.Bucket(countBucket).Get(countKey(day, counter)); v != nil {
			var err error
			if _, n, err = u.countOf(v); err != nil {
				return err
			}
		}
		if err := u.putCount(day, counter, n+1); err != nil {
			return err
		}
	}
	return nil
}

// putCount writes a counter. Its end follows from its day, so no save can move
// it, and the bucket itself is in the order in which they end.
func (u *unit) putCount(day, counter string, n uint64) error {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	u.wrote = true
	value := wrap(date.Add(record.KeepCounts), binary.BigEndian.AppendUint64(nil, n))
	return u.tx.Bucket(countBucket).Put(countKey(day, counter), value)
}

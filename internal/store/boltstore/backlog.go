package boltstore

import (
	"context"
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/record"
)

// Backlog tells what waits in the given lanes, in the work list and among the
// dead letters. It goes through what waits, and through nothing else.
func (s *Store) Backlog(ctx context.Context, lanes []string) (record.Backlog, error) {
	return read(ctx, s, func(u *unit) (record.Backlog, error) {
		b := record.Backlog{Lanes: map[string]record.Line{}, Work: u.lineOf(workList())}
		for _, lane := range lanes {
			b.Lanes[lane] = u.lineOf(laneList(lane))
		}
		c := u.tx.Bucket(deadBucket).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			ends, _, err := unwrap(v)
			if err != nil {
				return record.Backlog{}, u.damaged(deadBucket, err)
			}
			if !over(ends, u.now) {
				b.Dead++
			}
		}
		return b, nil
	})
}

// lineOf tells how one list of due things stands.
func (u *unit) lineOf(list []byte) (l record.Line) {
	c := u.tx.Bucket(dueBucket).Cursor()
	for k, _ := c.Seek(list); hasPrefix(k, list); k, _ = c.Next() {
		l.Waiting++
		at := binary.BigEndian.Uint64(k[len(list):])
		if at > sortable(u.at) {
			continue
		}
		if l.Due++; l.Due == 1 {
			l.Since = time.Unix(0, int64(at^(1<<63)))
		}
	}
	return l
}

// Scheduled shows every case that has a due time, in no order, until show
// returns an error, which Scheduled returns. It costs what there is of these,
// whatever else is stored. One moment's state is shown, so show must be quick.
func (s *Store) Scheduled(ctx context.Context, show func(record.Case) error) error {
	_, err := read(ctx, s, func(u *unit) (struct{}, error) {
		list := workList()
		c := u.tx.Bucket(dueBucket).Cursor()
		for k, _ := c.Seek(list); hasPrefix(k, list); k, _ = c.Next() {
			member := k[len(list)+8:]
			if len(member) <= 1+nameSize || member[0] != memberCase {
				continue
			}
			found, _, ok, err := u.caseOf(nameOf(member[1:]), string(member[1+nameSize:]))
			if err != nil {
				return struct{}{}, err
			}
			if !ok {
				continue
			}
			if err := show(found); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

// Space tells how many bytes the file has. Its limit is that of the disk, which
// is not this package's to know: 0.
func (s *Store) Space(ctx context.Context) (used, limit int64, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		used = tx.Size()
		return nil
	})
	return used, 0, err
}

package boltstore

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// sweepChunk is how many chats one step of the sweeper looks at, so that saves
// do not wait long behind it.
const sweepChunk = 200

// damagedWait is when the sweeper looks again at a value it could not read.
const damagedWait = time.Hour

func (s *Store) sweepLoop(ctx context.Context) {
	tick := time.NewTicker(s.options.SweepEvery)
	defer tick.Stop()
	for {
		if _, err := s.Sweep(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, exchange.ErrClosed) {
			s.options.Log.Error("sweep store", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Sweep removes what has expired and returns how many chats, deliveries and
// counters that were. What was saved under a clock that ran ahead has its end
// pulled back to where it would be had it been saved now. Damage does not stop
// it; it is returned at the end.
func (s *Store) Sweep(ctx context.Context) (removed int, err error) {
	var faults []error
	for _, pass := range []func(*bbolt.Tx, time.Time) (sweep, error){s.sweepDue, s.sweepAhead, s.sweepCounts} {
		for more := true; more; {
			result := new(sweep)
			err := s.write(ctx, func(tx *bbolt.Tx) (_ bool, err error) {
				*result, err = pass(tx, s.options.Now())
				return result.wrote, err
			})
			if err != nil {
				return removed, errors.Join(append(faults, err)...)
			}
			removed += result.removed
			faults = append(faults, result.faults...)
			more = result.more
		}
	}
	return removed, errors.Join(faults...)
}

// sweep is what one step of the sweeper did.
type sweep struct {
	removed     int
	wrote, more bool
	faults      []error
}

// sweepDue visits chats whose expiry key has come.
func (s *Store) sweepDue(tx *bbolt.Tx, now time.Time) (r sweep, err error) {
	for range sweepChunk {
		k, _ := tx.Bucket(expiryBucket).Cursor().First()
		if k == nil {
			return r, nil
		}
		if at, _ := splitExpiryKey(k); at.After(now) {
			return r, nil
		}
		if err := s.visit(tx, k, now, &r); err != nil {
			return r, err
		}
	}
	r.more = true
	return r, nil
}

// sweepAhead visits chats whose expiry key lies further off than any save at
// now could put it.
func (s *Store) sweepAhead(tx *bbolt.Tx, now time.Time) (r sweep, err error) {
	for range sweepChunk {
		k, _ := tx.Bucket(expiryBucket).Cursor().Last()
		if k == nil {
			return r, nil
		}
		if at, _ := splitExpiryKey(k); !at.After(now.Add(record.KeepChat).Add(time.Second)) {
			return r, nil
		}
		if err := s.visit(tx, k, now, &r); err != nil {
			return r, err
		}
	}
	r.more = true
	return r, nil
}

// visit removes what is over of the chat that an expiry key names, and moves
// the key to where the next of it ends.
func (s *Store) visit(tx *bbolt.Tx, key []byte, now time.Time, r *sweep) error {
	_, name := splitExpiryKey(key)
	r.wrote = true
	if err := tx.Bucket(expiryBucket).Delete(key); err != nil {
		return err
	}
	next, err := s.visitChat(tx, name, now, r)
	if err != nil {
		return err
	}
	if next.IsZero() {
		n, err := dropQueue(tx, name, func([]byte) bool { return true })
		r.removed += n
		return err
	}
	first, err := s.visitQueue(tx, name, now, r)
	if err != nil {
		return err
	}
	if first.Before(next) {
		next = first
	}
	// Rounded up, so that it lies after now and is not visited again at once.
	return tx.Bucket(expiryBucket).Put(expiryKey(next.Add(time.Second-1), name), nil)
}

// visitChat returns when the chat ends, or zero if it is gone.
func (s *Store) visitChat(tx *bbolt.Tx, name record.Name, now time.Time, r *sweep) (ends time.Time, err error) {
	b := tx.Bucket(chatBucket)
	v := b.Get(name[:])
	if v == nil {
		return time.Time{}, nil
	}
	ends, rec, err := unwrap(v)
	if err != nil {
		r.faults = append(r.faults, s.damaged(chatBucket, err))
		return now.Add(damagedWait), nil
	}
	if over(ends, now) {
		r.removed++
		return time.Time{}, b.Delete(name[:])
	}
	if latest := now.Add(record.KeepChat); ends.After(latest) {
		return latest, b.Put(name[:], wrap(latest, rec))
	}
	return ends, nil
}

// visitQueue returns when the first delivery of the chat ends; far away if
// there is none.
func (s *Store) visitQueue(tx *bbolt.Tx, name record.Name, now time.Time, r *sweep) (first time.Time, err error) {
	b := tx.Bucket(queueBucket)
	first = now.Add(record.KeepDelivery)
	latest := first
	var gone, ahead [][]byte // a bucket must not change while a cursor walks it
	c := b.Cursor()
	for k, v := c.Seek(name[:]); ofChat(k, name); k, v = c.Next() {
		ends, _, err := unwrap(v)
		switch {
		case err != nil:
			r.faults = append(r.faults, s.damaged(queueBucket, err))
		case over(ends, now):
			gone = append(gone, k)
		case ends.After(latest):
			ahead = append(ahead, k)
		case ends.Before(first):
			first = ends
		}
	}
	for _, k := range gone {
		r.removed++
		if err := b.Delete(k); err != nil {
			return first, err
		}
	}
	for _, k := range ahead {
		_, rec, err := unwrap(b.Get(k))
		if err != nil {
			return first, s.damaged(queueBucket, err)
		}
		if err := b.Put(k, wrap(latest, rec)); err != nil {
			return first, err
		}
	}
	return first, nil
}

// sweepCounts removes the counters of days that are over.
func (s *Store) sweepCounts(tx *bbolt.Tx, now time.Time) (r sweep, err error) {
	b := tx.Bucket(countBucket)
	for range sweepChunk {
		k, v := b.Cursor().First()
		if k == nil {
			return r, nil
		}
		ends, _, err := unwrap(v)
		if err != nil {
			r.faults = append(r.faults, s.damaged(countBucket, err))
			return r, nil
		}
		if !over(ends, now) {
			return r, nil
		}
		r.removed, r.wrote = r.removed+1, true
		if err := b.Delete(k); err != nil {
			return r, err
		}
	}
	r.more = true
	return r, nil
}

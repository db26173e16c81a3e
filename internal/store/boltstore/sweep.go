package boltstore

import (
	"bytes"
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// sweepChunk is how many values one step of the sweeper looks at, so that saves
// do not wait long behind it.
const sweepChunk = 200

func (s *Store) sweepLoop(ctx context.Context) {
	tick := time.NewTicker(s.options.SweepEvery)
	defer tick.Stop()
	for {
		if _, err := s.Sweep(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, exchange.ErrClosed) {
			s.options.Log.ErrorContext(ctx, "sweep store", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Sweep removes what has expired and returns how many values that were. What
// was saved under a clock that ran ahead has its end pulled back to where it
// would be had it been saved now. Damage does not stop it; it is returned at
// the end.
func (s *Store) Sweep(ctx context.Context) (removed int, err error) {
	var faults []error
	for _, pass := range passes() {
		for more := true; more; {
			result, err := s.sweepStep(ctx, pass)
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

// sweepStep runs one step of the sweeper. A store that was moved is swept too:
// what it still holds must end.
func (s *Store) sweepStep(ctx context.Context, pass func(*sweep) error) (sweep, error) {
	result := new(sweep) // the step may outlive this call, and may run more than once
	err := s.write(ctx, func(tx *bbolt.Tx) (bool, error) {
		*result = sweep{unit: s.unit(tx)}
		err := pass(result)
		return result.wrote, err
	})
	if err != nil {
		return sweep{}, err
	}
	return *result, nil
}

// sweep is one step of the sweeper and what came of it.
type sweep struct {
	*unit
	removed int
	more    bool
	faults  []error
}

func passes() []func(*sweep) error {
	all := []func(*sweep) error{(*sweep).flowsAhead, (*sweep).counts, (*sweep).leases}
	for _, k := range kinds() {
		all = append(all, func(s *sweep) error { return s.due(k) })
		if k.longest() > 0 {
			all = append(all, func(s *sweep) error { return s.ahead(k) })
		}
	}
	return all
}

// due visits values whose expiry key has come.
func (s *sweep) due(k kind) error {
	for range sweepChunk {
		e, _ := s.tx.Bucket(expiryBucket).Cursor().Seek([]byte{byte(k)})
		if !hasPrefix(e, []byte{byte(k)}) {
			return nil
		}
		if at, _ := splitExpiryKey(e); at.After(s.now) {
			return nil
		}
		if err := s.visit(k, e); err != nil {
			return err
		}
	}
	s.more = true
	return nil
}

// ahead visits values whose expiry key lies further off than any save at now
// could put it.
func (s *sweep) ahead(k kind) error {
	for range sweepChunk {
		e, _ := s.tx.Bucket(expiryBucket).Cursor().Seek(expiryKey(k, s.now.Add(k.longest()+2*time.Second), nil))
		if !hasPrefix(e, []byte{byte(k)}) {
			return nil
		}
		if err := s.visit(k, e); err != nil {
			return err
		}
	}
	s.more = true
	return nil
}

// visit removes the value that an expiry key names, if it is over, and moves
// the key to its end otherwise.
func (s *sweep) visit(k kind, entry []byte) error {
	_, key := splitExpiryKey(bytes.Clone(entry))
	s.wrote = true
	if err := s.tx.Bucket(expiryBucket).Delete(entry); err != nil {
		return err
	}
	v := s.tx.Bucket(k.bucket()).Get(key)
	if v == nil {
		return nil
	}
	ends, rec, err := unwrap(v)
	switch {
	case err != nil:
		s.faults = append(s.faults, s.damaged(k.bucket(), err))
		ends = s.now.Add(damagedWait)
	case over(ends, s.now):
		s.removed++
		return s.lift(k, key)
	default:
		if ends, err = s.mend(k, key, ends, rec); unreadable(err) {
			s.faults = append(s.faults, err)
			ends = s.now.Add(damagedWait)
		} else if err != nil {
			return err
		}
	}
	return s.tx.Bucket(expiryBucket).Put(expiryKey(k, ends, key), nil)
}

// lift removes a value with all that hangs on it.
func (s *sweep) lift(k kind, key []byte) error {
	switch k {
	case kindCase:
		return s.dropCase(nameOf(key), string(key[nameSize:]))
	case kindLetter:
		return s.dropLetter(string(key))
	case kindFlow:
		q := &line{name: nameOf(key)}
		if err := s.loadFlow(q); err != nil {
			return err
		}
		return s.dropFlow(q)
	default:
		return s.remove(k, key)
	}
}

// flowsAhead mends queues that are sent: nothing of them would be due before
// the clock is where it was.
func (s *sweep) flowsAhead() error {
	var ahead []record.Name
	c := s.tx.Bucket(flowBucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		_, rec, err := unwrap(v)
		if err != nil || len(rec) < flowHeader {
			continue // told when it is visited
		}
		if getNanos(rec) > s.at {
			ahead = append(ahead, nameOf(k))
		}
	}
	for _, name := range ahead {
		if err := s.mendQueue(name); unreadable(err) {
			s.faults = append(s.faults, err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// counts removes the counters of days that are over.
func (s *sweep) counts() error {
	b := s.tx.Bucket(countBucket)
	for range sweepChunk {
		k, v := b.Cursor().First()
		if k == nil {
			return nil
		}
		ends, _, err := unwrap(v)
		if err != nil {
			s.faults = append(s.faults, s.damaged(countBucket, err))
			return nil
		}
		if !over(ends, s.now) {
			return nil
		}
		s.removed, s.wrote = s.removed+1, true
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	s.more = true
	return nil
}

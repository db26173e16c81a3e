package boltstore

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// damagedWait is when something that could not be read is looked at again.
const damagedWait = time.Hour

// Claim implements [delivery.Outbox]. A queue that cannot be read is logged
// and set aside for a while, so that the others of its lane go on.
func (s *Store) Claim(ctx context.Context, lane string, n int) ([]record.Lease, error) {
	return change(ctx, s, func(u *unit) (leases []record.Lease, err error) {
		list := laneList(lane)
		for len(leases) < n {
			entry, member := u.firstDue(list)
			if entry == nil {
				break
			}
			if err := u.unlist(entry); err != nil {
				return nil, err
			}
			lease, err := u.claim(record.Name(member))
			if unreadable(err) {
				s.options.Log.ErrorContext(ctx, "queue set aside", "error", err)
				err = u.moveDue(list, member, 0, u.at+int64(damagedWait))
			}
			if err != nil {
				return nil, err
			}
			if lease != nil {
				leases = append(leases, *lease)
			}
		}
		return leases, nil
	})
}

// unreadable tells faults of one value from those of the whole store.
func unreadable(err error) bool {
	_, damaged := errors.AsType[*DamagedError](err)
	return damaged || errors.Is(err, record.ErrCorrupt) || errors.Is(err, record.ErrVersion)
}

// claim gives the lease of a queue whose entry was taken out of its list, or
// lists it where it belongs.
func (u *unit) claim(name record.Name) (*record.Lease, error) {
	q, err := u.line(name)
	if err != nil || !q.stored {
		return nil, err
	}
	lease, err := u.lease(q)
	if err != nil {
		return nil, err
	}
	return lease, u.keep(q)
}

// lease gives the queue to whoever asks, if nobody has it and its first may go
// now. The caller keeps it.
func (u *unit) lease(q *line) (*record.Lease, error) {
	f := &q.flow
	head, at := q.next(u.at)
	if at > u.at || f.until > u.at {
		return nil, nil
	}
	if f.leased() { // whoever had it may have sent what it had
		if err := u.amend(q, f.seq, func(d *record.Delivery) { d.Lapses = raise(d.Lapses) }); err != nil {
			return nil, err
		}
	}
	_, _ = rand.Read(f.token[:]) // never fails
	return u.grant(q, head.seq)
}

// grant makes seq the leased one for another while.
func (u *unit) grant(q *line, seq uint64) (*record.Lease, error) {
	d, _, _, err := u.delivery(q, seq)
	if err != nil {
		return nil, err
	}
	barred, err := u.barred(q.name, d.Guard)
	if err != nil {
		return nil, err
	}
	q.flow.seq, q.flow.until = seq, u.at+int64(record.LeaseTime)
	ended := over(d.Expires, u.now)
	return &record.Lease{
		Delivery: d, Token: q.flow.token, Barred: barred, Over: ended, Shut: !ended && q.flow.shut(d.Priority, u.at),
	}, nil
}

// barred reports whether a guard does not hold any more.
func (u *unit) barred(name record.Name, g record.Guard) (bool, error) {
	if g.Code == "" {
		return false, nil
	}
	c, _, ok, err := u.caseOf(name, g.Code)
	return !ok || c.Epoch != g.Epoch, err
}

// amend changes a delivery that waits; one that does not is left alone.
func (u *unit) amend(q *line, seq uint64, change func(d *record.Delivery)) error {
	d, p, ok, err := u.delivery(q, seq)
	if !ok || err != nil {
		return err
	}
	change(&d)
	return u.putDelivery(q.name, p, d)
}

// Release implements [delivery.Outbox].
func (s *Store) Release(ctx context.Context, l record.Lease) error {
	_, err := change(ctx, s, func(u *unit) (struct{}, error) {
		q, err := u.line(u.names.Chat(l.Delivery.Chat))
		if err != nil || !q.holds(l) {
			return struct{}{}, err
		}
		q.flow.free()
		return struct{}{}, u.keep(q)
	})
	return err
}

// holds reports whether a lease is still the one that was given. One that ran
// out is, until somebody else takes the queue.
func (q *line) holds(l record.Lease) bool {
	return q.flow.leased() && q.flow.token == l.Token
}

// raise adds one to a counter that stays at its highest value.
func raise[N uint8 | uint16](n N) N {
	if n+1 == 0 {
		return n
	}
	return n + 1
}

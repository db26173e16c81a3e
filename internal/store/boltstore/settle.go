package boltstore

import (
	"context"
	"fmt"

	"github.com/doithoai/doithoai/internal/record"
)

// Settle implements [delivery.Outbox].
func (s *Store) Settle(ctx context.Context, l record.Lease, end record.Settlement) (*record.Lease, error) {
	if err := checkSettlement(end); err != nil {
		return nil, err
	}
	return change(ctx, s, func(u *unit) (*record.Lease, error) {
		q, err := u.line(u.names.Chat(l.Delivery.Chat))
		if err != nil {
			return nil, err
		}
		if !q.holds(l) {
			return nil, u.settleLate(q, l.Delivery.Seq, end)
		}
		return u.settle(q, l.Delivery.Seq, end)
	})
}

func checkSettlement(end record.Settlement) error {
	switch {
	case end.Result < record.Sent || end.Result > record.Failed:
		return fmt.Errorf("%w: result %d", record.ErrInvalid, end.Result)
	case len(end.Note) > record.MaxNote || len(end.Reason) > record.MaxReason || end.Sent < 0 || end.Sent >= 1<<16:
		return fmt.Errorf("%w: settlement out of range", record.ErrInvalid)
	}
	return nil
}

// settleLate is for whoever lost the lease. What was sent was sent, and what
// can never be sent cannot: that much holds whoever has the queue now.
func (u *unit) settleLate(q *line, seq uint64, end record.Settlement) error {
	if end.Result != record.Sent && end.Result != record.Failed {
		return nil
	}
	if _, ok := q.find(seq); !ok {
		return nil
	}
	if err := u.end(q, seq, end); err != nil || !q.stored {
		return err
	}
	return u.keep(q)
}

// settle is for whoever holds the lease.
func (u *unit) settle(q *line, seq uint64, end record.Settlement) (next *record.Lease, err error) {
	if err := u.end(q, seq, end); err != nil {
		return nil, err
	}
	f := &q.flow
	if end.Result == record.Held && !end.Shut {
		f.held = true
	}
	waits, ok := q.find(seq)
	if !ok {
		waits = -1
	}
	head, at := q.next(u.at)
	switch end.Result {
	case record.Later:
		f.blocked = u.at + int64(end.After)
	case record.Progressed:
		// The same one goes on, whatever came in between.
		if waits >= 0 && f.gate() <= u.at && q.from(q.waiting[waits], u.at) <= u.at {
			next, err = u.grant(q, seq)
		}
	default:
		if at <= u.at && (end.Result != record.Held || end.Shut) {
			next, err = u.grant(q, head.seq)
		}
	}
	if err != nil {
		return nil, err
	}
	if next == nil {
		f.free()
	}
	return next, u.keep(q)
}

// end does what a result means for the delivery itself, if it still waits.
func (u *unit) end(q *line, seq uint64, end record.Settlement) error {
	d, p, ok, err := u.delivery(q, seq)
	if !ok || err != nil {
		return err
	}
	if end.Result == record.Held && end.Shut && !q.flow.shut(d.Priority, u.at) {
		return nil // the chat wrote meanwhile
	}
	if end.Ended != nil {
		if err := u.putLetter(u.names.EndedLetter(d, *end.Ended, u.now), u.at); err != nil {
			return err
		}
	}
	switch end.Result {
	case record.Sent, record.Progressed:
		q.flow.sent(end.Pace, u.at)
		q.flow.opened = q.flow.window.Spent(q.flow.opened, len(end.Providers), end.Left)
		if err := u.remember(q.name, d, end); err != nil {
			return err
		}
	case record.Failed:
		if err := u.bury(deadDelivery(q.name, d, end.Reason, u.now), u.now.Add(record.KeepDead)); err != nil {
			return err
		}
	}
	switch {
	case end.Result == record.Held:
		return u.setWaits(q, seq, p.tracked)
	case end.Result == record.Progressed:
		d.Sent, d.Note, d.Lapses = end.Sent, end.Note, 0
	case end.Result == record.Later && end.Uncertain:
		d.Lapses = raise(d.Lapses)
	case end.Result == record.Later:
		d.Attempts = raise(d.Attempts)
	default:
		return u.dropSeq(q, seq)
	}
	return u.putDelivery(q.name, p, d)
}

package boltstore

import (
	"context"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Work implements [exchange.Worklist]. What cannot be read is logged and set
// aside for a while.
func (s *Store) Work(ctx context.Context, n int) ([]record.Work, error) {
	return change(ctx, s, func(u *unit) (works []record.Work, err error) {
		for len(works) < n {
			entry, member := u.firstDue(workList())
			if entry == nil {
				break
			}
			if err := u.unlist(entry); err != nil {
				return nil, err
			}
			w, ok, err := u.takeWork(member)
			if unreadable(err) {
				s.options.Log.ErrorContext(ctx, "work set aside", "error", err)
				err = u.moveDue(workList(), member, 0, u.at+int64(damagedWait))
			}
			if err != nil {
				return nil, err
			}
			if ok {
				works = append(works, w)
			}
		}
		return works, nil
	})
}

// takeWork leases a member of the work list whose entry was taken out.
func (u *unit) takeWork(member []byte) (w record.Work, ok bool, err error) {
	until := u.at + int64(record.LeaseTime)
	if member[0] == memberLetter {
		w.Kind = record.WorkLetter
		if w.Letter, ok, err = u.letter(string(member[1:])); !ok || err != nil {
			return w, false, err
		}
		return w, true, u.putLetter(w.Letter, until)
	}
	w.Kind = record.WorkCase
	name, code := nameOf(member[1:]), string(member[1+nameSize:])
	if w.Case, _, ok, err = u.caseOf(name, code); !ok || err != nil {
		return w, false, err
	}
	return w, true, u.putCase(name, w.Case, until)
}

// Finish implements [exchange.Worklist].
func (s *Store) Finish(ctx context.Context, w record.Work, end record.Settlement) error {
	switch end.Result {
	case record.Sent, record.Later, record.Failed:
	default:
		return fmt.Errorf("%w: work ended by result %d", record.ErrInvalid, end.Result)
	}
	_, err := change(ctx, s, func(u *unit) (struct{}, error) {
		if w.Kind == record.WorkLetter {
			return struct{}{}, u.finishLetter(w.Letter, end)
		}
		return struct{}{}, u.finishCase(w.Case, end)
	})
	return err
}

func (u *unit) finishLetter(leased record.Letter, end record.Settlement) error {
	l, ok, err := u.letter(leased.ID)
	if !ok || err != nil {
		return err
	}
	switch end.Result {
	case record.Later:
		l.Attempts = raise(l.Attempts)
		return u.putLetter(l, u.at+int64(end.After))
	case record.Failed:
		if err := u.bury(record.Dead{ID: l.ID, Letter: l, Reason: end.Reason, At: u.now}, u.now.Add(record.KeepDead)); err != nil {
			return err
		}
	}
	return u.dropLetter(l.ID)
}

// finishCase lists a case where it belongs after somebody worked on it.
func (u *unit) finishCase(leased record.Case, end record.Settlement) error {
	name := u.names.Chat(leased.Chat)
	c, due, ok, err := u.caseOf(name, leased.Code)
	if !ok || err != nil {
		return err
	}
	switch {
	case end.Result == record.Later && due == 0:
		return nil // finished already, or saved without a due time meanwhile
	case end.Result == record.Later:
		return u.putCase(name, c, u.at+int64(end.After))
	case end.Result == record.Failed, c.Due.Equal(leased.Due):
		c.Due = time.Time{}
	}
	return u.putCase(name, c, nanos(c.Due))
}

// A letter is stored as: its place in the work list (8), the record.

// letter reads a letter that waits to be applied.
func (u *unit) letter(id string) (l record.Letter, ok bool, err error) {
	rec, _, err := u.get(letterBucket, []byte(id))
	if rec == nil || err != nil {
		return l, false, err
	}
	if len(rec) < dueSize {
		return l, false, u.damaged(letterBucket, errShort)
	}
	l, err = record.DecodeLetter(rec[dueSize:])
	return l, err == nil, err
}

// listedLetter returns where a stored letter stands in the work list, also if
// it is over.
func (u *unit) listedLetter(id string) (due int64, err error) {
	v := u.tx.Bucket(letterBucket).Get([]byte(id))
	if v == nil {
		return 0, nil
	}
	_, rec, err := unwrap(v)
	if err == nil && len(rec) < dueSize {
		err = errShort
	}
	if err != nil {
		return 0, u.damaged(letterBucket, err)
	}
	return getNanos(rec), nil
}

// putLetter writes a letter, listed at due.
func (u *unit) putLetter(l record.Letter, due int64) error {
	was, err := u.listedLetter(l.ID)
	if err != nil {
		return err
	}
	rec, err := record.Newest.EncodeLetter(l)
	if err != nil {
		return err
	}
	if err := u.moveDue(workList(), letterMember(l.ID), was, due); err != nil {
		return err
	}
	return u.put(kindLetter, []byte(l.ID), l.At.Add(keepLetter), append(putNanos(nil, due), rec...))
}

// dropLetter removes a letter with its place in the work list.
func (u *unit) dropLetter(id string) error {
	due, err := u.listedLetter(id)
	if err != nil {
		return err
	}
	if err := u.moveDue(workList(), letterMember(id), due, 0); err != nil {
		return err
	}
	return u.remove(kindLetter, []byte(id))
}

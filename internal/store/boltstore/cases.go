package boltstore

import (
	"context"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// Before a stored case stands where it is in the work list (8), 0 for nowhere.
const dueSize = 8

// FindCase returns the case of that code, or [delivery.ErrNotFound].
func (s *Store) FindCase(ctx context.Context, code string) (record.Case, error) {
	type found struct {
		c  record.Case
		ok bool
	}
	f, err := read(ctx, s, func(u *unit) (f found, err error) {
		name, ok, err := u.owner(code)
		if ok && err == nil {
			f.c, _, f.ok, err = u.caseOf(name, code)
		}
		return f, err
	})
	if err == nil && !f.ok {
		err = delivery.ErrNotFound
	}
	return f.c, err
}

// owner returns the chat that a code belongs to, if it does to any.
func (u *unit) owner(code string) (name record.Name, ok bool, err error) {
	if _, valid := record.CodeShard(code); !valid {
		return name, false, nil
	}
	rec, _, err := u.get(codeBucket, []byte(code))
	if rec == nil || err != nil {
		return name, false, err
	}
	if len(rec) != nameSize {
		return name, false, u.damaged(codeBucket, errShort)
	}
	return nameOf(rec), true, nil
}

// taken reports whether a case has a code that belongs to another chat.
func (u *unit) taken(name record.Name, cases []record.CaseChange) (bool, error) {
	for _, c := range cases {
		if c.Remove {
			continue
		}
		if owner, ok, err := u.owner(c.Code); err != nil || ok && owner != name {
			return true, err
		}
	}
	return false, nil
}

// caseOf returns a case of a chat, and where it stands in the work list.
func (u *unit) caseOf(name record.Name, code string) (c record.Case, due int64, ok bool, err error) {
	rec, _, err := u.get(caseBucket, caseKey(name, code))
	if rec == nil || err != nil {
		return c, 0, false, err
	}
	c, due, err = u.decodeCase(rec)
	return c, due, err == nil, err
}

func (u *unit) decodeCase(rec []byte) (c record.Case, due int64, err error) {
	if len(rec) < dueSize {
		return c, 0, u.damaged(caseBucket, errShort)
	}
	c, err = record.DecodeCase(rec[dueSize:])
	return c, getNanos(rec), err
}

// cases returns the cases of a chat by rising code.
func (u *unit) cases(name record.Name) (cs []record.Case, err error) {
	c := u.tx.Bucket(caseBucket).Cursor()
	for k, v := c.Seek(name[:]); ofChat(k, name); k, v = c.Next() {
		ends, rec, err := unwrap(v)
		if err != nil {
			return nil, u.damaged(caseBucket, err)
		}
		if over(ends, u.now) {
			continue
		}
		one, _, err := u.decodeCase(rec)
		if err != nil {
			return nil, err
		}
		cs = append(cs, one)
	}
	return cs, nil
}

// saveCase does what a save says of one case.
func (u *unit) saveCase(name record.Name, c record.CaseChange) error {
	if c.Remove {
		return u.dropCase(name, c.Code)
	}
	return u.putCase(name, c.Case, nanos(c.Due))
}

// putCase writes a case with its code, listed at due.
func (u *unit) putCase(name record.Name, c record.Case, due int64) error {
	key := caseKey(name, c.Code)
	was, err := u.listedCase(key)
	if err != nil {
		return err
	}
	rec, err := record.Newest.EncodeCase(c)
	if err != nil {
		return err
	}
	if err := u.moveDue(workList(), caseMember(name, c.Code), was, due); err != nil {
		return err
	}
	if err := u.put(kindCase, key, c.Ends, append(putNanos(nil, due), rec...)); err != nil {
		return err
	}
	return u.tx.Bucket(codeBucket).Put([]byte(c.Code), wrap(c.Ends, name[:]))
}

// listedCase returns where a stored case stands in the work list, also if it
// is over.
func (u *unit) listedCase(key []byte) (due int64, err error) {
	v := u.tx.Bucket(caseBucket).Get(key)
	if v == nil {
		return 0, nil
	}
	_, rec, err := unwrap(v)
	if err == nil && len(rec) < dueSize {
		err = errShort
	}
	if err != nil {
		return 0, u.damaged(caseBucket, err)
	}
	return getNanos(rec), nil
}

// dropCase removes a case of a chat with its code.
func (u *unit) dropCase(name record.Name, code string) error {
	key := caseKey(name, code)
	due, err := u.listedCase(key)
	if err != nil {
		return err
	}
	if err := u.moveDue(workList(), caseMember(name, code), due, 0); err != nil {
		return err
	}
	// A case that is over may have lost its code to another chat.
	if _, owner, err := unwrap(u.tx.Bucket(codeBucket).Get([]byte(code))); err == nil && ofChat(owner, name) {
		if err := u.tx.Bucket(codeBucket).Delete([]byte(code)); err != nil {
			return err
		}
	}
	return u.remove(kindCase, key)
}

// dropCases removes every case of a chat.
func (u *unit) dropCases(name record.Name) error {
	for _, k := range u.keys(caseBucket, name[:]) {
		if err := u.dropCase(name, string(k[nameSize:])); err != nil {
			return err
		}
	}
	return nil
}

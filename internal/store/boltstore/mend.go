package boltstore

import (
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// mend pulls a value back that was saved by a clock that ran ahead, and
// returns when it ends now.
func (u *unit) mend(k kind, key []byte, ends time.Time, rec []byte) (time.Time, error) {
	switch k {
	case kindChat:
		latest := u.now.Add(record.KeepChat)
		if !ends.After(latest) {
			return ends, nil
		}
		if err := u.put(k, key, latest, rec); err != nil {
			return ends, err
		}
		return latest, u.mendQueue(nameOf(key))
	case kindQueue:
		return u.mendDelivery(key, ends, rec)
	case kindLetter:
		return u.mendLetter(string(key), ends)
	case kindRef, kindDead:
		latest := u.now.Add(record.KeepDead)
		if !ends.After(latest) {
			return ends, nil
		}
		return latest, u.put(k, key, latest, rec)
	default: // a case ends when it says; the others see to it themselves
		return ends, nil
	}
}

// mendQueue mends all that waits for a chat, and how it stands.
func (u *unit) mendQueue(name record.Name) error {
	for _, key := range u.keys(queueBucket, name[:]) {
		rec, ends, err := u.get(queueBucket, key)
		if err == nil && rec != nil {
			_, err = u.mendDelivery(key, ends, rec)
		}
		if err != nil {
			return err
		}
	}
	q, err := u.line(name)
	if err != nil || !q.stored {
		return err
	}
	return u.keep(q)
}

// mendDelivery moves the whole life of a delivery back to begin now, if it
// has not begun yet.
func (u *unit) mendDelivery(key []byte, ends time.Time, rec []byte) (time.Time, error) {
	p, rec, err := splitPlace(seqOf(key), ends, rec)
	if err != nil {
		return ends, u.damaged(queueBucket, err)
	}
	d, err := record.DecodeDelivery(rec)
	if err != nil {
		return ends, err
	}
	ahead := d.At.Sub(u.now)
	if ahead <= 0 {
		return ends, nil
	}
	d.At, d.Expires = u.now, d.Expires.Add(-ahead)
	p.from, p.ends = p.from-int64(ahead), p.ends.Add(-ahead)
	return p.ends, u.putDelivery(nameOf(key), p, d)
}

func (u *unit) mendLetter(id string, ends time.Time) (time.Time, error) {
	l, ok, err := u.letter(id)
	if !ok || err != nil || !l.At.After(u.now) {
		return ends, err
	}
	l.At = u.now
	return u.now.Add(keepLetter), u.putLetter(l, u.at)
}

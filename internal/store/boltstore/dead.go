package boltstore

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// deadPage is how many dead letters are read at a time. They are shown outside
// the transaction, so that whoever looks at them may take his time.
const deadPage = 64

// Dead implements [delivery.Graveyard].
func (s *Store) Dead(ctx context.Context, show func(record.Dead) error) error {
	for after := []byte(nil); ; {
		page, err := read(ctx, s, func(u *unit) ([]record.Dead, error) { return u.deadAfter(after) })
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := show(d); err != nil {
				return err
			}
		}
		if len(page) < deadPage {
			return nil
		}
		after = []byte(page[len(page)-1].ID)
	}
}

// deadAfter returns the next dead letters by their ids.
func (u *unit) deadAfter(id []byte) (ds []record.Dead, err error) {
	c := u.tx.Bucket(deadBucket).Cursor()
	for k, v := c.Seek(id); k != nil && len(ds) < deadPage; k, v = c.Next() {
		if string(k) == string(id) {
			continue
		}
		ends, rec, err := unwrap(v)
		if err != nil {
			return nil, u.damaged(deadBucket, err)
		}
		if over(ends, u.now) {
			continue
		}
		d, err := record.DecodeDead(rec)
		if err != nil {
			return nil, err
		}
		ds = append(ds, d)
	}
	return ds, nil
}

// deadDelivery returns a delivery as the dead letter it becomes.
func deadDelivery(name record.Name, d record.Delivery, reason string, now time.Time) record.Dead {
	return record.Dead{ID: fmt.Sprintf("%s-%d", hex.EncodeToString(name[:]), d.Seq), Delivery: d, Reason: reason, At: now}
}

// bury keeps a dead letter. A chat that began anew counts its messages anew:
// what died in its earlier life keeps its id.
func (u *unit) bury(d record.Dead, ends time.Time) error {
	for id, n := d.ID, 2; ; n++ {
		have, _, err := u.get(deadBucket, []byte(d.ID))
		if err != nil {
			return err
		}
		if have == nil {
			break
		}
		d.ID = fmt.Sprintf("%s-%d", id, n)
	}
	rec, err := record.Newest.EncodeDead(d)
	if err != nil {
		return err
	}
	return u.put(kindDead, []byte(d.ID), ends, rec)
}

// Revive implements [delivery.Graveyard].
func (s *Store) Revive(ctx context.Context, id string) error {
	return s.exhume(ctx, id, func(u *unit, d record.Dead) error {
		if d.Letter.ID != "" {
			d.Letter.At, d.Letter.Attempts = u.now, 0
			return u.putLetter(d.Letter, u.at)
		}
		return u.requeue(d.Delivery)
	})
}

// Bury implements [delivery.Graveyard].
func (s *Store) Bury(ctx context.Context, id string) error {
	return s.exhume(ctx, id, func(*unit, record.Dead) error { return nil })
}

// exhume takes a dead letter out for do.
func (s *Store) exhume(ctx context.Context, id string, do func(u *unit, d record.Dead) error) error {
	found, err := change(ctx, s, func(u *unit) (bool, error) {
		rec, _, err := u.get(deadBucket, []byte(id))
		if rec == nil || err != nil {
			return false, err
		}
		d, err := record.DecodeDead(rec)
		if err != nil {
			return false, err
		}
		if err := u.remove(kindDead, []byte(id)); err != nil {
			return false, err
		}
		return true, do(u, d)
	})
	if err == nil && !found {
		err = delivery.ErrNotFound
	}
	return err
}

// requeue puts a delivery behind what waits for its chat, as if it were new.
func (u *unit) requeue(d record.Delivery) error {
	name := u.names.Chat(d.Chat)
	c, err := u.chat(name)
	if err != nil {
		return err
	}
	q, err := u.line(name)
	if err != nil {
		return err
	}
	d.Seq, d.Attempts, d.Lapses = q.latest(c)+1, 0, 0
	d.At, d.Expires = u.now, u.now.Add(record.KeepDelivery)
	if c.Revision > 0 { // so that its number is not given out again
		c.LastSeq = d.Seq
		if err := u.putChat(name, c); err != nil {
			return err
		}
	}
	if err := u.add(q, d, u.now, true); err != nil {
		return err
	}
	q.flow.lane = record.Lane(d.Chat)
	return u.keep(q)
}

// putChat writes a chat that lives without making it live longer.
func (u *unit) putChat(name record.Name, c record.Chat) error {
	_, ends, err := u.get(chatBucket, name[:])
	if err != nil {
		return err
	}
	return u.put(kindChat, name[:], ends, record.Newest.EncodeChat(c))
}

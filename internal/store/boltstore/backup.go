package boltstore

import (
	"bytes"
	"context"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Export shows all that lives, the key of the names first, as it was at one
// moment, until show returns an error, which Export returns. Meanwhile the
// store goes on, but its file grows by what is written; show must not call it.
func (s *Store) Export(ctx context.Context, show func(record.Item) error) error {
	end, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer end()
	_, err = read(ctx, s, func(u *unit) (struct{}, error) {
		return struct{}{}, u.export(func(i record.Item) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return show(i)
		})
	})
	return err
}

func (u *unit) export(show func(record.Item) error) error {
	key := bytes.Clone(u.tx.Bucket(houseBucket).Get(nameKey))
	if err := show(record.Item{Kind: record.ItemKey, Value: key}); err != nil {
		return err
	}
	for _, source := range []struct {
		bucket []byte
		item   func(k, rec []byte, ends time.Time) (record.Item, error)
	}{
		{chatBucket, plainItem(record.ItemChat)},
		{caseBucket, u.caseItem},
		{queueBucket, u.deliveryItem},
		{letterBucket, u.letterItem},
		{deadBucket, func(_, rec []byte, ends time.Time) (record.Item, error) {
			return record.Item{Kind: record.ItemDead, Value: rec, Ends: ends}, nil
		}},
		{refBucket, refItem},
		{flowBucket, u.windowItem},
		{countBucket, u.countItem},
	} {
		if err := u.exportBucket(source.bucket, source.item, show); err != nil {
			return err
		}
	}
	return nil
}

// exportBucket shows what lives in one bucket. Items without a kind are left out.
func (u *unit) exportBucket(
	bucket []byte, item func(k, rec []byte, ends time.Time) (record.Item, error), show func(record.Item) error,
) error {
	c := u.tx.Bucket(bucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		ends, rec, err := unwrap(v)
		if err != nil {
			return u.damaged(bucket, err)
		}
		if over(ends, u.now) {
			continue
		}
		i, err := item(k, rec, ends.UTC())
		if err != nil {
			return err
		}
		if i.Kind == "" {
			continue
		}
		i.Value = bytes.Clone(i.Value)
		if err := show(i); err != nil {
			return err
		}
	}
	return nil
}

func plainItem(kind record.ItemKind) func(k, rec []byte, ends time.Time) (record.Item, error) {
	return func(k, rec []byte, ends time.Time) (record.Item, error) {
		return record.Item{Kind: kind, Name: nameOf(k), Value: rec, Ends: ends}, nil
	}
}

func (u *unit) caseItem(k, rec []byte, ends time.Time) (record.Item, error) {
	if len(rec) < dueSize {
		return record.Item{}, u.damaged(caseBucket, errShort)
	}
	return record.Item{Kind: record.ItemCase, Name: nameOf(k), Value: rec[dueSize:], Ends: ends}, nil
}

func (u *unit) deliveryItem(k, rec []byte, ends time.Time) (record.Item, error) {
	_, rec, err := splitPlace(seqOf(k), ends, rec)
	if err != nil {
		return record.Item{}, u.damaged(queueBucket, err)
	}
	d, err := record.DecodeDelivery(rec)
	if err != nil || over(d.Expires, u.now) {
		return record.Item{}, err
	}
	return record.Item{Kind: record.ItemDelivery, Name: nameOf(k), Value: rec, Ends: d.Expires}, nil
}

func (u *unit) letterItem(_, rec []byte, ends time.Time) (record.Item, error) {
	if len(rec) < dueSize {
		return record.Item{}, u.damaged(letterBucket, errShort)
	}
	return record.Item{Kind: record.ItemLetter, Value: rec[dueSize:], Ends: ends}, nil
}

func refItem(k, rec []byte, ends time.Time) (record.Item, error) {
	return record.Item{Kind: record.ItemRef, Name: nameOf(k), Mark: record.Mark(k[nameSize:]), Value: rec, Ends: ends}, nil
}

// windowItem is the window of a chat whose queue is sent, unless it is over.
func (u *unit) windowItem(k, rec []byte, _ time.Time) (record.Item, error) {
	f, stamp, err := decodeFlow(rec)
	if err != nil {
		return record.Item{}, u.damaged(flowBucket, err)
	}
	if f = f.mended(stamp, u.at); f.closes() <= u.at {
		return record.Item{}, nil
	}
	value := record.Newest.EncodeWindow(f.window, f.opened)
	return record.Item{Kind: record.ItemWindow, Name: nameOf(k), Value: value, Ends: time.Unix(0, f.closes()).UTC()}, nil
}

func (u *unit) countItem(k, _ []byte, ends time.Time) (record.Item, error) {
	const day = len(time.DateOnly)
	_, n, err := u.countOf(u.tx.Bucket(countBucket).Get(k))
	return record.Item{Kind: record.ItemCount, Day: string(k[:day]), Counter: bytes.Clone(k[day:]), N: n, Ends: ends}, err
}

// Retire marks the store as moved to another place: it takes no more changes,
// and cannot be opened again. Both say [exchange.MovedError].
func (s *Store) Retire(ctx context.Context, to string) error {
	_, err := change(ctx, s, func(u *unit) (struct{}, error) {
		u.wrote = true
		return struct{}{}, u.tx.Bucket(houseBucket).Put(movedKey, []byte(to))
	})
	return err
}

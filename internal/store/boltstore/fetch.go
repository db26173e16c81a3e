package boltstore

import (
	"context"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Pending implements [delivery.Queue].
func (s *Store) Pending(ctx context.Context, chat bot.ChatID) ([]record.Delivery, error) {
	return read(ctx, s, func(u *unit) (ds []record.Delivery, err error) {
		name := u.names.Chat(chat)
		c := u.tx.Bucket(queueBucket).Cursor()
		for k, v := c.Seek(name[:]); ofChat(k, name); k, v = c.Next() {
			ends, b, err := unwrap(v)
			if err != nil {
				return nil, u.damaged(queueBucket, err)
			}
			if over(ends, u.now) {
				continue
			}
			_, rec, err := splitPlace(seqOf(k), ends, b)
			if err != nil {
				return nil, u.damaged(queueBucket, err)
			}
			d, err := record.DecodeDelivery(rec)
			if err != nil {
				return nil, err
			}
			if !over(d.Expires, u.now) { // one that is sent stays until somebody settles it
				ds = append(ds, d)
			}
		}
		return ds, nil
	})
}

// Ack implements [delivery.Queue].
func (s *Store) Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error {
	_, err := change(ctx, s, func(u *unit) (struct{}, error) { return struct{}{}, u.ack(u.names.Chat(chat), upTo) })
	return err
}

func (u *unit) ack(name record.Name, upTo uint64) error {
	c, err := u.chat(name)
	if err != nil {
		return err
	}
	q, err := u.line(name)
	if err != nil || upTo > q.latest(c) {
		return err
	}
	if err := u.tellFetched(q, upTo); err != nil {
		return err
	}
	if err := u.drop(q, func(p place) bool { return p.seq <= upTo }); err != nil || !q.stored {
		return err
	}
	return u.keep(q)
}

// tellFetched tells the chat of every tracked message up to a sequence that it
// has arrived.
func (u *unit) tellFetched(q *line, upTo uint64) error {
	for _, p := range q.waiting {
		if !p.tracked || p.seq > upTo {
			continue
		}
		d, _, ok, err := u.delivery(q, p.seq)
		if err != nil || !ok {
			return err
		}
		ended := bot.Ended{Track: d.Reply.Track, End: bot.EndSent}
		if err := u.putLetter(u.names.EndedLetter(d, ended, u.now), u.at); err != nil {
			return err
		}
	}
	return nil
}

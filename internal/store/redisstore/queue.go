package redisstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// The fields of a queue's state that are looked at here; the rest is queue.lua's.
const (
	sentField   = "P" // the queue is sent, not fetched
	windowField = "W" // what the channel lets through, and where the chat stands in it
)

// Pending implements [delivery.Queue].
func (s *Store) Pending(ctx context.Context, chat bot.ChatID) ([]record.Delivery, error) {
	n := s.name(chat)
	c := &call{shard: int(n.Shard()), args: []any{"hgetall", s.keys.queue(n)}}
	if err := s.do(ctx, c); err != nil {
		return nil, err
	}
	now := s.clock.now()
	var waiting []record.Delivery
	var over []any
	fields := pairs(c.value)
	for field, value := range fields {
		if !isDelivery(field) {
			continue
		}
		d, err := s.decodeStored(field, value)
		if err != nil {
			return nil, err
		}
		if d.Expires.After(now) {
			waiting = append(waiting, d.Delivery)
		} else {
			over = append(over, field)
		}
	}
	if _, sent := fields[sentField]; !sent && len(over) > 0 {
		// Nobody will ask for these any more. They would go with the last of the
		// queue, but words are not kept longer than need be.
		_ = s.do(ctx, &call{shard: c.shard, args: append([]any{"hdel", s.keys.queue(n)}, over...)}) // or next time
	}
	slices.SortFunc(waiting, func(a, b record.Delivery) int { return cmp.Compare(a.Seq, b.Seq) })
	return waiting, nil
}

// maxAck is how often an acknowledgement is begun anew when what is tracked
// among the messages has changed meanwhile.
const maxAck = 5

// Ack implements [delivery.Queue].
func (s *Store) Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error {
	n := s.name(chat)
	shard := int(n.Shard())
	var letters []any
	for range maxAck {
		c := &call{
			shard:  shard,
			script: &s.tools().ack,
			keys: []string{
				s.keys.queue(n), s.keys.chat(n), s.keys.due(shard, record.Lane(chat)), s.keys.letters(shard), s.keys.work(shard),
			},
			args:    append([]any{s.clock.micros(), n[:], upTo}, letters...),
			durable: true,
		}
		if err := s.do(ctx, c); err != nil {
			return err
		}
		if _, done := c.value.(int64); done {
			return nil
		}
		var err error
		if letters, err = s.fetchedLetters(pairs(c.value)); err != nil {
			return err
		}
	}
	return exchange.ErrBusy
}

// fetchedLetters returns what tells that tracked messages have arrived: for
// each its sequence, the id of the letter and the letter.
func (s *Store) fetchedLetters(fields map[string]string) (args []any, err error) {
	for field, value := range fields {
		d, err := s.decodeStored(field, value)
		if err != nil {
			return nil, err
		}
		ended := bot.Ended{Track: d.Reply.Track, End: bot.EndSent}
		l := s.names.Load().EndedLetter(d.Delivery, ended, time.Time{}) // its time is the server's to say
		raw, err := s.tools().format.EncodeLetter(l)
		if err != nil {
			return nil, err
		}
		args = append(args, d.Seq, l.ID, raw)
	}
	return args, nil
}

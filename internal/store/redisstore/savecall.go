package redisstore

import (
	"fmt"
	"math"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// saveCall builds the call of save.lua; the order is told there.
func (s *Store) saveCall(n record.Name, token record.Token, save record.Save, codes []string) (*call, error) {
	shard := int(n.Shard())
	head, err := s.saveHead(n, token, save, len(codes))
	if err != nil {
		return nil, err
	}
	c := &call{shard: shard, script: &s.tools().save, keys: s.saveKeys(n, save, codes), args: []any{head, save.State}, durable: true}
	if err := s.appendOut(c, save); err != nil {
		return nil, err
	}
	if err := s.appendCases(c, save); err != nil {
		return nil, err
	}
	for _, code := range codes {
		c.args = append(c.args, code)
	}
	if err := s.appendLetters(c, save); err != nil {
		return nil, err
	}
	for _, name := range save.Counts {
		c.args = append(c.args, name)
	}
	if wakes(save) {
		c.args = append(c.args, s.keys.wake())
	}
	return c, nil
}

// wakes tells whether somebody may be waiting to fetch what is saved.
func wakes(save record.Save) bool { return !save.Way.Push && len(save.Out) > 0 }

func (s *Store) saveKeys(n record.Name, save record.Save, codes []string) []string {
	shard := int(n.Shard())
	keys := []string{
		s.keys.chat(n), s.keys.queue(n), s.keys.cases(n), s.keys.due(shard, record.Lane(save.Chat)), s.keys.gone(shard),
	}
	if len(save.Letters)+len(save.Cases)+len(codes) > 0 {
		keys = append(keys, s.keys.work(shard))
	}
	if len(save.Letters) > 0 {
		keys = append(keys, s.keys.letters(shard))
	}
	if len(save.Counts) > 0 {
		keys = append(keys, s.keys.counts(shard, save.Day))
	}
	for _, c := range save.Cases {
		keys = append(keys, s.keys.code(shard, c.Code))
	}
	for _, code := range codes {
		keys = append(keys, s.keys.code(shard, code))
	}
	return keys
}

// saveHead packs what is short.
func (s *Store) saveHead(n record.Name, token record.Token, save record.Save, codes int) ([]byte, error) {
	var countsEnd int64
	if len(save.Counts) > 0 {
		day, _ := time.Parse(time.DateOnly, save.Day) // checked
		countsEnd = max(day.Add(record.KeepCounts).UnixMilli(), 0)
	}
	mark, pace, window := s.names.Load().Mark(save.Update), save.Way.Pace, save.Way.Window
	head := packer{}.u64(s.clock.micros()).raw(n[:]).raw(mark[:]).u64(save.Revision).u64(save.Revision + 1).raw(token[:]).
		u64(uint64(pace.Every.Microseconds())).u32(burst(pace)).u64(uint64(countsEnd)).
		u64(uint64(window.Free.Milliseconds())).u32(uint32(window.FreeMessages)).u64(uint64(window.Total.Milliseconds())).
		flag(save.Forget).flag(save.Way.Push).flag(save.Way.Push && save.Way.Lease).flag(save.Way.Inbound).flag(wakes(save))
	for _, n := range []int{len(save.Out), len(save.Cases), codes, len(save.Letters), len(save.Counts)} {
		if n > math.MaxUint16 {
			return nil, fmt.Errorf("%w: %d things of one kind", record.ErrInvalid, n)
		}
		head = head.u16(uint16(n))
	}
	return head, nil
}

func (s *Store) appendOut(c *call, save record.Save) error {
	for _, o := range save.Out {
		// Its sequence and its times are the server's to say.
		raw, err := s.tools().format.EncodeDelivery(o.Delivery(save.Chat, 0, time.Time{}))
		if err != nil {
			return err
		}
		meta := packer{byte(o.Priority)}.flag(o.Reply.Track != "").u64(millisOf(o.After)).u64(millisOf(keepOf(o))).raw([]byte(s.collapse(o.Collapse)))
		c.args = append(c.args, []byte(meta), raw)
	}
	return nil
}

// keepOf returns how long a message may wait from when it may go.
func keepOf(o record.Outgoing) time.Duration {
	d := o.Delivery(bot.ChatID{}, 0, time.Time{})
	return d.Expires.Sub(d.At) - o.After
}

func (s *Store) appendCases(c *call, save record.Save) error {
	for _, change := range save.Cases {
		change.Chat = save.Chat
		raw, err := s.tools().format.EncodeCase(change.Case)
		if err != nil {
			return err
		}
		op := byte('w')
		switch {
		case change.Remove:
			op = 'r'
		case change.New:
			op = 'n'
		}
		meta := packer{op}.u64(millis(change.Due)).u64(millis(change.Ends)).raw([]byte(change.Code))
		c.args = append(c.args, []byte(meta), raw)
	}
	return nil
}

func (s *Store) appendLetters(c *call, save record.Save) error {
	for i, l := range save.Letters {
		id := s.names.Load().Letter(save.Chat, save.Update, i)
		raw, err := s.tools().format.EncodeLetter(record.Letter{ID: id, From: save.Chat, Letter: l})
		if err != nil {
			return err
		}
		c.args = append(c.args, id, raw)
	}
	return nil
}

// millis returns a time as scripts take it, 0 for none.
func millis(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(t.UnixMilli(), 1))
}

// millisOf rounds up: nothing may end sooner than was asked.
func millisOf(d time.Duration) uint64 {
	return uint64((max(d, 0) + time.Millisecond - 1) / time.Millisecond)
}

func burst(p record.Pace) uint32 { return uint32(min(max(p.Burst, 1), math.MaxInt32)) }

package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// maxForget is how often Forget asks for the codes of a chat's cases anew when
// another save has added one.
const maxForget = 5

// Save implements [exchange.Store].
func (s *Store) Save(ctx context.Context, save record.Save) (record.Saved, error) {
	if err := save.Check(); err != nil {
		return record.Saved{}, err
	}
	n := s.name(save.Chat)
	for _, c := range save.Cases {
		if shard, _ := record.CodeShard(c.Code); shard != n.Shard() {
			return record.Saved{}, fmt.Errorf("%w: a case in another shard than its chat", record.ErrInvalid)
		}
	}
	var token record.Token
	_, _ = rand.Read(token[:]) // it never fails
	for range maxForget {
		codes, err := s.codesOf(ctx, n, save.Forget)
		if err != nil {
			return record.Saved{}, err
		}
		c, err := s.saveCall(n, token, save, codes)
		if err != nil {
			return record.Saved{}, err
		}
		if err := s.do(ctx, c); err != nil {
			return record.Saved{}, err
		}
		answer, _ := c.value.([]any)
		if len(answer) > 0 && answer[0] == "codes" {
			continue
		}
		return s.saved(ctx, save, answer, token)
	}
	return record.Saved{}, exchange.ErrBusy
}

// codesOf returns the codes of the cases that Forget removes: a script may only
// touch keys it was given.
func (s *Store) codesOf(ctx context.Context, n record.Name, forget bool) ([]string, error) {
	if !forget {
		return nil, nil
	}
	c := &call{shard: int(n.Shard()), args: []any{"hkeys", s.keys.cases(n)}}
	err := s.do(ctx, c)
	return texts(c.value), err
}

// saveCall builds the call of save.lua; the order is told there.
func (s *Store) saveCall(n record.Name, token record.Token, save record.Save, codes []string) (*call, error) {
	shard := int(n.Shard())
	names := s.names.Load()
	wake := !save.Way.Push && len(save.Out) > 0
	keys := []string{
		s.keys.chat(n), s.keys.queue(n), s.keys.cases(n), s.keys.due(shard, record.Lane(save.Chat)), s.keys.gone(shard),
	}
	if len(save.Letters)+len(save.Cases)+len(codes) > 0 {
		keys = append(keys, s.keys.work(shard))
	}
	if len(save.Letters) > 0 {
		keys = append(keys, s.keys.letters(shard))
	}
	var countsEnd int64
	if len(save.Counts) > 0 {
		day, _ := time.Parse(time.DateOnly, save.Day) // checked
		countsEnd = day.Add(record.KeepCounts).UnixMilli()
		keys = append(keys, s.keys.counts(shard, save.Day))
	}
	mark := names.Mark(save.Update)
	head := packer{}.u64(s.clock.micros()).raw(n[:]).raw(mark[:]).u64(save.Revision).u64(save.Revision + 1).raw(token[:]).
		u64(uint64(save.Way.Pace.Every.Microseconds())).u32(burst(save.Way.Pace)).u64(uint64(max(countsEnd, 0))).
		flag(save.Forget).flag(save.Way.Push).flag(save.Way.Push && save.Way.Lease).flag(save.Way.Inbound).flag(wake)
	for _, n := range []int{len(save.Out), len(save.Cases), len(codes), len(save.Letters), len(save.Counts)} {
		if n > math.MaxUint16 {
			return nil, fmt.Errorf("%w: %d things of one kind", record.ErrInvalid, n)
		}
		head = head.u16(uint16(n))
	}
	args, err := s.saveOut([]any{[]byte(head), save.State}, save)
	if err != nil {
		return nil, err
	}
	for _, c := range save.Cases {
		keys = append(keys, s.keys.code(shard, c.Code))
		c.Chat = save.Chat
		raw, err := record.EncodeCase(c.Case)
		if err != nil {
			return nil, err
		}
		args = append(args, []byte(packer{caseOp(c)}.u64(millis(c.Due)).u64(millis(c.Ends)).raw([]byte(c.Code))), raw)
	}
	for _, code := range codes {
		keys = append(keys, s.keys.code(shard, code))
		args = append(args, code)
	}
	for i, l := range save.Letters {
		id := names.Letter(save.Chat, save.Update, i)
		raw, err := record.EncodeLetter(record.Letter{ID: id, From: save.Chat, Letter: l})
		if err != nil {
			return nil, err
		}
		args = append(args, id, raw)
	}
	for _, name := range save.Counts {
		args = append(args, name)
	}
	if wake {
		args = append(args, s.keys.wake())
	}
	return &call{shard: shard, script: &s.scripts.save, keys: keys, args: args, durable: true}, nil
}

func (s *Store) saveOut(args []any, save record.Save) ([]any, error) {
	for _, o := range save.Out {
		// Its sequence and its times are the server's to say.
		d := o.Delivery(save.Chat, 0, time.Time{})
		raw, err := record.EncodeDelivery(d)
		if err != nil {
			return nil, err
		}
		meta := packer{byte(o.Priority)}.u64(millisOf(o.After)).u64(millisOf(keepOf(o))).raw([]byte(s.collapse(o.Collapse)))
		args = append(args, []byte(meta), raw)
	}
	return args, nil
}

// keepOf returns how long a message may wait from when it may go.
func keepOf(o record.Outgoing) time.Duration {
	d := o.Delivery(chatID{}, 0, time.Time{})
	return d.Expires.Sub(d.At) - o.After
}

func caseOp(c record.CaseChange) byte {
	switch {
	case c.Remove:
		return 'r'
	case c.New:
		return 'n'
	}
	return 'w'
}

// saved reads what save.lua returned.
func (s *Store) saved(ctx context.Context, save record.Save, answer []any, token record.Token) (record.Saved, error) {
	if len(answer) > 0 && answer[0] == "moved" {
		return record.Saved{}, s.movedTo(ctx)
	}
	if len(answer) < 3 {
		return record.Saved{}, fmt.Errorf("save chat: %w", record.ErrCorrupt)
	}
	outcome := map[string]record.Outcome{
		"done": record.Done, "duplicate": record.Duplicate, "conflict": record.Conflict, "taken": record.CodeTaken,
	}[text(answer[0])]
	if outcome == 0 {
		return record.Saved{}, fmt.Errorf("save chat: %w", record.ErrCorrupt)
	}
	saved := record.Saved{Outcome: outcome, Revision: from64(text(answer[1])), LastSeq: from64(text(answer[2]))}
	if len(answer) < 6 {
		return saved, nil
	}
	if i, ours := answer[3].(int64); ours && i >= 1 && int(i) <= len(save.Out) {
		at, _ := answer[4].(int64)
		first := saved.LastSeq - uint64(len(save.Out))
		o := save.Out[i-1]
		d := o.Delivery(save.Chat, first+uint64(i), time.UnixMilli(at).UTC())
		d.Expires = time.UnixMilli(at + int64(millisOf(o.After)+millisOf(keepOf(o)))).UTC() // as it is stored
		saved.Lease = &record.Lease{Delivery: d, Token: token, Barred: answer[5] != int64(0)}
		return saved, nil
	}
	var err error
	saved.Lease, err = leaseOf(answer[3:], token)
	return saved, err
}

// leaseOf reads {field, value, barred}; nil for nothing.
func leaseOf(raw any, token record.Token) (*record.Lease, error) {
	list, _ := raw.([]any)
	if len(list) < 3 {
		return nil, nil
	}
	d, err := decodeStored(text(list[0]), text(list[1]))
	if err != nil {
		return nil, err
	}
	return &record.Lease{Delivery: d.Delivery, Token: token, Barred: list[2] != int64(0)}, nil
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

package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
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
		answer := texts(c.value)
		if len(answer) > 0 && answer[0] == "codes" {
			continue
		}
		return s.saved(ctx, answer, c.value, token)
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
	keys := []string{
		s.keys.chat(n), s.keys.queue(n), s.keys.cases(n), s.keys.due(shard, record.Lane(save.Chat)),
		s.keys.letters(shard), s.keys.work(shard), s.keys.counts(shard, save.Day), s.keys.gone(shard),
	}
	mark := s.names.Load().Mark(save.Update)
	wake := ""
	if !save.Way.Push && len(save.Out) > 0 {
		wake = s.keys.wake()
	}
	args := []any{
		s.clock.arg(), n[:], mark[:], u64(save.Revision), u64(save.Revision + 1), save.State, flags(save),
		save.Way.Pace.Every.Microseconds(), burst(save.Way.Pace), token[:], wake,
	}
	args, err := s.appendOut(args, save)
	if err != nil {
		return nil, err
	}
	args = append(args, len(save.Cases))
	for _, c := range save.Cases {
		keys = append(keys, s.keys.code(shard, c.Code))
		c.Chat = save.Chat
		raw, err := record.EncodeCase(c.Case)
		if err != nil {
			return nil, err
		}
		args = append(args, caseOp(c), c.Code, millis(c.Due), millis(c.Ends), raw)
	}
	args = append(args, len(codes))
	for _, code := range codes {
		keys = append(keys, s.keys.code(shard, code))
		args = append(args, code)
	}
	args = append(args, len(save.Letters))
	for i, l := range save.Letters {
		id := s.names.Load().Letter(save.Chat, save.Update, i)
		raw, err := record.EncodeLetter(record.Letter{ID: id, From: save.Chat, Letter: l})
		if err != nil {
			return nil, err
		}
		args = append(args, id, raw)
	}
	return &call{shard: shard, script: &s.scripts.save, keys: keys, args: appendCounts(args, save), durable: true}, nil
}

func (s *Store) appendOut(args []any, save record.Save) ([]any, error) {
	args = append(args, len(save.Out))
	for _, o := range save.Out {
		// Its sequence and its times are the server's to say.
		d := o.Delivery(save.Chat, 0, time.Time{})
		raw, err := record.EncodeDelivery(d)
		if err != nil {
			return nil, err
		}
		keep := d.Expires.Sub(d.At) - o.After
		args = append(args, int(o.Priority), millisOf(o.After), millisOf(keep), s.collapse(o.Collapse), raw)
	}
	return args, nil
}

func appendCounts(args []any, save record.Save) []any {
	if len(save.Counts) == 0 {
		return append(args, 0, 0)
	}
	day, _ := time.Parse(time.DateOnly, save.Day) // checked
	sum := map[string]int{}
	for _, name := range save.Counts {
		sum[name]++
	}
	args = append(args, day.Add(record.KeepCounts).UnixMilli(), len(sum))
	for name, by := range sum {
		args = append(args, name, by)
	}
	return args
}

func flags(save record.Save) string {
	f := ""
	for _, one := range []struct {
		set  bool
		name string
	}{{save.Forget, "f"}, {save.Way.Push, "p"}, {save.Way.Push && save.Way.Lease, "l"}, {save.Way.Inbound, "i"}} {
		if one.set {
			f += one.name
		}
	}
	return f
}

func caseOp(c record.CaseChange) string {
	switch {
	case c.Remove:
		return "r"
	case c.New:
		return "n"
	}
	return "w"
}

// saved reads what save.lua returned.
func (s *Store) saved(ctx context.Context, answer []string, raw any, token record.Token) (record.Saved, error) {
	if len(answer) > 0 && answer[0] == "moved" {
		return record.Saved{}, s.movedTo(ctx)
	}
	outcome := map[string]record.Outcome{
		"done": record.Done, "duplicate": record.Duplicate, "conflict": record.Conflict, "taken": record.CodeTaken,
	}[firstText(answer)]
	if outcome == 0 || len(answer) < 3 {
		return record.Saved{}, fmt.Errorf("save chat: %w", record.ErrCorrupt)
	}
	saved := record.Saved{Outcome: outcome, Revision: from64(answer[1]), LastSeq: from64(answer[2])}
	if list, _ := raw.([]any); len(list) >= 6 {
		var err error
		if saved.Lease, err = leaseOf(list[3:], token); err != nil {
			return record.Saved{}, err
		}
	}
	return saved, nil
}

func firstText(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
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
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(t.UnixMilli(), 1)
}

// millisOf rounds up: nothing may end sooner than was asked.
func millisOf(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }

func burst(p record.Pace) int { return max(p.Burst, 1) }

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
		saved.Lease = flagged(record.Lease{Delivery: d, Token: token}, answer[5])
		return saved, nil
	}
	var err error
	saved.Lease, err = s.leaseOf(answer[3:], token)
	return saved, err
}

// flagged returns a lease with what a script says of it.
func flagged(l record.Lease, flags any) *record.Lease {
	n, _ := flags.(int64)
	l.Barred, l.Over, l.Shut = n&1 != 0, n&2 != 0, n&4 != 0
	return &l
}

// leaseOf reads {field, value, flags}; nil for nothing.
func (s *Store) leaseOf(raw any, token record.Token) (*record.Lease, error) {
	list, _ := raw.([]any)
	if len(list) < 3 {
		return nil, nil
	}
	d, err := s.decodeStored(text(list[0]), text(list[1]))
	if err != nil {
		return nil, err
	}
	return flagged(record.Lease{Delivery: d.Delivery, Token: token}, list[2]), nil
}

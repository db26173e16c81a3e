package redisstore

import (
	"context"
	"fmt"

	"github.com/doithoai/doithoai/internal/record"
)

// A member of the sorted set of work is l<id> or k<name><code>.
const (
	letterMember = 'l'
	caseMember   = 'k'
)

// Work implements [exchange.Worklist].
func (s *Store) Work(ctx context.Context, n int) ([]record.Work, error) {
	if n < 1 {
		return nil, ctx.Err()
	}
	var work []record.Work
	err := s.lease(ctx, s.keys.work, n, func(item dueItem) *call {
		key, field := "", ""
		switch nameSize := len(record.Name{}); {
		case item.member[0] == letterMember:
			key, field = s.keys.letters(item.shard), item.member[1:]
		case len(item.member) > 1+nameSize:
			key, field = s.keys.cases(record.Name([]byte(item.member[1:1+nameSize]))), item.member[1+nameSize:]
		default:
			return nil
		}
		return &call{
			shard:  item.shard,
			script: &s.tools().work,
			keys:   []string{s.keys.work(item.shard), key},
			args:   []any{s.clock.micros(), item.member, field},
		}
	}, func(c *call) (bool, error) {
		if c.value == nil {
			return false, nil
		}
		w, err := s.decodeWork(text(c.args[1]), text(c.value))
		if err != nil {
			return false, err
		}
		work = append(work, w)
		return true, nil
	})
	return work, err
}

func (s *Store) decodeWork(member, value string) (w record.Work, err error) {
	if member[0] == letterMember {
		w.Kind = record.WorkLetter
		w.Letter, err = s.decodeLetter(value)
		return w, err
	}
	w.Kind = record.WorkCase
	w.Case, err = readAs(s, value, record.DecodeCase)
	return w, err
}

// Finish implements [exchange.Worklist].
func (s *Store) Finish(ctx context.Context, w record.Work, st record.Settlement) error {
	var key, member, field, id string
	var n record.Name
	switch w.Kind {
	case record.WorkLetter:
		n = s.name(w.Letter.From)
		field = w.Letter.ID
		key, member, id = s.keys.letters(int(n.Shard())), string(letterMember)+field, newGrave(n)
	case record.WorkCase:
		n = s.name(w.Case.Chat)
		field = w.Case.Code
		key, member = s.keys.cases(n), string(caseMember)+string(n[:])+field
	default:
		return fmt.Errorf("finish work: unknown kind %d", w.Kind)
	}
	shard := int(n.Shard())
	result := "s"
	switch st.Result {
	case record.Later:
		result = "l"
	case record.Failed:
		result = "f"
	}
	return s.do(ctx, &call{
		shard:  shard,
		script: &s.tools().finish,
		keys:   []string{s.keys.work(shard), key, s.keys.grave(shard, id), s.keys.graves(shard)},
		args: []any{
			s.clock.micros(), member, field, result, millisOf(st.After), millis(w.Case.Due),
			st.Reason[:min(len(st.Reason), record.MaxReason)], id,
		},
		durable: true,
	})
}

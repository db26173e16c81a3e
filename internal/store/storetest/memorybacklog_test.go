package storetest

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Backlog implements [Store].
func (s *memory) Backlog(ctx context.Context, lanes []string) (record.Backlog, error) {
	if err := s.begin(ctx); err != nil {
		return record.Backlog{}, err
	}
	defer s.mu.Unlock()
	b := record.Backlog{Lanes: map[string]record.Line{}, Dead: len(s.m.graves())}
	for _, lane := range lanes {
		var l record.Line
		for name := range s.m.chats {
			if c := s.m.named(name); len(c.queue) > 0 && record.Lane(c.queue[0].Chat) == lane {
				l.Waiting++
			}
		}
		for _, c := range s.m.due(lane) {
			l.Due++
			since := s.since(c)
			if c.blocked.After(since) {
				since = c.blocked
			}
			l.Since = earlier(l.Since, since)
		}
		b.Lanes[lane] = l
	}
	b.Work = s.work()
	return b, nil
}

func (s *memory) work() (l record.Line) {
	l.Waiting = len(s.m.letters)
	for name := range s.m.chats {
		for _, k := range s.m.named(name).cases {
			if !k.next.IsZero() {
				l.Waiting++
			}
		}
	}
	for _, p := range s.m.pieces() {
		l.Due++
		l.Since = earlier(l.Since, *p.next)
	}
	return l
}

// earlier returns the earlier time; the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// Scheduled implements [Store].
func (s *memory) Scheduled(ctx context.Context, show func(record.Case) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for name := range s.m.chats {
		for _, k := range s.m.named(name).cases {
			if k.next.IsZero() {
				continue
			}
			if err := show(k.Case); err != nil {
				return err
			}
		}
	}
	return nil
}

// Space implements [Store]: one byte for each chat.
func (s *memory) Space(ctx context.Context) (used, limit int64, err error) {
	if err := s.begin(ctx); err != nil {
		return 0, 0, err
	}
	defer s.mu.Unlock()
	return int64(len(s.m.chats)), 0, nil
}

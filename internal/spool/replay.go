package spool

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"github.com/doithoai/doithoai/bot"
)

// patience is the least number of failures in a row after which a replay
// ends: so many chats at once have no trouble of their own.
const patience = 4

// run is a replay under way, guarded by Spool.mu.
type run struct {
	ready  []*line // chats whose first message may be taken, in order
	busy   int     // messages being taken
	taken  int     // messages taken
	failed int     // failures since the last message was taken
	limit  int     // of failed
	err    error   // the first failure
}

// Replay hands what waits to take, the oldest first, up to parallel chats at
// once and each chat in order; what is appended meanwhile comes behind it. It
// returns nil when nothing waits any more.
//
// take returns nil for a message that is done. After an error that is not
// [Options.Permanent] the chat waits for the next replay; after several of them
// in a row, over different chats, this replay ends with the first of them. A
// permanent error and a panic make the message poison: it is moved to a file of
// its own, and the chat goes on behind it. Two replays at once take turns.
func (s *Spool) Replay(ctx context.Context, take func(context.Context, bot.Message) error, parallel int) error {
	select {
	case s.replaying <- struct{}{}:
		defer func() { <-s.replaying }()
	case <-ctx.Done():
		return ctx.Err()
	}
	parallel = max(parallel, 1)
	s.begin(max(parallel, patience))
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() { s.work(ctx, take) })
	}
	workers.Wait()
	return s.end(ctx)
}

// begin offers every chat. Those that failed before come last, so that they
// cannot use up the patience before the others had their turn.
func (s *Spool) begin(limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := make([]*line, 0, len(s.chats))
	for _, l := range s.chats {
		l.offered, l.stopped = false, false
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(a.fails, b.fails), cmp.Compare(a.entries[0].order, b.entries[0].order))
	})
	s.run = &run{limit: limit}
	for _, l := range lines {
		s.offer(l)
	}
}

// offer makes the first message of a chat one that the replay, if there is
// one, may take.
func (s *Spool) offer(l *line) {
	if s.run == nil || l.offered || l.stopped {
		return
	}
	l.offered = true
	s.run.ready = append(s.run.ready, l)
	s.changed.Signal()
}

func (s *Spool) end(ctx context.Context) error {
	s.mu.Lock()
	err, left, closed := s.run.err, s.waiting, s.closed
	s.run = nil
	s.mu.Unlock()
	syncErr := s.syncMarks()
	switch {
	case closed:
		return ErrClosed
	case err != nil:
		return fmt.Errorf("replay spool: %w", err)
	case syncErr != nil:
		return syncErr
	case left > 0:
		return ctx.Err() // nil if it was appended at the last moment
	}
	return nil
}

func (s *Spool) work(ctx context.Context, take func(context.Context, bot.Message) error) {
	for {
		l, e, ok := s.next(ctx)
		if !ok {
			return
		}
		m, result, err := s.try(ctx, e, take)
		s.finish(ctx, l, m, result, err)
	}
}

// next waits for a message that may be taken; ok is false once there will be
// none in this replay.
func (s *Spool) next(ctx context.Context) (l *line, e entry, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := s.run; ; s.changed.Wait() {
		switch {
		case ctx.Err() != nil || s.closed || r.failed >= r.limit || len(r.ready) == 0 && r.busy == 0:
			s.changed.Broadcast() // over for the others too
			return nil, entry{}, false
		case len(r.ready) > 0:
			l, r.ready[0] = r.ready[0], nil
			r.ready = r.ready[1:]
			r.busy++
			return l, l.entries[0], true
		}
	}
}

// finish notes how handing on the first message of a chat ended.
func (s *Spool) finish(ctx context.Context, l *line, m spooled, res result, err error) {
	if res == later && s.givesUp(ctx, m) {
		res, err = poison, fmt.Errorf("not taken for %v while others were: %w", s.options.GiveUp, err)
	}
	if res == poison {
		if asideErr := s.setAside(m, err); asideErr != nil {
			res, err = later, asideErr
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run.busy--
	l.offered = false
	if res == later {
		s.postpone(ctx, l, err)
	} else {
		s.pop(l, res, err)
	}
	s.changed.Broadcast()
}

// givesUp reports whether a message has failed for too long, and not because
// nothing can be taken at all.
func (s *Spool) givesUp(ctx context.Context, m spooled) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return ctx.Err() == nil && s.run.taken > 0 && s.options.Now().Sub(m.at) > s.options.GiveUp
}

func (s *Spool) postpone(ctx context.Context, l *line, err error) {
	if ctx.Err() != nil {
		return // not its fault
	}
	l.stopped = true
	l.fails++
	s.run.failed++
	if s.run.err == nil {
		s.run.err = err
	}
}

// pop ends the first message of a chat, which was taken, set aside, or is lost.
func (s *Spool) pop(l *line, res result, err error) {
	e := l.entries[0]
	file := filepath.Base(e.seg.path)
	if res == unreadable {
		e.seg.damaged = true
		s.options.Log.Error("message in the spool can no longer be read; its file is kept aside", "file", file, "error", err)
	} else if err := s.mark(e); err != nil {
		s.options.Log.Error("message stays in the spool though it is done", "file", file, "error", err)
	}
	if res == taken {
		s.run.taken++
		s.run.failed = 0
	}
	e.seg.waiting--
	s.waiting--
	if e.seg.waiting == 0 && !e.seg.writing {
		s.retire(e.seg)
	}
	l.entries = l.entries[1:]
	l.fails = 0
	if len(l.entries) == 0 {
		delete(s.chats, l.chat)
		return
	}
	s.offer(l)
}

package webchat

import (
	"context"
	"slices"
	"sync"
)

// streams counts the connections that wait for replies. A phone that lost its
// signal leaves dead ones behind, so within a session a new one takes the place
// of the oldest; over all there is a limit.
type streams struct {
	max, perSession int

	mu    sync.Mutex
	total int
	open  map[string][]*stream
}

type stream struct{ cancel context.CancelFunc }

func newStreams(limit, perSession int) *streams {
	return &streams{max: limit, perSession: perSession, open: map[string][]*stream{}}
}

// enter registers a connection of a session; ok is false when the house is
// full. The context ends when the connection has to make room. leave must be
// called.
func (ss *streams) enter(ctx context.Context, name string) (_ context.Context, leave func(), ok bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if old := ss.open[name]; len(old) >= ss.perSession {
		ss.drop(name, old[0])
	}
	if ss.total >= ss.max {
		return ctx, func() {}, false
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &stream{cancel}
	ss.open[name] = append(ss.open[name], s)
	ss.total++
	return ctx, func() {
		ss.mu.Lock()
		defer ss.mu.Unlock()
		ss.drop(name, s)
	}, true
}

// endSession ends all connections of a session.
func (ss *streams) endSession(name string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, s := range slices.Clone(ss.open[name]) {
		ss.drop(name, s)
	}
}

// drop ends s and forgets it; a second time does nothing.
func (ss *streams) drop(name string, s *stream) {
	s.cancel()
	i := slices.Index(ss.open[name], s)
	if i < 0 {
		return
	}
	ss.total--
	ss.open[name] = slices.Delete(ss.open[name], i, i+1)
	if len(ss.open[name]) == 0 {
		delete(ss.open, name)
	}
}

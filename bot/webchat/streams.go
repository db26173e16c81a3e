package webchat

import (
	"context"
	"slices"
	"sync"
)

// streams counts the connections that wait for replies. A phone that lost its
// signal leaves dead ones behind, so within a session a new one takes the place
// of the oldest; from one address and over all there is a limit, so that nobody
// takes the places of all others by beginning sessions.
type streams struct {
	max, perAddress, perSession int

	mu    sync.Mutex
	total int
	from  map[string]int // by address
	open  map[string][]*stream
}

type stream struct {
	address string
	cancel  context.CancelFunc
}

func newStreams(l Limits) *streams {
	return &streams{
		max: l.Streams, perAddress: l.StreamsPerAddress, perSession: l.StreamsPerSession,
		from: map[string]int{}, open: map[string][]*stream{},
	}
}

// enter registers a connection of a session from an address; ok is false when
// the house is full, or that address has its share. The context ends when the connection has to make room. leave must be
// called.
func (ss *streams) enter(ctx context.Context, name, address string) (_ context.Context, leave func(), ok bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if old := ss.open[name]; len(old) >= ss.perSession {
		ss.drop(name, old[0])
	}
	if ss.total >= ss.max || ss.from[address] >= ss.perAddress {
		return ctx, func() {}, false
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &stream{address, cancel}
	ss.open[name] = append(ss.open[name], s)
	ss.from[address]++
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
	if ss.from[s.address]--; ss.from[s.address] == 0 {
		delete(ss.from, s.address)
	}
	ss.open[name] = slices.Delete(ss.open[name], i, i+1)
	if len(ss.open[name]) == 0 {
		delete(ss.open, name)
	}
}

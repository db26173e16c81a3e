package app

import (
	"maps"
	"sync"
)

// tally counts what channels see since the start, such as events of a kind
// nobody knows, and keeps the last of what they measure. Names are few. It is
// safe for concurrent use.
type tally struct {
	mu sync.Mutex
	n  map[string]uint64
}

func (t *tally) count(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == nil {
		t.n = map[string]uint64{}
	}
	t.n[name]++
}

// set keeps what was measured last.
func (t *tally) set(name string, n uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == nil {
		t.n = map[string]uint64{}
	}
	t.n[name] = n
}

// all returns every counter and measure.
func (t *tally) all() map[string]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.n)
}

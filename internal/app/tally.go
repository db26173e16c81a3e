package app

import (
	"maps"
	"sync"
)

// tally counts what channels see since the start, such as events of a kind
// nobody knows. Names are few. It is safe for concurrent use.
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

// all returns every counter.
func (t *tally) all() map[string]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.n)
}

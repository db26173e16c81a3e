package standin

import (
	"slices"
	"sync"
)

// Faults are what a stand-in does to the next calls in place of answering them, F
// being what can happen to one. The zero value is ready. It is safe for concurrent
// use.
type Faults[F any] struct {
	mu   sync.Mutex
	list []*fault[F]
}

type fault[F any] struct {
	what F
	name string
	skip int
	left int
}

// Add lets the next n calls of that name meet f, after skip that pass; n = 0 ends
// what is left of the faults of the name.
func (s *Faults[F]) Add(name string, n, skip int, f F) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == 0 {
		s.list = slices.DeleteFunc(s.list, func(f *fault[F]) bool { return f.name == name })
		return
	}
	s.list = append(s.list, &fault[F]{f, name, skip, n})
}

// Take returns what a call meets that goes by these names, nil if nothing.
func (s *Faults[F]) Take(names ...string) *F {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.list {
		if !slices.Contains(names, f.name) {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.left--; f.left <= 0 {
			s.list = slices.Delete(s.list, i, i+1)
		}
		return &f.what
	}
	return nil
}

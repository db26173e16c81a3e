package recent

import "sync"

// Map remembers at least the last size keys that were put or asked for, and
// never more than twice as many: when the young half is full it becomes the
// old one, and the old one is dropped. It is safe for concurrent use.
type Map[K comparable, V any] struct {
	mu         sync.Mutex
	size       int
	young, old map[K]V
}

// New returns an empty Map; size is at least 1.
func New[K comparable, V any](size int) *Map[K, V] {
	return &Map[K, V]{size: max(size, 1), young: map[K]V{}}
}

// Get returns what is remembered under a key.
func (m *Map[K, V]) Get(key K) (V, bool) {
	var v V
	found := false
	m.Change(key, func(old V, there bool) (V, bool) {
		v, found = old, there
		return old, there
	})
	return v, found
}

// Put remembers v under a key.
func (m *Map[K, V]) Put(key K, v V) {
	m.Change(key, func(V, bool) (V, bool) { return v, true })
}

// Drop forgets a key.
func (m *Map[K, V]) Drop(key K) {
	m.Change(key, func(old V, _ bool) (V, bool) { return old, false })
}

// Change puts what f makes of the value that is there, which is the zero value
// if none is; f returning false drops the key. Nobody else changes the Map
// meanwhile, so f must not use it.
func (m *Map[K, V]) Change(key K, f func(old V, there bool) (next V, keep bool)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, young := m.young[key]
	there := young
	if !young {
		v, there = m.old[key]
	}
	v, keep := f(v, there)
	if !keep {
		delete(m.young, key)
		delete(m.old, key)
		return
	}
	if !young && len(m.young) >= m.size {
		m.young, m.old = map[K]V{}, m.young
	}
	m.young[key] = v
}

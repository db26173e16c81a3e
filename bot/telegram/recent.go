package telegram

import "sync"

// recent is a map that remembers at least the last size keys asked for and
// never more than twice as many: when the young half is full it becomes the
// old one, and the old one is dropped. It is safe for concurrent use.
type recent[K comparable, V any] struct {
	mu         sync.Mutex
	size       int
	young, old map[K]V
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{size: size, young: map[K]V{}}
}

func (m *recent[K, V]) get(key K) (V, bool) {
	var v V
	ok := false
	m.change(key, func(old V, there bool) (V, bool) {
		v, ok = old, there
		return old, there
	})
	return v, ok
}

func (m *recent[K, V]) put(key K, v V) {
	m.change(key, func(V, bool) (V, bool) { return v, true })
}

func (m *recent[K, V]) drop(key K) {
	m.change(key, func(V, bool) (V, bool) {
		var none V
		return none, false
	})
}

// change puts what f makes of the value there; without ok it is removed.
func (m *recent[K, V]) change(key K, f func(old V, there bool) (V, bool)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, there := m.young[key]
	if !there {
		v, there = m.old[key]
	}
	v, keep := f(v, there)
	if !keep {
		delete(m.young, key)
		delete(m.old, key)
		return
	}
	if _, young := m.young[key]; !young && len(m.young) >= m.size {
		m.young, m.old = map[K]V{}, m.young
	}
	m.young[key] = v
}

package zalobot

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

// change puts what f makes of the value there.
func (m *recent[K, V]) change(key K, f func(old V) V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, young := m.young[key]
	if !young {
		v = m.old[key]
	}
	v = f(v)
	if !young && len(m.young) >= m.size {
		m.young, m.old = map[K]V{}, m.young
	}
	m.young[key] = v
}

package zalooa

import (
	"context"
	"sync"
	"time"
)

// recent is a map that remembers at least the last size keys put or asked for,
// and never more than twice as many: the full young half becomes the old one.
// Its owner locks.
type recent[V any] struct {
	size       int
	young, old map[string]V
}

func newRecent[V any](size int) *recent[V] { return &recent[V]{size: size, young: map[string]V{}} }

func (m *recent[V]) get(key string) (V, bool) {
	v, ok := m.young[key]
	if ok {
		return v, true
	}
	if v, ok = m.old[key]; ok {
		m.put(key, v)
	}
	return v, ok
}

func (m *recent[V]) put(key string, v V) {
	if len(m.young) >= m.size {
		m.young, m.old = map[string]V{}, m.young
	}
	m.young[key] = v
}

func (m *recent[V]) drop(key string) {
	delete(m.young, key)
	delete(m.old, key)
}

// assetsKept is how many uploads are remembered in memory.
const assetsKept = 500

// assets remembers uploads in memory, for a process without a better place.
type assets struct {
	now func() time.Time
	mu  sync.Mutex
	ids *recent[asset]
}

type asset struct {
	id    string
	until time.Time
}

var _ Assets = (*assets)(nil)

func newAssets(now func() time.Time) *assets {
	return &assets{now: now, ids: newRecent[asset](assetsKept)}
}

// Get returns an id that has not run out.
func (a *assets) Get(_ context.Context, key string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v, ok := a.ids.get(key)
	return v.id, ok && a.now().Before(v.until)
}

// Put remembers an id, or forgets it if it is empty.
func (a *assets) Put(_ context.Context, key, id string, until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if id == "" {
		a.ids.drop(key)
		return
	}
	a.ids.put(key, asset{id, until})
}

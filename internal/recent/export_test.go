package recent

// Len returns how many keys are remembered.
func (m *Map[K, V]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.young)
	for key := range m.old {
		if _, young := m.young[key]; !young {
			n++
		}
	}
	return n
}

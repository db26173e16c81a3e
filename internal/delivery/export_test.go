package delivery

// Watchers returns how many chats are watched.
func (p *Pull) Watchers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.watchers)
}

package metrics

import "sync"

// other stands for what is no label.
const other = "other"

// labels keeps the values of a label few: a mistake elsewhere must neither fill
// the memory of whoever scrapes nor put what somebody wrote into it.
type labels struct {
	most int

	mu   sync.RWMutex
	seen map[string]struct{}
}

func newLabels(most int) *labels { return &labels{most: most, seen: map[string]struct{}{}} }

// value returns name if it can be a label and is one of the first that came,
// else "other".
func (l *labels) value(name string) string {
	l.mu.RLock()
	_, known := l.seen[name]
	l.mu.RUnlock()
	if known {
		return name
	}
	if !isName(name) {
		return other
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.seen[name]; !known {
		if len(l.seen) >= l.most {
			return other
		}
		l.seen[name] = struct{}{}
	}
	return name
}

// isName reports whether s can only be a name that a programmer or an operator
// gave.
func isName(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '.' && c != '-' && c != '_' && c != '/' {
			return false
		}
	}
	return true
}

package redisstore

import (
	"time"

	"github.com/doithoai/doithoai/internal/trouble"
)

// refusalLasts is how long a refusal counts if nothing is written after it:
// where somebody tries, it is renewed or over sooner.
const refusalLasts = time.Minute

// Troubles returns what is wrong with the servers in use, nothing if all is
// well. It asks nobody: the calls of others tell.
func (s *Store) Troubles() []trouble.Trouble {
	var all []trouble.Trouble
	for _, n := range s.layout.Load().masters() {
		if _, cause := n.use(); cause != nil {
			all = append(all, trouble.New(trouble.StoreDown, n.addr))
		} else if code := n.refuses(); code != "" {
			all = append(all, trouble.New(code, n.addr))
		}
	}
	return all
}

// refusalCode says what it means that a server answered a write with an error
// that begins with word; empty if that says nothing of the server.
func refusalCode(word string) trouble.Code {
	switch word {
	case "OOM":
		return trouble.StoreFull
	case "MISCONF":
		return trouble.StoreDisk
	case "NOREPLICAS":
		return trouble.StoreReplicas
	}
	return ""
}

// refused notes why the server takes nothing.
func (n *node) refused(code trouble.Code) {
	if code == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refusal, n.refusedAt = code, time.Now()
}

// wrote notes that the server took something.
func (n *node) wrote() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refusal = ""
}

func (n *node) refuses() trouble.Code {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Since(n.refusedAt) > refusalLasts {
		return ""
	}
	return n.refusal
}

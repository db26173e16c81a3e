package upkeep

import (
	"context"
	"log/slog"
	"sync"
)

// Troubles tells of each trouble once when it begins and once when it is over,
// however often it is met in between. It is safe for concurrent use.
type Troubles struct {
	log *slog.Logger

	mu sync.Mutex
	on map[string]bool
}

// NewTroubles returns Troubles of which there are none yet.
func NewTroubles(log *slog.Logger) *Troubles {
	return &Troubles{log: log, on: map[string]bool{}}
}

// Met tells of a trouble of that name: as a warning if it is new.
func (t *Troubles) Met(ctx context.Context, name string, err error) {
	t.mu.Lock()
	known := t.on[name]
	t.on[name] = true
	t.mu.Unlock()
	level := slog.LevelWarn
	if known {
		level = slog.LevelDebug
	}
	t.log.Log(ctx, level, "trouble", "what", name, "error", err)
}

// Over tells that there is none of these names any more.
func (t *Troubles) Over(ctx context.Context, names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		if t.on[name] {
			delete(t.on, name)
			t.log.InfoContext(ctx, "trouble is over", "what", name)
		}
	}
}

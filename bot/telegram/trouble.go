package telegram

import (
	"context"
	"log/slog"
	"sync"
)

// troubles tells of each trouble once when it begins and once when it is over,
// however often it is met in between.
type troubles struct {
	log *slog.Logger

	mu sync.Mutex
	on map[string]bool
}

func newTroubles(log *slog.Logger) *troubles {
	return &troubles{log: log, on: map[string]bool{}}
}

// met tells of a trouble of that name.
func (t *troubles) met(ctx context.Context, name string, err error) {
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

// over tells that there is none of these names any more.
func (t *troubles) over(ctx context.Context, names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		if t.on[name] {
			delete(t.on, name)
			t.log.InfoContext(ctx, "trouble is over", "what", name)
		}
	}
}

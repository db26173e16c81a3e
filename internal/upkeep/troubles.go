package upkeep

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/doithoai/doithoai/internal/trouble"
)

// Troubles tells of each trouble once when it begins and once when it is over,
// however often it is met in between. It is safe for concurrent use.
type Troubles struct {
	log *slog.Logger

	mu sync.Mutex
	on map[string]error // what it was met with last
}

// NewTroubles returns Troubles of which there are none yet.
func NewTroubles(log *slog.Logger) *Troubles {
	return &Troubles{log: log, on: map[string]error{}}
}

// Met tells of a trouble of that name: as a warning if it is new.
func (t *Troubles) Met(ctx context.Context, name string, err error) {
	t.mu.Lock()
	_, known := t.on[name]
	t.on[name] = err
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
		if _, known := t.on[name]; known {
			delete(t.on, name)
			t.log.InfoContext(ctx, "trouble is over", "what", name)
		}
	}
}

// Now returns the troubles there are, of those that codes has, by code. Each
// tells in brackets what it was met with last, so that no error of a caller's
// may hold a secret.
func (t *Troubles) Now(codes map[string]trouble.Code) []trouble.Trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []trouble.Trouble
	for name, err := range t.on {
		code, ok := codes[name]
		if !ok {
			continue
		}
		now := trouble.New(code, "")
		if err != nil {
			now.What += " (" + err.Error() + ")"
		}
		all = append(all, now)
	}
	slices.SortFunc(all, func(a, b trouble.Trouble) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.What, b.What))
	})
	return all
}

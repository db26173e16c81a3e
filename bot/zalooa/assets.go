package zalooa

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/internal/recent"
)

// assetsKept is how many uploads are remembered in memory.
const assetsKept = 500

// assets remembers uploads in memory, for a process without a better place.
type assets struct {
	now func() time.Time
	ids *recent.Map[string, asset]
}

type asset struct {
	id    string
	until time.Time
}

var _ Assets = (*assets)(nil)

func newAssets(now func() time.Time) *assets {
	return &assets{now: now, ids: recent.New[string, asset](assetsKept)}
}

// Get returns an id that has not run out.
func (a *assets) Get(_ context.Context, key string) (string, bool) {
	v, ok := a.ids.Get(key)
	return v.id, ok && a.now().Before(v.until)
}

// Put remembers an id, or forgets it if it is empty.
func (a *assets) Put(_ context.Context, key, id string, until time.Time) {
	if id == "" {
		a.ids.Drop(key)
		return
	}
	a.ids.Put(key, asset{id, until})
}

package desks

import (
	"context"
	"time"
)

// Outcome is one attempt to load a watched file, for the log and /healthz.
type Outcome struct {
	Time    time.Time `json:"time"`
	OK      bool      `json:"ok"`
	Version string    `json:"version"` // of what serves after this attempt
	Report  Report    `json:"report"`
}

// Watch loads the file at path, calls onLoad, and goes on doing so whenever it
// changes, until the context ends; then it returns nil. It calls onLoad from one
// goroutine, the caller's own.
//
// If the file is broken, onLoad gets nil: keep what you have. At the start there
// is nothing to keep; then Watch returns an error right after onLoad. World is
// asked before every load, so that a new knowledge base counts at the next one;
// now may be nil for time.Now.
func Watch(ctx context.Context, path string, world func() World, now func() time.Time, onLoad func(*Desks, Outcome)) error {
	panic("not yet")
}

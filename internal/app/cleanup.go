package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// cleanups is what has to be undone, in the order it was done. Each is pushed
// right where the thing was opened, so that a start that fails half way undoes
// exactly what it did.
type cleanups []cleanup

type cleanup struct {
	name string
	undo func(context.Context) error
}

func (c *cleanups) push(name string, undo func(context.Context) error) {
	*c = append(*c, cleanup{name, undo})
}

// run undoes everything, last first, and forgets it, so that a second run does
// nothing. One failure does not keep the others from being undone.
func (c *cleanups) run(ctx context.Context) error {
	var errs []error
	for _, step := range slices.Backward(*c) {
		if err := step.undo(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", step.name, err))
		}
	}
	*c = nil
	return errors.Join(errs...)
}

package upkeep

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// turnTime is how long a turn is ours without a word of ours. It is renewed
// after a third of it, and given up when one renewal fails.
const turnTime = 30 * time.Second

// Lease lets one of several servers do something.
type Lease interface {
	// Hold takes or renews the lease of that name for ttl; held is false while
	// it is another's.
	Hold(ctx context.Context, name string, ttl time.Duration) (held bool, err error)
}

// Turn is what one server at a time does.
type Turn struct {
	Lease Lease // nil: there is one server
	Name  string
	// Do works until its context ends, which is when the turn does. It has to
	// end within half a turn then, 15 s.
	Do func(ctx context.Context)
	// Sleep waits; see [Sleep].
	Sleep func(ctx context.Context, d time.Duration) error
	// Troubles hears of it, under the name Trouble, while the lease cannot be
	// asked for.
	Troubles *Troubles
	Trouble  string
}

// Run works whenever the turn is ours, until ctx ends.
func (t Turn) Run(ctx context.Context) {
	if t.Lease == nil {
		t.Do(ctx)
		return
	}
	for ctx.Err() == nil {
		if t.hold(ctx) {
			t.whileHeld(ctx)
		}
		_ = t.Sleep(ctx, Jitter(turnTime/3))
	}
}

// hold takes or renews the lease.
func (t Turn) hold(ctx context.Context) bool {
	limited, cancel := context.WithTimeout(ctx, turnTime/6)
	defer cancel()
	held, err := t.Lease.Hold(limited, t.Name, turnTime)
	switch {
	case err == nil:
		t.Troubles.Over(ctx, t.Trouble)
	case ctx.Err() == nil:
		t.Troubles.Met(ctx, t.Trouble, err)
	}
	return held && err == nil
}

// whileHeld works until a renewal fails or ctx ends. One renewal that fails ends
// it with half of the lease left at least: nobody else works meanwhile.
func (t Turn) whileHeld(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var working sync.WaitGroup
	working.Go(func() { t.Do(ctx) })
	for held := true; held; {
		held = t.Sleep(ctx, turnTime/3) == nil && t.hold(ctx)
	}
	stop()
	working.Wait()
}

// Sleep waits for d, or returns the context's error.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Jitter returns a time around d, half as long at least and half as long again
// at most, so that servers do not come together.
func Jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d) //nolint:gosec // no secret
}

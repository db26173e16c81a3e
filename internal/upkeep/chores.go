package upkeep

import (
	"context"
	"sync"
	"time"
)

// A chore is a call that nobody waits for: if it fails, or there is no room for
// it, nothing is lost.
const (
	maxChores    = 256
	choreWorkers = 4
)

// Chores does what is to be done soon. It is safe for concurrent use.
type Chores struct {
	limit   time.Duration
	dropped func()
	queue   chan func(context.Context)
}

// NewChores returns Chores that do nothing before Run. Each gets limit to come
// to its end; dropped is called for each for which there is no room.
func NewChores(limit time.Duration, dropped func()) *Chores {
	return &Chores{limit: limit, dropped: dropped, queue: make(chan func(context.Context), maxChores)}
}

// Later does f soon, unless too much is to be done already. It never waits.
func (c *Chores) Later(f func(ctx context.Context)) {
	select {
	case c.queue <- f:
	default:
		c.dropped()
	}
}

// Run works until ctx ends; what is begun then is waited for.
func (c *Chores) Run(ctx context.Context) {
	var workers sync.WaitGroup
	for range choreWorkers {
		workers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case f := <-c.queue:
					limited, cancel := context.WithTimeout(ctx, c.limit)
					f(limited)
					cancel()
				}
			}
		})
	}
	workers.Wait()
}

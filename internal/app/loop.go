package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// loop is a part of the program that runs beside the servers until it is told
// to stop: delivery, due work, a poller.
type loop struct {
	name    string
	run     func(ctx context.Context) error
	ctx     context.Context //nolint:containedctx // the loop's own life, ended by its cleanup
	cancel  context.CancelFunc
	started sync.Once
	done    chan struct{}
	err     error
}

// addLoop makes a loop that starts with Run and stops where it stands in the
// order of cleanups, within the time those have.
func (a *App) addLoop(name string, run func(ctx context.Context) error) {
	l := &loop{name: name, run: run, done: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	a.loops = append(a.loops, l)
	a.cleanups.push(name, l.stop)
}

// start runs the loop; its end is told to ended, an error only if nobody asked
// for it.
func (l *loop) start(ended func(error)) {
	l.started.Do(func() {
		go func() {
			defer close(l.done)
			l.err = l.run(l.ctx)
			if l.ctx.Err() != nil {
				if errors.Is(l.err, context.Canceled) {
					l.err = nil // as it was asked to
				}
				return
			}
			if l.err == nil {
				l.err = errors.New("ended by itself")
			}
			ended(fmt.Errorf("%s: %w", l.name, l.err))
		}()
	})
}

// stop waits for the loop to end what it had begun, at most until ctx ends.
func (l *loop) stop(ctx context.Context) error {
	l.cancel()
	l.started.Do(func() { close(l.done) }) // it never ran
	select {
	case <-l.done:
		return l.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

package delivery

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// loop claims what is due: every so often, when a slot becomes free while more
// waits, and when something was saved that nobody was free for.
func (l *lane) loop(ctx, work context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for setbacks := 0; ; {
		wake := l.nudge
		if setbacks > 0 {
			wake = nil // the store fails: whoever is in a hurry waits too
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-timer.C:
		}
		wait, err := l.look(ctx, work)
		if err != nil {
			wait = callBackoff(setbacks)
			setbacks++
		} else {
			setbacks = 0
		}
		timer.Reset(wait)
	}
}

// look claims as much as there is room and permission for, and returns when to
// look again without a nudge.
func (l *lane) look(ctx, work context.Context) (wait time.Duration, err error) {
	slots, eager, wait := l.room()
	if slots == 0 || ctx.Err() != nil {
		return wait, nil
	}
	n := slots
	if eager {
		// Under load permits come first, so that nothing is claimed in vain. An
		// idle lane looks without: taking them would keep them from busy replicas.
		n, wait, err = l.permits.get(ctx, slots)
	} else if l.permits != nil {
		n = min(slots, l.permits.batch)
	}
	if n == 0 || err != nil {
		l.unclaimed(slots, true)
		return wait, err
	}
	from := time.Now()
	leases, err := l.store.claim(work, l.config.Lane, n)
	l.handOver(leases, from, eager)
	if eager {
		l.permits.give(n - len(leases))
	}
	l.unclaimed(slots-len(leases), len(leases) == n || err != nil)
	if len(leases) == n {
		return 0, err
	}
	return l.options.Every, err
}

// room takes every free slot. It tells whether there is reason to expect work,
// or without a slot how long to wait for one.
func (l *lane) room() (n int, eager bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.prune(now)
	n, wait = l.free, l.paused.Sub(now)
	if l.trouble.on() {
		n = min(1, l.free+1-l.config.Workers) // one at a time
		wait = max(wait, l.trouble.until.Sub(now))
	}
	if wait <= 0 && n > 0 {
		l.free -= n
		return n, l.more, 0
	}
	l.more = true
	if wait <= 0 {
		wait = l.options.Every
	}
	return 0, true, wait
}

// unclaimed gives back the slots for which there was nothing to send.
func (l *lane) unclaimed(slots int, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more = more
	l.free += slots
}

// handOver gives leases to workers. Each has a slot, so there is room.
func (l *lane) handOver(leases []record.Lease, from time.Time, permit bool) {
	if len(leases) == 0 {
		return
	}
	oldest := leases[0].Delivery.At
	for _, lease := range leases {
		if lease.Delivery.At.Before(oldest) {
			oldest = lease.Delivery.At
		}
	}
	l.options.Observer.age(l.config.Lane, l.options.Now().Sub(oldest))
	for _, lease := range leases {
		l.jobs <- job{lease, from, true, permit}
	}
}

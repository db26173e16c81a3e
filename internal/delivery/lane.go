package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// lane sends for one account: a loop claims what is due, workers send it. A
// slot is the right to occupy a worker: one that is free, reserved for a save
// under way, or taken by a job.
type lane struct {
	config  LaneConfig
	options Options
	store   *keeper
	permits *permits
	log     *slog.Logger
	nudge   chan struct{} // holds a token while the loop is to look at once

	mu       sync.Mutex
	jobs     chan job // nil while the lane does not run
	free     int      // slots
	reserved map[bot.ChatID]time.Time
	hopes    int       // jobs that came with a save and have no permit yet
	more     bool      // something may be due that nobody has claimed
	paused   time.Time // nothing is begun before
	trouble  trouble
	asked    map[bot.ChatID]time.Time // when somebody was asked to ask again
	endings  map[bot.ChatID]ending    // of which the store has not heard yet
}

// job is a lease for a worker.
type job struct {
	lease  record.Lease
	from   time.Time // before the call that gave it; zero if that is not known
	slot   bool      // it takes up a slot
	permit bool      // it comes with a permit
	hope   bool      // it counts among the lane's hopes
}

func newLane(c LaneConfig, store *keeper, options Options, log *slog.Logger) *lane {
	return &lane{
		config: c, options: options, store: store, log: log,
		permits: newPermits(store, c.Lane, c.Rate),
		nudge:   make(chan struct{}, 1),
		asked:   map[bot.ChatID]time.Time{},
		endings: map[bot.ChatID]ending{},
	}
}

// run claims and sends until ctx ends, and returns when every lease it has
// got is settled or given back. What was begun goes on under work.
func (l *lane) run(ctx, work context.Context) {
	jobs := make(chan job, 2*l.config.Workers) // a slot each, and some for leases that came too late
	l.mu.Lock()
	l.jobs, l.free, l.reserved, l.hopes, l.more = jobs, l.config.Workers, map[bot.ChatID]time.Time{}, 0, true
	l.mu.Unlock()
	var workers sync.WaitGroup
	for range l.config.Workers {
		workers.Go(func() { l.work(ctx, work, jobs) })
	}
	l.loop(ctx, work)
	l.mu.Lock()
	l.jobs = nil // from now on Saved gives leases back itself
	l.mu.Unlock()
	close(jobs)
	workers.Wait()
}

// reserveFor is how long a slot is kept for a save under way. A lease that
// comes after that is too old to begin with.
const reserveFor = record.LeaseTime - minLease

// way reserves a slot, if there is one and nothing else is in the way of
// sending at once. Saves that failed never come back: their slot is reserved
// until the chat's next save, or for as long as a lease would be of use.
func (l *lane) way(chat bot.ChatID) record.Way {
	w := record.Way{Push: true, Pace: l.config.Pace, Window: l.config.Window, Supersede: l.config.Supersede}
	away := l.store.isAway()
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.jobs == nil || away || now.Before(l.paused) || l.trouble.on() {
		return w
	}
	l.prune(now)
	// A second save of a chat keeps the time of the first: whichever of them
	// gets the lease, it is no older.
	if _, ok := l.reserved[chat]; !ok {
		if l.free == 0 || len(l.reserved)+l.hopes >= l.permits.room(now) {
			return w
		}
		l.free--
		l.reserved[chat] = now
	}
	w.Lease = true
	return w
}

// saved passes the lease on to the slot that way reserved. It reports false if
// the caller has to give the lease back.
func (l *lane) saved(chat bot.ChatID, lease *record.Lease) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	from, reserved := l.reserved[chat]
	delete(l.reserved, chat)
	switch {
	case l.jobs == nil:
		return lease == nil
	case lease != nil:
		l.start(job{lease: *lease, from: from, slot: reserved, hope: true})
	case reserved:
		l.freed(1) // somebody else has the lease, or the chat is not due
	default:
		l.more = true // nobody was free when it was saved
		l.wake()
	}
	return true
}

// start gives a job to a worker. Without a slot its age is not known either, so
// the worker will give it back.
func (l *lane) start(j job) {
	select {
	case l.jobs <- j:
		l.hopes++
	default: // so many leases came too late that this one is left to run out
		if j.slot {
			l.freed(1)
		}
	}
}

// decided takes note that a job got its permit, or needs none any more.
func (l *lane) decided(j *job) {
	if j.hope {
		j.hope = false
		l.mu.Lock()
		defer l.mu.Unlock()
		l.hopes--
	}
}

// prune frees the slots of saves that never came back.
func (l *lane) prune(now time.Time) {
	for chat, at := range l.reserved {
		if now.Sub(at) >= reserveFor {
			delete(l.reserved, chat)
			l.free++
		}
	}
}

// freed gives n slots back; the caller holds mu.
func (l *lane) freed(n int) {
	l.free += n
	if l.more && n > 0 {
		l.wake()
	}
}

// wake makes the loop look at once.
func (l *lane) wake() {
	select {
	case l.nudge <- struct{}{}:
	default: // it will look anyway
	}
}

// left takes note that a lease went back unused: there is something to claim.
func (l *lane) left() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more = true
	l.wake()
}

// open reports whether sends may begin.
func (l *lane) open() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	return !now.Before(l.paused) && !l.trouble.closed(now)
}

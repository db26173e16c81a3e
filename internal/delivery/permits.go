package delivery

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

const (
	// permitBatch is how much of the lane's rate is taken at once, so that
	// sending does not cost a trip to the store for each message.
	permitBatch = 500 * time.Millisecond
	// permitLife is how long permits taken are good for: what was not used by
	// then counts as used, and no idle replica saves up for a burst.
	permitLife = 2 * time.Second
)

// permits are this replica's share of what a lane may send. A nil permits
// permits everything.
type permits struct {
	store  *keeper
	bucket string
	pace   record.Pace
	batch  int
	turn   chan struct{} // holds a token while somebody asks the store

	mu   sync.Mutex
	n    int
	ends time.Time // of the n
	next time.Time // the store is not asked before: it had less than a batch
}

// newPermits returns nil for a lane without a rate.
func newPermits(store *keeper, lane string, rate record.Pace) *permits {
	if rate.Every <= 0 {
		return nil
	}
	batch := max(1, int(permitBatch/rate.Every))
	rate.Burst = max(rate.Burst, batch)
	return &permits{store: store, bucket: "send/" + lane, pace: rate, batch: batch, turn: make(chan struct{}, 1)}
}

// give takes back permits that were not used.
func (p *permits) give(n int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n += n
}

// room returns how many sends may be begun in the hope of a permit.
func (p *permits) room(now time.Time) int {
	if p == nil {
		return math.MaxInt
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.stocked(now):
		return p.n
	case now.Before(p.next):
		return 0
	default:
		return p.batch // nobody has asked for a while
	}
}

// get returns up to n permits; if there are none, wait tells when to ask again.
// They are taken from the store by one caller for all that want some.
func (p *permits) get(ctx context.Context, n int) (got int, wait time.Duration, err error) {
	if p == nil {
		return n, 0, nil
	}
	if got, wait = p.local(n); got > 0 || wait > 0 {
		return got, wait, nil
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
	if got, wait = p.local(n); got > 0 || wait > 0 {
		return got, wait, nil // somebody else asked meanwhile
	}
	began := time.Now()
	taken, wait, err := p.store.take(ctx, p.bucket, p.pace, p.batch)
	if err != nil {
		return 0, 0, err
	}
	p.fill(taken, wait, began)
	got, wait = p.local(n)
	return got, wait, nil
}

// local is get without the store: nothing at all means that it must be asked.
func (p *permits) local(n int) (got int, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.stocked(now) {
		got = min(n, p.n)
		p.n -= got
		return got, 0
	}
	return 0, max(0, p.next.Sub(now))
}

// fill stores what was taken. If that leaves less than a batch, the store is
// given time to gather one before it is asked again: asking for each permit as it
// comes would be the trip for every message that batches are to save.
func (p *permits) fill(n int, wait time.Duration, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n, p.ends = n, now.Add(permitLife)
	if n < p.batch || p.pace.Burst < 2*p.batch {
		p.next = now.Add(max(wait, time.Duration(p.batch)*p.pace.Every))
	}
}

func (p *permits) stocked(now time.Time) bool { return p.n > 0 && now.Before(p.ends) }

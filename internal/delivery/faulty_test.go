package delivery_test

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// watched counts what a lane asks of its store.
type watched struct {
	backend
	claims, takes, releases atomic.Int64
}

func (w *watched) Claim(ctx context.Context, lane string, n int) ([]record.Lease, error) {
	w.claims.Add(1)
	return w.backend.Claim(ctx, lane, n)
}

func (w *watched) Take(ctx context.Context, bucket string, pace record.Pace, n int) (int, time.Duration, error) {
	w.takes.Add(1)
	return w.backend.Take(ctx, bucket, pace, n)
}

func (w *watched) Release(ctx context.Context, l record.Lease) error {
	w.releases.Add(1)
	return w.backend.Release(ctx, l)
}

var errAway = errors.New("the store is away")

// faulty is a store that can go away.
type faulty struct {
	backend
	away  atomic.Bool // calls fail, and nothing happens
	mute  atomic.Bool // calls fail, but what they ask for happens
	deaf  atomic.Bool // only Settle fails, and nothing happens
	hang  atomic.Bool // calls do not return before their context ends, and nothing happens
	calls atomic.Int64
}

// gone reports whether a call fails, before and after it is done.
func (f *faulty) gone(ctx context.Context) bool {
	f.calls.Add(1)
	if f.hang.Load() {
		<-ctx.Done()
		return true
	}
	return f.away.Load()
}

func (f *faulty) Claim(ctx context.Context, lane string, n int) ([]record.Lease, error) {
	if f.gone(ctx) {
		return nil, errAway
	}
	leases, err := f.backend.Claim(ctx, lane, n)
	if f.mute.Load() {
		return nil, errAway
	}
	return leases, err
}

func (f *faulty) Settle(ctx context.Context, l record.Lease, s record.Settlement) (*record.Lease, error) {
	if f.gone(ctx) || f.deaf.Load() {
		return nil, errAway
	}
	next, err := f.backend.Settle(ctx, l, s)
	if f.mute.Load() {
		return nil, errAway
	}
	return next, err
}

func (f *faulty) Release(ctx context.Context, l record.Lease) error {
	if f.gone(ctx) {
		return errAway
	}
	return f.backend.Release(ctx, l)
}

func (f *faulty) Take(ctx context.Context, bucket string, pace record.Pace, n int) (int, time.Duration, error) {
	if f.gone(ctx) {
		return 0, 0, errAway
	}
	return f.backend.Take(ctx, bucket, pace, n)
}

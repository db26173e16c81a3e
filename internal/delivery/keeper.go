package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

const (
	// callTime bounds one call to the store: it answers in milliseconds or not
	// at all.
	callTime = 2 * time.Second
	// settleFor is how long the end of a send is told to a store that does not
	// answer. An outage longer than this costs a second copy of the message.
	settleFor = 10 * time.Minute
)

// keeper is an Outbox and a Limiter whose calls come to an end, and whose
// outages are told once and not at every call.
type keeper struct {
	outbox  Outbox
	limiter Limiter
	log     *slog.Logger

	mu       sync.Mutex
	away     bool      // calls fail
	answered time.Time // when one last did not
}

func (k *keeper) claim(ctx context.Context, lane string, n int) ([]record.Lease, error) {
	began := time.Now()
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	leases, err := k.outbox.Claim(call, lane, n)
	k.note(ctx, began, err)
	return leases, err
}

func (k *keeper) take(ctx context.Context, bucket string, pace record.Pace, n int) (int, time.Duration, error) {
	began := time.Now()
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	got, wait, err := k.limiter.Take(call, bucket, pace, n)
	k.note(ctx, began, err)
	return got, wait, err
}

func (k *keeper) ref(ctx context.Context, chat bot.ChatID, provider string) ([]byte, error) {
	began := time.Now()
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	ref, err := k.outbox.Ref(call, chat, provider)
	if errors.Is(err, record.ErrNotFound) {
		k.note(ctx, began, nil)
	} else {
		k.note(ctx, began, err)
	}
	return ref, err
}

// release tries once: a lease that cannot be given back runs out by itself.
func (k *keeper) release(ctx context.Context, lease record.Lease) {
	began := time.Now()
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	k.note(ctx, began, k.outbox.Release(call, lease))
}

// settle tells the store how a send ended until it listens: what is sent and
// not settled would be sent again. It returns the next lease, if any, and the
// time before the call that gave it.
func (k *keeper) settle(ctx context.Context, lease record.Lease, s record.Settlement) (next *record.Lease, from time.Time) {
	began := time.Now()
	for tries := 0; ; tries++ {
		from = time.Now()
		call, cancel := context.WithTimeout(ctx, callTime)
		next, err := k.outbox.Settle(call, lease, s)
		cancel()
		k.note(ctx, from, err)
		if err == nil {
			return next, from
		}
		if time.Since(began) > settleFor || !sleep(ctx, callBackoff(tries)) {
			return nil, from
		}
	}
}

// note keeps whether the store answers. A call that ended because everything
// does tells nothing, nor does one that began before another was answered.
func (k *keeper) note(ctx context.Context, began time.Time, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err == nil:
		k.answered = time.Now()
	case ctx.Err() != nil || began.Before(k.answered):
		return
	}
	if away := err != nil; away != k.away {
		k.away = away
		k.tell(err)
	}
}

func (k *keeper) tell(err error) {
	if err != nil {
		k.log.Warn("the store does not answer, sending waits", "error", err)
		return
	}
	k.log.Info("the store answers again")
}

// isAway reports whether calls fail.
func (k *keeper) isAway() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.away
}

// sleep waits for d and reports whether ctx still goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

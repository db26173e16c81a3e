package delivery

import (
	"math/rand/v2"
	"time"
)

// The bounds of waiting after a failed send.
const (
	minBackoff = time.Second
	maxBackoff = 10 * time.Minute
)

// backoff returns how long to wait after so many failures of one message:
// doubled each time, and up to half as long again so that those who failed
// together do not come back together.
func backoff(failures int) time.Duration {
	return jitter(doubled(minBackoff, maxBackoff*2/3, failures))
}

// callBackoff is the same for calls to the store, where everybody waits.
func callBackoff(failures int) time.Duration {
	return jitter(doubled(200*time.Millisecond, 3*time.Second, failures))
}

// doubled returns least, doubled so often, but not more than most.
func doubled(least, most time.Duration, times int) time.Duration {
	if times >= 30 {
		return most
	}
	return min(least<<max(times, 0), most)
}

// jitter returns between d and half as much again.
func jitter(d time.Duration) time.Duration {
	return d + time.Duration(rand.Int64N(int64(d/2)+1)) //nolint:gosec // spreads load, guards nothing
}

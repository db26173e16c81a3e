package webchat

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/doithoai/doithoai/internal/recent"
)

// Limits bound what one visitor, one address and all together can use up. Zero
// fields take the default in brackets. Addresses get far more than sessions:
// behind one address of a mobile operator there may be a whole district.
type Limits struct {
	MessagesPerMinute int // of one session [20]
	MessageBurst      int // of one session [10]
	AddressPerMinute  int // messages and new sessions of one address [600]
	AddressBurst      int // [120]
	Streams           int // open at once, in all [2000]
	StreamsPerAddress int // open at once [500]
	StreamsPerSession int // the oldest is closed for a new one [3]
	Sessions          int // remembered by the limits; twice as many at most [20000]
	// BodyTime is how long the body of a request may take to arrive [10 s].
	BodyTime time.Duration
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field    *int
		fallback int
	}{
		{&l.MessagesPerMinute, 20}, {&l.MessageBurst, 10},
		{&l.AddressPerMinute, 600}, {&l.AddressBurst, 120},
		{&l.Streams, 2000}, {&l.StreamsPerAddress, 500}, {&l.StreamsPerSession, 3}, {&l.Sessions, 20000},
	} {
		if *f.field <= 0 {
			*f.field = f.fallback
		}
	}
	if l.BodyTime <= 0 {
		l.BodyTime = 10 * time.Second
	}
	return l
}

// limiters are the three things that are counted.
type limiters struct {
	messages *limiter // by session: what a resident sends
	reads    *limiter // by session: what the page fetches by itself
	address  *limiter // by address: messages and new sessions
}

func newLimiters(l Limits) *limiters {
	const readsPerSecond, readBurst = 4, 40 // a page needs one or two for each reply
	return &limiters{
		messages: newLimiter(rate.Limit(l.MessagesPerMinute)/60, l.MessageBurst, l.Sessions),
		reads:    newLimiter(readsPerSecond, readBurst, l.Sessions),
		address:  newLimiter(rate.Limit(l.AddressPerMinute)/60, l.AddressBurst, l.Sessions),
	}
}

// limiter is a token bucket for each of many names, in bounded memory.
type limiter struct {
	limit rate.Limit
	burst int

	mu      sync.Mutex // of what is in the buckets
	buckets *recent.Map[string, *bucket]
}

type bucket struct {
	tokens *rate.Limiter
	told   bool // the polite text was given since the last allowed request
}

func newLimiter(limit rate.Limit, burst, size int) *limiter {
	return &limiter{limit: limit, burst: burst, buckets: recent.New[string, *bucket](size)}
}

// allow takes a token, or returns errTooFast.
func (l *limiter) allow(name string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets.Get(name)
	if !ok {
		b = &bucket{tokens: rate.NewLimiter(l.limit, l.burst)}
		l.buckets.Put(name, b)
	}
	if b.tokens.AllowN(now, 1) {
		b.told = false
		return nil
	}
	first := !b.told
	b.told = true
	missing := 1 - b.tokens.TokensAt(now)
	return errTooFast(time.Duration(missing/float64(l.limit)*float64(time.Second)), first)
}

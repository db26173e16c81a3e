package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func permitTests() []test {
	return []test{
		{name: "PermitsComeAtTheirRate", run: permits},
		{name: "AnyRateIsHeld", run: permitRate},
		{name: "PermitsAreSharedOut", run: permitsRace},
		{name: "PermitsOfBucketsDoNotMix", run: permitBuckets},
	}
}

// permitsOf takes up to n permits.
func permitsOf(t testing.TB, e *Engine, bucket string, pace record.Pace, n int) (got int, wait time.Duration) {
	t.Helper()
	got, wait, err := e.Take(t.Context(), bucket, pace, n)
	if err != nil {
		t.Fatalf("Take: %v", err)
	}
	if got < 0 || got > n || wait < 0 || got == 0 && wait == 0 {
		t.Fatalf("Take of %d = %d, %v", n, got, wait)
	}
	return got, wait
}

func permits(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Second, Burst: 5}
	for i, c := range []struct {
		rest time.Duration
		n    int
		want int
	}{
		{0, 2, 2}, {0, 9, 3}, {0, 1, 0}, {999 * time.Millisecond, 1, 0}, {time.Millisecond, 9, 1},
		{2500 * time.Millisecond, 9, 2}, {500 * time.Millisecond, 9, 1}, {time.Hour, 9, 5}, {5 * time.Second, 3, 3}, {time.Second, 9, 3},
	} {
		e.Advance(c.rest)
		if got, _ := permitsOf(t, e, "b", pace, c.n); got != c.want {
			t.Errorf("take %d: after %v Take of %d = %d, want %d", i, c.rest, c.n, got, c.want)
		}
	}
	// Wait is as long as it takes, not longer.
	for range 3 {
		got, wait := permitsOf(t, e, "b", pace, 1)
		if got != 0 || wait > time.Second {
			t.Fatalf("Take of an empty bucket = %d, %v", got, wait)
		}
		e.Advance(wait)
		if got, _ = permitsOf(t, e, "b", pace, 1); got != 1 {
			t.Fatalf("after the wait of %v Take = %d", wait, got)
		}
		e.Advance(300 * time.Millisecond)
	}
	if got, wait, err := e.Take(t.Context(), "b", record.Pace{}, 7); got != 7 || wait != 0 || err != nil {
		t.Errorf("Take without a pace = %d, %v, %v, want all", got, wait, err)
	}
}

// permitRate holds a pace that is no whole number of milliseconds for a
// minute: never above it, and hardly below.
func permitRate(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Second / 30, Burst: 10}
	total := 0
	for range 60_000 / 25 {
		got, _ := permitsOf(t, e, "b", pace, 4)
		total += got
		e.Advance(25 * time.Millisecond)
	}
	if most := 60*30 + pace.Burst; total > most || total < most*95/100 {
		t.Errorf("%d permits in a minute, want at most %d and hardly less", total, most)
	}
}

func permitsRace(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Hour, Burst: 100}
	clients := e.clients()
	var total atomic.Int64
	var takers sync.WaitGroup
	for i := range 8 {
		takers.Go(func() {
			for range 30 {
				got, _, err := clients[i%len(clients)].Take(t.Context(), "b", pace, 3)
				if err != nil {
					t.Errorf("Take: %v", err)
				}
				total.Add(int64(got))
			}
		})
	}
	takers.Wait()
	if total.Load() != 100 {
		t.Errorf("%d permits were given, want 100", total.Load())
	}
}

func permitBuckets(t *testing.T, e *Engine) {
	pace := record.Pace{Every: time.Minute, Burst: 1}
	for _, bucket := range []string{"", "telegram/main", "telegram/{main}", "{a}:b\n", "*", "\x00\xff", "a", "A"} {
		if got, _ := permitsOf(t, e, bucket, pace, 1); got != 1 {
			t.Errorf("Take of the bucket %q = %d, want 1", bucket, got)
		}
		reopen(t, e)
		if got, _ := permitsOf(t, e, bucket, pace, 1); got != 0 {
			t.Errorf("Take of the bucket %q again = %d, want none", bucket, got)
		}
	}
}

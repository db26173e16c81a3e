package load_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/store/redistest"
)

var oaRate = flag.Int("oarate", 500, "webhooks a second of BenchmarkOAWebhook")

// A run of BenchmarkOAWebhook: first all is well, then Redis is in trouble, then
// all is well again.
const (
	oaRun      = 15 * time.Second
	oaTrouble  = 5 * time.Second
	oaMended   = 10 * time.Second
	oaPatience = time.Minute // without an answer, until what is missing is taken for lost
)

// BenchmarkOAWebhook is how long Zalo waits for its 200: signed events at a
// steady rate into the whole program, with the real engine, over a Redis that
// syncs every write. Redis is well, is killed and started again, or stops
// answering for a third of the time. Zalo gives up after two seconds, and
// switches the webhook off when that happens too often.
func BenchmarkOAWebhook(b *testing.B) {
	for _, c := range []struct {
		redis string
		hurt  func(*redistest.Server)
		mend  func(*redistest.Server)
	}{
		{"up", func(*redistest.Server) {}, func(*redistest.Server) {}},
		{"down", (*redistest.Server).Kill, func(s *redistest.Server) { s.Restart(b) }},
		{"hung", (*redistest.Server).Pause, (*redistest.Server).Resume},
	} {
		b.Run(fmt.Sprintf("redis=%s/rate=%d", c.redis, *oaRate), func(b *testing.B) {
			server := redistest.Single(b, redistest.Fsync("always"))
			f := openFront(b, server)
			f.fire(b.Context(), max(1, *oaRate/5), 2*time.Second) // makes the connections that a running program has
			var all tally
			for b.Loop() {
				trouble := time.AfterFunc(oaTrouble, func() { c.hurt(server) })
				mending := time.AfterFunc(oaMended, func() { c.mend(server) })
				all.add(f.fire(b.Context(), *oaRate, oaRun))
				trouble.Stop()
				mending.Stop()
			}
			all.report(b, f.settle(b))
		})
	}
}

// tally is how the webhook answered.
type tally struct {
	took    []time.Duration
	refused int // answered otherwise than with 200, or not at all
}

func (t *tally) add(other tally) {
	t.took = append(t.took, other.took...)
	t.refused += other.refused
}

// report tells the figures of a run and of what came of it.
func (t *tally) report(b *testing.B, end ending) {
	b.Helper()
	slices.Sort(t.took)
	at := func(per100 int) float64 {
		return float64(t.took[min(len(t.took)-1, len(t.took)*per100/100)].Microseconds()) / 1000
	}
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(at(100), "max-ms")
	b.ReportMetric(float64(t.refused), "refused")
	b.ReportMetric(float64(end.lost), "lost")
	b.ReportMetric(float64(end.twice), "twice")
	b.ReportMetric(0, "ns/op") // says how long the run is set to be
	if t.refused > 0 {
		b.Errorf("%d of %d events were not answered with 200", t.refused, len(t.took))
	}
	if end.lost > 0 {
		b.Errorf("%d of %d accepted messages were never answered", end.lost, end.accepted)
	}
}

// fire brings events at a steady rate, whether or not what came before is
// answered, and measures each from the moment it was due.
func (f *front) fire(ctx context.Context, rate int, d time.Duration) tally {
	var t tally
	var mu sync.Mutex
	var all sync.WaitGroup
	n := int(d.Seconds() * float64(rate))
	start := time.Now()
	for i := range n {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		all.Go(func() {
			ok := f.event(ctx)
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			t.took = append(t.took, took)
			if !ok {
				t.refused++
			}
		})
	}
	all.Wait()
	return t
}

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// caller is a client that keeps a connection for every event under way.
func caller() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}
}

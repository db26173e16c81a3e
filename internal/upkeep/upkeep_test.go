package upkeep_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/trouble"
	"github.com/doithoai/doithoai/internal/upkeep"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Chores are done, each within its time; what there is no room for is dropped.
func TestChores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dropped, done, late := 0, 0, 0
		var mu sync.Mutex
		c := upkeep.NewChores(3*time.Second, func() { dropped++ })
		c.Later(func(ctx context.Context) {
			<-ctx.Done() // a call that hangs
			mu.Lock()
			defer mu.Unlock()
			late++
		})
		for range 300 {
			c.Later(func(context.Context) {
				mu.Lock()
				defer mu.Unlock()
				done++
			})
		}
		if dropped == 0 || dropped > 100 {
			t.Errorf("%d of 301 dropped before anything was done", dropped)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var working sync.WaitGroup
		working.Go(func() { c.Run(ctx) })
		time.Sleep(4 * time.Second) // of the bubble's clock
		synctest.Wait()
		if late != 1 || done+dropped != 300 {
			t.Errorf("%d done, %d dropped, %d ended by their time", done, dropped, late)
		}
		cancel()
		working.Wait()
	})
}

func TestTroublesAreToldOnce(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	troubles := upkeep.NewTroubles(slog.New(slog.NewTextHandler(&told, nil)))
	for range 3 {
		troubles.Met(t.Context(), "store is away", errors.New("no route"))
	}
	troubles.Met(t.Context(), "token is refused", errors.New("401"))
	troubles.Over(t.Context(), "store is away", "never met")
	troubles.Over(t.Context(), "store is away")
	troubles.Met(t.Context(), "store is away", errors.New("no route"))
	log := told.String()
	if n := strings.Count(log, `what="store is away" error`); n != 2 {
		t.Errorf("told of %d times, want once for each time it came:\n%s", n, log)
	}
	if n := strings.Count(log, "trouble is over"); n != 1 || strings.Contains(log, "never met") {
		t.Errorf("told %d times that it is over:\n%s", n, log)
	}
}

// What there is now is told by its code, with what it was met with last.
func TestTroublesThereAreNow(t *testing.T) {
	t.Parallel()
	troubles := upkeep.NewTroubles(slog.New(slog.DiscardHandler))
	codes := map[string]trouble.Code{"token": trouble.ChannelToken, "away": trouble.ChannelDown}
	if now := troubles.Now(codes); len(now) != 0 {
		t.Errorf("before anything: %v", now)
	}
	troubles.Met(t.Context(), "token", errors.New("401"))
	troubles.Met(t.Context(), "token", errors.New("403"))
	troubles.Met(t.Context(), "away", nil)
	troubles.Met(t.Context(), "nobody's business", errors.New("x"))
	now := troubles.Now(codes)
	if len(now) != 2 || now[0].Code != trouble.ChannelDown || now[1].Code != trouble.ChannelToken || !strings.HasSuffix(now[1].What, " (403)") {
		t.Errorf("got %+v", now)
	}
	troubles.Over(t.Context(), "token", "away")
	if now := troubles.Now(codes); len(now) != 0 {
		t.Errorf("after the end: %v", now)
	}
}

// lease is had by one holder at a time, on the bubble's clock.
type lease struct {
	mu     sync.Mutex
	holder string
	until  time.Time
	down   bool
}

type held struct {
	*lease
	by string
}

func (h held) Hold(_ context.Context, _ string, ttl time.Duration) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch now := time.Now(); {
	case h.down:
		return false, errors.New("store is away")
	case h.holder != h.by && now.Before(h.until):
		return false, nil
	default:
		h.holder, h.until = h.by, now.Add(ttl)
		return true, nil
	}
}

func (h held) set(down bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.down = down
}

// One of two servers works, the other when that one is gone or cut off, and
// never both.
func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		working, most, turns := 0, 0, map[string]int{}
		shared := &lease{}
		var told bytes.Buffer
		log := slog.New(slog.NewTextHandler(&told, nil))
		start := func(name string, l upkeep.Lease) (stop func()) {
			ctx, cancel := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() {
				upkeep.Turn{
					Lease: l, Name: "poll", Sleep: upkeep.Sleep, Trouble: "lease",
					Troubles: upkeep.NewTroubles(log),
					Do: func(ctx context.Context) {
						mu.Lock()
						working++
						most = max(most, working)
						turns[name]++
						mu.Unlock()
						<-ctx.Done()
						time.Sleep(14 * time.Second) // what it was about
						mu.Lock()
						working--
						mu.Unlock()
					},
				}.Run(ctx)
			})
			return func() { cancel(); running.Wait() }
		}
		a, b := held{shared, "a"}, held{shared, "b"}
		stopA := start("a", a)
		synctest.Wait()
		stopB := start("b", b)
		time.Sleep(5 * time.Minute)
		if turns["a"] != 1 || turns["b"] != 0 {
			t.Fatalf("turns %v, want one long one of the first", turns)
		}
		a.set(true) // the store is away: nobody works
		time.Sleep(time.Minute)
		synctest.Wait()
		if working != 0 {
			t.Error("works on without the lease")
		}
		a.set(false)
		time.Sleep(2 * time.Minute)
		stopA()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if working != 1 || turns["b"] == 0 {
			t.Errorf("%d work, turns %v, want the second in the end", working, turns)
		}
		stopB()
		if most != 1 {
			t.Errorf("%d worked at once", most)
		}
		if log := told.String(); strings.Count(log, "level=WARN") == 0 || !strings.Contains(log, "trouble is over") {
			t.Errorf("told:\n%s", log)
		}
	})
}

// Without others there is nothing to take turns with.
func TestAlone(t *testing.T) {
	t.Parallel()
	did := false
	upkeep.Turn{Do: func(context.Context) { did = true }}.Run(t.Context())
	if !did {
		t.Error("nothing was done")
	}
}

func TestJitter(t *testing.T) {
	t.Parallel()
	for range 1000 {
		if d := upkeep.Jitter(time.Minute); d < 30*time.Second || d > 90*time.Second {
			t.Fatalf("waits %v for a minute", d)
		}
	}
}

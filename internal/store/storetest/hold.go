package storetest

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

func holdTests() []test {
	return []test{
		{name: "ALeaseHasOneHolder", run: oneHolder},
		{name: "ALeaseEndsByTheClock", run: holdEnds},
		{name: "ALeaseIsLetGoByItsHolderAlone", run: lettingGo},
		{name: "ALeaseLeavesNothing", run: holdLeavesNothing},
		{name: "ALeaseOfAClockAheadEnds", run: holdAhead},
		{name: "AnyNameIsItself", run: anyName},
		{name: "HoldersRace", run: holdersRace},
		{name: "ALeaseIsCheckedFirst", run: holdChecked},
		{name: "AMovedStoreHoldsAndKeepsNothingNew", run: vaultMoved},
	}
}

// holds takes or renews a lease.
func holds(t testing.TB, e *Engine, name, holder string, ttl time.Duration) bool {
	t.Helper()
	held, err := e.Hold(t.Context(), name, holder, ttl)
	if err != nil {
		t.Fatalf("Hold: %v", err)
	}
	return held
}

func wantHeld(t testing.TB, e *Engine, name, holder string, ttl time.Duration) {
	t.Helper()
	if !holds(t, e, name, holder, ttl) {
		t.Errorf("Hold of %.20q for %q was refused", name, holder)
	}
}

func wantRefused(t testing.TB, e *Engine, name, holder string) {
	t.Helper()
	if holds(t, e, name, holder, time.Minute) {
		t.Errorf("Hold of %.20q for %q: somebody else has it, want it refused", name, holder)
	}
}

func letGo(t testing.TB, e *Engine, name, holder string) {
	t.Helper()
	if err := e.LetGo(t.Context(), name, holder); err != nil {
		t.Fatalf("LetGo: %v", err)
	}
}

func oneHolder(t *testing.T, e *Engine) {
	wantHeld(t, e, "poll", "a", time.Minute)
	wantRefused(t, e, "poll", "b")
	wantRefused(t, e, "poll", "A")
	wantRefused(t, e, "poll", "ab")
	wantHeld(t, e, "poll", "a", time.Minute)
	wantHeld(t, e, "another", "b", time.Minute)
	wantRefused(t, e, "another", "a")
	for i, client := range e.clients() {
		if held, err := client.Hold(t.Context(), "poll", "b", time.Minute); held || err != nil {
			t.Errorf("client %d: Hold = %v, %v, want it refused", i, held, err)
		}
	}
	reopen(t, e)
	wantRefused(t, e, "poll", "b")
	wantHeld(t, e, "poll", "a", time.Minute)
}

func holdEnds(t *testing.T, e *Engine) {
	wantHeld(t, e, "poll", "a", time.Minute)
	e.Advance(time.Minute - time.Millisecond)
	wantRefused(t, e, "poll", "b") // which must not make it longer
	e.Advance(time.Millisecond)
	wantHeld(t, e, "poll", "b", time.Minute)
	wantRefused(t, e, "poll", "a")

	// Each renewal counts from its own time, be it longer or shorter.
	e.Advance(40 * time.Second)
	wantHeld(t, e, "poll", "b", time.Minute)
	e.Advance(time.Minute - time.Millisecond)
	wantRefused(t, e, "poll", "a")
	wantHeld(t, e, "poll", "b", record.MaxHold)
	wantHeld(t, e, "poll", "b", time.Second)
	e.Advance(time.Second)
	wantHeld(t, e, "poll", "a", time.Minute)

	// It survives a sweep, and one that has run out may be renewed.
	sweep(t, e)
	wantRefused(t, e, "poll", "b")
	e.Advance(time.Hour)
	wantHeld(t, e, "poll", "a", 1500*time.Microsecond)
	e.Advance(time.Millisecond)
	wantRefused(t, e, "poll", "b")
	e.Advance(500 * time.Microsecond)
	wantHeld(t, e, "poll", "b", time.Minute)
}

func lettingGo(t *testing.T, e *Engine) {
	letGo(t, e, "poll", "a") // of nothing
	wantHeld(t, e, "poll", "a", time.Minute)
	letGo(t, e, "poll", "b")
	letGo(t, e, "another", "a")
	wantRefused(t, e, "poll", "b")
	letGo(t, e, "poll", "a")
	wantHeld(t, e, "poll", "b", time.Minute)
	letGo(t, e, "poll", "a") // it had it before
	wantRefused(t, e, "poll", "a")
	e.Advance(time.Minute)
	wantHeld(t, e, "poll", "a", time.Minute)
	letGo(t, e, "poll", "b") // its own has run out
	wantRefused(t, e, "poll", "b")
}

func holdLeavesNothing(t *testing.T, e *Engine) {
	empty := stored(t, e)
	for i, ttl := range []time.Duration{time.Minute, time.Hour, record.MaxHold} {
		wantHeld(t, e, fmt.Sprint(i), "a", ttl)
		if maps.Equal(stored(t, e), empty) {
			t.Fatalf("a lease for %v is nowhere", ttl)
		}
		wantHeld(t, e, fmt.Sprint(i), "a", ttl)
		e.Advance(ttl)
		sweep(t, e)
		if left := stored(t, e); !maps.Equal(left, empty) {
			t.Errorf("a lease for %v has outlived it: %d keys, want %d", ttl, len(left), len(empty))
		}
		wantHeld(t, e, fmt.Sprint(i), "a", ttl)
		letGo(t, e, fmt.Sprint(i), "a")
		if left := stored(t, e); !maps.Equal(left, empty) {
			t.Errorf("a lease that was given back is still there: %d keys, want %d", len(left), len(empty))
		}
	}
}

// holdAhead takes leases under a clock that is set right later: nobody else may
// be shut out for longer than the lease was for.
func holdAhead(t *testing.T, e *Engine) {
	const jump = 365 * 24 * time.Hour
	e.Advance(jump)
	wantHeld(t, e, "asked", "a", time.Minute)
	wantHeld(t, e, "swept", "a", time.Minute)
	wantHeld(t, e, "renewed", "a", time.Minute)
	e.Advance(-jump)
	wantRefused(t, e, "asked", "b")
	wantHeld(t, e, "renewed", "a", time.Minute)
	if e.Sweep != nil {
		sweep(t, e)
	} else {
		wantRefused(t, e, "swept", "b")
	}
	e.Advance(time.Minute)
	for _, name := range []string{"asked", "swept", "renewed"} {
		wantHeld(t, e, name, "b", time.Minute)
	}
}

// oddNames are names that a store with less care would mistake for each other,
// or for something else.
func oddNames() []string {
	return []string{
		"", "a", "A", "a ", "zalo/oa", "zalo/{oa}", "{a}:b\n", "lease:a", ":value:a", "}:", "*", "[a]", "\\", "\x00", "\x00\xff", "\xff",
		"Cô Sáu", "format", "house", strings.Repeat("long", 10_000),
	}
}

func anyName(t *testing.T, e *Engine) {
	for i, name := range oddNames() {
		wantHeld(t, e, name, name+"h", time.Hour)
		wantSwapped(t, e, name, "", fmt.Sprint("value ", i))
	}
	reopen(t, e)
	for i, name := range oddNames() {
		wantRefused(t, e, name, name+"x")
		wantHeld(t, e, name, name+"h", time.Hour)
		wantValue(t, e, name, fmt.Sprint("value ", i))
	}
	for _, name := range oddNames() {
		letGo(t, e, name, name+"h")
		wantHeld(t, e, name, "another", time.Hour)
	}
}

func holdersRace(t *testing.T, e *Engine) {
	clients := e.clients()
	for round := range 5 {
		name := fmt.Sprint("poll ", round%2)
		var winners atomic.Int64
		var winner atomic.Value
		var callers sync.WaitGroup
		for i := range 16 {
			callers.Go(func() {
				holder := fmt.Sprint("holder ", i)
				held, err := clients[i%len(clients)].Hold(t.Context(), name, holder, time.Minute)
				if err != nil {
					t.Errorf("Hold: %v", err)
				}
				if held {
					winners.Add(1)
					winner.Store(holder)
				}
			})
		}
		callers.Wait()
		if winners.Load() != 1 {
			t.Fatalf("round %d: %d of 16 hold the lease, want one", round, winners.Load())
		}
		wantRefused(t, e, name, "another")
		wantHeld(t, e, name, winner.Load().(string), time.Minute)
		e.Advance(time.Minute)
	}
}

func holdChecked(t *testing.T, e *Engine) {
	for name, c := range map[string]struct {
		holder string
		ttl    time.Duration
	}{
		"no holder":    {"", time.Minute},
		"no time":      {"a", 0},
		"ended before": {"a", -time.Minute},
		"for too long": {"a", record.MaxHold + 1},
	} {
		if held, err := e.Hold(t.Context(), "poll", c.holder, c.ttl); held || !errors.Is(err, record.ErrInvalid) {
			t.Errorf("%s: Hold = %v, %v, want ErrInvalid", name, held, err)
		}
	}
	wantHeld(t, e, "poll", "b", time.Minute)
}

func vaultMoved(t *testing.T, e *Engine) {
	const to = "elsewhere"
	wantHeld(t, e, "poll", "a", time.Minute)
	wantSwapped(t, e, "token", "", "one")
	clients := e.clients()
	if err := e.Retire(t.Context(), to); err != nil {
		t.Fatalf("Retire: %v", err)
	}
	for i, client := range clients {
		for name, call := range map[string]func() error{
			"Hold":            func() error { _, err := client.Hold(t.Context(), "poll", "a", time.Minute); return err },
			"Hold of another": func() error { _, err := client.Hold(t.Context(), "poll", "b", time.Minute); return err },
			"LetGo":           func() error { return client.LetGo(t.Context(), "poll", "a") },
			"Swap":            func() error { _, err := client.Swap(t.Context(), "token", []byte("one"), []byte("two")); return err },
			"Swap of another": func() error { _, err := client.Swap(t.Context(), "token", nil, []byte("two")); return err },
		} {
			err := call()
			if moved, ok := errors.AsType[*exchange.MovedError](err); !ok || moved.To != to {
				t.Errorf("client %d: %s = %v, want a MovedError to %q", i, name, err, to)
			}
		}
	}
	wantValue(t, e, "token", "one")
}

package redisstore_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// The winner of a swap is told so even if the first answer was lost: it would
// take its own token for somebody else's.
func TestALostAnswerToASwap(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	line := newLossy(t, server.Addr())
	s := mustOpen(t, "redis://"+line.listener.Addr().String(), redisstore.Options{}.ForTests())
	warm(t, s)
	now := ""
	for _, next := range []string{"one", "two", "", "three"} {
		line.losing(1, func() {
			if swapped, err := s.Swap(t.Context(), "token", []byte(now), []byte(next)); !swapped || err != nil {
				t.Errorf("Swap of %q for %q = %v, %v", now, next, swapped, err)
			}
		})
		got, err := s.Value(t.Context(), "token")
		if string(got) != next || err != nil {
			t.Errorf("Value = %q, %v, want %q", got, err, next)
		}
		// But only the winner: the same again is another swap.
		if swapped, err := s.Swap(t.Context(), "token", []byte(now), []byte(next)); swapped || err != nil {
			t.Errorf("Swap of %q for %q again = %v, %v, want it refused", now, next, swapped, err)
		}
		now = next
	}
	for _, holder := range []string{"a", "a"} {
		line.losing(1, func() {
			if held, err := s.Hold(t.Context(), "lease", holder, time.Hour); !held || err != nil {
				t.Errorf("Hold = %v, %v", held, err)
			}
		})
	}
	line.losing(1, func() {
		if err := s.LetGo(t.Context(), "lease", "a"); err != nil {
			t.Errorf("LetGo: %v", err)
		}
	})
	if held, err := s.Hold(t.Context(), "lease", "b", time.Hour); !held || err != nil {
		t.Errorf("Hold of what was let go = %v, %v", held, err)
	}
}

// What no replica holds is not told as done, and what is swapped for itself
// afterwards is.
func TestTooFewReplicasForATokenOrALease(t *testing.T) {
	sentinels := redistest.NewSentinels(t)
	s := mustOpen(t, sentinels.URL(), redisstore.Options{})
	replica := sentinels.Replica(t)
	replica.Pause()
	if swapped, err := s.Swap(t.Context(), "token", nil, []byte("one")); swapped || !errors.Is(err, exchange.ErrUnavailable) {
		t.Errorf("Swap without a replica = %v, %v, want ErrUnavailable", swapped, err)
	}
	if held, err := s.Hold(t.Context(), "lease", "a", time.Hour); held || !errors.Is(err, exchange.ErrUnavailable) {
		t.Errorf("Hold without a replica = %v, %v, want ErrUnavailable", held, err)
	}
	replica.Resume()
	eventually(t, func() error {
		swapped, err := s.Swap(t.Context(), "token", []byte("one"), []byte("one"))
		if err == nil && !swapped {
			t.Error("Swap of what was swapped before for itself was refused")
		}
		return err
	})
	eventually(t, func() error {
		held, err := s.Hold(t.Context(), "lease", "a", time.Hour)
		if err == nil && !held {
			t.Error("Hold by the holder was refused")
		}
		return err
	})
}

// P2: a token that was swapped is there after a failover, and so is a lease.
func TestATokenSurvivesAFailover(t *testing.T) {
	sentinels := redistest.NewSentinels(t, redistest.Config("--min-replicas-to-write", "1"))
	s := mustOpen(t, sentinels.URL(), redisstore.Options{})
	eventually(t, func() error {
		_, err := s.Hold(t.Context(), "lease", "a", time.Hour)
		return err
	})
	eventually(t, func() error {
		_, err := s.Swap(t.Context(), "token", nil, []byte("one"))
		return err
	})
	sentinels.Kill(t)
	eventually(t, func() error {
		got, err := s.Value(t.Context(), "token")
		if err == nil && string(got) != "one" {
			t.Errorf("Value = %q, want what was swapped before", got)
		}
		return err
	})
	if left, err := s.Hold(t.Context(), "lease", "b", time.Hour); left {
		t.Errorf("Hold by another = %v, %v, want it refused", left, err)
	}
}

// Whatever goes wrong, a token is in no error.
func TestARefusalQuotesNoToken(t *testing.T) {
	t.Parallel()
	const secret = "khoá-của-tài-khoản"
	mute := redistest.Single(t)
	odd := redistest.Single(t)
	client := odd.Client(t)
	for _, key := range []string{"dt:{house}:value:" + secret, "dt:{house}:lease:" + secret} {
		if err := client.HSet(t.Context(), key, secret, secret).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for name, server := range map[string]*redistest.Server{"no scripts": mute, "keys of another type": odd} {
		s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
		if server == mute {
			forbidScripts(t, server)
		}
		_, swap := s.Swap(t.Context(), secret, []byte(secret), []byte(secret))
		_, hold := s.Hold(t.Context(), secret, secret, time.Minute)
		for call, err := range map[string]error{"Swap": swap, "Hold": hold, "LetGo": s.LetGo(t.Context(), secret, secret)} {
			if !errors.Is(err, exchange.ErrUnavailable) || strings.Contains(err.Error(), "kho") {
				t.Errorf("%s: %s = %v, want the refusal alone", name, call, err)
			}
		}
	}
	if err := client.Set(t.Context(), "dt:{house}:value:torn", "torn", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, odd.URL(), redisstore.Options{}.ForTests())
	if got, err := s.Value(t.Context(), "torn"); !errors.Is(err, record.ErrCorrupt) {
		t.Errorf("Value of what nobody swapped = %q, %v, want ErrCorrupt", got, err)
	}
}

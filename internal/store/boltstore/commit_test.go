package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// What queued up during a commit shares the next one; a neighbour that fails or
// panics in it spoils nobody else's step, and its own is undone.
func TestAFaultStaysWithItsStep(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, newPath(t), quiet)
	started, release := make(chan struct{}), make(chan struct{})
	var callers sync.WaitGroup
	callers.Go(func() {
		if err := s.Pause(started, release); err != nil {
			t.Errorf("Hold: %v", err)
		}
	})
	<-started
	fault := errors.New("fault")
	for i := range 20 {
		callers.Go(func() {
			switch i {
			case 5, 15:
				if err := s.Spoil(t.Context(), func() error { return fault }); !errors.Is(err, fault) {
					t.Errorf("Spoil = %v", err)
				}
			case 10:
				if err := s.Spoil(t.Context(), func() error { panic("broken page") }); err == nil {
					t.Error("a panic was answered with success")
				}
			default:
				saved, err := s.Save(t.Context(), record.Save{Chat: bot.ChatID{Chat: fmt.Sprint(i)}, Update: "1"})
				if err != nil || saved.Outcome != record.Done {
					t.Errorf("Save = %+v, %v", saved, err)
				}
			}
		})
	}
	close(release)
	callers.Wait()
	err := s.Walk(func(key, _ []byte) {
		if string(key) == "housespoilt" {
			t.Error("what a failed step wrote was committed")
		}
	})
	if err != nil {
		t.Error(err)
	}
	for i := range 20 {
		c, err := s.Load(t.Context(), bot.ChatID{Chat: fmt.Sprint(i)})
		if want := uint64(1); err != nil || c.Revision != want && i != 5 && i != 10 && i != 15 {
			t.Errorf("chat %d has revision %d, %v", i, c.Revision, err)
		}
	}
}

// A caller who gives up while its save is queued is answered at once, and the
// save is left out.
func TestACallerMayGiveUp(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, newPath(t), quiet)
	started, release := make(chan struct{}), make(chan struct{})
	held := make(chan error, 1)
	go func() { held <- s.Pause(started, release) }()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := s.Save(ctx, record.Save{Chat: alice, Update: "1"})
		result <- err
	}()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("Save = %v", err)
	}
	close(release)
	if err := <-held; err != nil {
		t.Error(err)
	}
	if saved, err := s.Save(t.Context(), record.Save{Chat: alice, Update: "1"}); err != nil || saved.Outcome != record.Done {
		t.Errorf("Save = %+v, %v: the abandoned one happened", saved, err)
	}
}

// Close answers everybody: what was queued before it is committed, what comes
// later is refused.
func TestCloseCommitsWhatIsQueued(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := mustOpen(t, path, quiet)
	const n = 50
	var mu sync.Mutex
	done := map[int]bool{}
	var callers sync.WaitGroup
	first := make(chan struct{})
	var once sync.Once
	for i := range n {
		callers.Go(func() {
			saved, err := s.Save(t.Context(), record.Save{Chat: bot.ChatID{Chat: fmt.Sprint(i)}, Update: "1"})
			switch {
			case err == nil && saved.Outcome == record.Done:
				mu.Lock()
				done[i] = true
				mu.Unlock()
			case !errors.Is(err, exchange.ErrClosed):
				t.Errorf("Save = %+v, %v", saved, err)
			}
			once.Do(func() { close(first) })
		})
	}
	<-first
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	callers.Wait()
	s = mustOpen(t, path, quiet)
	for i := range n {
		c, err := s.Load(t.Context(), bot.ChatID{Chat: fmt.Sprint(i)})
		if err != nil || (c.Revision == 1) != done[i] {
			t.Errorf("chat %d has revision %d, %v; acknowledged: %v", i, c.Revision, err, done[i])
		}
	}
}

// The sweeper works by itself.
func TestTheSweeperRuns(t *testing.T) {
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		options := quiet
		options.SweepEvery = record.KeepChat / 4
		s := mustOpen(t, path, options)
		if _, err := s.Save(t.Context(), record.Save{Chat: alice, Update: "1"}); err != nil {
			t.Fatal(err)
		}
		waitFor(t, record.KeepChat*3/2)
		err := s.Walk(func(key, _ []byte) {
			if string(key[:4]) == "chat" {
				t.Error("an expired chat is still there")
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}

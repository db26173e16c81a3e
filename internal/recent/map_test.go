package recent_test

import (
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/recent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMapIsBounded(t *testing.T) {
	t.Parallel()
	m := recent.New[int, int](10)
	for i := range 1000 {
		m.Put(i, i)
		if _, ok := m.Get(0); !ok { // somebody who keeps coming is remembered
			t.Fatalf("a key in use was forgotten after %d", i)
		}
		if n := m.Len(); n > 20 {
			t.Fatalf("%d keys after %d, want 20 at most", n, i)
		}
	}
	if v, ok := m.Get(995); !ok || v != 995 {
		t.Error("one of the last ten keys was forgotten")
	}
	if _, ok := m.Get(500); ok {
		t.Error("an old key is still there")
	}
	m.Drop(995)
	if _, ok := m.Get(995); ok {
		t.Error("a dropped key is still there")
	}
}

// A key that is asked for and was never put is not made by that.
func TestAskingPutsNothing(t *testing.T) {
	t.Parallel()
	m := recent.New[string, int](10)
	if v, ok := m.Get("a"); ok || v != 0 || m.Len() != 0 {
		t.Errorf("got %d, %t, %d keys", v, ok, m.Len())
	}
	m.Change("a", func(old int, there bool) (int, bool) { return old + 1, there })
	if m.Len() != 0 {
		t.Error("a change that keeps nothing has put something")
	}
}

func TestChangesDoNotMeet(t *testing.T) {
	t.Parallel()
	m := recent.New[string, int](1)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				m.Change("a", func(old int, _ bool) (int, bool) { return old + 1, true })
			}
		})
	}
	all.Wait()
	if v, _ := m.Get("a"); v != 800 {
		t.Errorf("counted to %d, want 800", v)
	}
}

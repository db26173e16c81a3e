package telegram

import (
	"testing"
	"time"
)

func TestFloods(t *testing.T) {
	t.Parallel()
	f := newFloods(Flood{Burst: 3, Every: 2 * time.Second})
	begin := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		at       time.Duration
		ok, tell bool
	}{
		{0, true, false}, {0, true, false}, {0, true, false}, // the burst
		{0, false, true}, {0, false, false}, // told once
		{2 * time.Second, true, false}, {2 * time.Second, false, false}, // one more in its time, and silence
		{20 * time.Second, true, false}, {20 * time.Second, true, false}, {20 * time.Second, true, false},
		{20 * time.Second, false, false}, // never calm in between: still silence
		{60 * time.Second, true, false}, {60 * time.Second, true, false}, {60 * time.Second, true, false},
		{60 * time.Second, false, true}, // calm in between: told again
	} {
		ok, tell := f.allow(1, begin.Add(step.at))
		if ok != step.ok || tell != step.tell {
			t.Errorf("step %d at %v: got %t, %t, want %t, %t", i, step.at, ok, tell, step.ok, step.tell)
		}
	}
	if ok, _ := f.allow(2, begin); !ok {
		t.Error("another chat has to wait too")
	}
	for range 10 { // what is given back costs nothing
		if ok, _ := f.allow(3, begin); !ok {
			t.Fatal("a message that was not taken was held against its chat")
		}
		f.giveBack(3)
	}
}

func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	m := newRecent[int, int](10)
	for i := range 1000 {
		m.put(i, i)
		if _, ok := m.get(0); !ok { // somebody who keeps coming is remembered
			t.Fatalf("a key in use was forgotten after %d", i)
		}
		if n := len(m.young) + len(m.old); n > 20 {
			t.Fatalf("%d keys after %d, want 20 at most", n, i)
		}
	}
	if v, ok := m.get(995); !ok || v != 995 {
		t.Error("one of the last ten keys was forgotten")
	}
	if _, ok := m.get(500); ok {
		t.Error("an old key is still there")
	}
	m.drop(995)
	if _, ok := m.get(995); ok {
		t.Error("a dropped key is still there")
	}
}

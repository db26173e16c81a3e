package desks

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/watch"
	"github.com/doithoai/doithoai/knowledge"
)

// smallWorld has what the sample names.
func smallWorld() World {
	return World{
		Places: []knowledge.Place{{ID: "tinh-khe", Name: "Tịnh Khê", Kind: "xã"}},
		Topics: []knowledge.Topic{{ID: "bao-hiem-y-te", Name: "Bảo hiểm y tế"}},
		Zone:   time.FixedZone("", 7*60*60),
	}
}

// A bad edit keeps the last good one: onLoad gets nil and the version stays.
func TestWatchKeepsTheLastGoodOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), FileName)
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(sample)
	synctest.Test(t, func(t *testing.T) {
		type seen struct {
			desks *Desks
			Outcome
		}
		got := make(chan seen, 10)
		changes, done := make(chan struct{}), make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		w := &watcher{path: path, world: smallWorld, onLoad: func(d *Desks, o Outcome) { got <- seen{d, o} },
			now: func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }}
		go func() { done <- w.run(ctx, changes) }()
		next := func(why string) seen {
			t.Helper()
			synctest.Wait()
			select {
			case s := <-got:
				return s
			default:
				t.Fatalf("%s: nothing was loaded", why)
				return seen{}
			}
		}
		first := next("at the start")
		if first.desks == nil || !first.OK || first.Version != first.desks.Version() {
			t.Fatalf("start: %+v", first.Outcome)
		}

		write(strings.Replace(sample, "trưởng: lan", "trưởng: lam", 1))
		changes <- struct{}{}
		time.Sleep(watch.Settle)
		if s := next("a bad edit"); s.desks != nil || s.OK || s.Version != first.Version || len(s.Report.Errors()) != 1 {
			t.Fatalf("a bad edit: %+v", s.Outcome)
		}

		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(watch.Poll) // no change is told
		if s := next("the file is gone"); s.desks != nil || s.OK || s.Version != first.Version || s.Report.Faults[0].Code != "missing-file" {
			t.Fatalf("the file is gone: %+v", s.Outcome)
		}

		time.Sleep(2 * watch.Poll)
		synctest.Wait()
		if len(got) > 0 {
			t.Fatalf("loaded again without a change: %+v", (<-got).Outcome)
		}

		write(strings.Replace(sample, "Chị Lan", "Cô Lan", 1))
		changes <- struct{}{}
		time.Sleep(watch.Settle)
		if s := next("mended"); s.desks == nil || s.Version == first.Version {
			t.Fatalf("mended: %+v", s.Outcome)
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

// At the start there is nothing to keep.
func TestWatchRefusesToStart(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"broken": "cán bộ: không ai", "not there": ""} {
		path := filepath.Join(t.TempDir(), FileName)
		if text != "" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		calls := 0
		err := Watch(t.Context(), path, smallWorld, nil, func(d *Desks, o Outcome) {
			calls++
			if d != nil || o.OK || o.Report.OK() || o.Version != "" {
				t.Errorf("%s: %+v", name, o)
			}
		})
		if !errors.Is(err, ErrFaulty) || calls != 1 {
			t.Errorf("%s: got %v after %d calls, want ErrFaulty after one", name, err, calls)
		}
	}
}

// The whole of it, with a real file.
func TestWatchARealFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	versions, done := make(chan string, 10), make(chan error, 1)
	go func() {
		done <- Watch(ctx, path, smallWorld, func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) },
			func(_ *Desks, o Outcome) { versions <- o.Version })
	}()
	first := <-versions
	changed := strings.Replace(sample, "Chị Lan", "Cô Lan", 1)
	if err := os.WriteFile(path+".tmp", []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		t.Fatal(err)
	}
	select {
	case second := <-versions:
		if second == first {
			t.Error("the version did not change")
		}
	case <-time.After(30 * time.Second):
		t.Error("a change was not loaded")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

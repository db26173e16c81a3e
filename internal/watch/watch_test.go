package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/watch"
)

func TestLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		changes, done := make(chan struct{}), make(chan struct{})
		var looks atomic.Int32
		go func() {
			watch.Loop(ctx, changes, func() { looks.Add(1) })
			close(done)
		}()
		want := func(n int32, why string) {
			t.Helper()
			synctest.Wait()
			if got := looks.Load(); got != n {
				t.Fatalf("%s: looked %d times, want %d", why, got, n)
			}
		}
		changes <- struct{}{}
		time.Sleep(watch.Settle - 1)
		changes <- struct{}{}
		time.Sleep(watch.Settle - 1)
		want(0, "before the changes settled")
		time.Sleep(time.Nanosecond)
		want(1, "after two changes settled")
		time.Sleep(watch.Poll)
		want(2, "after a while without changes")
		cancel()
		<-done
	})
}

func TestNotify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	changes := make(chan struct{}, 1)
	stop, err := watch.Notify(dir, changes)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	inner := filepath.Join(dir, "inner")
	for _, step := range []func() error{
		func() error { return os.WriteFile(filepath.Join(dir, "a"), []byte("1"), 0o600) },
		func() error { return os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b")) },
		func() error { return os.Mkdir(inner, 0o700) },
		func() error { return os.Remove(filepath.Join(dir, "b")) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changes:
		case <-time.After(10 * time.Second):
			t.Fatal("a change was not told")
		}
	}
	if _, err := watch.Notify(filepath.Join(dir, "missing"), changes); err == nil {
		t.Error("a folder that is not there is watched")
	}
}

func TestNotifyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, other := filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b.yaml")
	changes := make(chan struct{}, 1)
	stop, err := watch.NotifyFile(file, changes)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, file); err != nil { // the usual way to save
		t.Fatal(err)
	}
	select {
	case <-changes:
	case <-time.After(10 * time.Second):
		t.Fatal("the file was replaced and nothing told")
	}
	stop()
	if _, err := watch.NotifyFile(filepath.Join(dir, "missing", "a.yaml"), changes); err == nil {
		t.Error("a file in a folder that is not there is watched")
	}
}

func TestNotifyFileKeepsQuietAboutOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	changes := make(chan struct{}, 1)
	stop, err := watch.NotifyFile(filepath.Join(dir, "a.yaml"), changes)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := os.WriteFile(filepath.Join(dir, "b.yaml"), []byte("1"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stop() // waits for the events that came
	select {
	case <-changes:
		t.Error("a change of another file was told")
	default:
	}
}

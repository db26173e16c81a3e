package knowledge

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/watch"
)

// folder is a folder that a test changes under the watcher.
type folder struct {
	mu    sync.Mutex
	files fstest.MapFS
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS("testdata/sample")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return &folder{files: files}
}

func (f *folder) open() fs.FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.files)
}

const sampleEntry = "bao-hiem-y-te/bhyt-ho-ngheo.yaml"

func (f *folder) write(name, old, new string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	data := strings.ReplaceAll(string(f.files[name].Data), old, new)
	f.files[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
}

type seen struct {
	base *Base
	Outcome
}

// P5: a bad edit never reaches a resident; the last good base keeps serving.
func TestWatch(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []seen
		changes := make(chan struct{})
		w := &watcher{open: f.open, copies: lastGood{dir}, onLoad: func(b *Base, o Outcome) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, seen{b, o})
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.run(ctx, changes) }()
		last := func(n int) seen {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if len(got) != n {
				t.Fatalf("onLoad was called %d times, want %d", len(got), n)
			}
			return got[n-1]
		}

		first := last(1)
		if first.base == nil || !first.OK || first.LastGood || first.Err != nil || first.Version != first.base.Version() {
			t.Fatalf("start: %+v", first)
		}

		// Several changes in a row are one.
		f.write(sampleEntry, "Căn cước", "Thẻ căn cước")
		for range 3 {
			changes <- struct{}{}
			time.Sleep(watch.Settle / 2)
		}
		last(1)
		time.Sleep(watch.Settle)
		second := last(2)
		if second.base == nil || second.Version == first.Version {
			t.Fatalf("after a change: %+v", second)
		}

		// A change that changed nothing.
		changes <- struct{}{}
		time.Sleep(2 * watch.Settle)
		last(2)

		// A broken folder, found by the watch.Poll alone.
		f.write(sampleEntry, "mã:", "mã")
		time.Sleep(watch.Poll)
		third := last(3)
		if third.base != nil || third.OK || third.Version != second.Version || third.Report.OK() {
			t.Fatalf("after a bad edit: %+v", third)
		}
		time.Sleep(3 * watch.Poll)
		last(3) // told once

		f.write(sampleEntry, "mã b", "mã: b")
		time.Sleep(watch.Poll)
		if fourth := last(4); fourth.base == nil || fourth.Version != second.Version {
			t.Fatalf("mended: %+v", fourth)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// P5, across a restart.
func TestWatchStartsWithTheCopy(t *testing.T) {
	t.Parallel()
	f, dir := newFolder(t), t.TempDir()
	start := func(copies string) (seen, error) {
		var out seen
		ctx, cancel := context.WithCancel(t.Context())
		w := &watcher{open: f.open, copies: lastGood{copies}, onLoad: func(b *Base, o Outcome) { out = seen{b, o}; cancel() }}
		err := w.run(ctx, nil)
		cancel()
		return out, err
	}
	good, err := start(dir)
	if err != nil {
		t.Fatal(err)
	}
	f.write(sampleEntry, "mã:", "mã")
	got, err := start(dir)
	if err != nil || got.OK || !got.LastGood || got.base.Digest != good.base.Digest || got.Report.OK() {
		t.Errorf("restart: %+v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, lastGoodFile), []byte("half a zip"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, copies := range []string{dir, t.TempDir(), ""} {
		if got, err := start(copies); err == nil || got.base != nil {
			t.Errorf("copies in %q: %+v, %v, want an error", copies, got, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A real folder: the system's own notices arrive.
func TestWatchFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/sample")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	loads := make(chan Outcome, 10)
	done := make(chan error, 1)
	go func() { done <- Watch(ctx, dir, t.TempDir(), func(_ *Base, o Outcome) { loads <- o }) }()
	first := <-loads
	file := filepath.Join(dir, "cau_hoi_thu", "them.jsonl")
	if err := os.WriteFile(file, []byte(`{"q": "hộ nghèo có thẻ không", "id": "bhyt-ho-ngheo"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if second := <-loads; !second.OK || second.Version == first.Version {
		t.Errorf("got %+v after %+v", second, first)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

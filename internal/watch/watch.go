package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// How a folder is watched. An editor's program writes a file in several steps,
// and copying a folder takes a while: Settle is how long nothing may happen
// before we look. Every Poll we look anyway.
const (
	Settle = 500 * time.Millisecond
	Poll   = 30 * time.Second
)

// Loop calls look, from the caller's goroutine, when changes have come and
// settled, and every now and then without any; until the context ends.
func Loop(ctx context.Context, changes <-chan struct{}, look func()) {
	ticker := time.NewTicker(Poll)
	defer ticker.Stop()
	settled := time.NewTimer(Settle)
	settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
			settled.Reset(Settle)
		case <-settled.C:
			look()
		case <-ticker.C:
			look()
		}
	}
}

// Notify sends to changes when something in the folder changes. It never
// blocks: one pending change is as good as ten. Folders within are watched too,
// also new ones. Network drives report nothing; [Loop] looks at them anyway.
func Notify(dir string, changes chan<- struct{}) (stop func(), err error) {
	return start(changes, func(w *fsnotify.Watcher) error { return watchTree(w, dir) },
		func(w *fsnotify.Watcher, event fsnotify.Event) bool {
			if event.Has(fsnotify.Create) {
				_ = watchTree(w, event.Name) // a new folder; what fails here Loop finds
			}
			return true
		})
}

// NotifyFile is [Notify] for one file, which need not be there yet. It is the
// folder that is watched, because editors' programs replace a file by another;
// what else changes there is not told, and folders within are not looked at.
func NotifyFile(path string, changes chan<- struct{}) (stop func(), err error) {
	path = filepath.Clean(path)
	return start(changes, func(w *fsnotify.Watcher) error { return w.Add(filepath.Dir(path)) },
		func(_ *fsnotify.Watcher, event fsnotify.Event) bool {
			return filepath.Base(event.Name) == filepath.Base(path)
		})
}

// start watches what add adds and tells the events that matter. Errors are told
// too: something was missed.
func start(changes chan<- struct{}, add func(*fsnotify.Watcher) error, matters func(*fsnotify.Watcher, fsnotify.Event) bool) (stop func(), err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	if err := add(watcher); err != nil {
		return nil, errors.Join(fmt.Errorf("watch: %w", err), watcher.Close())
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case event, ok := <-watcher.Events:
				if !ok {
					return
				}
				if !matters(watcher, event) {
					continue
				}
			case _, ok := <-watcher.Errors:
				if !ok {
					return
				}
			}
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	}()
	return func() {
		_ = watcher.Close()
		<-done
	}, nil
}

// watchTree watches a folder and those in it; of a file it does nothing.
func watchTree(w *fsnotify.Watcher, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return w.Add(path)
	})
}

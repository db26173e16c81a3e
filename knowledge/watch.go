package knowledge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Outcome is one attempt to load a watched base, for the log and /healthz.
type Outcome struct {
	Time     time.Time `json:"time"`
	OK       bool      `json:"ok"`        // the folder was loaded
	LastGood bool      `json:"last_good"` // the folder is broken and the copy on disk serves since the start
	Version  string    `json:"version"`   // of the base that serves after this attempt
	Report   Report    `json:"report"`    // of the folder
	Err      error     `json:"-"`         // the copy could not be written or read; serving goes on
}

// How a folder is watched. An editor's program writes a file in several steps,
// and copying a folder takes a while: settle is how long nothing may happen
// before we read. Network drives report nothing, so every poll we look anyway.
const (
	settle = 500 * time.Millisecond
	poll   = 30 * time.Second
)

// Watch loads the base in dir, calls onLoad, and goes on doing so whenever the
// folder changes, until the context ends; then it returns nil. It calls onLoad
// from one goroutine, the caller's own.
//
// A base that loads is copied to lastGoodDir. If the folder is broken, onLoad
// gets a nil base: keep the one you have. Only at the start, when there is
// none, the copy is loaded instead; if that fails too, Watch returns an error.
// lastGoodDir may be empty: no copy is kept.
func Watch(ctx context.Context, dir, lastGoodDir string, onLoad func(*Base, Outcome)) error {
	return Options{}.Watch(ctx, dir, lastGoodDir, onLoad)
}

// Watch is [Watch] with options. A zero Today stays zero for every load.
func (o Options) Watch(ctx context.Context, dir, lastGoodDir string, onLoad func(*Base, Outcome)) error {
	changes := make(chan struct{}, 1)
	stop, err := notify(dir, changes)
	if err == nil {
		defer stop()
	} // else polling alone has to do
	w := &watcher{
		options: o,
		open:    func() fs.FS { return os.DirFS(dir) },
		copies:  lastGood{lastGoodDir},
		onLoad:  onLoad,
	}
	return w.run(ctx, changes)
}

type watcher struct {
	options Options
	open    func() fs.FS
	copies  lastGood
	onLoad  func(*Base, Outcome)
	tried   string // fingerprint of the folder when it was last loaded
	serving string // version
}

func (w *watcher) run(ctx context.Context, changes <-chan struct{}) error {
	if err := w.start(); err != nil {
		return err
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	settled := time.NewTimer(settle)
	settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changes:
			settled.Reset(settle)
		case <-settled.C:
			w.reload()
		case <-ticker.C:
			w.reload()
		}
	}
}

// start loads the folder, or else the copy.
func (w *watcher) start() error {
	s := takeSnapshot(w.open())
	w.tried = s.fingerprint()
	base, out := w.load(s)
	if base != nil {
		w.onLoad(base, out)
		return nil
	}
	base, err := w.copies.load()
	if err != nil {
		out.Err = err
		w.onLoad(nil, out)
		return fmt.Errorf("load knowledge: %d errors in the folder and no copy that can serve: %w", len(out.Report.Errors()), err)
	}
	w.serving = base.Version()
	out.LastGood, out.Version = true, w.serving
	w.onLoad(base, out)
	return nil
}

// reload loads the folder if it is not what was tried last.
func (w *watcher) reload() {
	s := takeSnapshot(w.open())
	now := s.fingerprint()
	if now == w.tried {
		return
	}
	w.tried = now
	base, out := w.load(s)
	w.onLoad(base, out)
}

func (w *watcher) load(s *snapshot) (*Base, Outcome) {
	base, report := w.options.build(s)
	out := Outcome{Time: time.Now(), OK: base != nil, Version: w.serving, Report: report}
	if base != nil {
		w.serving = base.Version()
		out.Version = w.serving
		out.Err = w.copies.save(s)
	}
	return base, out
}

// notify sends to changes when something in the folder changes. It never
// blocks: one pending change is as good as ten.
func notify(dir string, changes chan<- struct{}) (stop func(), err error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := watchTree(watcher, dir); err != nil {
		return nil, errors.Join(err, watcher.Close())
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
				if event.Has(fsnotify.Create) {
					_ = watchTree(watcher, event.Name) // a new folder; what fails here the poll finds
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

package knowledge

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/doithoai/doithoai/internal/watch"
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
	stop, err := watch.Notify(dir, changes)
	if err == nil {
		defer stop()
	} // else looking every now and then has to do
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
	watch.Loop(ctx, changes, w.reload)
	return nil
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

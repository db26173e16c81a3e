package desks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/watch"
)

// ErrFaulty says that a file has faults and nothing can be served instead.
var ErrFaulty = errors.New("desks have errors")

// Outcome is one attempt to load a watched file, for the log and /healthz.
type Outcome struct {
	Time    time.Time `json:"time"`
	OK      bool      `json:"ok"`
	Version string    `json:"version"` // of what serves after this attempt
	Report  Report    `json:"report"`
}

// LoadFile is [Load] of a file on disk, called by its base name. What cannot be
// read is a fault.
func LoadFile(path string, world World, now time.Time) (*Desks, Report) {
	data, fault := read(path)
	if fault != nil {
		return nil, Report{Faults: []Fault{*fault}}
	}
	return Load(filepath.Base(path), data, world, now)
}

// read reads no more than can be a file of desks.
func read(path string) ([]byte, *Fault) {
	var data []byte
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		data, err = io.ReadAll(io.LimitReader(f, strictyaml.MaxSize+1))
	}
	if err == nil {
		return data, nil
	}
	fault := Fault{
		File: filepath.Base(path), Severity: keyfile.Error, Code: "unreadable",
		Message: "Không đọc được tệp này.", Cure: "Xem đường dẫn có đúng không và máy có quyền đọc không.",
	}
	if errors.Is(err, os.ErrNotExist) {
		fault.Code, fault.Message, fault.Cure = "missing-file", "Không có tệp này.", "Xem lại đường dẫn, hoặc tạo tệp mẫu: doithoai desks init TỆP."
	}
	return nil, &fault
}

// Watch loads the file at path, calls onLoad, and goes on doing so whenever it
// changes, until the context ends; then it returns nil. It calls onLoad from one
// goroutine, the caller's own.
//
// If the file is broken or gone, onLoad gets nil: keep what you have. At the
// start there is nothing to keep; then Watch returns [ErrFaulty] right after
// onLoad. World is asked before every load, so that a new knowledge base counts
// at the next one; now may be nil for time.Now.
func Watch(ctx context.Context, path string, world func() World, now func() time.Time, onLoad func(*Desks, Outcome)) error {
	if now == nil {
		now = time.Now
	}
	changes := make(chan struct{}, 1)
	stop, err := watch.NotifyFile(path, changes)
	if err == nil {
		defer stop()
	} // else looking every now and then has to do
	w := &watcher{path: path, world: world, now: now, onLoad: onLoad}
	return w.run(ctx, changes)
}

type watcher struct {
	path    string
	world   func() World
	now     func() time.Time
	onLoad  func(*Desks, Outcome)
	tried   []byte // the file when it was last loaded
	fault   string // or why it was not read
	serving string // version
}

func (w *watcher) run(ctx context.Context, changes <-chan struct{}) error {
	data, fault := read(w.path)
	if report, ok := w.load(data, fault); !ok {
		return fmt.Errorf("load %s: %d faults: %w", filepath.Base(w.path), len(report.Errors()), ErrFaulty)
	}
	watch.Loop(ctx, changes, w.look)
	return nil
}

// look loads the file if it is not what was tried last.
func (w *watcher) look() {
	data, fault := read(w.path)
	if w.fault == code(fault) && bytes.Equal(data, w.tried) {
		return
	}
	w.load(data, fault)
}

func (w *watcher) load(data []byte, fault *Fault) (Report, bool) {
	w.tried, w.fault = data, code(fault)
	at := w.now()
	var desks *Desks
	report := Report{}
	if fault != nil {
		report.Faults = []Fault{*fault}
	} else {
		desks, report = Load(filepath.Base(w.path), data, w.world(), at)
	}
	if desks != nil {
		w.serving = desks.Version()
	}
	w.onLoad(desks, Outcome{Time: at, OK: desks != nil, Version: w.serving, Report: report})
	return report, desks != nil
}

func code(f *Fault) string {
	if f == nil {
		return ""
	}
	return f.Code
}

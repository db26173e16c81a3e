package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// Where a base came from, as /healthz names it.
const (
	sourceBuiltIn = "built-in"
	sourceFolder  = "folder"
	sourceKept    = "last good copy" // the folder has been faulty since before the start
)

// library holds the base in use and lets it be replaced while messages are in
// work: a message keeps the base it began with.
type library struct {
	log      *slog.Logger
	location *time.Location
	folder   string // of the settings; empty means the built-in base
	copies   string // folder for the copy of the last good base

	stop func() error // ends the watching of the folder; nil if there is none

	fitting sync.Mutex
	fitted  *knowledge.Matcher // the latest; guarded by fitting

	current atomic.Pointer[edition]
	last    atomic.Pointer[reload]
}

// edition is a base with the engine that speaks from it.
type edition struct {
	version string
	source  string
	engine  *bot.Engine
	base    *knowledge.Base
}

// reload is how the latest attempt to load a base ended.
type reload struct {
	At       time.Time `json:"at"`
	OK       bool      `json:"ok"`
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
}

var _ exchange.Talker = (*library)(nil)

func newLibrary(settings *config.Config, copies string, log *slog.Logger) *library {
	return &library{
		log:      log.With("component", "library"),
		location: settings.Timezone,
		folder:   settings.Knowledge,
		copies:   copies,
	}
}

// Decide lets the engine of the base in use decide.
func (l *library) Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	return l.current.Load().engine.Decide(conv, m, now)
}

// picture returns a picture of the base in use.
func (l *library) picture(key string) ([]byte, bool) { return l.current.Load().base.Picture(key) }

// place is how a commune is called: «xã Tịnh Khê», or its id if the base in use
// does not know it any more.
func (l *library) place(id string) string {
	for _, p := range l.current.Load().base.Places {
		if p.ID == id {
			return p.Kind + " " + p.Name
		}
	}
	return id
}

// open loads the first base and, of a folder, keeps it current until close.
// The start fails only if there is nothing at all to serve.
func (l *library) open() error {
	if l.folder == "" {
		base, report := knowledge.Load(quangngai.FS())
		if base == nil {
			return refusedBase("", report)
		}
		l.use(base, sourceBuiltIn)
		l.note(true, report)
		return nil
	}

	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan knowledge.Report, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- knowledge.Options{Asker: l.asker}.Watch(ctx, l.folder, l.copies, func(base *knowledge.Base, attempt knowledge.Outcome) {
			l.take(base, attempt)
			select {
			case first <- attempt.Report:
			default:
			}
		})
	}()
	l.stop = func() error {
		cancel()
		return <-ended
	}
	report := <-first
	if l.current.Load() == nil {
		err := l.close(ctx)
		l.log.Error("nothing to serve", "error", err)
		return refusedBase(l.folder, report)
	}
	return nil
}

// close ends the watching of the folder; the base in use stays.
func (l *library) close(context.Context) error {
	if l.stop == nil {
		return nil
	}
	stop := l.stop
	l.stop = nil
	return stop()
}

// follow reads a folder anew, or another one that was found good before.
func (l *library) follow(folder string) error {
	err := l.close(context.Background())
	l.folder = folder
	return errors.Join(err, l.open())
}

// take is told of every attempt to load the folder. The outcome is noted last:
// who reads that a base is in use must find it in use.
func (l *library) take(base *knowledge.Base, attempt knowledge.Outcome) {
	if attempt.Err != nil {
		l.log.Error("copy of the last good knowledge failed", "error", attempt.Err)
	}
	switch {
	case base == nil:
	case attempt.LastGood:
		l.use(base, sourceKept)
	default:
		l.use(base, sourceFolder)
	}
	l.note(attempt.OK, attempt.Report)
}

// note records how an attempt ended. The faults themselves are for editors:
// «kb check» shows them.
func (l *library) note(ok bool, report knowledge.Report) {
	outcome := &reload{At: time.Now().UTC(), OK: ok, Errors: len(report.Errors()), Warnings: len(report.Warnings())}
	if !ok {
		l.log.Error("knowledge refused", "errors", outcome.Errors)
	}
	l.last.Store(outcome)
}

// use fits an engine to the base, while the one before goes on serving, and
// puts it in its place.
func (l *library) use(base *knowledge.Base, source string) {
	matcher := l.fit(base)
	l.keep(matcher)
	base.Models = nil // a fifth of the memory, and never read again
	engine := bot.NewEngine(matcher, l.location)
	l.current.Store(&edition{base.Version(), source, engine, base})
	debug.FreeOSMemory() // reading a base takes several times what keeping it does
	l.log.Info("knowledge in use", "source", source, "version", base.Version(), "entries", len(base.IDs()))
}

// asker lets the base under check answer its own test questions; the matcher
// made for that is the one that serves if the base passes.
func (l *library) asker(base *knowledge.Base) knowledge.Asker {
	m := l.fit(base)
	return m.Asker(knowledge.DateOf(time.Now().In(l.location)))
}

// fit makes the matcher of a base, or returns the one made for it before.
func (l *library) fit(base *knowledge.Base) *knowledge.Matcher {
	l.fitting.Lock()
	defer l.fitting.Unlock()
	if l.fitted != nil && l.fitted.Base() == base {
		return l.fitted
	}
	l.fitted = knowledge.NewMatcher(base, l.cached())
	return l.fitted
}

// keep stores the models of the base in use beside the copies, also those that
// came with the folder: the copy of the last good base has none, and a start
// from it must not take half a minute. Those of a base that was refused are not
// kept, they would take the place of these.
func (l *library) keep(m *knowledge.Matcher) {
	builtIn := l.folder == "" && m.Restored()
	if l.copies == "" || builtIn || m.Fits(l.cached()) {
		return
	}
	err := keepModels(m, m.Base().Models, l.cacheFile())
	if err != nil && !errors.Is(err, knowledge.ErrNoModels) {
		l.log.Warn("models cannot be stored; the next start may learn anew", "error", err)
	}
}

func (l *library) cacheFile() string { return filepath.Join(l.copies, knowledge.ModelsFile) }

func (l *library) cached() []byte {
	stored, err := os.ReadFile(l.cacheFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.log.Warn("stored models cannot be read; learning anew", "error", err)
	}
	return stored
}

// keepModels writes the models of m, from their stored form if they were
// restored from that.
func keepModels(m *knowledge.Matcher, stored []byte, name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), "mo_hinh-*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	if m.Fits(stored) {
		_, err = temp.Write(stored)
	} else {
		err = m.StoreModels(temp)
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}

// refusedBase tells an operator that a base cannot be used.
func refusedBase(folder string, report knowledge.Report) error {
	name, command := "có sẵn", "doithoai kb check"
	if folder != "" {
		name, command = folder, command+" "+folder
	}
	return &Problem{
		What: fmt.Sprintf("Kho kiến thức %s có %d lỗi", name, len(report.Errors())),
		Cure: "Chạy «" + command + "» để xem lỗi gì, ở dòng nào, sửa thế nào",
	}
}

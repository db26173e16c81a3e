package app

import (
	"context"
	"fmt"
	"log/slog"
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

	current atomic.Pointer[edition]
	last    atomic.Pointer[reload]
}

// edition is a base with the engine that speaks from it.
type edition struct {
	version string
	source  string
	engine  *bot.Engine
}

// reload is how the latest attempt to load a base ended.
type reload struct {
	At       time.Time `json:"at"`
	OK       bool      `json:"ok"`
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
}

var _ exchange.Decider = (*library)(nil)

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

// open loads the first base and, of a folder, keeps it current until close.
// The start fails only if there is nothing at all to serve.
func (l *library) open() (stop func(context.Context) error, err error) {
	if l.folder == "" {
		base, report := knowledge.Load(quangngai.FS())
		if base == nil {
			return nil, refusedBase("", report)
		}
		l.use(base, sourceBuiltIn)
		l.note(true, report)
		return func(context.Context) error { return nil }, nil
	}

	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan knowledge.Report, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- knowledge.Watch(ctx, l.folder, l.copies, func(base *knowledge.Base, attempt knowledge.Outcome) {
			l.take(base, attempt)
			select {
			case first <- attempt.Report:
			default:
			}
		})
	}()
	stop = func(context.Context) error {
		cancel()
		return <-ended
	}
	report := <-first
	if l.current.Load() == nil {
		err := stop(ctx)
		l.log.Error("nothing to serve", "error", err)
		return nil, refusedBase(l.folder, report)
	}
	return stop, nil
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
	engine := bot.NewEngine(knowledge.NewMatcher(base, nil), l.location)
	l.current.Store(&edition{base.Version(), source, engine})
	l.log.Info("knowledge in use", "source", source, "version", base.Version(), "entries", len(base.IDs()))
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

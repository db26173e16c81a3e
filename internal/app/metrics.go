package app

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot/webchat"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/metrics"
)

// showFrom has the figures of channels and lanes shown from the start, and the
// state of the program at each scrape.
func (a *App) showFrom(channels []Channel, lanes []delivery.LaneConfig) {
	a.metrics.Channels(webchat.Channel)
	for _, c := range channels {
		a.metrics.Channels(channelOf(c.Lane.Lane))
	}
	for _, l := range lanes {
		a.metrics.Lanes(l.Lane)
		a.lanes = append(a.lanes, l.Lane)
	}
	state := metrics.State{Readiness: standing{a}, Base: a.library.loaded}
	if len(channels) > 0 {
		state.Spool = a.spoolState
	}
	if a.office != nil {
		state.Desks = a.office.loaded
	}
	a.metrics.Show(state)
}

// counted tells the figures of requests that break down, and lets them.
func (a *App) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if value != http.ErrAbortHandler { //nolint:errorlint // the documented way to compare it
				a.metrics.Panicked(metrics.InRequest)
			}
			panic(value)
		}()
		next.ServeHTTP(w, r)
	})
}

func (a *App) spoolState() metrics.Spool {
	s := a.intake.State()
	return metrics.Spool{Messages: s.Spooled, Oldest: s.Oldest, Full: s.Full, Bytes: a.spool.Bytes(), Most: a.spool.MaxBytes()}
}

// loaded tells the figures of the base in use.
func (l *library) loaded() metrics.Loaded {
	edition, last := l.current.Load(), l.last.Load()
	return metrics.Loaded{Version: edition.version, Source: edition.source, Size: len(edition.base.IDs()), OK: last.OK, At: last.At}
}

// loaded tells the figures of the desks in use.
func (o *office) loaded() metrics.Loaded {
	file, last := o.current.Load(), o.last.Load()
	return metrics.Loaded{Version: file.Version(), Size: len(file.All()), OK: last.OK, At: last.At}
}

// standing tells the figures what keeps the program from its work.
type standing struct{ a *App }

// Standing implements [metrics.Readiness].
func (s standing) Standing() (ready bool, codes []string) {
	r := s.a.readiness()
	for _, t := range r.Reasons {
		if code := string(t.Code); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return r.Ready, codes
}

// gatherer returns the loop that looks, now and then, at what a scrape must not
// wait for.
func (a *App) gatherer(data string, log *slog.Logger) func(context.Context) error {
	g := &gathering{app: a, data: data}
	tasks := []metrics.Task{
		{Name: "store", Every: 30 * time.Second, Look: g.store},
		{Name: "cases", Every: 2 * time.Minute, Look: g.cases},
		{Name: "base", Every: time.Minute, Look: g.base},
		{Name: "disk", Every: 30 * time.Second, Look: g.disk},
	}
	if a.office != nil {
		tasks = append(tasks, metrics.Task{Name: "desks", Every: time.Minute, Look: g.desks})
	}
	return func(ctx context.Context) error { return a.metrics.Gather(ctx, log, tasks...) }
}

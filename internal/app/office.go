package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/staff"
)

// office is everything that turns an unanswered question into a case: the file
// of desks, kept current, and who is registered as an officer.
type office struct {
	log       *slog.Logger
	path      string
	settings  *config.Config // of the start: which channels there are
	library   *library
	zone      *time.Location
	stop      func() error // ends the watching of the file
	current   atomic.Pointer[desks.Desks]
	last      atomic.Pointer[reload]
	directory *staff.Directory
}

// openOffice loads the desks of the settings; without them it returns nil, and
// residents are told where their commune's office is.
func (a *App) openOffice(ctx context.Context, settings *config.Config, log *slog.Logger) (*office, error) {
	if settings.Desks == "" {
		return nil, nil //nolint:nilnil // no desks is a way to run
	}
	o := &office{log: log.With("component", "office"), path: settings.Desks, settings: settings, library: a.library, zone: settings.Timezone}
	if err := o.watch(); err != nil {
		return nil, err
	}
	a.cleanups.push("desks", o.close)
	o.directory = staff.New(staff.Config{
		Safe: a.store, Leases: a.store, Key: a.store.Key("invitations"), Roster: o.roster, Log: log,
	})
	if err := o.directory.Fresh(ctx); err != nil {
		return nil, fmt.Errorf("read who is registered: %w", err)
	}
	a.addLoop("staff", o.directory.Run)
	return o, nil
}

// watch loads the file and keeps it current until close.
func (o *office) watch() error {
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan desks.Report, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- desks.Watch(ctx, o.path, o.world, time.Now, func(d *desks.Desks, attempt desks.Outcome) {
			o.take(d, attempt)
			select {
			case first <- attempt.Report:
			default:
			}
		})
	}()
	o.stop = func() error {
		cancel()
		return <-ended
	}
	report := <-first
	if o.current.Load() == nil {
		if err := o.close(ctx); err != nil && !errors.Is(err, desks.ErrFaulty) {
			return err
		}
		return refusedDesks(o.path, report)
	}
	return nil
}

// close ends the watching of the file; the desks in use stay.
func (o *office) close(context.Context) error {
	if o.stop == nil {
		return nil
	}
	stop := o.stop
	o.stop = nil
	return stop()
}

// follow reads the file anew, or another one that was found good before.
func (o *office) follow(path string) error {
	err := o.close(context.Background())
	o.path = path
	return errors.Join(err, o.watch())
}

func (o *office) take(d *desks.Desks, attempt desks.Outcome) {
	if d != nil {
		o.current.Store(d)
		o.log.Info("desks in use", "version", d.Version())
	} else {
		o.log.Error("desks refused", "errors", len(attempt.Report.Errors()))
	}
	o.last.Store(&reload{At: attempt.Time.UTC(), OK: d != nil, Errors: len(attempt.Report.Errors()), Warnings: len(attempt.Report.Warnings())})
}

// world is what the file is checked against: the base in use.
func (o *office) world() desks.World {
	base := o.library.current.Load().base
	return desks.World{Places: base.Places, Topics: base.Topics, Zone: o.zone}
}

func (o *office) roster() staff.Roster {
	if d := o.current.Load(); d != nil {
		return d
	}
	return nil
}

// decider is the whole of what the program decides by.
func (a *App) decider(o *office) (exchange.Decider, error) {
	talk := func() escalation.Converser { return a.library.current.Load().engine }
	config := escalation.Config{
		Talk: talk, Zone: a.location, Place: a.library.place,
		Desk:  func() *desks.Desks { return nil },
		Reach: func() escalation.Registry { return staff.Snapshot{} },
	}
	if o != nil {
		config.Desk = o.current.Load
		config.Reach = func() escalation.Registry { return o.directory.Snapshot() }
	}
	return escalation.NewOffice(config)
}

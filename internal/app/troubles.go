package app

import (
	"time"

	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/doctor"
	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Troubles returns what is wrong now, the worst first by where it is: the store
// before what stands on it. Nothing is asked of anybody for it.
func (a *App) Troubles() []trouble.Trouble {
	var all []trouble.Trouble
	known := map[[2]string]bool{}
	add := func(some ...trouble.Trouble) {
		for _, t := range some {
			if key := [2]string{string(t.Code), t.Where}; !known[key] {
				known[key] = true
				all = append(all, t)
			}
		}
	}
	if a.stopping.Load() {
		add(trouble.New(trouble.Stopping, ""))
	}
	add(a.store.Troubles()...)
	add(a.spoolTroubles()...)
	for _, c := range a.channels {
		if c.Health == nil {
			continue
		}
		for _, t := range c.Health() {
			if t.Where == "" {
				t.Where = c.Lane.Lane
			}
			add(t)
		}
	}
	add(a.baseTroubles()...)
	add(a.office.troubles(time.Now())...)
	if n := a.settings.refused.Load(); n > 0 {
		add(trouble.New(trouble.SettingsBroken, ""))
	}
	add(a.lookout.troubles()...)
	return all
}

func (a *App) spoolTroubles() []trouble.Trouble {
	if a.intake == nil {
		return nil
	}
	var all []trouble.Trouble
	state := a.intake.State()
	switch {
	case state.DiskFull:
		all = append(all, trouble.New(trouble.SpoolDisk, ""))
	case state.Full:
		all = append(all, trouble.New(trouble.SpoolFull, ""))
	}
	if state.Spooled > 0 {
		all = append(all, trouble.New(trouble.SpoolWaiting, ""))
	}
	return all
}

func (a *App) baseTroubles() []trouble.Trouble {
	var all []trouble.Trouble
	if last := a.library.last.Load(); last != nil && !last.OK {
		all = append(all, trouble.New(trouble.BaseBroken, ""))
	}
	for _, f := range doctor.Reviews(a.library.current.Load().base, time.Now().In(a.location)) {
		all = append(all, f.Trouble())
	}
	return all
}

// troubles tells what is wrong with the desks; an office that is nil has none.
func (o *office) troubles(now time.Time) []trouble.Trouble {
	if o == nil {
		return nil
	}
	var all []trouble.Trouble
	if last := o.last.Load(); last != nil && !last.OK {
		all = append(all, trouble.New(trouble.DesksBroken, ""))
	}
	if f := doctor.Desks(o.gaps(now)); f.Grade != trouble.Good {
		all = append(all, f.Trouble())
	}
	return all
}

// gaps are the desks at which somebody or everybody cannot be reached now.
func (o *office) gaps(now time.Time) []staff.Gap {
	return staff.Gaps(o.current.Load(), Writable{o.directory.Snapshot(), o.settings}, now)
}

// status is how the program is, for commands on this machine.
func (a *App) status() control.Status {
	s := control.Status{Started: a.started, Troubles: a.Troubles(), Notes: a.settings.notes()}
	for _, c := range a.channels {
		told := control.ChannelStatus{Lane: c.Lane.Lane}
		if h := a.heard[c.Lane.Lane]; h != nil {
			told.Heard = h.last()
		}
		s.Channels = append(s.Channels, told)
	}
	return s
}

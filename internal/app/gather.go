package app

import (
	"context"
	"errors"
	"time"

	"github.com/doithoai/doithoai/internal/disk"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/knowledge"
)

// ledger is what a store tells of itself, at a price that does not rise with
// the conversations.
type ledger interface {
	Backlog(ctx context.Context, lanes []string) (record.Backlog, error)
	Scheduled(ctx context.Context, show func(record.Case) error) error
	Space(ctx context.Context) (used, limit int64, err error)
}

// gathering is what the figures gather in the background.
type gathering struct {
	app  *App
	data string

	dead   int            // as counted when they were last read
	byLane map[string]int // of these; nil before the first time
}

// maxDead bounds how many dead letters are read to tell their lanes.
const maxDead = 10_000

// letterLane stands for the dead letters that were for no lane.
const letterLane = "letters"

// errEnough ends a walk that has seen enough.
var errEnough = errors.New("enough")

// store looks at what waits in the store. Dead letters have to be read to know
// their lanes; that is done only when their number has changed.
func (g *gathering) store(ctx context.Context) error {
	a := g.app
	b, err := a.store.Backlog(ctx, a.lanes)
	if err != nil {
		return err
	}
	a.metrics.SetBacklog(b, time.Now())
	if g.byLane == nil || b.Dead != g.dead {
		byLane, err := g.readDead(ctx)
		if err != nil {
			return err
		}
		g.dead, g.byLane = b.Dead, byLane
		a.metrics.SetDead(byLane)
	}
	used, limit, err := a.store.Space(ctx)
	if err != nil {
		return err
	}
	a.metrics.SetSpace(used, limit)
	return nil
}

func (g *gathering) readDead(ctx context.Context) (map[string]int, error) {
	byLane, seen := map[string]int{letterLane: 0}, 0
	for _, lane := range g.app.lanes {
		byLane[lane] = 0
	}
	err := g.app.store.Dead(ctx, func(d record.Dead) error {
		if seen++; seen > maxDead {
			return errEnough
		}
		lane := letterLane
		if d.Letter.ID == "" {
			lane = record.Lane(d.Delivery.Chat)
		}
		byLane[lane]++
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return byLane, err
}

// cases counts the open cases by desk. Every open case has a due time, so those
// that have one are all.
func (g *gathering) cases(ctx context.Context) error {
	open, overdue := map[string]int{}, map[string]int{}
	if g.app.office != nil {
		for _, desk := range g.app.office.current.Load().All() {
			if !desk.IsOutside() {
				open[desk.ID], overdue[desk.ID] = 0, 0
			}
		}
	}
	now := time.Now()
	err := g.app.store.Scheduled(ctx, func(r record.Case) error {
		if escalation.IsBook(r) {
			return nil
		}
		c, err := escalation.FromRecord(r)
		if err != nil || !c.State.Open() {
			return nil //nolint:nilerr // «case list» names what cannot be read
		}
		open[c.Desk]++
		if c.Overdue(now) {
			overdue[c.Desk]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	g.app.metrics.SetCases(open, overdue)
	return nil
}

// base counts the entries whose review is overdue.
func (g *gathering) base(context.Context) error {
	today := knowledge.DateOf(time.Now().In(g.app.location))
	overdue := 0
	for _, e := range g.app.library.current.Load().base.Entries {
		if e.ReviewOverdue(today) {
			overdue++
		}
	}
	g.app.metrics.SetReviewsOverdue(overdue)
	return nil
}

// desks counts the desks that reach nobody.
func (g *gathering) desks(context.Context) error {
	dark := 0
	for _, gap := range g.app.office.gaps(time.Now()) {
		if gap.Dark {
			dark++
		}
	}
	g.app.metrics.SetDesksUnreachable(dark)
	return nil
}

// disk looks at the room for the data folder.
func (g *gathering) disk(context.Context) error {
	room, err := disk.Of(g.data)
	if err != nil {
		return err
	}
	g.app.metrics.SetDisk(room.Free, room.Total)
	return nil
}

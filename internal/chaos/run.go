package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/doithoai/doithoai/internal/desks"
)

// Store is what the replicas of a run stand on, and what can befall it.
type Store struct {
	// Redis is its address; empty means the embedded store, of one replica.
	Redis string
	// Faults break it and mend it again before they return. They are called
	// one at a time.
	Faults []Fault
}

// Fault breaks something and mends it.
type Fault struct {
	Name  string
	Break func(ctx context.Context) error
}

// Plan is one run.
type Plan struct {
	Store     Store
	Telegram  *Telegram // nil: a platform and a channel of our own
	Upgrade   *Upgrade  // in place of faults: restarts, and a store that is raised
	Cases     bool      // residents and officers in place of chats that count
	Replicas  int
	Chats     int
	Pause     time.Duration // of a chat between two messages
	Faults    int           // how many
	Between   time.Duration // rest between two faults, on average
	Knowledge string        // folder of a base, a small one starts faster
	Dir       string        // for data and logs
	Log       func(format string, args ...any)
}

// settleWait is how long nothing may arrive after the last fault until what is
// missing is taken for lost. A backlog that is being worked off is not.
const settleWait = 90 * time.Second

// Run does a run and returns what it showed. An error is one of the run itself.
func Run(ctx context.Context, plan Plan) (v Verdict, err error) {
	platform := NewPlatform(plan.Telegram)
	defer platform.Close()
	r := &run{plan: plan, platform: platform}
	defer func() { err = errors.Join(err, r.end()) }()
	if err := r.begin(ctx); err != nil {
		return v, err
	}
	var town *town
	if plan.Cases {
		town = newTown(platform, plan)
	}
	enough := make(chan struct{})
	talking, hush := context.WithCancel(ctx)
	defer hush()
	var talkers sync.WaitGroup
	began := time.Now()
	if town != nil {
		town.live(talking, enough, &talkers)
		plan.Chats = 0
	}
	for i := range plan.Chats {
		first := began.Add(plan.Pause * time.Duration(i) / time.Duration(plan.Chats))
		t := platform.talker(i)
		talkers.Go(func() {
			platform.talk(talking, enough, t, func(n int) time.Time { return first.Add(time.Duration(n) * plan.Pause) })
		})
	}
	if plan.Upgrade != nil {
		balanced := r.balance(ctx)
		defer balanced()
		err = r.roll(ctx)
	} else {
		err = r.rage(ctx)
	}
	talked := time.Since(began)
	close(enough)
	if err != nil {
		hush() // with a store or replica that did not come back, nobody may ever be heard
	}
	talkers.Wait()
	platform.Calm()
	if town != nil {
		l, unread := r.settleCases(ctx)
		if unread != nil {
			return v, errors.Join(err, unread)
		}
		v = town.judge(l, r.broken)
	} else {
		r.settle(ctx)
		v = platform.Judge(r.broken, time.Second)
		if plan.Upgrade != nil {
			platform.judgeCalls(&v, r.broken, time.Second)
		}
	}
	v.Talked = talked
	return v, errors.Join(err, ctx.Err())
}

// run is one run under way.
type run struct {
	plan     Plan
	platform *Platform
	replicas []*process
	broken   []span
}

func (r *run) begin(ctx context.Context) error {
	var urls []string
	about := plan{Knowledge: r.plan.Knowledge, Redis: r.plan.Store.Redis, Platform: r.platform.URL()}
	if r.plan.Telegram != nil {
		about.Telegram = &r.plan.Telegram.Account
	}
	if r.plan.Cases {
		about.Began, about.Desks = time.Now().UTC(), filepath.Join(r.plan.Dir, desks.FileName)
		if err := os.WriteFile(about.Desks, []byte(desksFor(about.Began)), 0o600); err != nil {
			return err
		}
	}
	if r.plan.Upgrade != nil {
		about.Format = before
	}
	for i := range r.plan.Replicas {
		about.Name = fmt.Sprintf("replica-%d", i+1)
		p, err := newProcess(r.plan.Dir, about)
		if err != nil {
			return err
		}
		r.replicas = append(r.replicas, p)
		urls = append(urls, p.url())
		if err := p.start(ctx); err != nil {
			return err
		}
	}
	r.platform.Serve(urls)
	return nil
}

// end stops what still runs.
func (r *run) end() error {
	var errs []error
	for _, p := range r.replicas {
		if p.cmd != nil && p.cmd.Process != nil {
			errs = append(errs, p.terminate())
		}
		errs = append(errs, p.log.Close())
	}
	return errors.Join(errs...)
}

// rage breaks things, one after the other.
func (r *run) rage(ctx context.Context) error {
	for n := range r.plan.Faults {
		if !Wait(ctx, r.plan.Between/2+rand.N(r.plan.Between)) { //nolint:gosec // a fault, not a secret
			return ctx.Err()
		}
		s := span{from: time.Now()}
		if err := r.breakOne(ctx, &s); err != nil {
			return fmt.Errorf("fault %d (%s): %w", n+1, s.what, err)
		}
		s.to = time.Now()
		r.plan.Log("fault %d: %s %s, %v", n+1, s.what, s.replica, s.to.Sub(s.from).Round(time.Millisecond))
		if s.what != orderly { // an orderly stop excuses nothing
			r.broken = append(r.broken, s)
		}
	}
	return nil
}

const orderly = "orderly restart"

// breakOne breaks a replica or, as often, the store.
func (r *run) breakOne(ctx context.Context, s *span) error {
	if faults := r.plan.Store.Faults; len(faults) > 0 && rand.IntN(2) == 0 { //nolint:gosec // as above
		f := faults[rand.IntN(len(faults))] //nolint:gosec // as above
		s.what = f.Name
		return f.Break(ctx)
	}
	p := r.replicas[rand.IntN(len(r.replicas))] //nolint:gosec // as above
	s.replica = p.plan.Name
	switch rand.IntN(5) { //nolint:gosec // as above
	case 0, 1, 2:
		s.what = "kill"
		if err := p.kill(); err != nil {
			return err
		}
		Wait(ctx, rand.N(300*time.Millisecond)) //nolint:gosec // as above
		return p.start(ctx)
	case 3:
		// Mostly for moments, now and then for longer than a lease.
		s.what = "freeze"
		d := rand.N(2 * time.Second) //nolint:gosec // as above
		if rand.IntN(6) == 0 {       //nolint:gosec // as above
			d = 12 * time.Second
		}
		return p.freeze(ctx, d)
	default:
		s.what = orderly
		if err := p.terminate(); err != nil {
			return err
		}
		return p.start(ctx)
	}
}

// settle waits until all that was accepted has arrived and nothing more comes.
func (r *run) settle(ctx context.Context) {
	last := time.Now() // when something arrived
	for quiet, before := 0, -1; quiet < 4 && time.Since(last) < settleWait && ctx.Err() == nil; {
		Wait(ctx, 500*time.Millisecond)
		now := r.platform.arrived()
		switch {
		case now != before:
			quiet, last = 0, time.Now()
		case r.platform.missing() == 0:
			quiet++
		default:
			quiet = 0
		}
		before = now
	}
}

// Logs returns the names of the replicas' log files.
func (p Plan) Logs() []string {
	logs, err := filepath.Glob(filepath.Join(p.Dir, "*.log"))
	if err != nil {
		return nil // only a pattern can be wrong, and this one is not
	}
	return logs
}

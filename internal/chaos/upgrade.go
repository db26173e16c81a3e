package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Upgrade makes a run one in which replicas are restarted one after the other, most in
// order and some not, first as programs of the format before and of today's in any
// mixture, then, behind the raise, of today's alone. A balancer sends calls only to
// who says that it is ready: but for a replica that was killed, none may find the door
// closed or its connection broken, because a balancer may not try again.
type Upgrade struct {
	// Raise has the store raised and returns when it is.
	Raise func(ctx context.Context) error
}

// before is the format that the older programs of an upgrade read.
const before = record.Newest - 1

// drainSeconds is what replicas of an upgrade are told as stop_delay.
const drainSeconds = "1"

// balanceEvery is how often a balancer asks who is ready.
const balanceEvery = 50 * time.Millisecond

// roll restarts replicas in turn, and has the store raised in the middle.
func (r *run) roll(ctx context.Context) error {
	half := r.plan.Faults / 2
	for n := range r.plan.Faults {
		if !Wait(ctx, r.plan.Between/2+rand.N(r.plan.Between)) { //nolint:gosec // a fault, not a secret
			return ctx.Err()
		}
		p, format := r.replicas[n%len(r.replicas)], record.Newest
		if n < half-len(r.replicas) && chance(50) {
			format = before
		}
		if n == half {
			if err := r.raise(ctx, p); err != nil {
				return fmt.Errorf("raise: %w", err)
			}
		}
		if err := r.restart(ctx, p, format, chance(33)); err != nil {
			return fmt.Errorf("restart %d of %s: %w", n+1, p.plan.Name, err)
		}
	}
	return nil
}

// restart ends a replica, in order or not, and starts it as one that reads format.
func (r *run) restart(ctx context.Context, p *process, format record.Format, kill bool) error {
	s := span{from: time.Now(), what: orderly, replica: p.plan.Name}
	end := p.terminate
	if kill {
		s.what, end = "kill", p.kill
	}
	was := p.plan.Format
	if err := end(); err != nil {
		return err
	}
	p.plan.Format = format
	if err := p.start(ctx); err != nil {
		return err
	}
	s.to = time.Now()
	r.plan.Log("%s %s, format %d to %d, %v", s.what, s.replica, was, format, s.to.Sub(s.from).Round(time.Millisecond))
	if kill {
		r.broken = append(r.broken, s)
	}
	return nil
}

// raise has the store raised; from then on an older program does not start.
func (r *run) raise(ctx context.Context, p *process) error {
	began := time.Now()
	if err := r.plan.Upgrade.Raise(ctx); err != nil {
		return err
	}
	r.plan.Log("raised, %v", time.Since(began).Round(time.Millisecond))
	if err := p.terminate(); err != nil {
		return err
	}
	p.plan.Format = before
	refused := p.startOnce(ctx)
	if refused == nil {
		return errors.New("an older program starts on a store that was raised")
	}
	r.plan.Log("an older one is refused: %v", refused)
	p.plan.Format = record.Newest
	return p.start(ctx)
}

// balance has somebody tell the platform which replicas are ready, until end is called.
func (r *run) balance(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		client := &http.Client{Timeout: time.Second}
		defer client.CloseIdleConnections()
		for Wait(ctx, balanceEvery) {
			r.look(ctx, client)
		}
	})
	return func() { cancel(); running.Wait() }
}

// look tells the platform which replicas are ready now.
func (r *run) look(ctx context.Context, client *http.Client) {
	ready := make([]bool, len(r.replicas))
	var asking sync.WaitGroup
	for i, p := range r.replicas {
		asking.Go(func() { ready[i] = isReady(ctx, client, p.url()) })
	}
	asking.Wait()
	var urls []string
	for i, p := range r.replicas {
		if ready[i] {
			urls = append(urls, p.url())
		}
	}
	if len(urls) > 0 {
		r.platform.Serve(urls)
	}
}

// isReady asks a replica whether it takes calls.
func isReady(ctx context.Context, client *http.Client, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// judgeCalls finds calls that went wrong while no replica had been killed.
func (p *Platform) judgeCalls(v *Verdict, broken []span, margin time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v.Refused = len(p.refused)
	for _, call := range p.refused {
		excused := false
		for _, s := range broken {
			excused = excused || s.from.Add(-margin).Before(call.at) && s.to.Add(margin).After(call.at)
		}
		if !excused {
			v.fault("a call to %s went wrong (%s) and every stop was in order", call.hook, call.why)
		}
	}
}

package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/trouble"
)

// maxPause is the longest time between two tries; the first is a tenth of it.
const maxPause = 50 * time.Millisecond

// verdict says what to do after a try.
type verdict int

const (
	finished verdict = iota
	again            // at once
	wait             // after a pause
)

// route is where a try goes.
type route struct {
	node   *node
	client *redis.Client // of the node, at that time
	asking bool          // the node does not own the slot yet
}

// do makes one call and returns its error, which is also in the call.
func (s *Store) do(ctx context.Context, c *call) error {
	if c.err = s.begin(ctx); c.err == nil {
		defer s.calls.Done()
		s.repeat(ctx, c, time.Now().Add(s.budget.patience), false, nil)
	}
	return c.err
}

// begin counts a call in, so that Close can wait for it.
func (s *Store) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return exchange.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

// repeat tries c until it is finished, and after end waits no more. tried says
// that it was tried before, together with others, and met err.
func (s *Store) repeat(ctx context.Context, c *call, end time.Time, tried bool, err error) {
	pause, broken := maxPause/10, false
	to := s.route(c)
	for {
		if !tried {
			var down error
			if to.client, down = to.node.use(); down != nil {
				c.err = unavailable(down)
				return
			}
			c.value, err = s.try(ctx, to, c)
		}
		tried = false
		var next verdict
		to, next, err = s.judge(ctx, to, c, err, &broken)
		if next == wait && time.Now().Add(pause).After(end) {
			next, err = finished, unavailable(err)
		}
		switch next {
		case finished:
			c.err = err
			return
		case wait:
			if c.err = sleep(ctx, pause); c.err != nil {
				return
			}
			pause = min(2*pause, maxPause)
			to = s.route(c)
		}
	}
}

// route returns where a call goes first.
func (s *Store) route(c *call) route {
	if c.at != nil {
		return route{node: c.at}
	}
	return route{node: s.layout.Load().node(c.shard)}
}

// try sends c once.
func (s *Store) try(ctx context.Context, to route, c *call) (any, error) {
	cmd := c.command(ctx)
	replicas := s.wait.Replicas
	if !c.durable {
		replicas = 0
	}
	if replicas == 0 && !to.asking {
		_ = to.client.Process(ctx, cmd) // the command holds the error
		return result(cmd)
	}
	pipe := to.client.Pipeline()
	if to.asking {
		pipe.Do(ctx, "asking")
	}
	_ = pipe.Process(ctx, cmd)
	var acks *redis.Cmd
	if replicas > 0 { // on the same connection, so it speaks of what stands before it
		acks = pipe.Do(ctx, "wait", replicas, s.wait.Timeout.Milliseconds())
	}
	_, _ = pipe.Exec(ctx) // each command holds its own error
	value, err := result(cmd)
	if err != nil || acks == nil {
		return value, err
	}
	switch n, err := acks.Int(); {
	case err != nil:
		return nil, err
	case n < replicas:
		return nil, &tooFewError{n, replicas}
	}
	return value, nil
}

// result returns what a command brought; no value at all is no error.
func result(cmd *redis.Cmd) (any, error) {
	value, err := cmd.Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return value, err
}

// judge says what follows from the error of a try.
func (s *Store) judge(ctx context.Context, to route, c *call, err error, broken *bool) (route, verdict, error) {
	var few *tooFewError
	switch {
	case err == nil:
		if c.durable {
			to.node.wrote()
		}
		return to, finished, nil
	case errors.As(err, &few): // it is done, but might be lost with its server
		to.node.refused(trouble.StoreReplicas)
		s.keeper.look()
		return to, finished, unavailable(err)
	case isNetwork(err):
		return s.judgeNetwork(ctx, to, err, broken)
	}
	said := err.Error()
	word, rest, _ := strings.Cut(said, " ")
	switch word {
	case "NOSCRIPT":
		if c.whole || c.script == nil {
			return to, finished, unavailable(err)
		}
		c.whole = true
		return to, again, nil
	case "MOVED", "ASK":
		n := s.redirect(word, rest, to)
		if n == nil {
			return to, wait, err
		}
		return route{node: n, asking: word == "ASK"}, again, nil
	case "TRYAGAIN":
		return to, wait, err
	case "CLUSTERDOWN", "LOADING", "READONLY", "MASTERDOWN":
		s.keeper.look()
		return to, wait, err
	}
	to.node.refused(refusalCode(word))
	return to, finished, unavailable(err)
}

// judgeNetwork gives a connection that turned out broken one more try, for the
// server may have been restarted since. Silence is not given one.
func (s *Store) judgeNetwork(ctx context.Context, to route, err error, broken *bool) (route, verdict, error) {
	if cause := ended(ctx, err); cause != nil {
		// Nobody waited long enough to tell; the keeper will.
		s.keeper.suspect(to.node)
		return to, finished, cause
	}
	if errors.Is(err, redis.ErrPoolTimeout) { // more to do than it can, which is not silence
		s.keeper.suspect(to.node)
		return to, finished, unavailable(err)
	}
	if !*broken && !isTimeout(err) {
		*broken = true
		return to, again, nil
	}
	s.keeper.down(to, err)
	return to, finished, unavailable(err)
}

// redirect returns the node that a Cluster names in place of the one asked:
// "<slot> <host>:<port>".
func (s *Store) redirect(word, rest string, from route) *node {
	number, addr, ok := strings.Cut(rest, " ")
	slot, err := strconv.Atoi(number)
	if !ok || err != nil {
		return nil
	}
	if strings.HasPrefix(addr, ":") { // the same host
		addr = hostOf(from.node.addr) + addr
	}
	if word == "ASK" {
		return s.keeper.node(addr)
	}
	return s.keeper.moved(slot, addr)
}

// sleep waits for d, or less if ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tooFewError says that a step was done, but not on as many replicas as the
// operator asked for.
type tooFewError struct{ have, want int }

func (e *tooFewError) Error() string {
	return fmt.Sprintf("%d of %d replicas hold it", e.have, e.want)
}

package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/exchange"
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
		s.repeat(ctx, c, nil)
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

// repeat tries c until it is finished. first, if not nil, is what a try has
// come to already.
func (s *Store) repeat(ctx context.Context, c *call, first error) {
	end := time.Now().Add(s.budget.patience)
	broken := false
	to := s.route(c)
	err, tried := first, first != nil
	for pause := 5 * time.Millisecond; ; {
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
		if next == finished {
			c.err = err
			return
		}
		if next == wait {
			if time.Now().Add(pause).After(end) || sleep(ctx, pause) != nil {
				c.err = unavailable(err)
				if ctx.Err() != nil {
					c.err = ctx.Err()
				}
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
		return to, finished, nil
	case errors.As(err, &few): // it is done, but might be lost with its server
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
	return to, finished, unavailable(err)
}

// judgeNetwork gives a connection that turned out broken one more try, for the
// server may have been restarted since. Silence is not given one.
func (s *Store) judgeNetwork(ctx context.Context, to route, err error, broken *bool) (route, verdict, error) {
	if s.isClosed() {
		return to, finished, exchange.ErrClosed
	}
	if cause := ended(ctx, err); cause != nil {
		// Nobody waited long enough to tell; the keeper will.
		s.keeper.suspect(to.node)
		return to, finished, cause
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

// all makes calls in one trip to each node. Errors are in the calls.
func (s *Store) all(ctx context.Context, calls []*call) {
	if err := s.begin(ctx); err != nil {
		failAll(calls, err)
		return
	}
	defer s.calls.Done()
	groups := map[*node][]*call{}
	layout := s.layout.Load()
	for _, c := range calls {
		n := layout.node(c.shard)
		groups[n] = append(groups[n], c)
	}
	var running sync.WaitGroup
	for n, group := range groups {
		if len(groups) == 1 {
			s.batch(ctx, n, group, false)
			continue
		}
		running.Go(func() { s.batch(ctx, n, group, false) })
	}
	running.Wait()
}

// inOrder makes calls of one shard in one trip. What a later one reads is never
// older than what an earlier one read.
func (s *Store) inOrder(ctx context.Context, calls ...*call) {
	if err := s.begin(ctx); err != nil {
		failAll(calls, err)
		return
	}
	defer s.calls.Done()
	s.batch(ctx, s.layout.Load().node(calls[0].shard), calls, true)
}

// batch makes calls of one node in one trip; those it is put off with it makes
// again one by one, in their order: if ordered, also all behind the first of them.
func (s *Store) batch(ctx context.Context, n *node, calls []*call, ordered bool) {
	client, down := n.use()
	if down != nil {
		failAll(calls, unavailable(down))
		return
	}
	broken := false
	for {
		pipe := client.Pipeline()
		sent := make([]*redis.Cmd, len(calls))
		for i, c := range calls {
			sent[i] = c.command(ctx)
			_ = pipe.Process(ctx, sent[i])
		}
		_, _ = pipe.Exec(ctx) // each command holds its own error
		if err := networkError(sent); err != nil {
			_, next, err := s.judgeNetwork(ctx, route{node: n, client: client}, err, &broken)
			if next == again {
				continue
			}
			failAll(calls, err)
			return
		}
		putOff := false
		for i, c := range calls {
			var err error
			c.value, err = result(sent[i])
			if err != nil || ordered && putOff {
				putOff = true
				s.repeat(ctx, c, err) // nothing but what the server said can have gone wrong here
			}
		}
		return
	}
}

func networkError(sent []*redis.Cmd) error {
	for _, cmd := range sent {
		if err := cmd.Err(); isNetwork(err) {
			return err
		}
	}
	return nil
}

func failAll(calls []*call, err error) {
	for _, c := range calls {
		c.err = err
	}
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

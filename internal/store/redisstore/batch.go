package redisstore

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

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
	broken, end := false, time.Now().Add(s.budget.patience)
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
				s.repeat(ctx, c, end, err != nil, err) // it is something the server said
				putOff = true
			} else if c.durable {
				n.wrote()
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

package redisstore

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
)

func (k *keeper) anyDown() bool { return len(k.doubtful(false)) > 0 }

// doubtful returns the nodes in use that are down, and those suspected too.
func (k *keeper) doubtful(suspects bool) []*node {
	var found []*node
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, n := range k.layout.Load().masters() {
		if _, down := n.use(); down != nil || suspects && k.suspects[n] {
			found = append(found, n)
		}
	}
	if suspects {
		clear(k.suspects)
	}
	return found
}

// probe looks at each doubtful node through connections of its own and returns
// the clients that were replaced.
func (k *keeper) probe(ctx context.Context) (old []*redis.Client) {
	var probing sync.WaitGroup
	var mu sync.Mutex
	for _, n := range k.doubtful(true) {
		probing.Go(func() {
			used, _ := n.use()
			client := k.connector.client(n.addr)
			err := k.connector.answers(ctx, client)
			if ctx.Err() != nil || err != nil {
				_ = client.Close()
				if ctx.Err() == nil && n.fail(used, err) {
					k.log.WarnContext(ctx, "redis does not answer", "node", n.addr, "error", plain(err))
				}
				return
			}
			if _, down := n.use(); down != nil {
				k.log.InfoContext(ctx, "redis answers again", "node", n.addr)
			}
			mu.Lock()
			defer mu.Unlock()
			old = append(old, n.recover(client))
		})
	}
	probing.Wait()
	return old
}

// answers asks for a sign of life; a server that is loading gives none.
func (c *connector) answers(ctx context.Context, client *redis.Client) error {
	ctx, cancel := context.WithTimeout(ctx, c.budget.look())
	defer cancel()
	return client.Ping(ctx).Err()
}

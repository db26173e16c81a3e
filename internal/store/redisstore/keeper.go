package redisstore

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// How often the keeper looks.
const (
	probeEvery  = 150 * time.Millisecond // while a breaker is open
	locateEvery = time.Second            // at who is master, in a Cluster or behind Sentinels
	lookPause   = 20 * time.Millisecond  // after it was nudged: many calls fail at once
)

// keeper watches over the nodes: it closes the breakers of those that answer
// again, and follows when another server becomes master.
type keeper struct {
	connector *connector
	layout    *atomic.Pointer[layout]
	log       *slog.Logger

	mu       sync.Mutex
	nodes    map[string]*node
	suspects map[*node]bool
	unsure   bool // the layout may be out of date

	wake chan struct{} // holds a token while there is something to look at
}

func newKeeper(c *connector, l *atomic.Pointer[layout], log *slog.Logger) *keeper {
	return &keeper{connector: c, layout: l, log: log, nodes: map[string]*node{}, suspects: map[*node]bool{}, wake: make(chan struct{}, 1)}
}

// node returns the node of that address.
func (k *keeper) node(addr string) *node {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := k.nodes[addr]
	if n == nil {
		n = &node{addr: addr, client: k.connector.client(addr)}
		k.nodes[addr] = n
	}
	return n
}

// down opens the breaker of the node that was asked.
func (k *keeper) down(asked route, cause error) {
	if asked.node.fail(asked.client, cause) {
		k.log.Warn("redis does not answer", "node", asked.node.addr, "error", plain(cause))
	}
	k.look()
}

// suspect has n probed, without opening its breaker yet.
func (k *keeper) suspect(n *node) {
	k.mu.Lock()
	k.suspects[n] = true
	k.mu.Unlock()
	k.nudge()
}

// look has the servers asked anew who is master.
func (k *keeper) look() {
	k.mu.Lock()
	k.unsure = true
	k.mu.Unlock()
	k.nudge()
}

func (k *keeper) nudge() {
	select {
	case k.wake <- struct{}{}:
	default: // awake already
	}
}

// moved notes what a node of a Cluster said: that slot is at addr. It returns
// nil if none of ours is in that slot.
func (k *keeper) moved(slot int, addr string) *node {
	n := k.node(addr)
	k.mu.Lock()
	defer k.mu.Unlock()
	now := *k.layout.Load()
	if now.slots == nil || len(now.slots.shards[slot]) == 0 {
		return nil
	}
	for _, shard := range now.slots.shards[slot] {
		now.nodes[shard] = n
	}
	k.layout.Store(&now)
	k.unsure = true
	k.nudge()
	return n
}

// locate asks who is master and lays out the shards accordingly.
func (k *keeper) locate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, k.connector.budget.look())
	defer cancel()
	found, err := k.connector.locate(ctx, k.up())
	if err != nil {
		return err
	}
	next := &layout{}
	if k.connector.target.kind == cluster {
		next.slots = newSlots()
	}
	was := k.layout.Load()
	for shard, addr := range found {
		switch {
		case addr != "":
			next.nodes[shard] = k.node(addr)
		case was != nil: // a slot nobody serves
			next.nodes[shard] = was.nodes[shard]
		default: // whoever is asked says that it is down
			next.nodes[shard] = k.node(k.connector.target.addrs[0])
		}
	}
	k.layout.Store(next)
	return nil
}

// up returns the addresses of the nodes that answered last.
func (k *keeper) up() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var addrs []string
	for addr, n := range k.nodes {
		if _, down := n.use(); down == nil {
			addrs = append(addrs, addr)
		}
	}
	slices.Sort(addrs)
	return addrs
}

// run keeps until ctx ends.
func (k *keeper) run(ctx context.Context) {
	var old []*redis.Client
	defer func() { closeAll(old) }()
	moving := k.connector.target.kind != single
	for {
		pause := 24 * time.Hour // until somebody nudges
		if moving || len(old) > 0 {
			pause = locateEvery
		}
		if k.anyDown() {
			pause = probeEvery
		}
		woken := k.await(ctx, pause)
		if ctx.Err() != nil {
			return
		}
		if woken && sleep(ctx, lookPause) != nil {
			return
		}
		if !woken {
			closeAll(old) // whoever used them has had a pause to finish
			old = nil
		}
		if moving && (k.takeUnsure() || !woken || k.anyDown()) {
			if err := k.locate(ctx); err != nil && ctx.Err() == nil {
				k.log.DebugContext(ctx, "ask who is master", "error", err)
			}
		}
		old = append(old, k.probe(ctx)...)
	}
}

// await waits for a nudge, and reports whether there was one.
func (k *keeper) await(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-k.wake:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (k *keeper) takeUnsure() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.unsure
	k.unsure = false
	return was
}

// close closes the clients. No call is under way any more.
func (k *keeper) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, n := range k.nodes {
		client, _ := n.use()
		closeAll([]*redis.Client{client})
	}
}

func closeAll(clients []*redis.Client) {
	for _, c := range clients {
		_ = c.Close() // it only ever says that it is closed already
	}
}

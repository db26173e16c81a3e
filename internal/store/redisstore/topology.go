package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/record"
)

// layout says which node holds what. It is replaced, never changed.
type layout struct {
	slots *slots // nil unless it is a Cluster
	nodes [record.Shards + 1]*node
}

// node returns the node of a shard, or of the house.
func (l *layout) node(shard int) *node { return l.nodes[shard] }

// masters returns each node once.
func (l *layout) masters() []*node {
	var all []*node
	seen := map[*node]bool{}
	for _, n := range l.nodes {
		if !seen[n] {
			seen[n] = true
			all = append(all, n)
		}
	}
	return all
}

// addresses asks the servers who holds what: for each shard, and the house, the
// address of its master.
type addresses [record.Shards + 1]string

// locate finds the masters of today. known are the servers met so far.
func (c *connector) locate(ctx context.Context, known []string) (addresses, error) {
	switch c.target.kind {
	case sentinel:
		return c.askSentinels(ctx)
	case cluster:
		return c.askCluster(ctx, append(known, c.target.addrs...))
	}
	return everywhere(c.target.addrs[0]), nil
}

func everywhere(addr string) (a addresses) {
	for i := range a {
		a[i] = addr
	}
	return a
}

// askSentinels asks one after the other, and believes the first that names a
// master which takes itself for one.
func (c *connector) askSentinels(ctx context.Context) (addresses, error) {
	var faults []error
	for _, addr := range c.target.addrs {
		found, err := c.askSentinel(ctx, addr)
		if err == nil {
			return everywhere(found), nil
		}
		faults = append(faults, fmt.Errorf("sentinel %s: %s", addr, plain(err)))
	}
	return addresses{}, errors.Join(faults...)
}

func (c *connector) askSentinel(ctx context.Context, addr string) (string, error) {
	options := c.options(addr)
	options.Username, options.Password, options.DB = c.target.sentinelUser, c.target.sentinelPassword, 0
	options.PoolSize = 4
	asked := redis.NewSentinelClient(options)
	defer func() { _ = asked.Close() }()
	found, err := asked.GetMasterAddrByName(ctx, c.target.master).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return "", fmt.Errorf("knows no master %q", c.target.master)
	case err != nil:
		return "", err
	case len(found) != 2:
		return "", errors.New("names no address")
	}
	master := net.JoinHostPort(found[0], found[1])
	return master, c.isMaster(ctx, master)
}

// isMaster asks the server itself: for a moment after a failover a Sentinel may
// still name the one before.
func (c *connector) isMaster(ctx context.Context, addr string) error {
	client := c.client(addr)
	defer func() { _ = client.Close() }()
	role, err := client.Do(ctx, "role").Slice()
	if err != nil {
		return err
	}
	if len(role) == 0 || role[0] != "master" {
		return fmt.Errorf("%s is no master", addr)
	}
	return nil
}

// askCluster asks one node after the other for the slots.
func (c *connector) askCluster(ctx context.Context, known []string) (a addresses, err error) {
	var faults []error
	asked := map[string]bool{}
	for _, addr := range known {
		if asked[addr] || ctx.Err() != nil {
			continue
		}
		asked[addr] = true
		if a, err = c.askNode(ctx, addr); err == nil {
			return a, nil
		}
		faults = append(faults, fmt.Errorf("node %s: %s", addr, plain(err)))
	}
	return addresses{}, errors.Join(append(faults, ctx.Err())...)
}

func (c *connector) askNode(ctx context.Context, addr string) (a addresses, err error) {
	client := c.client(addr)
	defer func() { _ = client.Close() }()
	ranges, err := client.ClusterSlots(ctx).Result() //nolint:staticcheck // servers before 7 know no other way
	if err != nil {
		return a, err
	}
	for shard := range a {
		slot := slotOf(tag(shard))
		for _, r := range ranges {
			if r.Start <= slot && slot <= r.End && len(r.Nodes) > 0 {
				a[shard] = fullAddr(r.Nodes[0].Addr, addr)
			}
		}
	}
	return a, nil
}

// fullAddr completes the address that a node gives of another, or of itself,
// with what is known of the node.
func fullAddr(addr, from string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if host == "" || host == "?" {
		host = hostOf(from)
	}
	if port == "0" { // told without TLS, served with it
		_, port, _ = net.SplitHostPort(from)
	}
	return net.JoinHostPort(host, port)
}

func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// slots knows the shards of each slot of a Cluster.
type slots struct{ shards map[int][]int }

func newSlots() *slots {
	s := &slots{shards: map[int][]int{}}
	for shard := range record.Shards + 1 {
		slot := slotOf(tag(shard))
		s.shards[slot] = append(s.shards[slot], shard)
	}
	return s
}

// slotOf returns the slot of a key with that tag: the CRC-16 (XMODEM) of what
// stands in the braces.
func slotOf(tag string) int {
	crc := uint16(0)
	for _, b := range []byte(strings.Trim(tag, "{}")) {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc % 16384)
}

package redistest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Cluster is three masters with one replica each.
type Cluster struct {
	servers []*Server // masters first, then the replica of each
}

const masters = 3

// slotCount is how many slots a Cluster has.
const slotCount = 16384

// NewCluster starts a Cluster and waits until all of it is well.
func NewCluster(t testing.TB, options ...Option) *Cluster {
	t.Helper()
	s := settings{extra: []string{
		"--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-replica-validity-factor", "0",
		"--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
	}}
	for _, o := range options {
		o(&s)
	}
	c := &Cluster{}
	for range 2 * masters {
		c.servers = append(c.servers, start(t, s))
	}
	if err := c.join(); err != nil {
		t.Fatalf("join cluster: %v", err)
	}
	return c
}

func (c *Cluster) join() error {
	for _, s := range c.servers[1:] {
		if _, err := s.ask("cluster", "meet", "127.0.0.1", fmt.Sprint(c.servers[0].port)); err != nil {
			return err
		}
	}
	for i, s := range c.servers[:masters] {
		from, to := i*slotCount/masters, (i+1)*slotCount/masters-1
		if _, err := s.ask("cluster", "addslotsrange", from, to); err != nil {
			return err
		}
	}
	for i, s := range c.servers[masters:] {
		master, err := c.servers[i].id()
		if err != nil {
			return err
		}
		// It must have heard of its master first.
		err = s.process.await(func(context.Context) error {
			_, err := s.ask("cluster", "replicate", master)
			return err
		})
		if err != nil {
			return err
		}
	}
	return c.well()
}

// well waits until each node knows all slots served and each replica follows.
func (c *Cluster) well() error {
	for _, s := range c.servers {
		err := s.process.await(func(context.Context) error {
			info, err := s.ask("cluster", "info")
			if err != nil {
				return err
			}
			for _, want := range []string{"cluster_state:ok", fmt.Sprintf("cluster_known_nodes:%d", len(c.servers))} {
				if !strings.Contains(fmt.Sprint(info), want) {
					return fmt.Errorf("%s: not yet %s", s.Addr(), want)
				}
			}
			role, err := s.role()
			if err != nil {
				return err
			}
			if role.replica != (role.link == "connected") || !role.replica && role.followers != 1 {
				return fmt.Errorf("%s: replication does not stand yet", s.Addr())
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Well waits until all of the cluster is well.
func (c *Cluster) Well(t testing.TB) {
	t.Helper()
	if err := c.well(); err != nil {
		t.Fatalf("wait for cluster: %v", err)
	}
}

// URL returns where the store is; it names two nodes, the others are found.
func (c *Cluster) URL() string {
	return "redis+cluster://" + c.servers[0].Addr() + "," + c.servers[1].Addr()
}

// Masters returns a client of each master of this moment; they end with t.
func (c *Cluster) Masters(t testing.TB) []*redis.Client {
	t.Helper()
	var clients []*redis.Client
	for _, s := range c.servers {
		if role, err := s.role(); err == nil && !role.replica {
			clients = append(clients, s.Client(t))
		}
	}
	return clients
}

// owner returns the server that has a slot.
func (c *Cluster) owner(t testing.TB, slot int) *Server {
	t.Helper()
	for _, s := range c.servers {
		client := s.client()
		ranges, err := client.ClusterSlots(t.Context()).Result() //nolint:staticcheck // the one that is under test
		_ = client.Close()
		if err != nil {
			continue
		}
		for _, r := range ranges {
			if r.Start <= slot && slot <= r.End {
				return c.at(r.Nodes[0].Addr)
			}
		}
	}
	t.Fatalf("nobody has slot %d", slot)
	return nil
}

func (c *Cluster) at(addr string) *Server {
	for _, s := range c.servers {
		if s.Addr() == addr {
			return s
		}
	}
	return nil
}

// MoveSlot moves the slot of a key to another master while it is in use, and
// calls between when half of its keys have been moved.
func (c *Cluster) MoveSlot(t testing.TB, key string, between func()) {
	t.Helper()
	slot := c.Slot(t, key)
	from := c.owner(t, slot)
	to := c.other(t, from)
	fromID, err1 := from.id()
	toID, err2 := to.id()
	must := func(s *Server, words ...any) any {
		answer, err := s.ask(words...)
		if err != nil {
			t.Fatalf("move slot: %v: %v", words, err)
		}
		return answer
	}
	if err1 != nil || err2 != nil {
		t.Fatalf("move slot: %v, %v", err1, err2)
	}
	must(to, "cluster", "setslot", slot, "importing", fromID)
	must(from, "cluster", "setslot", slot, "migrating", toID)
	move := func(n int) {
		keys, _ := must(from, "cluster", "getkeysinslot", slot, n).([]any)
		for _, key := range keys {
			must(from, "migrate", "127.0.0.1", to.port, key, 0, 5000)
		}
	}
	count, _ := must(from, "cluster", "countkeysinslot", slot).(int64)
	move(int(count) / 2)
	if between != nil {
		between()
	}
	for {
		if left, _ := must(from, "cluster", "countkeysinslot", slot).(int64); left == 0 {
			break
		}
		move(1000)
	}
	for _, s := range []*Server{to, from} {
		must(s, "cluster", "setslot", slot, "node", toID)
	}
}

// other returns a master that is not s.
func (c *Cluster) other(t testing.TB, s *Server) *Server {
	t.Helper()
	for _, o := range c.servers {
		if role, err := o.role(); err == nil && !role.replica && o != s {
			return o
		}
	}
	t.Fatal("no other master")
	return nil
}

// Failover makes the replica of the master that has key take over, in good
// order, and waits until it has.
func (c *Cluster) Failover(t testing.TB, key string) {
	t.Helper()
	replica := c.replicaOf(t, c.owner(t, c.Slot(t, key)))
	if _, err := replica.ask("cluster", "failover"); err != nil {
		t.Fatalf("failover: %v", err)
	}
	replica.becomesMaster(t)
}

// Kill kills the master that has key and waits until its replica has taken over.
func (c *Cluster) Kill(t testing.TB, key string) *Server {
	t.Helper()
	master := c.owner(t, c.Slot(t, key))
	replica := c.replicaOf(t, master)
	master.Kill()
	replica.becomesMaster(t)
	return master
}

// Slot returns the slot of a key, as the servers say.
func (c *Cluster) Slot(t testing.TB, key string) int {
	t.Helper()
	answer, err := c.servers[0].ask("cluster", "keyslot", key)
	slot, ok := answer.(int64)
	if err != nil || !ok {
		t.Fatalf("ask for slot: %v, %v", answer, err)
	}
	return int(slot)
}

// Owner returns the master that has key.
func (c *Cluster) Owner(t testing.TB, key string) *Server {
	t.Helper()
	return c.owner(t, c.Slot(t, key))
}

func (c *Cluster) replicaOf(t testing.TB, master *Server) *Server {
	t.Helper()
	for _, s := range c.servers {
		if role, err := s.role(); err == nil && role.replica && role.master == master.port {
			return s
		}
	}
	t.Fatalf("%s has no replica", master.Addr())
	return nil
}

// role is what a server says of itself.
type role struct {
	replica   bool
	master    int    // port, of a replica
	link      string // of a replica: "connected"
	followers int    // of a master
}

func (s *Server) role() (role, error) {
	answer, err := s.ask("role")
	if err != nil {
		return role{}, err
	}
	parts, _ := answer.([]any)
	if len(parts) < 3 {
		return role{}, fmt.Errorf("role: %v", answer)
	}
	if parts[0] == "master" {
		followers, _ := parts[2].([]any)
		return role{followers: len(followers)}, nil
	}
	port, _ := parts[2].(int64)
	return role{replica: true, master: int(port), link: fmt.Sprint(parts[3])}, nil
}

func (s *Server) id() (string, error) {
	answer, err := s.ask("cluster", "myid")
	return fmt.Sprint(answer), err
}

// ask sends one command.
func (s *Server) ask(words ...any) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c := s.client()
	defer func() { _ = c.Close() }()
	return c.Do(ctx, words...).Result()
}

func (s *Server) becomesMaster(t testing.TB) {
	t.Helper()
	err := s.process.await(func(context.Context) error {
		r, err := s.role()
		if err == nil && r.replica {
			err = fmt.Errorf("%s is still a replica", s.Addr())
		}
		return err
	})
	if err != nil {
		t.Fatalf("failover: %v", err)
	}
}

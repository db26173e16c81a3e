package redistest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Sentinels is a master, its replica, and three Sentinels that watch over them.
type Sentinels struct {
	servers   []*Server
	sentinels []*Server
}

// masterName is what the Sentinels call the master.
const masterName = "dialog"

// NewSentinels starts them and waits until all is well.
func NewSentinels(t testing.TB, options ...Option) *Sentinels {
	t.Helper()
	s := settings{extra: []string{"--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"}}
	for _, o := range options {
		o(&s)
	}
	if s.password != "" {
		s.extra = append(s.extra, "--masterauth", s.password)
	}
	n := &Sentinels{servers: []*Server{start(t, s)}}
	follower := s
	follower.extra = append([]string{"--replicaof", fmt.Sprintf("127.0.0.1 %d", n.servers[0].port)}, s.extra...)
	n.servers = append(n.servers, start(t, follower))
	for range 3 {
		n.sentinels = append(n.sentinels, startSentinel(t, n.servers[0]))
	}
	n.Well(t)
	return n
}

func startSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	var err error
	for range 5 {
		s := &Server{port: freePort(t)}
		s.process = newProcess(t, s.port)
		file := filepath.Join(s.process.dir, "sentinel.conf")
		lines := []string{
			"bind 127.0.0.1", fmt.Sprintf("port %d", s.port), "dir " + s.process.dir, "logfile " + s.process.log,
			fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 2", masterName, master.port),
			"sentinel down-after-milliseconds " + masterName + " 500",
			"sentinel failover-timeout " + masterName + " 3000",
		}
		if p := master.settings.password; p != "" {
			lines = append(lines, "sentinel auth-pass "+masterName+" "+p)
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.process.words = []string{file, "--sentinel"}
		if err = s.process.start(); err == nil {
			err = s.ready()
		}
		if err == nil {
			return s
		}
		s.process.end()
	}
	t.Fatalf("start redis-sentinel: %v", err)
	return nil
}

// Well waits until the replica follows and each Sentinel knows of it and of the
// others.
func (n *Sentinels) Well(t testing.TB) {
	t.Helper()
	for _, s := range n.sentinels {
		err := s.process.await(func(context.Context) error {
			answer, err := s.ask("sentinel", "master", masterName)
			if err != nil {
				return err
			}
			fields, _ := answer.([]any)
			for i := 0; i+1 < len(fields); i += 2 {
				switch fields[i] {
				case "num-slaves", "num-other-sentinels":
					if fields[i+1] == "0" || fields[i] == "num-other-sentinels" && fields[i+1] != "2" {
						return fmt.Errorf("%v is %v", fields[i], fields[i+1])
					}
				case "flags":
					if fields[i+1] != "master" {
						return fmt.Errorf("flags are %v", fields[i+1])
					}
				}
			}
			return n.following()
		})
		if err != nil {
			t.Fatalf("wait for sentinels: %v", err)
		}
	}
}

// following returns an error unless there is one master with one follower.
func (n *Sentinels) following() error {
	followers, connected := 0, 0
	for _, s := range n.servers {
		r, err := s.role()
		switch {
		case err != nil:
			return err
		case !r.replica:
			followers += r.followers
		case r.link == "connected":
			connected++
		}
	}
	if followers != 1 || connected != 1 {
		return fmt.Errorf("%d followers of which %d are connected", followers, connected)
	}
	return nil
}

// URL returns where the store is.
func (n *Sentinels) URL() string {
	var addrs []string
	for _, s := range n.sentinels {
		addrs = append(addrs, s.Addr())
	}
	user := ""
	if p := n.servers[0].settings.password; p != "" {
		user = ":" + p + "@"
	}
	return "redis+sentinel://" + user + strings.Join(addrs, ",") + "/" + masterName
}

// Masters returns a client of the master of this moment; it ends with t.
func (n *Sentinels) Masters(t testing.TB) []*redis.Client {
	t.Helper()
	return []*redis.Client{n.Master(t).Client(t)}
}

// Master returns the master of this moment.
func (n *Sentinels) Master(t testing.TB) *Server {
	t.Helper()
	for _, s := range n.servers {
		if r, err := s.role(); err == nil && !r.replica {
			return s
		}
	}
	t.Fatal("no master")
	return nil
}

// Replica returns the replica of this moment.
func (n *Sentinels) Replica(t testing.TB) *Server {
	t.Helper()
	for _, s := range n.servers {
		if r, err := s.role(); err == nil && r.replica {
			return s
		}
	}
	t.Fatal("no replica")
	return nil
}

// Failover has the Sentinels make the replica master, and waits until it is.
func (n *Sentinels) Failover(t testing.TB) {
	t.Helper()
	replica := n.Replica(t)
	if _, err := n.sentinels[0].ask("sentinel", "failover", masterName); err != nil {
		t.Fatalf("failover: %v", err)
	}
	replica.becomesMaster(t)
}

// Kill kills the master and waits until its replica has taken over.
func (n *Sentinels) Kill(t testing.TB) *Server {
	t.Helper()
	master, replica := n.Master(t), n.Replica(t)
	master.Kill()
	replica.becomesMaster(t)
	return master
}

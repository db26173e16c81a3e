package chaos_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/chaos"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

var (
	faults = flag.Int("faults", 20, "how many things are broken in each run")
	chats  = flag.Int("chats", 60, "how many chats write at the same time")
)

// sample is a base of a few entries: the engine is not asked here.
const sample = "../../knowledge/testdata/sample"

func TestMain(m *testing.M) {
	if replica, code := chaos.RunReplica(); replica {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// P2 and P3 with the embedded store: one replica, killed, frozen and stopped.
func TestChaosEmbedded(t *testing.T) {
	t.Parallel()
	storm(t, chaos.Plan{Replicas: 1})
}

// P2 and P3 with two replicas over a Cluster of three masters with a replica
// each: every save waits until a second server has it. All sync every write, as
// below.
func TestChaosCluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.NewCluster(t, redistest.Fsync("always"), redistest.Config("--min-replicas-to-write", "1"))
	anyKey := func() string { return fmt.Sprintf("dt:{s%03d}:x", rand.IntN(record.Shards)) }
	storm(t, chaos.Plan{Replicas: 2, Store: chaos.Store{Redis: cluster.URL(), Faults: []chaos.Fault{
		{Name: "master killed", Break: func(context.Context) error {
			cluster.Kill(t, anyKey()).Restart(t)
			cluster.Well(t)
			return nil
		}},
		{Name: "failover", Break: func(context.Context) error {
			cluster.Failover(t, anyKey())
			cluster.Well(t)
			return nil
		}},
		{Name: "slot moved", Break: func(ctx context.Context) error {
			cluster.MoveSlot(t, anyKey(), func() { chaos.Wait(ctx, 300*time.Millisecond) })
			cluster.Well(t)
			return nil
		}},
		{Name: "master frozen", Break: func(ctx context.Context) error {
			master := cluster.Owner(t, anyKey())
			master.Pause()
			defer master.Resume()
			chaos.Wait(ctx, rand.N(800*time.Millisecond)) // shorter than what makes its replica take over
			return nil
		}},
	}}})
}

// The same over a master and a replica that Sentinels watch. Both sync every write: a
// killed master that came back without its data might be followed by its replica, which
// would throw away what it alone holds; see docs/redis-keys.md.
func TestChaosSentinel(t *testing.T) {
	t.Parallel()
	sentinels := redistest.NewSentinels(t, redistest.Fsync("always"), redistest.Config("--min-replicas-to-write", "1"))
	storm(t, chaos.Plan{Replicas: 2, Store: chaos.Store{Redis: sentinels.URL(), Faults: []chaos.Fault{
		{Name: "master killed", Break: func(context.Context) error {
			sentinels.Kill(t).Restart(t)
			sentinels.Well(t)
			return nil
		}},
		{Name: "failover", Break: func(context.Context) error {
			sentinels.Failover(t)
			sentinels.Well(t)
			return nil
		}},
	}}})
}

// storm does a run and fails with what it found. What the plan leaves out is as
// the flags have it.
func storm(t *testing.T, plan chaos.Plan) chaos.Verdict {
	t.Helper()
	knowledge, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	plan.Dir, plan.Knowledge, plan.Log = t.TempDir(), knowledge, t.Logf
	plan.Chats, plan.Faults = cmp.Or(plan.Chats, *chats), cmp.Or(plan.Faults, *faults)
	plan.Pause, plan.Between = cmp.Or(plan.Pause, time.Second), cmp.Or(plan.Between, 500*time.Millisecond)
	v, err := chaos.Run(t.Context(), plan)
	if err != nil {
		t.Errorf("the run itself: %v", err)
	}
	for _, fault := range v.Faults {
		t.Error(fault)
	}
	t.Logf("%d messages offered, %d accepted, %d lost, %d counted twice; %d replies and %d letters arrived; twice with a fault between %d, twice because the platform did not confirm %d",
		v.Offered, v.Accepted, v.Lost, v.Doubled, v.Replies, v.Letters, v.Explained, v.Unclear)
	if plan.Cases {
		t.Logf("%d cases (%s), %d cards, %d not sent as their officers know", v.Cases, v.History, v.Cards, v.Unsent)
	}
	counting := plan.Telegram == nil && !plan.Cases
	if v.Accepted == 0 || v.Replies == 0 || counting && v.Letters == 0 || plan.Cases && (v.Cases == 0 || v.Cards == 0) {
		t.Error("nothing happened: the test tested nothing")
	}
	if t.Failed() {
		for _, name := range plan.Logs() {
			log, err := os.ReadFile(name)
			if err != nil {
				t.Log(err)
			}
			t.Logf("%s:\n%s", filepath.Base(name), log[max(0, len(log)-4000):])
		}
	}
	return v
}

// P2 and P3 with two replicas over one Redis that syncs every write.
func TestChaosRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Fsync("always"))
	storm(t, chaos.Plan{Replicas: 2, Store: chaos.Store{Redis: server.URL(), Faults: redisFaults(t, server)}})
}

// redisFaults are what can befall a single server.
func redisFaults(t *testing.T, server *redistest.Server) []chaos.Fault {
	return []chaos.Fault{
		{Name: "redis killed", Break: func(context.Context) error {
			server.Kill()
			server.Restart(t)
			return nil
		}},
		{Name: "redis frozen", Break: func(ctx context.Context) error {
			server.Pause()
			defer server.Resume()
			chaos.Wait(ctx, rand.N(3*time.Second))
			return nil
		}},
	}
}

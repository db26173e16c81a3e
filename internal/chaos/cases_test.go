package chaos_test

import (
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/chaos"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// P2 and P3 of cases with the embedded store: what residents ask, officers
// answer and clocks do, while the one replica is killed, frozen and stopped.
func TestChaosCasesEmbedded(t *testing.T) {
	t.Parallel()
	storm(t, townPlan(chaos.Plan{Replicas: 1}))
}

// The same with two replicas over one Redis that syncs every write.
func TestChaosCasesRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Fsync("always"))
	storm(t, townPlan(chaos.Plan{Replicas: 2, Store: chaos.Store{Redis: server.URL(), Faults: redisFaults(t, server)}}))
}

// townPlan lets fewer people do more, and less break: everything that is done to
// a case has consequences that take a while.
func townPlan(plan chaos.Plan) chaos.Plan {
	plan.Cases, plan.Pause, plan.Chats = true, 700*time.Millisecond, *chats/3
	plan.Faults, plan.Between = (*faults+1)/2, time.Second
	return plan
}

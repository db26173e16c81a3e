package redisstore_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/store/storetest"
)

func TestMain(m *testing.M) {
	// The state machine drives three kinds of servers, a trip a step: together as
	// much as it does elsewhere. The command line may ask for more.
	if err := flag.Set("rapid.checks", "35"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	storetest.Run(t, func(t *testing.T) *storetest.Engine { return engine(t, server) })
}

func TestConformanceInACluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.NewCluster(t)
	storetest.Run(t, func(t *testing.T) *storetest.Engine { return engine(t, cluster) })
}

func TestConformanceBehindSentinels(t *testing.T) {
	t.Parallel()
	sentinels := redistest.NewSentinels(t)
	storetest.Run(t, func(t *testing.T) *storetest.Engine { return engine(t, sentinels) })
}

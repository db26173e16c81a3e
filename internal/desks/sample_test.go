package desks_test

import (
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// builtIn loads the built-in base once for all tests.
var builtIn = sync.OnceValue(func() *knowledge.Base {
	base, _ := knowledge.Load(quangngai.FS())
	return base
})

// world is the built-in base: 96 communes and its topics.
func world(t testing.TB) desks.World {
	t.Helper()
	base := builtIn()
	if base == nil {
		t.Fatal("the built-in base does not load")
	}
	return desks.World{Places: base.Places, Topics: base.Topics, Zone: zone(t)}
}

func zone(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// now is a Sunday.
func now(t testing.TB) time.Time { return time.Date(2026, time.November, 22, 9, 0, 0, 0, zone(t)) }

func TestSampleIsInOrder(t *testing.T) {
	t.Parallel()
	d, report := desks.Load("mau.yaml", []byte(desks.Sample()), world(t), now(t))
	if d == nil || len(report.Faults) > 0 {
		t.Fatal(report.Text())
	}
}

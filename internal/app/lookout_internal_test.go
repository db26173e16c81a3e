package app

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/doctor"
	"github.com/doithoai/doithoai/internal/trouble"
)

// What a look finds is told until another look does not; others are asked for
// their clocks later and less often.
func TestLookout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		looks, full := map[string]int{}, true
		look := func(name string, code trouble.Code) doctor.Check {
			return func(context.Context) []trouble.Finding {
				mu.Lock()
				defer mu.Unlock()
				looks[name]++
				if !full {
					return []trouble.Finding{trouble.Well("a", name, "tốt")}
				}
				return []trouble.Finding{trouble.Found("a", name, code, "xấu", "Sửa")}
			}
		}
		l := &lookout{often: []doctor.Check{look("disk", trouble.DiskFull)}, seldom: []doctor.Check{look("clock", trouble.ClockWrong)}}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.run(ctx) }()
		synctest.Wait()
		if found := l.troubles(); len(found) != 1 || found[0].Code != trouble.DiskFull || found[0].What != "disk: xấu." || found[0].Cure != "Sửa." {
			t.Errorf("at once: %+v", found)
		}
		time.Sleep(clocksAfter + time.Second) // of the bubble's clock
		if found := l.troubles(); len(found) != 2 || found[1].Code != trouble.ClockWrong {
			t.Errorf("later: %+v", found)
		}
		mu.Lock()
		full = false
		mu.Unlock()
		time.Sleep(clocksEvery)
		if found := l.troubles(); len(found) != 0 {
			t.Errorf("when all is well again: %+v", found)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if looks["clock"] != 2 || looks["disk"] < 20 {
			t.Errorf("looked %v times", looks)
		}
	})
}

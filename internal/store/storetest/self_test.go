package storetest

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/exchange"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The specification must pass its own suite: a test that asks for something
// else than the model does would hold engines to two rules at once.
func TestTheModelPasses(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) *Engine { return overModel() })
}

// overModel is an engine over a model.
func overModel() *Engine {
	d := newDisk()
	running := &memory{disk: d}
	return &Engine{
		Store: running,
		Now: func() time.Time {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.m.now
		},
		Advance: func(by time.Duration) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.m.now = d.m.now.Add(by)
		},
		Reopen: func() (Store, error) {
			_ = running.Close()
			if d.moved != "" {
				return nil, &exchange.MovedError{To: d.moved}
			}
			running = &memory{disk: d}
			return running, nil
		},
		Walk:     d.walk,
		Twin:     func() Store { return &memory{disk: d} },
		OwnClock: true, // it keeps ends as they are
	}
}

// walk shows everything that lives.
func (d *disk) walk(show func(key, value []byte)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	items, err := (&memory{disk: d}).items()
	for _, i := range items {
		show(fmt.Appendf(nil, "%s %x %x %s %q %x", i.Kind, i.Name, i.Mark, i.Day, i.Counter, i.Ends.Unix()), i.Value)
	}
	for name, b := range d.buckets {
		if !d.m.over(b.tat) {
			show([]byte("bucket "+name), nil)
		}
	}
	d.vault.walk(d.m.now, show)
	return err
}

package app

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// inForce is the settings that the program runs by, and those it was asked to.
type inForce struct {
	mu      sync.Mutex     // one reload at a time
	began   *config.Config // of the start: what needs a restart stays so
	now     *config.Config // read last without a fault
	refused atomic.Int32   // faults of the reading after that; 0 if there was none
	waiting atomic.Pointer[[]string]
}

// notes tells of settings that were changed and wait for a restart.
func (f *inForce) notes() []string {
	waiting := f.waiting.Load()
	if waiting == nil || len(*waiting) == 0 {
		return nil
	}
	return []string{"Đã đổi trong thiết đặt, khởi động lại mới có hiệu lực: " + strings.Join(*waiting, ", ") + "."}
}

// Reload reads the settings anew and takes over what can change while the
// program runs; base and desks are read again too. If anything is wrong with
// them, nothing changes, and the log and /readyz say so.
func (a *App) Reload(load func() (*config.Config, error)) {
	f := &a.settings
	f.mu.Lock()
	defer f.mu.Unlock()
	if a.stopping.Load() {
		return
	}
	next, err := load()
	plan := reloadPlan{}
	if err == nil {
		plan, err = a.vet(next)
	}
	if err != nil {
		faults := int32(1)
		if many, ok := err.(config.Faults); ok { //nolint:errorlint // Load returns nothing else
			faults = int32(len(many))
		}
		f.refused.Store(faults)
		a.log.Error("settings refused, those before stay in force", "faults", faults, "error", err)
		return
	}
	live, _ := config.Changed(f.now, next)
	_, restart := config.Changed(f.began, next)
	if (f.began.Desks == "") != (next.Desks == "") {
		restart = append(restart, "desks") // whether there are officers at all
	}
	a.apply(next, plan)
	f.now = next
	f.refused.Store(0)
	f.waiting.Store(&restart)
	a.log.Info("settings read again", "changed", strings.Join(live, " "), "need_restart", strings.Join(restart, " "))
}

// reloadPlan is what of the folders and files is to be opened anew; a faulty one
// that is in use already is left to whoever watches it.
type reloadPlan struct{ base, desks bool }

// vet does all that can fail before anything is touched.
func (a *App) vet(next *config.Config) (plan reloadPlan, err error) {
	base, report := loadBase(next.Knowledge)
	if base == nil && next.Knowledge != a.settings.now.Knowledge {
		return plan, refusedBase(next.Knowledge, report)
	}
	plan.base = base != nil
	if a.office == nil || next.Desks == "" {
		return plan, nil
	}
	if base == nil {
		base = a.library.current.Load().base
	}
	world := desks.World{Places: base.Places, Topics: base.Topics, Zone: a.location}
	file, faults := desks.LoadFile(next.Desks, world, time.Now())
	if file == nil && next.Desks != a.settings.now.Desks {
		return plan, refusedDesks(next.Desks, faults)
	}
	plan.desks = file != nil
	return plan, nil
}

// apply takes over what was found good.
func (a *App) apply(next *config.Config, plan reloadPlan) {
	if a.logging != nil {
		a.logging.Set(next.Log)
	}
	if a.chat != nil {
		a.chat.Trust(next.TrustedProxies)
	}
	if plan.base {
		if err := a.library.follow(next.Knowledge); err != nil {
			a.log.Error("knowledge not read again", "error", err)
		}
	}
	if plan.desks {
		if err := a.office.follow(next.Desks); err != nil {
			a.log.Error("desks not read again", "error", err)
		}
	}
}

// loadBase reads the base of a folder, the built-in one without; nil if it has
// faults.
func loadBase(folder string) (*knowledge.Base, knowledge.Report) {
	if folder == "" {
		return knowledge.Load(quangngai.FS())
	}
	return knowledge.Load(os.DirFS(folder))
}

func refusedDesks(path string, report desks.Report) error {
	return &Problem{
		What: fmt.Sprintf("Tệp cán bộ %s có %d lỗi", path, len(report.Errors())),
		Cure: "Chạy «doithoai desks check " + path + "» để xem lỗi gì, ở dòng nào, sửa thế nào",
	}
}

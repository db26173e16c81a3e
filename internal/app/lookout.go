package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/doctor"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/trouble"
)

// How often the running program looks at what may go wrong by itself. The
// clocks of others are asked later and less often: they belong to others.
const (
	lookEvery   = 30 * time.Second
	clocksAfter = time.Minute
	clocksEvery = 10 * time.Minute
)

// lookout looks, every now and then, at what nobody else would notice before it
// is too late: room on the disks, the memory of Redis, the clock.
type lookout struct {
	often, seldom []doctor.Check
	found         [2]atomic.Pointer[[]trouble.Trouble]
}

func newLookout(settings *config.Config, store liveStore) *lookout {
	l := &lookout{
		often:  []doctor.Check{doctor.Room(writtenFolders(settings)...)},
		seldom: []doctor.Check{doctor.Clocks(clocksOf(settings))},
	}
	if redis, ok := store.(*redisstore.Store); ok {
		l.often = append(l.often, doctor.RedisNow(redis), doctor.Clocks([]doctor.Clock{doctor.RedisClock(redis)}))
	}
	return l
}

// run looks until ctx ends.
func (l *lookout) run(ctx context.Context) error {
	often, seldom := time.NewTimer(0), time.NewTimer(clocksAfter)
	defer often.Stop()
	defer seldom.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-often.C:
			l.look(ctx, 0, l.often)
			often.Reset(lookEvery)
		case <-seldom.C:
			l.look(ctx, 1, l.seldom)
			seldom.Reset(clocksEvery)
		}
	}
}

func (l *lookout) look(ctx context.Context, row int, checks []doctor.Check) {
	var bad []trouble.Trouble
	for _, f := range doctor.Run(ctx, checks...) {
		if f.Grade != trouble.Good {
			bad = append(bad, f.Trouble())
		}
	}
	l.found[row].Store(&bad)
}

// troubles returns what was found last.
func (l *lookout) troubles() []trouble.Trouble {
	var all []trouble.Trouble
	for i := range l.found {
		if found := l.found[i].Load(); found != nil {
			all = append(all, *found...)
		}
	}
	return all
}

// writtenFolders are the folders that the program writes to.
func writtenFolders(settings *config.Config) []doctor.Folder {
	return []doctor.Folder{{Name: "thư mục data", Path: settings.Data}, {Name: "thư mục media", Path: mediaFolder(settings)}}
}

// clocksOf are the clocks of the platforms that the settings name.
func clocksOf(settings *config.Config) []doctor.Clock {
	var clocks []doctor.Clock
	for _, p := range []struct {
		set           bool
		name, address string
	}{
		{settings.Telegram.Token != "", "Telegram", settings.Telegram.API},
		{settings.ZaloOA.AppID != "", "Zalo", settings.ZaloOA.API},
		{settings.ZaloBot.Token != "", "Zalo Bot", settings.ZaloBot.API},
	} {
		if p.set {
			clocks = append(clocks, doctor.WebClock(p.name, p.address))
		}
	}
	return clocks
}

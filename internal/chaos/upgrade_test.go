package chaos_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/chaos"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// P2 and P3 while two replicas are upgraded under load, restarted again and again,
// old and new side by side, and the store is raised in the middle.
func TestChaosUpgrade(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Fsync("always"))
	v := storm(t, chaos.Plan{
		Replicas: 2, Store: chaos.Store{Redis: server.URL()},
		Upgrade: &chaos.Upgrade{Raise: func(ctx context.Context) error { return raise(ctx, server.URL()) }},
	})
	t.Logf("%d calls found the door closed", v.Refused)
}

// raise does what an operator does: it waits for those of the version before, and
// for the signs of life of those that were killed to run out.
func raise(ctx context.Context, url string) (err error) {
	s, err := redisstore.Open(ctx, url, redisstore.Options{Version: "chaos"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for {
		c, err := s.Raise(ctx)
		if err != nil || c.Format == record.Newest {
			return err
		}
		if !chaos.Wait(ctx, time.Second) {
			return ctx.Err()
		}
	}
}

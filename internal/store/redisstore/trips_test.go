package redisstore_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// trips writes down what is sent: one entry for each time an answer is waited for.
type trips struct {
	mu   sync.Mutex
	sent []string
}

func (tr *trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (tr *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		tr.note(cmd)
		return next(ctx, cmd)
	}
}

func (tr *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		tr.note(cmds...)
		return next(ctx, cmds)
	}
}

func (tr *trips) note(cmds ...redis.Cmder) {
	var names []string
	for _, c := range cmds {
		names = append(names, c.Name())
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.sent = append(tr.sent, strings.Join(names, "+"))
}

func (tr *trips) take() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	all := strings.Join(tr.sent, ", ")
	tr.sent = nil
	return all
}

// A message costs three trips, also with a replica that is waited for.
func TestAMessageCostsThreeTrips(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		where deployment
		want  string
	}{
		"one node":  {redistest.Single(t), "get+hgetall+hget, evalsha, evalsha"},
		"sentinels": {redistest.NewSentinels(t), "get+hgetall+hget, evalsha+wait, evalsha+wait"},
	} {
		t.Run(name, func(t *testing.T) {
			seen := &trips{}
			s := mustOpen(t, c.where.URL(), redisstore.Options{}.ForTests().WithHook(seen))
			for i, update := range []string{"the first one brings the scripts along", "2"} {
				seen.take()
				chat, err := s.Load(t.Context(), someone)
				if err != nil {
					t.Fatal(err)
				}
				saved, err := s.Save(t.Context(), record.Save{
					Chat: someone, Revision: chat.Revision, Update: update, State: []byte("s"),
					Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}, Way: record.Way{Push: true, Lease: true, Inbound: true},
				})
				if err != nil || saved.Lease == nil {
					t.Fatalf("Save = %+v, %v, want a lease", saved, err)
				}
				if _, err := s.Settle(t.Context(), *saved.Lease, record.Settlement{Result: record.Sent}); err != nil {
					t.Fatal(err)
				}
				if got := withoutKeeper(seen.take()); i > 0 && got != c.want {
					t.Errorf("a message cost %q, want %q", got, c.want)
				}
			}
		})
	}
}

// withoutKeeper leaves out the keeper's looks at who is master.
func withoutKeeper(sent string) string {
	return strings.TrimPrefix(strings.ReplaceAll(", "+sent, ", role", ""), ", ")
}

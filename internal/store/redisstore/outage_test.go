package redisstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

var someone = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "someone"}

// within makes a call that may take so long. An answer of the store that comes
// later would be the context's error instead.
func within(t *testing.T, d time.Duration, do func(ctx context.Context) error) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	return do(ctx)
}

// replyTo is a save of a chat's first message, with one reply to be fetched.
func replyTo(chat bot.ChatID, update string) record.Save {
	return record.Save{Chat: chat, Update: update, Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}}
}

func saveOnce(s *redisstore.Store, update string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		c, err := s.Load(ctx, someone)
		if err != nil {
			return err
		}
		_, err = s.Save(ctx, record.Save{Chat: someone, Revision: c.Revision, Update: update})
		return err
	}
}

// P2: a store that hangs costs a webhook no more than its budget, and from the
// second message on nothing.
func TestAHangingServer(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{})
	eventually(t, func() error { return saveOnce(s, "1")(t.Context()) })
	server.Pause()
	if err := within(t, 2*time.Second, saveOnce(s, "2")); !errors.Is(err, exchange.ErrUnavailable) {
		t.Errorf("Save while the server hangs: %v, want ErrUnavailable", err)
	}
	// The breaker is open: an answer takes no time at all.
	for name, do := range operations(s) {
		if err := within(t, 100*time.Millisecond, do); !errors.Is(err, exchange.ErrUnavailable) {
			t.Errorf("%s while the breaker is open: %v, want ErrUnavailable", name, err)
		}
	}
	server.Resume()
	eventually(t, func() error { return saveOnce(s, "3")(t.Context()) })
}

// operations is one call of each method that speaks to a server.
func operations(s *redisstore.Store) map[string]func(ctx context.Context) error {
	lease := record.Lease{Delivery: record.Delivery{Chat: someone, Seq: 1, Expires: time.Now()}}
	return map[string]func(ctx context.Context) error{
		"Load": func(ctx context.Context) error { _, err := s.Load(ctx, someone); return err },
		"Save": func(ctx context.Context) error {
			_, err := s.Save(ctx, record.Save{Chat: someone, Update: "x"})
			return err
		},
		"Pending": func(ctx context.Context) error { _, err := s.Pending(ctx, someone); return err },
		"Ack":     func(ctx context.Context) error { return s.Ack(ctx, someone, 1) },
		"Claim":   func(ctx context.Context) error { _, err := s.Claim(ctx, "telegram/main", 1); return err },
		"Settle": func(ctx context.Context) error {
			_, err := s.Settle(ctx, lease, record.Settlement{Result: record.Sent})
			return err
		},
		"Release": func(ctx context.Context) error { return s.Release(ctx, lease) },
		"Work":    func(ctx context.Context) error { _, err := s.Work(ctx, 1); return err },
		"Finish": func(ctx context.Context) error {
			return s.Finish(ctx, record.Work{Kind: record.WorkLetter}, record.Settlement{})
		},
		"Take": func(ctx context.Context) error {
			_, _, err := s.Take(ctx, "b", record.Pace{Every: time.Second}, 1)
			return err
		},
		"Dead":     func(ctx context.Context) error { return s.Dead(ctx, func(record.Dead) error { return nil }) },
		"Revive":   func(ctx context.Context) error { return s.Revive(ctx, "00-1") },
		"Bury":     func(ctx context.Context) error { return s.Bury(ctx, "00-1") },
		"Counts":   func(ctx context.Context) error { _, err := s.Counts(ctx, time.Now().Format(time.DateOnly)); return err },
		"FindCase": func(ctx context.Context) error { _, err := s.FindCase(ctx, "0001"); return err },
		"Ref":      func(ctx context.Context) error { _, err := s.Ref(ctx, someone, "m"); return err },
		"Hold":     func(ctx context.Context) error { _, err := s.Hold(ctx, "n", "h", time.Second); return err },
		"LetGo":    func(ctx context.Context) error { return s.LetGo(ctx, "n", "h") },
		"Value":    func(ctx context.Context) error { _, err := s.Value(ctx, "n"); return err },
		"Swap":     func(ctx context.Context) error { _, err := s.Swap(ctx, "n", nil, []byte("v")); return err },
		"Export":   func(ctx context.Context) error { return s.Export(ctx, func(record.Item) error { return nil }) },
		"Class":    func(ctx context.Context) error { _, err := s.Class(ctx); return err },
	}
}

// A server that was restarted is spoken to again, with the first call.
func TestARestartedServer(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Fsync("always"))
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	if err := saveOnce(s, "1")(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	server.Restart(t)
	c, err := s.Load(t.Context(), someone)
	if err != nil || c.Revision != 1 {
		t.Errorf("Load = %+v, %v, want what was saved before", c, err)
	}
	server.Kill()
	if err := saveOnce(s, "2")(t.Context()); !errors.Is(err, exchange.ErrUnavailable) {
		t.Errorf("Save without a server: %v, want ErrUnavailable", err)
	}
	server.Restart(t)
	eventually(t, func() error { return saveOnce(s, "3")(t.Context()) })
}

// P2: what was told as done survives that the server is killed, again and again,
// if it syncs always.
func TestNothingIsLostWithAServerThatIsKilled(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Fsync("always"))
	s := mustOpen(t, server.URL(), redisstore.Options{})
	other := mustOpen(t, server.URL(), redisstore.Options{})
	l := startLoad(t, manyChats(8), s, other)
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		l.more(t, 100)
		server.Kill()
		server.Restart(t)
	}
	l.more(t, 100)
	l.check(t, mustOpen(t, server.URL(), redisstore.Options{}.ForTests()))
}

// A server forgets its scripts when it is restarted, or told to.
func TestForgottenScripts(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	l := startLoad(t, manyChats(4), s)
	client := server.Client(t)
	for range 50 {
		l.more(t, 5)
		if err := client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	l.check(t, s)
	if err := client.ScriptFlush(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	for name, do := range operations(s) {
		if err := do(t.Context()); errors.Is(err, exchange.ErrUnavailable) {
			t.Errorf("%s after the scripts were lost: %v", name, err)
		}
	}
}

// What a server refuses is told without what it was sent.
func TestARefusalQuotesNobody(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{})
	forbidScripts(t, server)
	const secret = "nhà tôi ở xóm Trũng"
	_, err := s.Save(t.Context(), record.Save{Chat: someone, Update: "1", State: []byte(secret)})
	if !errors.Is(err, exchange.ErrUnavailable) || strings.Contains(err.Error(), "Tr") || !strings.Contains(err.Error(), "NOPERM") {
		t.Errorf("Save = %v, want the refusal alone", err)
	}
}

// forbidScripts has a server refuse everything that changes something.
func forbidScripts(t *testing.T, server *redistest.Server) {
	t.Helper()
	if err := server.Client(t).Do(t.Context(), "acl", "setuser", "default", "-eval", "-evalsha").Err(); err != nil {
		t.Fatal(err)
	}
}

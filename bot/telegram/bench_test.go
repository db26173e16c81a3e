package telegram_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token  = "123456:TEST-bot_tokenThatNobodyMayEverSee"
	secret = "webhook-secret_ThatNobodyMayEverSee"
)

func start() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }

// bench is a channel that runs against a Telegram of its own.
type bench struct {
	t      *testing.T
	clock  *standin.Clock
	fake   *tgfake.Server
	bot    *telegram.Channel
	config telegram.Config
	log    *safeBuffer
	counts *counters
}

// floodText is what a resident gets who writes too much.
const floodText = "Dạ, cô bác nhắn chậm lại một chút."

// newBench makes both and runs the channel until the test ends. change may
// complete the settings.
func newBench(t *testing.T, change func(*telegram.Config)) *bench {
	t.Helper()
	b := prepareBench(t, change)
	b.run()
	return b
}

// prepareBench makes a bench whose channel does not run yet.
func prepareBench(t *testing.T, change func(*telegram.Config)) *bench {
	t.Helper()
	b := &bench{t: t, clock: standin.NewClock(start()), log: &safeBuffer{}, counts: &counters{}}
	b.fake = tgfake.New(tgfake.Options{Token: token, Clock: b.clock})
	api := httptest.NewServer(b.fake)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.bot.ServeHTTP(w, r) }))
	t.Cleanup(func() {
		b.fake.Close()
		hook.Close()
		api.Close()
	})
	b.config = telegram.Config{
		Token: token, API: api.URL, URL: hook.URL + "/hooks/telegram", Secret: secret,
		Log:   slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Count: b.counts.raise, Now: b.clock.Now, Flood: floodText,
		Labels: telegram.Labels{Start: "Bắt đầu lại", Menu: "Xem các việc", Officer: "Gặp cán bộ", Forget: "Xóa những gì đã nói"},
	}
	change(&b.config)
	var err error
	if b.bot, err = telegram.New(b.config); err != nil {
		t.Fatal(err)
	}
	b.bot.SetSleep(func(ctx context.Context, d time.Duration) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.clock.After(d):
			return nil
		}
	})
	return b
}

func (b *bench) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.bot.Run(ctx); err != nil {
			b.t.Errorf("Run = %v", err)
		}
	})
	b.t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

// eventually waits for something that happens elsewhere.
func (b *bench) eventually(what string, ok func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			b.t.Fatalf("never: %s\n%s", what, b.log)
		case <-tick.C:
		}
	}
}

func (b *bench) next(p interface {
	Next(context.Context) (tgfake.Message, error)
}) tgfake.Message {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	m, err := p.Next(ctx)
	if err != nil {
		b.t.Fatalf("no message came: %v\n%s", err, b.log)
	}
	return m
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

type counters struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counters) raise(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[name]++
}

func (c *counters) get(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[name]
}

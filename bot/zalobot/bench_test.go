package zalobot_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token  = "123456:TEST-bot_tokenThatNobodyMayEverSee"
	secret = "webhook-secret_ThatNobodyMayEverSee"
)

// words are what residents read, as the program has them.
func words() bot.ChannelTexts {
	w, err := bot.Channel()
	if err != nil {
		panic(err)
	}
	return w
}

func start() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }

// bench is a channel that runs against a platform of its own.
type bench struct {
	t      *testing.T
	clock  *standin.Clock
	fake   *zbfake.Server
	bot    *zalobot.Channel
	config zalobot.Config
	log    *safeBuffer
	counts *counters
	stop   func() // ends Run and waits for it

	mu    sync.Mutex
	slept []time.Duration
}

// setting is what a test changes about its bench before it is made.
type setting struct {
	fake   zbfake.Options
	config func(*zalobot.Config)
	hook   http.Handler // before the channel's own, if not nil
}

// newBench makes both and runs the channel until the test ends.
func newBench(t *testing.T, s setting) *bench {
	t.Helper()
	b := prepareBench(t, s)
	b.run()
	return b
}

// prepareBench makes a bench whose channel does not run yet.
func prepareBench(t *testing.T, s setting) *bench {
	t.Helper()
	b := &bench{t: t, clock: standin.NewClock(start()), log: &safeBuffer{}, counts: &counters{}}
	s.fake.Token, s.fake.Clock = token, b.clock
	b.fake = zbfake.New(s.fake)
	api := httptest.NewServer(b.fake)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.hook != nil {
			s.hook.ServeHTTP(w, r)
			return
		}
		b.bot.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		b.fake.Close()
		hook.Close()
		api.Close()
	})
	b.config = zalobot.Config{
		Token: token, API: api.URL, URL: hook.URL + "/hooks/zalo-bot", Secret: secret,
		Log:   slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Count: b.counts.raise, Now: b.clock.Now, Flood: words().Flood, Choose: words().Choose,
	}
	s.config(&b.config)
	b.another()
	return b
}

// another makes a channel anew, as after a restart.
func (b *bench) another() {
	b.t.Helper()
	var err error
	if b.bot, err = zalobot.New(b.config); err != nil {
		b.t.Fatal(err)
	}
	b.bot.SetSleep(b.sleep)
}

func (b *bench) sleep(ctx context.Context, d time.Duration) error {
	over := b.clock.After(d)
	b.mu.Lock()
	b.slept = append(b.slept, d)
	b.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-over:
		return nil
	}
}

// naps returns how long the channel waited, each time.
func (b *bench) naps() []time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.slept)
}

func (b *bench) run() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	ended := make(chan struct{})
	bot := b.bot
	go func() {
		defer close(ended)
		if err := bot.Run(ctx); err != nil {
			b.t.Errorf("Run = %v", err)
		}
	}()
	b.stop = sync.OnceFunc(func() {
		cancel()
		b.wait("end Run", ended)
	})
	b.t.Cleanup(b.stop)
}

// wait lets time pass until done is closed.
func (b *bench) wait(what string, done <-chan struct{}) {
	b.t.Helper()
	b.eventually(what, func() bool {
		b.clock.Advance(time.Second)
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
}

// eventually waits for something that happens elsewhere.
func (b *bench) eventually(what string, ok func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.t.Context()), 20*time.Second)
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

// ready waits until updates can come.
func (b *bench) ready() {
	b.t.Helper()
	if b.config.Mode == zalobot.Webhook {
		b.eventually("set the webhook", func() bool { return len(b.fake.Calls("setWebhook")) > 0 })
		return
	}
	b.eventually("poll", func() bool { return b.fake.Polling() > 0 })
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

package zalooa_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is for a busy machine, not for a slow channel.
const patience = time.Minute

// start is when the fakes' clocks begin.
func start() time.Time { return time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC) }

// vault is a store of tokens as a store has it, with faults.
type vault struct {
	mu      sync.Mutex
	pair    zalooa.Pair
	until   time.Time
	down    error // every call fails
	noSwap  error // only Swap fails
	history []zalooa.Pair
}

func (v *vault) Load(context.Context) (zalooa.Pair, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pair, v.down
}

func (v *vault) Swap(_ context.Context, old, next zalooa.Pair) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := errors.Join(v.down, v.noSwap); err != nil {
		return false, err
	}
	if !v.pair.Same(old) {
		return false, nil
	}
	v.pair = next
	v.history = append(v.history, next)
	return true, nil
}

func (v *vault) Lock(_ context.Context, ttl time.Duration) (func(), bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.down != nil {
		return nil, false, v.down
	}
	if time.Now().Before(v.until) {
		return nil, false, nil
	}
	v.until = time.Now().Add(ttl)
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.until = time.Time{}
	}, true, nil
}

func (v *vault) set(f func(*vault)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f(v)
}

// inbox is an intake that remembers, with faults.
type inbox struct {
	mu    sync.Mutex
	taken []bot.Message
	err   error
	more  func(ctx context.Context, m bot.Message)
}

func (x *inbox) Handle(ctx context.Context, m bot.Message) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err != nil {
		return x.err
	}
	x.taken = append(x.taken, m)
	if x.more != nil {
		x.more(ctx, m)
	}
	return nil
}

func (x *inbox) messages() []bot.Message {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]bot.Message(nil), x.taken...)
}

func (x *inbox) fail(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.err = err
}

// tally counts, and collects a log.
type tally struct {
	mu  sync.Mutex
	n   map[string]int
	log bytes.Buffer
}

func (t *tally) count(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == nil {
		t.n = map[string]int{}
	}
	t.n[name]++
}

func (t *tally) of(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n["zalo-oa."+name]
}

func (t *tally) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Write(p)
}

func (t *tally) logged() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.String()
}

func (t *tally) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(t, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// bench is a channel with the platform it talks to.
type bench struct {
	z     *oafake.Server
	clock *standin.Clock
	url   string
	vault *vault
	inbox *inbox
	tally *tally
	c     *zalooa.Channel
	tam   *oafake.Person

	access, refresh string // what an operator configured at the start
}

// options of a bench; the zero value is a plain one that runs.
type options struct {
	fake   oafake.Options
	config func(*zalooa.Config)
	idle   bool // nobody runs it
}

func newBench(t *testing.T, o options) *bench {
	t.Helper()
	b := &bench{clock: standin.NewClock(start()), vault: &vault{}, inbox: &inbox{}, tally: &tally{}}
	o.fake.Clock = b.clock
	if o.fake.Client == nil { // Zalo's two seconds are too little for a busy machine
		o.fake.Client = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	}
	b.z = oafake.New(o.fake)
	server := httptest.NewServer(b.z)
	b.url = server.URL
	b.access, b.refresh = b.z.Tokens()
	b.c = b.channel(t, o.config)
	hook := httptest.NewServer(b.c)
	b.z.SetWebhook(hook.URL + "/hooks/zalo-oa")
	b.tam = b.z.Person()
	t.Cleanup(func() {
		b.z.Close()
		hook.Close()
		server.Close()
		for _, complaint := range b.z.Complaints() {
			t.Errorf("the platform complains: %s", complaint)
		}
		access, refresh := b.z.Tokens()
		for _, secret := range []string{access, refresh, b.access, b.refresh, b.z.Options().AppSecret, b.z.Options().OASecret, b.tam.ID} {
			if strings.Contains(b.tally.logged(), secret) {
				t.Errorf("a secret or a chat is in the log:\n%s", b.tally.logged())
			}
		}
	})
	if !o.idle {
		run(t, b.c)
		eventually(t, "use up the seed, or miss it", func() bool {
			stored, _ := b.vault.Load(t.Context())
			return !stored.Issued.IsZero() && b.c.Ready(stored) || b.c.Health() != nil
		})
	}
	return b
}

// channel makes one more channel on the same platform and store.
func (b *bench) channel(t *testing.T, change func(*zalooa.Config)) *zalooa.Channel {
	t.Helper()
	transport := &http.Transport{}
	o := b.z.Options()
	cfg := zalooa.Config{
		Intake: b.inbox, Tokens: b.vault, Logger: b.tally.logger(), Count: b.tally.count,
		AppID: o.AppID, AppSecret: o.AppSecret, OASecret: o.OASecret, AccessToken: b.access, RefreshToken: b.refresh,
		API: b.url, OAuth: b.url, Now: b.clock.Now, Client: &http.Client{Timeout: 10 * time.Second, Transport: transport},
		Flood: "Chậm lại chút.", Anonymous: "Cô bác đăng nhập Zalo rồi nhắn lại.",
	}
	if change != nil {
		change(&cfg)
	}
	c, err := zalooa.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return c
}

// run runs a channel until the test ends.
func run(t *testing.T, c *zalooa.Channel) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := c.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func chatOf(p *oafake.Person) bot.ChatID {
	return bot.ChatID{Channel: zalooa.Name, Bot: "main", Chat: p.ID}
}

// to is a message for a resident.
func (b *bench) to(p *oafake.Person, r bot.Reply) record.Delivery {
	now := b.clock.Now()
	return record.Delivery{Chat: chatOf(p), Seq: 1, Reply: r, Priority: record.PriorityReply, At: now, Expires: now.Add(record.KeepDelivery)}
}

// open lets the resident write, so that the window is open.
func (b *bench) open(t *testing.T) {
	t.Helper()
	if err := b.tam.Type(within(t), "chào"); err != nil {
		t.Fatal(err)
	}
}

// sendAll sends every part of a delivery and returns the provider's ids.
func sendAll(t *testing.T, c *zalooa.Channel, d record.Delivery) []string {
	t.Helper()
	var ids []string
	for {
		p, err := c.Send(within(t), d)
		if err != nil {
			t.Fatalf("send part %d: %v", d.Sent, err)
		}
		ids = append(ids, p.Provider)
		if !p.More {
			return ids
		}
		if d.Sent++; d.Sent > 50 {
			t.Fatal("a message without end")
		}
		d.Note, d.Lapses = p.Note, 0
	}
}

// refusedSend sends one part, which has to fail.
func refusedSend(t *testing.T, c *zalooa.Channel, d record.Delivery) *delivery.SendError {
	t.Helper()
	_, err := c.Send(within(t), d)
	fail, ok := errors.AsType[*delivery.SendError](err)
	if !ok {
		t.Fatalf("send: %v, want a SendError", err)
	}
	return fail
}

// eventually waits for what happens by itself.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx := within(t)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

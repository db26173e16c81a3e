package delivery_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

const laneName = "zalo-oa/main"

// resident returns the chat of the i-th resident. Its id must never be logged.
func resident(i int) bot.ChatID {
	return bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: fmt.Sprintf("secret-id-%d", i)}
}

// bench is a store, a provider and what is logged; time is the bubble's.
type bench struct {
	t        *testing.T
	store    *boltstore.Store
	provider *provider
	log      *safeBuffer
	updates  int
}

// inBubble runs test in a bubble of its own with a bench.
func inBubble(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path)
		test(t, b)
		b.close()
	})
}

func newBench(t *testing.T, path string) *bench {
	t.Helper()
	store, err := boltstore.Open(path, boltstore.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, store: store, provider: &provider{}, log: &safeBuffer{}}
}

func (b *bench) close() {
	b.t.Helper()
	if err := b.store.Close(); err != nil {
		b.t.Error(err)
	}
	for _, secret := range []string{"secret-id", "câu trả lời"} {
		if strings.Contains(b.log.String(), secret) {
			b.t.Errorf("the log tells %q:\n%s", secret, b.log)
		}
	}
}

// push returns a Push over the bench's store and provider, with one lane.
func (b *bench) push(c delivery.LaneConfig, o delivery.Options) *delivery.Push {
	b.t.Helper()
	return b.pushOver(b.store, c, o)
}

// backend is what a Push needs of a store.
type backend interface {
	delivery.Outbox
	delivery.Limiter
}

func (b *bench) pushOver(store backend, c delivery.LaneConfig, o delivery.Options) *delivery.Push {
	b.t.Helper()
	c.Lane = laneName
	if c.Sender == nil {
		c.Sender = b.provider
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(b.log, nil))
	}
	p, err := delivery.NewPush(store, store, []delivery.LaneConfig{c}, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// start runs p; stop ends it and reports what Run returned.
func (b *bench) start(p *delivery.Push) (stop func() error) {
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	synctest.Wait()
	return func() error {
		cancel()
		return <-ended
	}
}

// halt ends p and expects that all was settled.
func (b *bench) halt(stop func() error) {
	b.t.Helper()
	if err := stop(); err != nil {
		b.t.Errorf("Run = %v", err)
	}
}

// outlet is what a save tells, and asks, about its way.
type outlet interface {
	Way(chat bot.ChatID) record.Way
	Saved(chat bot.ChatID, lease *record.Lease)
}

// save queues out for chat as an exchange does, and returns the chat's last
// sequence.
func (b *bench) save(p outlet, chat bot.ChatID, out ...record.Outgoing) uint64 {
	b.t.Helper()
	return b.saveAs(p, chat, false, out...)
}

func (b *bench) saveAs(p outlet, chat bot.ChatID, inbound bool, out ...record.Outgoing) uint64 {
	b.t.Helper()
	b.updates++
	c, err := b.store.Load(b.t.Context(), chat)
	if err != nil {
		b.t.Fatal(err)
	}
	way := p.Way(chat)
	way.Inbound = inbound
	saved, err := b.store.Save(b.t.Context(), record.Save{
		Chat: chat, Revision: c.Revision, Update: fmt.Sprint(b.updates), Out: out, Way: way,
	})
	if err != nil || saved.Outcome != record.Done {
		b.t.Fatalf("Save = %+v, %v", saved, err)
	}
	p.Saved(chat, saved.Lease)
	return saved.LastSeq
}

// queue queues n answers of the bot for chat.
func (b *bench) queue(p outlet, chat bot.ChatID, n int) {
	b.t.Helper()
	for range n {
		b.save(p, chat, answer())
	}
}

// answer is an answer of the bot.
func answer() record.Outgoing {
	return record.Outgoing{Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: "câu trả lời"}, Priority: record.PriorityReply}
}

// dead returns the reasons of all dead letters.
func (b *bench) dead() (reasons []string) {
	b.t.Helper()
	err := b.store.Dead(b.t.Context(), func(d record.Dead) error {
		reasons = append(reasons, d.Reason)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return reasons
}

// waiting returns how many messages wait for chat.
func (b *bench) waiting(chat bot.ChatID) int {
	b.t.Helper()
	ds, err := b.store.Pending(b.t.Context(), chat)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(ds)
}

// try is one call of Send.
type try struct {
	record.Delivery
	at time.Time
}

// provider is a Sender that takes everything, unless answer says otherwise.
type provider struct {
	mu     sync.Mutex
	tries  []try
	answer func(ctx context.Context, d record.Delivery) (delivery.Progress, error)
}

func (p *provider) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	p.mu.Lock()
	p.tries = append(p.tries, try{d, time.Now()})
	n, answer := len(p.tries), p.answer
	p.mu.Unlock()
	if answer != nil {
		return answer(ctx, d)
	}
	return delivery.Progress{Provider: fmt.Sprint("id-", n)}, nil
}

// failing makes every send fail with err, nil for success.
func (p *provider) failing(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = func(context.Context, record.Delivery) (delivery.Progress, error) { return delivery.Progress{}, err }
}

// seen returns the tries for chat so far.
func (p *provider) seen(chat bot.ChatID) (tries []try) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tries {
		if t.Chat == chat {
			tries = append(tries, t)
		}
	}
	return tries
}

// all returns every try so far.
func (p *provider) all() []try {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]try(nil), p.tries...)
}

// seqs returns the sequences of tries.
func seqs(tries []try) (seqs []uint64) {
	for _, t := range tries {
		seqs = append(seqs, t.Seq)
	}
	return seqs
}

// upTo is 1, 2, … n.
func upTo(n int) (seqs []uint64) {
	for i := range n {
		seqs = append(seqs, uint64(i)+1)
	}
	return seqs
}

// safeBuffer is a buffer that many goroutines may write to.
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

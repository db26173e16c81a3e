package load_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// store is what a station stands on.
type store interface {
	exchange.Store
	exchange.Worklist
	delivery.Outbox
	delivery.Limiter
}

// station is the program without its channels: what arrives is handled, what is
// sent comes back to whoever waits for it.
type station struct {
	exchange *exchange.Exchange

	mu      sync.Mutex
	waiting map[string]chan struct{} // by message id
}

const lane = "bench/main"

func newStation(tb testing.TB, s store, decider exchange.Talker) *station {
	tb.Helper()
	st := &station{waiting: map[string]chan struct{}{}}
	push, err := delivery.NewPush(settled{s, st}, s, []delivery.LaneConfig{{Lane: lane, Sender: null{}, Workers: 256}}, delivery.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	router, err := delivery.NewRouter(delivery.NewPull(nil), push)
	if err != nil {
		tb.Fatal(err)
	}
	st.exchange, err = exchange.New(s, exchange.Talking(decider), exchange.Config{Apology: bot.Reply{Text: "x"}, Outlet: router})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loops.Go(func() { _ = push.Run(ctx) })
	tb.Cleanup(func() { cancel(); loops.Wait() })
	return st
}

// null sends nowhere.
type null struct{}

func (null) Send(context.Context, record.Delivery) (delivery.Progress, error) {
	return delivery.Progress{Provider: "m1"}, nil
}

// settled tells the station when a message is settled: that is its end.
type settled struct {
	store
	station *station
}

func (s settled) Settle(ctx context.Context, l record.Lease, end record.Settlement) (*record.Lease, error) {
	next, err := s.store.Settle(ctx, l, end)
	if id, _, ok := strings.Cut(l.Delivery.Reply.Text, " "); ok && end.Result == record.Sent {
		s.station.done(id)
	}
	return next, err
}

func (st *station) done(id string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if c, ok := st.waiting[id]; ok {
		close(c)
		delete(st.waiting, id)
	}
}

// message takes one message of a chat through its whole life.
func (st *station) message(ctx context.Context, chat int, n int64) error {
	id := strconv.FormatInt(n, 10)
	c := make(chan struct{})
	st.mu.Lock()
	st.waiting[id] = c
	st.mu.Unlock()
	m := bot.Message{Chat: bot.ChatID{Channel: "bench", Bot: "main", Chat: fmt.Sprint("chat-", chat)}, ID: id, Kind: bot.KindText, At: time.Now(), Text: id}
	if err := st.exchange.Handle(ctx, m); err != nil {
		return err
	}
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// canned decides at once what an answer weighs on average.
type canned struct{}

var answerText = strings.Repeat("Dạ, nhà mình được hỗ trợ. ", 25)

func (canned) Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	conv.UpdatedAt, conv.Introduced, conv.Place = now, true, "xa-ba-to"
	conv.Frame.Entry = "bhyt-ho-can-ngheo"
	conv.Shown = []string{"papers"}
	conv.List = []bot.Option{{Label: "Giấy tờ cần có", Action: "v1|facet|papers"}, {Label: "Nơi nộp", Action: "v1|facet|where"}, {Label: "Chưa đúng ý tôi", Action: "v1|not"}, {Label: "Gặp cán bộ", Action: "v1|human"}}
	return bot.Step{
		Conversation: conv,
		Replies:      []bot.Reply{{Kind: bot.ReplyAnswer, Text: m.ID + " " + answerText, Entry: "bhyt-ho-can-ngheo", Version: "2026-01-01"}},
		Counts:       []string{"decision.answer", "message.text"},
	}
}

// callers runs work from a number of callers at once, as fast as it goes.
func callers(b *testing.B, callers int, work func(n int64) error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				start := time.Now()
				if err := work(i); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	report(b, took)
}

// atRate runs work at a steady rate, whether or not what came before is done:
// a slow answer delays nobody's arrival, so no wait is left out of the figures.
func atRate(b *testing.B, rate int, work func(n int64) error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var all sync.WaitGroup
	start := time.Now()
	b.ResetTimer()
	for i := range b.N {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		all.Go(func() {
			if err := work(int64(i)); err != nil {
				b.Error(err)
			}
			took[i] = time.Since(due)
		})
	}
	all.Wait()
	b.StopTimer()
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(per10000 int) float64 {
		return float64(took[min(len(took)-1, len(took)*per10000/10000)].Microseconds())
	}
	b.ReportMetric(at(5000), "p50-µs")
	b.ReportMetric(at(9900), "p99-µs")
	b.ReportMetric(at(9990), "p99.9-µs")
	b.ReportMetric(0, "ns/op") // says nothing when many run at once
}

package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/metrics"
	"github.com/doithoai/doithoai/internal/record"
)

// scrape returns what Prometheus would read, without comments.
func scrape(t testing.TB, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	var out strings.Builder
	for line := range strings.Lines(w.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// want checks that each line stands in what is scraped.
func want(t testing.TB, m *metrics.Metrics, lines ...string) {
	t.Helper()
	got := scrape(t, m)
	for _, line := range lines {
		if !strings.Contains("\n"+got, "\n"+line+"\n") {
			name, _, _ := strings.Cut(line, "{")
			var like []string
			for l := range strings.Lines(got) {
				if strings.HasPrefix(l, name) && !strings.HasSuffix(l, " 0\n") {
					like = append(like, l)
				}
			}
			t.Errorf("want %s\ngot %s", line, strings.Join(like, "    "))
		}
	}
}

type handler func(bot.Message) error

func (h handler) Handle(_ context.Context, m bot.Message) error { return h(m) }

// message is something that a resident wrote on a channel.
func message(channel string) bot.Message {
	return bot.Message{Chat: bot.ChatID{Channel: channel, Bot: "main", Chat: "84905123456"}, ID: "1", Kind: bot.KindText, Text: "Nhà em khổ lắm"}
}

func TestMessagesAreCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	m.Channels("telegram", "web")
	fails := errors.New("away")
	var answer error
	door := m.Door(handler(func(bot.Message) error { return answer }))
	for _, answer = range []error{nil, nil, fails} {
		if err := door.Handle(t.Context(), message("telegram")); !errors.Is(err, answer) {
			t.Errorf("Handle = %v, want %v", err, answer)
		}
	}
	want(t, m,
		`doithoai_messages_received_total{channel="telegram",outcome="taken"} 2`,
		`doithoai_messages_received_total{channel="telegram",outcome="refused"} 1`,
		`doithoai_messages_received_total{channel="web",outcome="taken"} 0`,
		`doithoai_message_seconds_count{channel="telegram"} 3`,
		`doithoai_message_last_timestamp_seconds{channel="web"} 0`,
	)
}

// What somebody wrote never becomes a label, nor do more names than are expected.
func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	for i := range 5000 {
		m.ChannelEvent(fmt.Sprintf("zalo-oa.code.-%d", i))
		m.ChannelEvent(fmt.Sprintf("channel%d.class%d", i, i))
	}
	m.ChannelEvent("zalo-oa.Nhà em khổ lắm")
	m.ChannelEvent("zalo-oa.code.0905 123 456")
	m.ChannelEvent("zalo-oa." + strings.Repeat("x", 1000))
	m.ChannelEvent("")
	got := scrape(t, m)
	if n := strings.Count(got, "doithoai_channel_events_total"); n > 1000 {
		t.Errorf("%d series of channel events", n)
	}
	for _, leak := range []string{"Nhà em", "0905", "xxxx"} {
		if strings.Contains(got, leak) {
			t.Errorf("%q is in a label", leak)
		}
	}
	want(t, m, `doithoai_channel_events_total{channel="zalo-oa",class="code",detail="-7"} 1`)
}

func TestChannelQuota(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	m.ChannelQuota("zalo-oa", "sub_quota", 500)
	m.ChannelQuota("zalo-oa", "sub_quota", 499)
	m.ChannelQuota("zalo-oa", "reward_quota", -1)
	want(t, m,
		`doithoai_channel_quota_left{channel="zalo-oa",kind="sub_quota"} 499`,
		`doithoai_channel_quota_left{channel="zalo-oa",kind="reward_quota"} 0`)
}

// answers is a store of which only saves are asked.
type answers struct {
	metrics.Store
	outcome record.Outcome
	err     error
}

func (a *answers) Save(context.Context, record.Save) (record.Saved, error) {
	return record.Saved{Outcome: a.outcome}, a.err
}

func (a *answers) Ref(context.Context, bot.ChatID, string) ([]byte, error) { return nil, a.err }

func TestDecisionsCountOnceSaved(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	under := &answers{outcome: record.Conflict}
	store := m.Store(under)
	save := record.Save{Counts: []string{"decision.answer", bot.Figure(bot.FigureAsked, "y-te", "tinh-khe"), "handover.opened", exchange.CountPanic}}
	for _, outcome := range []record.Outcome{record.Conflict, record.Done, record.Duplicate} {
		under.outcome = outcome
		if _, err := store.Save(t.Context(), save); err != nil {
			t.Fatal(err)
		}
	}
	want(t, m,
		`doithoai_decisions_total{kind="answer"} 1`,
		`doithoai_decisions_total{kind="clarify"} 0`,
		`doithoai_questions_total{what="asked"} 1`,
		`doithoai_steps_total{event="handover.opened"} 1`,
		`doithoai_steps_total{event="exchange.panic"} 1`,
		`doithoai_store_seconds_count{operation="save"} 3`)
	if got := scrape(t, m); strings.Contains(got, "tinh-khe") {
		t.Error("a commune is told")
	}
}

func TestStoreErrorsHaveReasons(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	under := &answers{}
	store := m.Store(under)
	for _, under.err = range []error{
		fmt.Errorf("%w: dial tcp", exchange.ErrUnavailable),
		fmt.Errorf("%w: OOM command not allowed when used memory > 'maxmemory'", exchange.ErrUnavailable),
		fmt.Errorf("write: %w", syscall.ENOSPC),
		context.DeadlineExceeded, exchange.ErrClosed, &exchange.MovedError{To: "x"}, record.ErrCorrupt,
	} {
		if _, err := store.Save(t.Context(), record.Save{}); !errors.Is(err, under.err) {
			t.Errorf("Save = %v, want %v", err, under.err)
		}
	}
	under.err = record.ErrNotFound // which is an answer
	if _, err := store.Ref(t.Context(), bot.ChatID{}, "1"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("Ref = %v", err)
	}
	want(t, m,
		`doithoai_store_errors_total{operation="save",reason="unavailable"} 1`,
		`doithoai_store_errors_total{operation="save",reason="full"} 2`,
		`doithoai_store_errors_total{operation="save",reason="timeout"} 1`,
		`doithoai_store_errors_total{operation="save",reason="closed"} 2`,
		`doithoai_store_errors_total{operation="save",reason="other"} 1`,
		`doithoai_store_errors_total{operation="ref",reason="other"} 0`)
}

func TestDeliveryIsObserved(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	m.Lanes("telegram/main")
	o := m.Observer()
	o.Sent("telegram/main", 3*time.Second)
	o.Later("telegram/main", delivery.Throttled)
	o.Failed("telegram/main", delivery.ReasonAttempts)
	o.Failed("telegram/main", "blocked")
	o.Dropped("telegram/main", delivery.DropStale)
	o.Age("telegram/main", time.Minute)
	want(t, m,
		`doithoai_sent_seconds_count{lane="telegram/main"} 1`,
		`doithoai_sent_seconds_bucket{lane="telegram/main",le="2.5"} 0`,
		`doithoai_sent_seconds_bucket{lane="telegram/main",le="5"} 1`,
		`doithoai_send_retries_total{kind="throttled",lane="telegram/main"} 1`,
		`doithoai_send_retries_total{kind="uncertain",lane="telegram/main"} 0`,
		`doithoai_send_failures_total{lane="telegram/main",reason="attempts"} 1`,
		`doithoai_send_failures_total{lane="telegram/main",reason="blocked"} 1`,
		`doithoai_send_drops_total{lane="telegram/main",reason="stale"} 1`,
		`doithoai_send_age_seconds{lane="telegram/main"} 60`)
}

type breaks struct{}

func (breaks) Mentions(exchange.Situation) []string                             { return nil }
func (breaks) Decide(exchange.Situation) exchange.Outcome                       { panic("it broke") }
func (breaks) Send(context.Context, record.Delivery) (delivery.Progress, error) { panic("it broke") }

// A panic is counted, and goes on to whoever recovers it.
func TestPanicsAreCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	for name, breaksDown := range map[string]func(){
		"decision": func() { m.Decider(breaks{}).Decide(exchange.Situation{}) },
		"send":     func() { _, _ = m.Sender("telegram/main", breaks{}).Send(t.Context(), record.Delivery{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: the panic was swallowed", name)
				}
			}()
			breaksDown()
		}()
	}
	want(t, m, `doithoai_panics_total{where="decision"} 1`, `doithoai_panics_total{where="send"} 1`, `doithoai_panics_total{where="request"} 0`)
}

func TestBacklogIsShown(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	if got := scrape(t, m); strings.Contains(got, "doithoai_outbox") {
		t.Error("a backlog is shown that nobody has seen")
	}
	m.SetBacklog(record.Backlog{
		Lanes: map[string]record.Line{"telegram/main": {Waiting: 3, Due: 2, Since: now.Add(-time.Minute)}, "gone/main": {Waiting: 1}},
		Work:  record.Line{Waiting: 5},
	}, now)
	m.SetBacklog(record.Backlog{Lanes: map[string]record.Line{"telegram/main": {Waiting: 3, Due: 2, Since: now.Add(-time.Minute)}}}, now)
	m.SetDead(map[string]int{"telegram/main": 4})
	m.SetCases(map[string]int{"y-te": 2}, map[string]int{"y-te": 1})
	m.SetSpace(10, 0)
	want(t, m,
		`doithoai_outbox_chats{lane="telegram/main"} 3`,
		`doithoai_outbox_due_chats{lane="telegram/main"} 2`,
		`doithoai_outbox_late_seconds{lane="telegram/main"} 60`,
		`doithoai_work_waiting 0`,
		`doithoai_dead_letters{lane="telegram/main"} 4`,
		`doithoai_cases_open{desk="y-te"} 2`,
		`doithoai_cases_overdue{desk="y-te"} 1`,
		`doithoai_store_bytes 10`)
	if got := scrape(t, m); strings.Contains(got, "gone/main") {
		t.Error("a lane that is gone left a figure behind")
	}
}

type stands struct {
	ready bool
	codes []string
}

func (s *stands) Standing() (bool, []string) { return s.ready, s.codes }

func TestReasonsAreShownAndWithdrawn(t *testing.T) {
	t.Parallel()
	m := metrics.New("1.2")
	s := &stands{ready: true, codes: []string{"store.down"}}
	at := time.Unix(1_800_000_000, 0)
	m.Show(metrics.State{
		Readiness: s,
		Spool:     func() metrics.Spool { return metrics.Spool{Messages: 7, Full: true, Bytes: 9, Most: 10} },
		Base: func() metrics.Loaded {
			return metrics.Loaded{Version: "abc", Source: "folder", Size: 3, OK: true, At: at}
		},
		Desks: func() metrics.Loaded { return metrics.Loaded{Version: "def", Size: 2} },
	})
	want(t, m,
		`doithoai_ready 1`, `doithoai_unready_reason{code="store.down"} 1`,
		`doithoai_spool_messages 7`, `doithoai_spool_full 1`, `doithoai_spool_oldest_seconds 0`, `doithoai_spool_limit_bytes 10`,
		`doithoai_base_info{source="folder",version="abc"} 1`, `doithoai_base_last_reload_ok 1`, `doithoai_base_entries 3`,
		`doithoai_desks_last_reload_ok 0`, `doithoai_desks 2`)
	s.ready, s.codes = false, []string{"spool.full"}
	want(t, m, `doithoai_ready 0`, `doithoai_unready_reason{code="store.down"} 0`, `doithoai_unready_reason{code="spool.full"} 1`)
}

func TestGatheringTellsItsAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New("1.2")
		ctx, cancel := context.WithCancel(t.Context())
		var looks atomic.Int64
		var away atomic.Bool
		ended := make(chan error, 1)
		go func() {
			ended <- m.Gather(ctx, slog.New(slog.DiscardHandler), metrics.Task{Name: "store", Every: time.Minute, Look: func(context.Context) error {
				looks.Add(1)
				if away.Load() {
					return errors.New("away")
				}
				return nil
			}})
		}()
		synctest.Wait()
		began := float64(time.Now().UnixNano()) / 1e9
		want(t, m, fmt.Sprintf(`doithoai_gather_timestamp_seconds{task="store"} %v`, began), `doithoai_gather_failures_total{task="store"} 0`)
		away.Store(true)
		time.Sleep(time.Minute)
		synctest.Wait()
		want(t, m, fmt.Sprintf(`doithoai_gather_timestamp_seconds{task="store"} %v`, began), `doithoai_gather_failures_total{task="store"} 1`)
		away.Store(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		want(t, m, fmt.Sprintf(`doithoai_gather_timestamp_seconds{task="store"} %v`, began+120))
		cancel()
		if err := <-ended; err != nil || looks.Load() != 3 {
			t.Errorf("Gather = %v after %d looks, want 3", err, looks.Load())
		}
	})
}

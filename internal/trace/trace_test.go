package trace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var key = []byte("a key of the store")

func message(chat, id string) bot.Message {
	return bot.Message{Chat: bot.ChatID{Channel: "telegram", Bot: "main", Chat: chat}, ID: id}
}

// The same message has the same id wherever it comes up, and nothing else has it.
func TestIDs(t *testing.T) {
	t.Parallel()
	id := trace.Of(key, message("12", "3"))
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) || id != trace.Of(key, message("12", "3")) {
		t.Errorf("id %q, then %q", id, trace.Of(key, message("12", "3")))
	}
	for name, other := range map[string]string{
		"another message": trace.Of(key, message("12", "4")),
		"another border":  trace.Of(key, message("1", "23")),
		"another key":     trace.Of([]byte("another"), message("12", "3")),
	} {
		if other == id {
			t.Errorf("%s has the same id", name)
		}
	}
	m := message("12", "3")
	m.Trace = strings.Repeat("ab", 16)
	if got := trace.Of(key, m); got != m.Trace {
		t.Errorf("id %q, want the one it carries", got)
	}
	for _, bad := range []string{"abc", strings.Repeat("AB", 16), strings.Repeat("0", 32), strings.Repeat("g", 32), "nhà tôi"} {
		if m.Trace = bad; trace.Of(key, m) != id {
			t.Errorf("%q was taken for an id", bad)
		}
		if trace.ID(trace.With(t.Context(), bad)) != "" {
			t.Errorf("%q came into a context", bad)
		}
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("ab", 16)
	for name, test := range map[string]struct {
		log  func(*slog.Logger) *slog.Logger
		ctx  context.Context
		want string
	}{
		"with an id":       {nil, trace.With(t.Context(), id), "msg=hello n=1 trace=" + id},
		"without":          {nil, t.Context(), "msg=hello n=1"},
		"attributes":       {func(l *slog.Logger) *slog.Logger { return l.With("component", "x") }, trace.With(t.Context(), id), "msg=hello component=x n=1 trace=" + id},
		"a group":          {func(l *slog.Logger) *slog.Logger { return l.With("a", 1).WithGroup("g").With("b", 2) }, trace.With(t.Context(), id), "msg=hello a=1 trace=" + id + " g.b=2 g.n=1"},
		"a group, without": {func(l *slog.Logger) *slog.Logger { return l.WithGroup("g").WithGroup("") }, t.Context(), "msg=hello g.n=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			log := slog.New(trace.Log(slog.NewTextHandler(&out, nil)))
			if test.log != nil {
				log = test.log(log)
			}
			log.InfoContext(test.ctx, "hello", "n", 1)
			if _, got, _ := strings.Cut(strings.TrimSpace(out.String()), "level=INFO "); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
			log.DebugContext(test.ctx, "nobody asked")
			if strings.Contains(out.String(), "nobody") {
				t.Error("a line below the level came out")
			}
		})
	}
}

// backend is a collector, as real as its protocol.
type backend struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*spans.Span
	auth  []string
}

func newBackend(t *testing.T, status int) *backend {
	t.Helper()
	b := &backend{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var asked collector.ExportTraceServiceRequest
		if err := errors.Join(err, proto.Unmarshal(body, &asked)); err != nil {
			t.Error(err)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, resource := range asked.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				b.spans = append(b.spans, scope.GetSpans()...)
			}
		}
		b.auth = append(b.auth, r.Header.Get("Authorization"))
		w.WriteHeader(status)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *backend) open(t *testing.T, c trace.Config) *trace.Tracer {
	t.Helper()
	var err error
	if c.Endpoint, err = url.Parse(b.URL + "/v1/traces"); err != nil {
		t.Fatal(err)
	}
	tracer, err := trace.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return tracer
}

// What a message sets off in another process, much later, is in the same trace,
// under the span in which it was taken.
func TestOneTraceThroughTwoProcesses(t *testing.T) {
	t.Parallel()
	b := newBackend(t, http.StatusOK)
	id := trace.Of(key, message("12", "3"))

	first := b.open(t, trace.Config{Percent: 100, Token: "s3cret"})
	ctx, end := first.Start(trace.With(t.Context(), id), trace.Root, "channel", "telegram")
	_, saved := first.Start(ctx, "store.save")
	saved(errors.New("nhà tôi ở xóm 3"))
	end(nil)
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := b.open(t, trace.Config{Percent: 100})
	_, sent := second.Start(trace.With(t.Context(), id), "send", "lane", "telegram/main")
	sent(nil)
	if err := second.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	byName := map[string]*spans.Span{}
	for _, s := range b.spans {
		byName[s.GetName()] = s
		if got := trace.IDOf(s.GetTraceId()); got != id {
			t.Errorf("span %s is in trace %s, want %s", s.GetName(), got, id)
		}
		if strings.Contains(s.String(), "xóm") {
			t.Errorf("the text of an error went out: %v", s)
		}
	}
	if len(byName) != 3 {
		t.Fatalf("spans %v, want three", b.spans)
	}
	root := byName[trace.Root]
	if len(root.GetParentSpanId()) != 0 {
		t.Errorf("the first span has a parent: %v", root)
	}
	for _, name := range []string{"store.save", "send"} {
		if !bytes.Equal(byName[name].GetParentSpanId(), root.GetSpanId()) {
			t.Errorf("%s stands under %x, want %x", name, byName[name].GetParentSpanId(), root.GetSpanId())
		}
	}
	if byName["store.save"].GetStatus().GetCode() != spans.Status_STATUS_CODE_ERROR {
		t.Errorf("an error does not show: %v", byName["store.save"])
	}
	if b.auth[0] != "Bearer s3cret" || b.auth[1] != "" {
		t.Errorf("authorization %q", b.auth)
	}
}

// Of a share of the messages each is traced whole: two processes agree.
func TestASampleIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	b := newBackend(t, http.StatusOK)
	const messages = 400
	for _, name := range []string{trace.Root, "send"} {
		tracer := b.open(t, trace.Config{Percent: 25})
		for n := range messages {
			_, end := tracer.Start(trace.With(t.Context(), trace.Of(key, message("12", string(rune('a'+n))))), name)
			end(nil)
		}
		if err := tracer.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	names := map[string]map[string]bool{}
	for _, s := range b.spans {
		if names[trace.IDOf(s.GetTraceId())] == nil {
			names[trace.IDOf(s.GetTraceId())] = map[string]bool{}
		}
		names[trace.IDOf(s.GetTraceId())][s.GetName()] = true
	}
	if len(names) < messages/8 || len(names) > messages/2 {
		t.Errorf("%d of %d messages traced, want about a quarter", len(names), messages)
	}
	for id, got := range names {
		if len(got) != 2 {
			t.Errorf("trace %s has %v alone", id, got)
		}
	}
}

// A collector that refuses is told of, and costs nobody anything else.
func TestACollectorInTrouble(t *testing.T) {
	t.Parallel()
	b := newBackend(t, http.StatusBadRequest)
	var told []error
	tracer := b.open(t, trace.Config{Percent: 100, Delivered: func(err error) { told = append(told, err) }})
	_, end := tracer.Start(trace.With(t.Context(), trace.Of(key, message("12", "3"))), trace.Root)
	end(nil)
	if err := tracer.Close(t.Context()); err != nil {
		t.Errorf("Close = %v", err)
	}
	if len(told) != 1 || told[0] == nil {
		t.Errorf("told %v, want one error", told)
	}
}

func TestNoTracer(t *testing.T) {
	t.Parallel()
	var none *trace.Tracer
	ctx := trace.With(t.Context(), trace.Of(key, message("12", "3")))
	got, end := none.Start(ctx, trace.Root)
	end(errors.New("whatever"))
	if got != ctx {
		t.Error("a tracer that is none changes the context")
	}
	if err := none.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := trace.Open(t.Context(), trace.Config{Percent: 100}); err == nil {
		t.Error("opened without an endpoint")
	}
}

func BenchmarkOf(b *testing.B) {
	m := message("123456789", "987654321")
	for b.Loop() {
		trace.Of(key, m)
	}
}

func BenchmarkNoTracer(b *testing.B) {
	var none *trace.Tracer
	ctx := trace.With(b.Context(), trace.Of(key, message("12", "3")))
	for b.Loop() {
		_, end := none.Start(ctx, trace.Root)
		end(nil)
	}
}

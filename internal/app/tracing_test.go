package app_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/doithoai/doithoai/internal/trace"
)

// collected is what a collector of traces was sent: names of spans by trace.
type collected struct {
	mu    sync.Mutex
	spans map[string][]string
	raw   strings.Builder
}

func newCollector(t *testing.T) (*collected, string) {
	t.Helper()
	c := &collected{spans: map[string][]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collector.ExportTraceServiceRequest
		if err := errors.Join(err, proto.Unmarshal(body, &request)); err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.raw.WriteString(request.String())
		for _, resource := range request.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				for _, s := range scope.GetSpans() {
					id := hex.EncodeToString(s.GetTraceId())
					c.spans[id] = append(c.spans[id], s.GetName())
				}
			}
		}
	}))
	t.Cleanup(server.Close)
	return c, server.URL + "/v1/traces"
}

// TestOneMessageIsFollowed asks a question on Telegram: every line that is logged
// of it, at any level, and every span bear one id, from the door to the platform
// that has the answer.
func TestOneMessageIsFollowed(t *testing.T) {
	t.Parallel()
	spans, endpoint := newCollector(t)
	hook := newGate(t)
	p := onTelegram(t, hook)
	log := &bytes.Buffer{} // read when the program has stopped
	r := startLogging(t, settings(t, t.TempDir(), append(p.settings,
		"DOITHOAI_LISTEN=127.0.0.1:0", "DOITHOAI_TRACING_ENDPOINT="+endpoint, "DOITHOAI_KNOWLEDGE="+sampleFolder(t))...), log)
	hook.lead(r.url)
	p.write("trợ cấp xã hội tháng")
	if _, err := p.next(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.stop() // which sends the last spans

	lines := map[string][]string{}
	for line := range strings.SplitSeq(log.String(), "\n") {
		if _, id, ok := strings.Cut(line, " "+trace.LogKey+"="); ok {
			lines[id] = append(lines[id], line)
		}
	}
	if len(lines) != 1 {
		t.Fatalf("lines by trace: %v, want one trace", lines)
	}
	for id, messages := range lines {
		for _, want := range []string{"message taken", "message settled"} {
			if !strings.Contains(strings.Join(messages, "\n"), want) {
				t.Errorf("the log has %q, want %q as well", messages, want)
			}
		}
		got := strings.Join(spans.spans[id], " ")
		for _, want := range []string{trace.Root, "store.load", "store.save", "send", "store.settle"} {
			if !strings.Contains(got, want) {
				t.Errorf("spans %q, want %q as well", got, want)
			}
		}
	}
	if strings.Contains(spans.raw.String(), "trợ cấp") {
		t.Error("words of the resident went to the collector")
	}
}

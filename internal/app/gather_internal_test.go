package app

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/metrics"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

const (
	laneSent = "telegram/main"
	laneRest = "zalo-oa/main"
)

// What is gathered out of a store that holds a late case, one that is not, a
// message that was given up and one that waits.
func TestGatheredFiguresTellTheStore(t *testing.T) {
	t.Parallel()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "doithoai.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	a := &App{store: store, metrics: metrics.New("test"), lanes: []string{laneSent, laneRest}, location: time.UTC}
	g := &gathering{app: a, data: t.TempDir()}

	chat := bot.ChatID{Channel: "telegram", Bot: "main", Chat: "1"}
	now := time.Now()
	late := storedCase(t, store, chat, "01", escalation.Case{Desk: "y-te", State: bot.CaseWaiting, Opened: now.Add(-72 * time.Hour), Due: now.Add(-time.Hour), Next: now.Add(time.Hour)})
	soon := storedCase(t, store, chat, "02", escalation.Case{Desk: "y-te", State: bot.CaseHeld, Opened: now, Due: now.Add(time.Hour), Next: now.Add(time.Hour)})
	say := func(text string) record.Outgoing {
		return record.Outgoing{Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: text}, Priority: record.PriorityReply}
	}
	_, err = store.Save(t.Context(), record.Save{
		Chat: chat, Update: "1", Way: record.Way{Push: true},
		Out:   []record.Outgoing{say("1"), say("2")},
		Cases: []record.CaseChange{{Case: late, New: true}, {Case: soon, New: true}},
	})
	leases, failed := store.Claim(t.Context(), laneSent, 1)
	if err := errors.Join(err, failed); err != nil || len(leases) != 1 {
		t.Fatalf("%d leases, %v", len(leases), err)
	}
	next, err := store.Settle(t.Context(), leases[0], record.Settlement{Result: record.Failed, Reason: "blocked"})
	if err != nil || next == nil {
		t.Fatal(next, err)
	}

	for name, look := range map[string]error{"store": g.store(t.Context()), "cases": g.cases(t.Context()), "disk": g.disk(t.Context())} {
		if look != nil {
			t.Errorf("%s: %v", name, look)
		}
	}
	w := httptest.NewRecorder()
	a.metrics.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, line := range []string{
		`doithoai_cases_open{desk="y-te"} 2`, `doithoai_cases_overdue{desk="y-te"} 1`,
		`doithoai_dead_letters{lane="telegram/main"} 1`, `doithoai_dead_letters{lane="zalo-oa/main"} 0`, `doithoai_dead_letters{lane="letters"} 0`,
		`doithoai_outbox_chats{lane="telegram/main"} 1`, `doithoai_outbox_due_chats{lane="telegram/main"} 0`,
		`doithoai_work_waiting 2`, `doithoai_work_due 0`,
	} {
		if !strings.Contains(w.Body.String(), "\n"+line+"\n") {
			t.Errorf("not shown: %s", line)
		}
	}
}

// storedCase is a case as the store keeps it.
func storedCase(t *testing.T, store *boltstore.Store, chat bot.ChatID, code string, c escalation.Case) record.Case {
	t.Helper()
	c.Chat, c.Code, c.Epoch = chat, store.Name(chat).CodePrefix()+code, 1
	stored, err := c.Record(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// A request that breaks down is counted, and goes on to whoever answers it; one
// that was given up on purpose is none.
func TestBrokenRequestsAreCounted(t *testing.T) {
	t.Parallel()
	a := &App{metrics: metrics.New("test")}
	for _, value := range []any{"broke", http.ErrAbortHandler} {
		func() {
			defer func() {
				if got := recover(); got != value {
					t.Errorf("recovered %v, want %v", got, value)
				}
			}()
			a.counted(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(value) })).
				ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		}()
	}
	w := httptest.NewRecorder()
	a.metrics.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if want := "\ndoithoai_panics_total{where=\"request\"} 1\n"; !strings.Contains(w.Body.String(), want) {
		t.Errorf("not shown: %s", want)
	}
}

package app_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

const (
	botToken = "123456:geheimes-Wort"
	question = "ho can ngheo mua the bao hiem y te dc giam bao nhieu"
)

// A question through the whole program and back, over Telegram, by polling and
// by webhook; a press and a redelivered update on the way.
func TestTelegramThroughTheProgram(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			fake := tgfake.New(tgfake.Options{Token: botToken})
			api := httptest.NewServer(fake)
			t.Cleanup(func() { fake.Close(); api.Close() })
			hook := newGate(t)
			r := start(t, settings(t, t.TempDir(), "DOITHOAI_TELEGRAM_TOKEN="+botToken, "DOITHOAI_TELEGRAM_API="+api.URL,
				"DOITHOAI_TELEGRAM_MODE="+mode, "DOITHOAI_TELEGRAM_SECRET=0123456789abcdef", "DOITHOAI_PUBLIC_URL="+hook.url))
			hook.lead(r.url)
			person := fake.Person("Sáu")
			person.Type(question)
			first, err := person.Next(within(t))
			if err != nil || !strings.HasPrefix(first.Text, "Dạ") {
				t.Fatalf("got %+v, %v", first, err)
			}
			if err := person.Press("Gặp cán bộ"); err != nil {
				t.Fatal(err)
			}
			if second, err := person.Next(within(t)); err != nil || second.Text == first.Text {
				t.Errorf("after the press got %+v, %v", second, err)
			}
		})
	}
}

// The same over a Zalo account, with tokens that have to be renewed on the way.
func TestZaloOAThroughTheProgram(t *testing.T) {
	t.Parallel()
	hook := newGate(t)
	fake := oafake.New(oafake.Options{})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	o := fake.Options()
	access, refresh := fake.Tokens()
	r := start(t, settings(t, t.TempDir(), "DOITHOAI_ZALO_OA_APP_ID="+o.AppID, "DOITHOAI_ZALO_OA_APP_SECRET="+o.AppSecret,
		"DOITHOAI_ZALO_OA_OA_SECRET="+o.OASecret, "DOITHOAI_ZALO_OA_ACCESS_TOKEN="+access, "DOITHOAI_ZALO_OA_REFRESH_TOKEN="+refresh,
		"DOITHOAI_ZALO_OA_API="+api.URL, "DOITHOAI_ZALO_OA_OAUTH="+api.URL))
	hook.lead(r.url)
	fake.SetWebhook(hook.url + "/hooks/zalo-oa")
	person := fake.Person()
	if err := person.Type(within(t), question); err != nil {
		t.Fatal(err)
	}
	first, err := person.Next(within(t))
	if err != nil || !strings.HasPrefix(first.Text, "Dạ") {
		t.Fatalf("got %+v, %v", first, err)
	}
	fake.Revoke() // the token is refused from now on; only a renewal helps
	if err := person.Press(within(t), "Gặp cán bộ"); err != nil {
		t.Fatal(err)
	}
	if second, err := person.Next(within(t)); err != nil || second.Text == first.Text {
		t.Errorf("after the press got %+v, %v", second, err)
	}
	if complaints := fake.Complaints(); len(complaints) != 0 {
		t.Errorf("Zalo would complain: %q", complaints)
	}
}

// gate stands at an address that is known before the program has one.
type gate struct {
	url string
	to  atomic.Pointer[string]
}

func newGate(t *testing.T) *gate {
	g := &gate{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := g.to.Load()
		if to == nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		onward, err := http.NewRequestWithContext(r.Context(), r.Method, *to+r.URL.Path, r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		onward.Header = r.Header.Clone()
		answer, err := http.DefaultClient.Do(onward)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		maps.Copy(w.Header(), answer.Header)
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body) // whoever asked has gone
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *gate) lead(to string) { g.to.Store(&to) }

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// The same over a Zalo bot, which has no buttons: a number is typed.
func TestZaloBotThroughTheProgram(t *testing.T) {
	t.Parallel()
	fake := zbfake.New(zbfake.Options{Token: botToken})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	start(t, settings(t, t.TempDir(), "DOITHOAI_ZALO_BOT_TOKEN="+botToken, "DOITHOAI_ZALO_BOT_API="+api.URL))
	person := fake.Person("Sáu")
	person.Type(question)
	first, err := person.Next(within(t))
	if err != nil || !strings.Contains(first.Text, "0. Gặp cán bộ") {
		t.Fatalf("got %+v, %v", first, err)
	}
	person.Type("0")
	if second, err := person.Next(within(t)); err != nil || !strings.Contains(second.Text, "Trung tâm") {
		t.Errorf("after the number got %+v, %v", second, err)
	}
}

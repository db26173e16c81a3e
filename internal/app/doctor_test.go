package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/desks/desktest"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/trouble"
)

// watched are settings of a program whose figures somebody watches.
func watched(t *testing.T, environ ...string) *config.Config {
	t.Helper()
	return settings(t, t.TempDir(), append(environ, "DOITHOAI_ADMIN_LISTEN="+freeAddress(t))...)
}

// ready waits until /readyz tells of trouble of that code, and looks for it among
// the figures.
func (r *running) ready(t *testing.T, c *config.Config, code trouble.Code) {
	t.Helper()
	defer func() {
		response, err := http.Get("http://" + c.AdminListen + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		figures, err := io.ReadAll(response.Body)
		if want := `doithoai_unready_reason{code="` + string(code) + `"} 1`; err != nil || !strings.Contains(string(figures), want) {
			t.Errorf("the figures lack %s (%v)", want, err)
		}
	}()
	var said struct{ Reasons []trouble.Trouble }
	for !slices.ContainsFunc(said.Reasons, func(t trouble.Trouble) bool { return t.Code == code }) {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatalf("/readyz says %+v, want %s", said, code)
		}
		getJSON(t, http.DefaultClient, r.url+"/readyz", &said)
	}
}

// examined fails unless doctor finds trouble of that code, with a cure, and no secret.
func examined(t *testing.T, c *config.Config, code trouble.Code) {
	t.Helper()
	found, told := app.Examine(t.Context(), c), false
	for _, f := range found {
		told = told || f.Code == code && f.Grade == trouble.Fault && f.Cure != ""
		if strings.Contains(f.Text+f.Cure, "geheim") {
			t.Errorf("a secret is shown: %+v", f)
		}
	}
	if !told {
		t.Errorf("doctor found %+v, want %s", found, code)
	}
}

// Whoever is woken at night finds at /readyz, in the figures and from doctor what is wrong.
func TestTroublesAtNight(t *testing.T) {
	t.Parallel()
	t.Run("redis is down", func(t *testing.T) {
		t.Parallel()
		server := redistest.Single(t, redistest.Password("geheim"))
		c := watched(t, "DOITHOAI_REDIS="+server.URL())
		r := start(t, c)
		server.Kill()
		r.ready(t, c, trouble.StoreDown)
		examined(t, c, trouble.StoreDown)
	})
	t.Run("redis is full", func(t *testing.T) {
		t.Parallel()
		server := redistest.Single(t)
		z, account := zaloAccount(t)
		c := watched(t, append(account, "DOITHOAI_REDIS="+server.URL())...)
		r := start(t, c)
		z.SetWebhook(r.url + zaloHook)
		if err := server.Client(t).ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
			t.Fatal(err)
		}
		if err := z.Person().Type(within(t), question); err != nil {
			t.Fatal(err)
		}
		r.ready(t, c, trouble.StoreFull)
		r.ready(t, c, trouble.SpoolWaiting)
		examined(t, c, trouble.StoreFull)
	})
	t.Run("tokens of zalo are lost", func(t *testing.T) {
		t.Parallel()
		z, account := zaloAccount(t)
		c := watched(t, append(account, "DOITHOAI_ZALO_OA_ACCESS_TOKEN=geheim", "DOITHOAI_ZALO_OA_REFRESH_TOKEN=geheim")...)
		z.Revoke()
		r := start(t, c)
		r.ready(t, c, trouble.ChannelToken)
		examined(t, c, trouble.ChannelToken)
	})
	t.Run("the base is broken", func(t *testing.T) {
		t.Parallel()
		folder := ownCopy(t)
		c := watched(t, "DOITHOAI_KNOWLEDGE="+folder)
		r := start(t, c)
		write(t, filepath.Join(folder, "chu_de.yaml"), "chủ đề: [hỏng\n")
		r.ready(t, c, trouble.BaseBroken)
		examined(t, c, trouble.BaseBroken)
	})
	t.Run("the webhook is disabled", func(t *testing.T) {
		t.Parallel()
		fake := tgfake.New(tgfake.Options{Token: botToken})
		api := httptest.NewServer(fake)
		t.Cleanup(func() { fake.Close(); api.Close() })
		c := watched(t, "DOITHOAI_TELEGRAM_TOKEN="+botToken, "DOITHOAI_TELEGRAM_API="+api.URL,
			"DOITHOAI_TELEGRAM_MODE=webhook", "DOITHOAI_TELEGRAM_SECRET=0123456789abcdef", "DOITHOAI_PUBLIC_URL="+newGate(t).url)
		start(t, c)
		for len(fake.Calls("setMyCommands")) == 0 { // it is set up
			time.Sleep(10 * time.Millisecond)
		}
		fake.SetWebhook("")
		examined(t, c, trouble.ChannelWebhook)
	})
	t.Run("the clock is wrong", func(t *testing.T) {
		t.Parallel()
		fake := tgfake.New(tgfake.Options{Token: botToken})
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			if r.Method != http.MethodHead {
				fake.ServeHTTP(w, r)
			}
		}))
		t.Cleanup(func() { fake.Close(); api.Close() })
		examined(t, watched(t, "DOITHOAI_TELEGRAM_TOKEN="+botToken, "DOITHOAI_TELEGRAM_API="+api.URL), trouble.ClockWrong)
	})
	t.Run("desks are without anybody", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "can_bo.yaml")
		write(t, file, deserted())
		c := watched(t, "DOITHOAI_DESKS="+file)
		r := start(t, c)
		r.ready(t, c, trouble.DesksUnreachable)
		examined(t, c, trouble.DesksUnreachable)
	})
}

// deserted is a file of desks, good in any year, whose officer is still to be
// invited.
func deserted() string {
	return `giờ làm việc: |
  thứ 2 - thứ 6: 7h30-11h30, 13h30-17h
` + desktest.Tet() + `cán bộ:
  - mã: hoa
    tên: Chị Hoa
    mời: có
bộ phận:
  - mã: chung
    tên: Bộ phận tiếp nhận
    chủ đề: tất cả
    địa bàn: tất cả
    cán bộ: hoa
    trưởng: hoa
    trả lời trong: 3 ngày làm việc
nhắc việc: |
  nửa thời hạn: cán bộ
  hết thời hạn: trưởng
`
}

// zaloAccount is an account with the settings to serve it.
func zaloAccount(t *testing.T) (*oafake.Server, []string) {
	t.Helper()
	z := oafake.New(oafake.Options{})
	api := httptest.NewServer(z)
	t.Cleanup(func() { api.Close(); z.Close() })
	o := z.Options()
	access, refresh := z.Tokens()
	return z, []string{
		"DOITHOAI_ZALO_OA_APP_ID=" + o.AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + o.AppSecret, "DOITHOAI_ZALO_OA_OA_SECRET=" + o.OASecret,
		"DOITHOAI_ZALO_OA_ACCESS_TOKEN=" + access, "DOITHOAI_ZALO_OA_REFRESH_TOKEN=" + refresh,
		"DOITHOAI_ZALO_OA_API=" + api.URL, "DOITHOAI_ZALO_OA_OAUTH=" + api.URL,
	}
}

// doctor tells when a platform last called the running server.
func TestDoctorTellsWhenAPlatformCalled(t *testing.T) {
	t.Parallel()
	z, account := zaloAccount(t)
	c := settings(t, t.TempDir(), account...)
	r := start(t, c)
	lately := func() string {
		for _, f := range app.Examine(t.Context(), c) {
			if f.Name == "Tin tới gần nhất" {
				return f.Text
			}
		}
		return ""
	}
	if got := lately(); !strings.HasPrefix(got, "chưa có gì từ lúc chạy") {
		t.Errorf("before anything: %q", got)
	}
	for _, body := range []string{"", "{}"} { // a look at it, and somebody else
		response, err := http.Post(r.url+zaloHook, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if got := lately(); !strings.HasPrefix(got, "chưa có gì từ lúc chạy") {
		t.Errorf("after calls of strangers: %q", got)
	}
	z.SetWebhook(r.url + zaloHook)
	if err := z.Person().Type(within(t), question); err != nil {
		t.Fatal(err)
	}
	if got := lately(); !strings.HasPrefix(got, "lúc ") {
		t.Errorf("after an event: %q", got)
	}
}

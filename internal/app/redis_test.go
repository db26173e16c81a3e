package app_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/trouble"
)

// The cookie that one replica gave is good at the other, and what is said there
// wakes the page that this one serves. The cookie does not tell ports apart, so
// the same browser speaks to both.
func TestTwoReplicasServeOnePage(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	one := start(t, settings(t, t.TempDir(), "DOITHOAI_REDIS="+server.URL()))
	two := start(t, settings(t, t.TempDir(), "DOITHOAI_REDIS="+server.URL()))
	page := visit(t, one.url)
	elsewhere := *page
	elsewhere.url = two.url

	heard := make(chan string, 1)
	go func() { heard <- page.hear() }() // waits, and is woken by what the other one saves
	elsewhere.say("1", "hộ cận nghèo mua thẻ bảo hiểm y tế được giảm bao nhiêu")
	got := <-heard
	if got == "" {
		t.Error("the page of the first replica heard nothing of what the second one saved")
	}
	if same := elsewhere.hear(); same != got {
		t.Errorf("at the second replica waits %q, at the first %q", same, got)
	}
}

// A Redis that does not answer makes the program less ready, not unready, and
// is named without what the address holds of secrets.
func TestReadyWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t, redistest.Password("geheim"))
	r := start(t, settings(t, t.TempDir(), "DOITHOAI_REDIS="+server.URL()))
	var ready struct {
		Ready   bool
		Status  string
		Reasons []trouble.Trouble
	}
	if code := getJSON(t, http.DefaultClient, r.url+"/readyz", &ready); code != http.StatusOK || ready.Status != "ok" {
		t.Fatalf("with Redis: %d %+v", code, ready)
	}
	server.Kill()
	for ready.Status == "ok" { // until the program has noticed by itself
		if code := getJSON(t, http.DefaultClient, r.url+"/readyz", &ready); code != http.StatusOK || !ready.Ready {
			t.Fatalf("without Redis: %d %+v", code, ready)
		}
	}
	if ready.Status != "degraded" || len(ready.Reasons) != 1 || ready.Reasons[0].Code != trouble.StoreDown || ready.Reasons[0].Where != server.Addr() {
		t.Errorf("without Redis: %+v", ready)
	}
	server.Restart(t)
	for ready.Status != "ok" {
		getJSON(t, http.DefaultClient, r.url+"/readyz", &ready)
	}
}

func TestARedisThatIsNotThere(t *testing.T) {
	t.Parallel()
	_, err := app.New(t.Context(), settings(t, t.TempDir(), "DOITHOAI_REDIS=redis://:geheim@127.0.0.1:1"), "test", slog.New(slog.DiscardHandler), app.Options{})
	if err == nil || !strings.Contains(err.Error(), "Không mở được kho lưu trong Redis") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("New = %v", err)
	}
}

// doctor names the class of durability, and what would lose messages.
func TestDoctorTellsWhatRedisLoses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []redistest.Option
		code    trouble.Code
		tells   string
	}{
		"always":   {[]redistest.Option{redistest.Fsync("always")}, "", "còn nguyên khi Redis bị tắt ngang hay mất điện"},
		"everysec": {[]redistest.Option{redistest.Fsync("everysec")}, "", "mất đến hai giây cuối"},
		"never":    {[]redistest.Option{redistest.Config("--appendonly", "no")}, trouble.StoreLossy, "appendfsync always"},
		"evicting": {[]redistest.Option{redistest.Fsync("always"), redistest.Config("--maxmemory-policy", "allkeys-lru")}, trouble.StoreEviction, "maxmemory-policy noeviction"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Single(t, c.options...)
			for _, f := range app.Examine(t.Context(), settings(t, t.TempDir(), "DOITHOAI_REDIS="+server.URL())) {
				if f.Name == "Kho lưu" && (f.Code != c.code || !strings.Contains(f.Text+f.Cure, c.tells)) {
					t.Errorf("got %+v, want %q", f, c.tells)
				}
			}
		})
	}
}

package app_test

import (
	"net/http"
	"strings"
	"testing"
)

// Every answer tells a browser how little to do with it: the page, the errors,
// the webhooks, what machines ask for, and the operator's own address.
func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	admin := freeAddress(t)
	r := start(t, settings(t, t.TempDir(), "DOITHOAI_PUBLIC_URL=https://hoi.example.vn", "DOITHOAI_ADMIN_LISTEN="+admin,
		"DOITHOAI_TELEGRAM_TOKEN="+botToken, "DOITHOAI_TELEGRAM_API=http://127.0.0.1:1", "DOITHOAI_TELEGRAM_MODE=webhook", "DOITHOAI_TELEGRAM_SECRET=0123456789abcdef"))
	for _, path := range []string{
		"/", "/app.js", "/chat/session", "/chat/plain", "/chat/events", "/healthz", "/readyz", "/nothing", "/media/1/2/3", "/media",
		"/hooks/telegram", "/hooks/zalo-oa", "//", "/%2e%2e/x",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodOptions} {
			guarded(t, method, r.url+path, true)
		}
	}
	for _, path := range []string{"/debug/counters", "/debug/pprof/", "/nothing"} {
		guarded(t, http.MethodGet, "http://"+admin+path, false)
	}
}

func guarded(t *testing.T, method, address string, https bool) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request) // follows nothing
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	head := response.Header
	policy := head.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s %s: policy %q", method, address, policy)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		"Strict-Transport-Security": map[bool]string{true: "max-age=31536000"}[https],
		"Server":                    "", "X-Powered-By": "", "Access-Control-Allow-Origin": "",
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s %s: %s is %q, want %q", method, address, name, got, want)
		}
	}
	if head.Get("Permissions-Policy") == "" {
		t.Errorf("%s %s: no permissions policy", method, address)
	}
}

// A head that does not end is not collected.
func TestEndlessHeadIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, settings(t, t.TempDir()))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %s", response.Status)
	}
}

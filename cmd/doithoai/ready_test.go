package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestReady(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		answer string
		code   int
		tells  string
	}{
		"well":     {200, `{"ready":true,"status":"ok"}`, 0, "Nhận được tin (ok)."},
		"degraded": {200, `{"ready":true,"status":"degraded","spooled":3,"notes":["Ghi chú."],"reasons":[{"code":"store.down","what":"Im.","cure":"Xem.","where":"10.0.0.5:6379"}]}`, 0, "[HỎNG] 10.0.0.5:6379: Im. Xem. [store.down]\nGhi chú.\n3 tin đang chờ"},
		"warned":   {200, `{"ready":true,"status":"ok","reasons":[{"code":"disk.low","what":"Ít.","cure":"Dọn."}]}`, 0, "[NHẮC] Ít. Dọn. [disk.low]"},
		"newer":    {200, `{"ready":true,"status":"degraded","reasons":[{"code":"what.ever","what":"Lạ.","cure":"Xem."}]}`, 0, "[HỎNG] Lạ. Xem. [what.ever]"},
		"full":     {503, `{"ready":false,"status":"full"}`, 1, "KHÔNG nhận được tin (full)"},
		"another":  {404, "<html>", 1, "HTTP 404, không phải của Đối Thoại"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/readyz" {
					t.Errorf("asked for %s", r.URL.Path)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.answer))
			}))
			t.Cleanup(server.Close)
			for how, got := range map[string]result{
				"by its address":  command(t, "", nil, "ready", "--url", server.URL+"/"),
				"by the settings": command(t, "", []string{"DOITHOAI_LISTEN=" + strings.TrimPrefix(server.URL, "http://")}, "ready"),
			} {
				if got.code != c.code || !strings.Contains(got.out+got.err, c.tells) {
					t.Errorf("%s: got %+v", how, got)
				}
			}
		})
	}
	if got := command(t, "", nil, "ready", "--url", "http://127.0.0.1:1"); got.code != 1 || !strings.Contains(got.err, "không trả lời /readyz") {
		t.Errorf("without a server: %+v", got)
	}
	if got := command(t, "", nil, "ready", "--url", "8080"); got.code != 2 {
		t.Errorf("without an address: %+v", got)
	}
	for address, want := range map[string]string{":80": "http://127.0.0.1:80", "0.0.0.0:81": "http://127.0.0.1:81", "[::]:82": "http://127.0.0.1:82", "10.0.0.1:83": "http://10.0.0.1:83"} {
		if got := listenURL(address); got != want {
			t.Errorf("%s is asked at %s, want %s", address, got, want)
		}
	}
}

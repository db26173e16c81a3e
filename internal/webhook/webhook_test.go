package webhook_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	header = "X-Secret"
	secret = "0123456789abcdef"
	long   = time.Minute
)

// answer serves a reader: the body, or the status of the refusal.
func answer(rd webhook.Reader) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, refusal := rd.Read(w, r)
		if refusal != nil {
			w.WriteHeader(refusal.Status)
			_, _ = io.WriteString(w, refusal.Error())
			return
		}
		_, _ = w.Write(body)
	})
}

func TestRead(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("a", webhook.MaxBody)
	for name, test := range map[string]struct {
		method, secret string
		body           io.Reader
		status         int
	}{
		"a call":             {"POST", secret, strings.NewReader("chào"), 200},
		"an empty call":      {"POST", secret, strings.NewReader(""), 200},
		"as large as may be": {"POST", secret, strings.NewReader(full), 200},
		"too large":          {"POST", secret, strings.NewReader(full + "a"), 413},
		"no secret":          {"POST", "", strings.NewReader("chào"), 403},
		"half a secret":      {"POST", secret[:8], strings.NewReader("chào"), 403},
		"more than it":       {"POST", secret + "0", strings.NewReader("chào"), 403},
		"another method":     {"PUT", secret, strings.NewReader("chào"), 405},
		"broken off":         {"POST", secret, io.MultiReader(strings.NewReader("ch"), broken{}), 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), test.method, "/", test.body)
			r.Header.Set(header, test.secret)
			w := httptest.NewRecorder()
			answer(webhook.Reader{Known: webhook.BySecret(header, secret), Within: long}).ServeHTTP(w, r)
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			if got := w.Body.String(); test.status == 200 && got != "chào" && got != "" && got != full {
				t.Errorf("read %.20q", got)
			}
			if got := w.Body.String(); test.status != 200 && (strings.Contains(got, secret) || strings.Contains(got, "chào")) {
				t.Errorf("the refusal quotes the call: %q", got)
			}
			if allow := w.Header().Get("Allow"); (allow == "POST") != (test.status == 405) {
				t.Errorf("Allow %q with %d", allow, w.Code)
			}
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A body that does not come is not waited for, known or not; one that came may
// be worked on for as long as it takes.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(answer(webhook.Reader{Known: webhook.BySecret(header, secret), Within: 20 * time.Millisecond}))
	t.Cleanup(server.Close)
	for given, want := range map[string]string{secret: "HTTP/1.1 408", "wrong": "HTTP/1.1 403"} {
		line, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = line.SetReadDeadline(time.Now().Add(long))
		fmt.Fprintf(line, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n%s: %s\r\n\r\n{\"a", header, given)
		got, err := io.ReadAll(line)
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Errorf("got %.40q, %v; want %s and the end of the line", got, err, want)
		}
		_ = line.Close()
	}
}

// The deadline of the body is not one of the line: the next call comes over it.
func TestLineGoesOn(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(answer(webhook.Reader{Within: long}))
	t.Cleanup(server.Close)
	for range 3 {
		res, err := server.Client().Post(server.URL, "", strings.NewReader("chào"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(res.Body); err != nil || string(got) != "chào" {
			t.Errorf("got %q, %v", got, err)
		}
		res.Body.Close()
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		secret: true, strings.Repeat("a", 256): true, "a-b_C-d-e-f-0-12": true,
		"": false, secret[:15]: false, strings.Repeat("a", 257): false, "0123456789abcde ": false, "0123456789abcdeé": false,
	} {
		if got := webhook.ValidSecret(s); got != want {
			t.Errorf("secret %.20q is valid: %t, want %t", s, got, want)
		}
	}
	for s, want := range map[string]bool{
		"https://hoi.example.vn/hooks/x": true, "https://hoi.example.vn:8443": true, "http://127.0.0.1:8080/x": true, "http://localhost": true,
		"": false, "hoi.example.vn": false, "http://hoi.example.vn": false, "https:///x": false, "ftp://127.0.0.1": false, "https://%zz": false,
	} {
		if got := webhook.ValidURL(s); got != want {
			t.Errorf("address %q is valid: %t, want %t", s, got, want)
		}
	}
	if webhook.Local(&url.URL{Scheme: "https", Host: "localhost"}) {
		t.Error("an https address is for trying things out")
	}
}

package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

// screen is what a command has printed so far.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// find waits until something is printed.
func (s *screen) find(t *testing.T, pattern string) string {
	t.Helper()
	form := regexp.MustCompile(pattern)
	for {
		if found := form.FindString(s.String()); found != "" {
			return found
		}
		select {
		case <-s.more:
		case <-t.Context().Done():
			t.Fatalf("never printed %s:\n%s", pattern, s)
		}
	}
}

// An operator with a browser, from nothing to tokens that work.
func TestZaloLogin(t *testing.T) {
	t.Parallel()
	const callback = "https://hoi.example.vn/hooks/zalo-oa"
	z := oafake.New(oafake.Options{Callback: callback})
	server := httptest.NewServer(z)
	defer server.Close()
	data := filepath.Join(t.TempDir(), "data")
	environ := []string{
		"DOITHOAI_DATA=" + data, "DOITHOAI_PUBLIC_URL=https://hoi.example.vn",
		"DOITHOAI_ZALO_OA_APP_ID=" + z.Options().AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + z.Options().AppSecret,
		"DOITHOAI_ZALO_OA_OA_SECRET=" + z.Options().OASecret, "DOITHOAI_ZALO_OA_API=" + server.URL, "DOITHOAI_ZALO_OA_OAUTH=" + server.URL,
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	login := func(t *testing.T, wrong ...string) (int, string) {
		t.Helper()
		in, keyboard := io.Pipe()
		out := &screen{more: make(chan struct{}, 1)}
		ended := make(chan int, 1)
		go func() {
			ended <- run(context.WithoutCancel(t.Context()), []string{"zalo", "login"}, streams{in, out, out, environ})
			_ = in.Close()
		}()
		link := out.find(t, regexp.QuoteMeta(server.URL)+`/v4/oa/permission\S+`)
		for _, text := range wrong {
			_, _ = io.WriteString(keyboard, text+"\n")
		}
		res, err := browser.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		_, _ = io.WriteString(keyboard, res.Header.Get("Location")+"\n")
		return <-ended, out.String()
	}

	code, out := login(t, "", "nhầm rồi", callback+"?code=sai&oa_id=1", callback+"?code=abc&state=khac")
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	for _, want := range []string{
		"Callback URL:    " + callback, "Code challenge:  ", "không có «code=…»", "mã cho phép sai", "một lần đăng nhập khác",
		"[được] OA: Tỉnh Quảng Ngãi (thử)", "[được] Gói OA: gói Growth", "DOITHOAI_ZALO_OA_REFRESH_TOKEN_FILE=",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("printed nothing like %q:\n%s", want, out)
		}
	}
	access, refresh := z.Tokens()
	challenge := regexp.MustCompile(`Code challenge: .*`)
	for name, want := range map[string]string{"zalo-oa-access-token": access, "zalo-oa-refresh-token": refresh} {
		file := filepath.Join(data, name)
		got, err := os.ReadFile(file)
		info, _ := os.Stat(file)
		if err != nil || strings.TrimSpace(string(got)) != want || info.Mode().Perm() != 0o600 {
			t.Errorf("%s holds %d bytes, %v; want the token, mode 0600", name, len(got), err)
		}
	}
	for _, secret := range []string{access, refresh, z.Options().AppSecret, z.Options().OASecret} {
		if strings.Contains(out, secret) {
			t.Error("a secret is printed")
		}
	}

	// The second time nothing has to be changed in the console.
	code, again := login(t)
	if code != 0 || challenge.FindString(again) != challenge.FindString(out) {
		t.Errorf("exit code %d, another challenge:\n%s", code, again)
	}
}

func TestZaloLoginListens(t *testing.T) {
	t.Parallel()
	z := oafake.New(oafake.Options{})
	server := httptest.NewServer(z)
	defer server.Close()
	in, keyboard := io.Pipe()
	defer func() { _ = keyboard.Close() }()
	out := &screen{more: make(chan struct{}, 1)}
	ended := make(chan int, 1)
	address := freeAddress(t)
	go func() {
		ended <- run(context.WithoutCancel(t.Context()), []string{"zalo", "login", "--listen", address, "--callback", "http://" + address + "/zalo"}, streams{in, out, out, []string{
			"DOITHOAI_DATA=" + filepath.Join(t.TempDir(), "data"),
			"DOITHOAI_ZALO_OA_APP_ID=" + z.Options().AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + z.Options().AppSecret,
			"DOITHOAI_ZALO_OA_OA_SECRET=x", "DOITHOAI_ZALO_OA_API=" + server.URL, "DOITHOAI_ZALO_OA_OAUTH=" + server.URL,
		}})
	}()
	res, err := http.Get(out.find(t, regexp.QuoteMeta(server.URL)+`/v4/oa/permission\S+`)) // and follow, as a browser does
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if page, _ := io.ReadAll(res.Body); !strings.Contains(string(page), "Đã nhận") {
		t.Errorf("the browser shows %q", page)
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(nil)
	defer s.Close()
	return s.Listener.Addr().String()
}

// What is missing is told before anybody is sent to a browser.
func TestZaloLoginNeeds(t *testing.T) {
	t.Parallel()
	app := []string{"DOITHOAI_ZALO_OA_APP_ID=42", "DOITHOAI_ZALO_OA_APP_SECRET=geheim", "DOITHOAI_ZALO_OA_OA_SECRET=geheim"}
	cases := map[string]struct {
		environ []string
		args    []string
		want    []string
	}{
		"nothing set":      {nil, nil, []string{"zalo_oa.app_id: còn trống", "zalo_oa.app_secret: còn trống", "docs/zalo.md"}},
		"no callback":      {app, nil, []string{"Chưa biết Callback URL", "public_url"}},
		"callback is none": {app, []string{"--callback", "hoi.example.vn"}, []string{"không phải địa chỉ trang"}},
		"a taken port":     {app, []string{"--callback", "http://x/", "--listen", "256.0.0.1:1"}, []string{"Không mở được 256.0.0.1:1"}},
		"nobody consents":  {app, []string{"--callback", "http://x/"}, []string{"Chưa có địa chỉ nào"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command(t, "", c.environ, append([]string{"zalo", "login"}, c.args...)...)
			if got.code != 1 {
				t.Errorf("exit code %d, want 1", got.code)
			}
			for _, want := range c.want {
				if !strings.Contains(got.err, want) {
					t.Errorf("stderr %q, want %q in it", got.err, want)
				}
			}
			if strings.Contains(got.out+got.err, "geheim") {
				t.Error("a secret is shown")
			}
		})
	}
}

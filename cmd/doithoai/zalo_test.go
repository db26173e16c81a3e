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
	"syscall"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/store/redistest"
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

const callback = "https://hoi.example.vn/hooks/zalo-oa"

// account is the environment of a program for the account of a stand-in.
func account(z *oafake.Server, url, data string) []string {
	return []string{
		"DOITHOAI_DATA=" + data, "DOITHOAI_PUBLIC_URL=https://hoi.example.vn",
		"DOITHOAI_ZALO_OA_APP_ID=" + z.Options().AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + z.Options().AppSecret,
		"DOITHOAI_ZALO_OA_OA_SECRET=" + z.Options().OASecret, "DOITHOAI_ZALO_OA_API=" + url, "DOITHOAI_ZALO_OA_OAUTH=" + url,
	}
}

// login runs the command with an operator at a browser, who pastes some wrong
// lines first.
func login(t *testing.T, environ []string, wrong ...string) (int, string) {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	in, keyboard := io.Pipe()
	out := &screen{more: make(chan struct{}, 1)}
	ended := make(chan int, 1)
	go func() {
		ended <- run(context.WithoutCancel(t.Context()), []string{"zalo", "login"}, streams{in, out, out, environ})
		_ = in.Close()
	}()
	link := out.find(t, `http://\S+/v4/oa/permission\S+`)
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

// An operator with a browser, from nothing to tokens in the store, with no
// server running.
func TestZaloLogin(t *testing.T) {
	t.Parallel()
	z := oafake.New(oafake.Options{Callback: callback, Client: &http.Client{Timeout: time.Minute}})
	server := httptest.NewServer(z)
	defer server.Close()
	data := filepath.Join(t.TempDir(), "data")
	environ := account(z, server.URL, data)

	code, out := login(t, environ, "", "nhầm rồi", callback+"?code=sai&oa_id=1", callback+"?code=abc&state=khac")
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	for _, want := range []string{
		"Callback URL:    " + callback, "Code challenge:  ", "không có «code=…»", "mã cho phép sai", "một lần đăng nhập khác",
		"[được] OA: Tỉnh Quảng Ngãi (thử)", "[được] Gói OA: gói Growth", "Đã lưu token vào kho ở thư mục " + data, "chạy «doithoai serve»",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("printed nothing like %q:\n%s", want, out)
		}
	}
	access, refresh := z.Tokens()
	for _, secret := range []string{access, refresh, z.Options().AppSecret, z.Options().OASecret} {
		if strings.Contains(out, secret) {
			t.Error("a secret is printed")
		}
	}
	copied := filepath.Join(data, "zalo-oa-token")
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v; want mode 0600", info, err)
	}
	if err := os.Remove(copied); err != nil { // the store alone is enough
		t.Fatal(err)
	}
	p := serve(t, t.TempDir(), append(environ, sampleBase(t))...)
	answers(t, z, p.url)
	becomes(t, p.url, true)
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v; stderr: %s", err, p.log.String())
	}

	// The second time nothing has to be changed in the console.
	challenge := regexp.MustCompile(`Code challenge: .*`)
	code, again := login(t, environ)
	if code != 0 || challenge.FindString(again) != challenge.FindString(out) {
		t.Errorf("exit code %d, another challenge:\n%s", code, again)
	}
}

// A running server whose refresh token is dead says so, and has the new tokens
// as soon as somebody has logged in, without a restart; the dead ones in its
// settings do not come back with one.
func TestZaloLoginBesideAServer(t *testing.T) {
	t.Parallel()
	z := oafake.New(oafake.Options{Callback: callback, Client: &http.Client{Timeout: time.Minute}})
	platform := httptest.NewServer(z)
	defer platform.Close()
	data := filepath.Join(t.TempDir(), "data")
	environ := append(account(z, platform.URL, data), "DOITHOAI_ZALO_OA_ACCESS_TOKEN=dead-access", "DOITHOAI_ZALO_OA_REFRESH_TOKEN=dead-refresh")
	p := serve(t, t.TempDir(), append(environ, sampleBase(t))...)
	becomes(t, p.url, false)

	code, out := login(t, environ)
	if code != 0 || !strings.Contains(out, "kho của chương trình đang chạy") || !strings.Contains(out, "không cần khởi động lại") {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	becomes(t, p.url, true)
	answers(t, z, p.url)
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v", err)
	}
	told := p.log.String()
	if !strings.Contains(told, `level=ERROR msg="zalo oa needs a login`) || !strings.Contains(told, `cure="doithoai zalo login"`) {
		t.Errorf("the log does not say what to do:\n%s", told)
	}
	access, refresh := z.Tokens()
	for _, secret := range []string{access, refresh, "dead-access", "dead-refresh"} {
		if strings.Contains(told, secret) {
			t.Error("the log holds a token")
		}
	}
	again := serve(t, t.TempDir(), append(environ, sampleBase(t))...)
	answers(t, z, again.url)
	becomes(t, again.url, true)
	if err := again.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v", err)
	}
	if now, _ := z.Tokens(); now != access {
		t.Error("the restart has used up a refresh token")
	}
}

// Over Redis the tokens go into the safe of all servers.
func TestZaloLoginOverRedis(t *testing.T) {
	t.Parallel()
	redis := redistest.Single(t)
	z := oafake.New(oafake.Options{Callback: callback, Client: &http.Client{Timeout: time.Minute}})
	platform := httptest.NewServer(z)
	defer platform.Close()
	here, there := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "data")
	code, out := login(t, append(account(z, platform.URL, here), "DOITHOAI_REDIS="+redis.URL()))
	if code != 0 || !strings.Contains(out, "kho trong Redis") {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	p := serve(t, t.TempDir(), append(account(z, platform.URL, there), "DOITHOAI_REDIS="+redis.URL(), sampleBase(t))...)
	answers(t, z, p.url)
	becomes(t, p.url, true)
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v; stderr: %s", err, p.log.String())
	}
}

// answers has a resident ask over the account and waits for the answer: the
// server has a token that works.
func answers(t *testing.T, z *oafake.Server, url string) {
	t.Helper()
	z.SetWebhook(url + "/hooks/zalo-oa")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tam := z.Person()
	if err := tam.Type(ctx, "can ngheo mua the bao hiem duoc giam bao nhieu"); err != nil {
		t.Fatal(err)
	}
	if m, err := tam.Next(ctx); err != nil || m.Text == "" {
		t.Fatalf("got %q, %v; want an answer", m.Text, err)
	}
}

// becomes waits until a server says that it can send, or that it needs a login.
func becomes(t *testing.T, url string, well bool) {
	t.Helper()
	for {
		ready := request(t, http.DefaultClient, http.MethodGet, url, "/readyz", "")
		sick := strings.Contains(ready, `"code":"channel.token"`) && strings.Contains(ready, "«doithoai zalo login»")
		if well && strings.Contains(ready, `"status":"ok"`) || !well && sick && strings.Contains(ready, `"status":"degraded"`) {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatalf("says %s", ready)
		}
	}
}

func sampleBase(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	return "DOITHOAI_KNOWLEDGE=" + folder
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
		"nowhere to keep":  {append(app, "DOITHOAI_REDIS=redis://:geheim@127.0.0.1:1"), []string{"--callback", "http://x/"}, []string{"Không mở được kho lưu trong Redis"}},
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

package oafake_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client is a bare one, so that the stand-in is not judged by our channel alone.
type client struct {
	t     *testing.T
	z     *oafake.Server
	clock *standin.Clock
	url   string
	http  *http.Client
}

func start(t *testing.T, o oafake.Options) *client {
	t.Helper()
	clock := standin.NewClock(time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC))
	o.Clock = clock
	z := oafake.New(o)
	server := httptest.NewServer(z)
	t.Cleanup(func() {
		z.Close()
		server.Close()
	})
	return &client{t, z, clock, server.URL, server.Client()}
}

func (c *client) do(method, path, contentType, token string, body io.Reader) map[string]any {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("access_token", token)
	req.Header.Set("secret_key", c.z.Options().AppSecret)
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: status %d, %v", path, res.StatusCode, err)
	}
	return out
}

func (c *client) send(body string) float64 {
	c.t.Helper()
	access, _ := c.z.Tokens()
	code, _ := c.do("POST", oafake.Messages, "application/json", access, strings.NewReader(body))["error"].(float64)
	return code
}

func (c *client) token(form url.Values) map[string]any {
	c.t.Helper()
	form.Set("app_id", c.z.Options().AppID)
	return c.do("POST", oafake.Refresh, "application/x-www-form-urlencoded", "", strings.NewReader(form.Encode()))
}

func TestRefreshTokenWorksOnce(t *testing.T) {
	t.Parallel()
	c := start(t, oafake.Options{})
	_, first := c.z.Tokens()
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first}}
	pair := c.token(refresh)
	if life, ok := pair["expires_in"].(string); !ok || life != "90000" {
		t.Errorf("expires_in is %v, want a string", pair["expires_in"])
	}
	second := c.token(refresh)
	if second["access_token"] != nil || second["error"] == nil {
		t.Errorf("the second use gives %v", second)
	}
	about := c.do("GET", oafake.About, "", pair["access_token"].(string), nil)
	if about["error"] != float64(-216) {
		t.Errorf("after the second use the pair still works: %v", about)
	}
	if len(c.z.Complaints()) != 1 {
		t.Errorf("complaints: %v", c.z.Complaints())
	}
}

func TestAccessTokenEnds(t *testing.T) {
	t.Parallel()
	c := start(t, oafake.Options{})
	access, refresh := c.z.Tokens()
	c.clock.Advance(25 * time.Hour)
	if got := c.do("GET", oafake.About, "", access, nil)["error"]; got != float64(-220) {
		t.Errorf("after 25 hours: %v", got)
	}
	if c.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})["access_token"] == nil {
		t.Error("the refresh token ended too")
	}
}

func TestConsent(t *testing.T) {
	t.Parallel()
	c := start(t, oafake.Options{})
	verifier := strings.Repeat("aB3", 14) + "x"
	sum := sha256.Sum256([]byte(verifier))
	code := c.z.Grant(base64.RawURLEncoding.EncodeToString(sum[:]))
	exchange := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}}
	if c.token(exchange)["access_token"] == nil {
		t.Error("a good code was refused")
	}
	if c.token(exchange)["access_token"] != nil {
		t.Error("a code worked twice")
	}
}

// What the platform refuses, by the bodies that others send it.
func TestMessages(t *testing.T) {
	t.Parallel()
	c := start(t, oafake.Options{})
	if err := c.z.Person().Type(t.Context(), "x"); err == nil {
		t.Error("an event went nowhere without an error")
	}
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer hook.Close()
	c.z.SetWebhook(hook.URL)
	stranger, p := c.z.Person(), c.z.Person()
	if err := p.Type(t.Context(), "chào"); err != nil {
		t.Fatal(err)
	}
	to := func(p *oafake.Person, message string) string {
		return fmt.Sprintf(`{"recipient":{"user_id":%q},"message":%s}`, p.ID, message)
	}
	buttons := func(n int, kind, payload string) string {
		one := fmt.Sprintf(`{"title":"T","type":%q,"payload":%q}`, kind, payload)
		return `{"text":"x","attachment":{"type":"template","payload":{"buttons":[` + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + `]}}}`
	}
	for name, test := range map[string]struct {
		body string
		want float64
	}{
		"text":              {to(p, `{"text":"x"}`), 0},
		"to a stranger":     {to(stranger, `{"text":"x"}`), -232},
		"to nobody":         {`{"recipient":{"user_id":"1"},"message":{"text":"x"}}`, -201},
		"empty":             {to(p, `{"text":" "}`), -201},
		"too long":          {to(p, `{"text":"`+strings.Repeat("ạ", 2001)+`"}`), -210},
		"just not":          {to(p, `{"text":"`+strings.Repeat("ạ", 2000)+`"}`), 0},
		"unknown field":     {to(p, `{"text":"x","quick_replies":[]}`), -201},
		"five buttons":      {to(p, buttons(5, "oa.query.show", "#a")), 0},
		"six buttons":       {to(p, buttons(6, "oa.query.show", "#a")), -201},
		"odd button":        {to(p, buttons(1, "postback", "#a")), -201},
		"button of nothing": {to(p, buttons(1, "oa.query.hide", "")), -201},
		"unknown upload":    {to(p, `{"attachment":{"type":"file","payload":{"token":"u"}}}`), -201},
		"unknown template":  {to(p, `{"text":"x","attachment":{"type":"template","payload":{"template_type":"promotion"}}}`), -233},
	} {
		if got := c.send(test.body); got != test.want {
			t.Errorf("%s: error %v, want %v", name, got, test.want)
		}
	}
	p.Refuse(-213, "User has not followed OA")
	if got := c.send(to(p, `{"text":"x"}`)); got != -213 {
		t.Errorf("to who refuses: %v", got)
	}
	p.Refuse(0, "")
	c.clock.Advance(8 * 24 * time.Hour)
	c.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {func() string { _, r := c.z.Tokens(); return r }()}})
	if got := c.send(to(p, `{"text":"x"}`)); got != -230 {
		t.Errorf("after eight days: %v", got)
	}
	access, _ := c.z.Tokens()
	if got := c.do("POST", "/v2.0/oa/message", "application/json", access, strings.NewReader(to(p, `{"text":"x"}`)))["error"]; got != float64(-240) {
		t.Errorf("on the old path: %v", got)
	}
}

func TestUploads(t *testing.T) {
	t.Parallel()
	c := start(t, oafake.Options{})
	access, _ := c.z.Tokens()
	upload := func(path, name string, data []byte) any {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		f, _ := w.CreateFormFile("file", name)
		_, _ = f.Write(data)
		_ = w.Close()
		return c.do("POST", path, w.FormDataContentType(), access, &b)["error"]
	}
	jpg := append([]byte("\xff\xd8\xff\xe0"), make([]byte, 1<<20)...)
	for name, got := range map[string][2]any{
		"small":   {upload(oafake.Images, "a.jpg", jpg[:1000]), float64(0)},
		"large":   {upload(oafake.Images, "a.jpg", jpg), float64(-210)},
		"no jpg":  {upload(oafake.Images, "a.jpg", []byte("chữ")), float64(-201)},
		"pdf":     {upload("/v2.0/oa/upload/file", "a.pdf", []byte("x")), float64(0)},
		"program": {upload("/v2.0/oa/upload/file", "a.exe", []byte("x")), float64(-201)},
		"no name": {upload("/v2.0/oa/upload/file", "a", []byte("x")), float64(-201)},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: error %v, want %v", name, got[0], got[1])
		}
	}
}

func TestMinute(t *testing.T) {
	t.Parallel()
	c := start(t, oafake.Options{PerMinute: 2})
	access, _ := c.z.Tokens()
	for i, want := range []float64{0, 0, -32} {
		if got := c.do("GET", oafake.About, "", access, nil)["error"]; got != want {
			t.Errorf("call %d: error %v, want %v", i, got, want)
		}
	}
	c.clock.Advance(time.Minute)
	if got := c.do("GET", oafake.About, "", access, nil)["error"]; got != float64(0) {
		t.Errorf("a minute later: %v", got)
	}
}

// Events are repeated five times, and then no more come until somebody sees to it.
func TestLadder(t *testing.T) {
	t.Parallel()
	c := start(t, oafake.Options{})
	var calls atomic.Int32
	var status atomic.Int32
	status.Store(http.StatusInternalServerError)
	retries := make(chan string, 20)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		retries <- r.Header.Get("num_retry")
		w.WriteHeader(int(status.Load()))
	}))
	defer hook.Close()
	c.z.SetWebhook(hook.URL)
	p := c.z.Person()
	if err := p.Type(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	for i, d := range []time.Duration{30 * time.Second, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour} {
		c.clock.Advance(d - time.Second)
		c.z.Tick(t.Context())
		if n := calls.Load(); n != int32(i+1) {
			t.Fatalf("%d calls before step %d", n, i)
		}
		c.clock.Advance(time.Second)
		c.z.Tick(t.Context())
	}
	if calls.Load() != 6 || c.z.Enabled() || c.z.Pending() != 0 {
		t.Errorf("%d calls, enabled %t, %d wait", calls.Load(), c.z.Enabled(), c.z.Pending())
	}
	for _, want := range []string{"", "1", "2", "3", "4", "5"} {
		if got := <-retries; got != want {
			t.Errorf("num_retry %q, want %q", got, want)
		}
	}
	status.Store(http.StatusOK)
	_ = p.Type(t.Context(), "bị mất")
	c.z.Enable()
	_ = p.Type(t.Context(), "lại có")
	if calls.Load() != 7 {
		t.Errorf("%d calls, want one after switching it on again", calls.Load())
	}
}

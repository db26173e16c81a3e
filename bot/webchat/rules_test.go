package webchat_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/webchat"
)

func TestNewNamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := webchat.New(webchat.Config{PublicURL: "quangngai.example", Key: []byte("short")})
	if err == nil {
		t.Fatal("an empty configuration was taken")
	}
	for _, want := range []string{"intake", "key of 5 bytes", "public URL"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error %q does not name %q", err, want)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{})))
	for _, path := range []string{"/", "/app.js", "/chat/plain", "/chat/session", "/nothing"} {
		res, err := b.do(t.Context(), "GET", path, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		csp := res.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if res.Header.Get("Permissions-Policy") == "" {
			t.Errorf("%s: no permissions policy", path)
		}
	}
}

// The page must not need anything that its policy forbids.
func TestPageHasNothingInline(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Province: `<b>"x`})))
	_, page := b.call("GET", "/", nil, nil)
	for _, bad := range []string{"<style", "style=", "onclick", "<script>", "http://", "https://", `<b>"x`} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}

func TestAssetsAreKept(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{})))
	_, page := b.call("GET", "/", nil, nil)
	_, rest, _ := strings.Cut(page, `src="`)
	script, _, _ := strings.Cut(rest, `"`)
	res, err := b.do(t.Context(), "GET", "/"+script, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("%s: Cache-Control is %q", script, got)
	}
	status, _ := b.call("GET", "/", nil, func(r *http.Request) {
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("If-None-Match", res.Header.Get("ETag"))
	})
	if status != http.StatusOK {
		t.Errorf("another file's tag gives status %d", status)
	}
}

func TestDuplicateIsTakenOnce(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
	b.begin()
	m := b.text("một lần thôi")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := b.post(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(x.Taken()); n != 1 {
		t.Errorf("took %d messages, want 1", n)
	}
	_, body := b.call("GET", "/chat/replies?wait=0", nil, nil)
	if n := strings.Count(body, "nghe:"); n != 1 {
		t.Errorf("%d replies wait, want 1: %s", n, body)
	}
}

func TestDroppedStreamResumes(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
	b.begin()
	line, cut := context.WithCancel(t.Context())
	events, err := b.stream(line, 0)
	if err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.name != "hello" {
		t.Fatalf("first event is %+v", e)
	}
	_ = b.post(t.Context(), b.text("một"))
	if e := <-events; e.id != "1" {
		t.Fatalf("got event %+v, want the first reply", e)
	}
	cut()
	_ = b.post(t.Context(), b.text("hai")) // while nobody listens
	events, err = b.stream(t.Context(), 1) // the first one was seen but not acknowledged
	if err != nil {
		t.Fatal(err)
	}
	<-events
	if e := <-events; e.id != "2" || e.reply(t).Text != "nghe: hai" {
		t.Errorf("after the break came %+v, want the second reply", e)
	}
	if err := b.ack(t.Context(), 2); err != nil {
		t.Error(err)
	}
	if _, body := b.call("GET", "/chat/replies?wait=0", nil, nil); body != `{"replies":[]}`+"\n" {
		t.Errorf("after the acknowledgement there waits %s", body)
	}
}

func TestForeignPagesAreRefused(t *testing.T) {
	t.Parallel()
	set := func(pairs ...string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	const public = "https://hoi.quangngai.example"
	for _, test := range []struct {
		name   string
		public string
		change func(*http.Request)
		want   int
	}{
		{"our page", "", set("Sec-Fetch-Site", "same-origin"), 200},
		{"another site", "", set("Sec-Fetch-Site", "cross-site"), 403},
		{"a sister site", "", set("Sec-Fetch-Site", "same-site", "Origin", public), 403},
		{"typed address", "", set("Sec-Fetch-Site", "none"), 403},
		{"neither header", "", set(), 403},
		{"old browser, our page", public, set("Origin", public), 200},
		{"old browser, our page, no public address set", "", set("Origin", "http://HOST"), 200},
		{"old browser, another site", "", set("Origin", "http://evil.example"), 403},
		{"old browser, right host but not the public address", public, set("Origin", "http://HOST"), 403},
		{"null origin", "", set("Origin", "null"), 403},
		{"a form", "", set("Sec-Fetch-Site", "same-origin", "Content-Type", "text/plain"), 415},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, serve(t, newHandler(t, webchat.Config{PublicURL: test.public})))
			for _, path := range []string{"/chat/session", "/chat/end"} {
				status, _ := b.call("POST", path, struct{}{}, func(r *http.Request) {
					test.change(r)
					if r.Header.Get("Origin") == "http://HOST" {
						r.Header.Set("Origin", "http://"+r.URL.Host)
					}
				})
				if status != test.want && (status != 204 || test.want != 200) {
					t.Errorf("%s: status %d, want %d", path, status, test.want)
				}
			}
		})
	}
}

func TestForgedCookiesAreRefused(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
	b.begin()
	at, _ := url.Parse(b.base)
	good := b.http.Jar.Cookies(at)[0]
	raw, err := base64.RawURLEncoding.DecodeString(good.Value)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name, value string, want int) {
		t.Helper()
		stranger := newBrowser(t, b.base)
		stranger.http.Jar.SetCookies(at, []*http.Cookie{{Name: good.Name, Value: value}})
		for _, path := range []string{"/chat/replies?wait=0", "/chat/session"} {
			if status, _ := stranger.call("GET", path, nil, nil); status != want {
				t.Errorf("%s cookie: GET %s gives %d, want %d", name, path, status, want)
			}
		}
		if status, _ := stranger.call("POST", "/chat/messages", stranger.text("chào"), nil); status != want {
			t.Errorf("%s cookie: a message gives %d, want %d", name, status, want)
		}
	}
	try("the right", good.Value, 200)
	for i := 0; i < len(raw); i += 7 {
		bent := append([]byte(nil), raw...)
		bent[i] ^= 1
		try(fmt.Sprintf("byte %d bent", i), base64.RawURLEncoding.EncodeToString(bent), 401)
	}
	try("empty", "", 401)
	try("cut", good.Value[:len(good.Value)-2], 401)
	try("junk", strings.Repeat("A", len(good.Value)), 401)

	other := newBrowser(t, serve(t, newHandler(t, webchat.Config{Key: []byte(strings.Repeat("o", 32))})))
	other.begin()
	foreign, _ := url.Parse(other.base)
	try("another key's", other.http.Jar.Cookies(foreign)[0].Value, 401)
}

func TestCookieIsClosed(t *testing.T) {
	t.Parallel()
	proxy := netip.MustParsePrefix("127.0.0.0/8")
	for _, test := range []struct {
		name    string
		trusted []netip.Prefix
		secure  bool
	}{
		{"https told by a trusted proxy", []netip.Prefix{proxy}, true},
		{"https claimed by anybody", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, serve(t, newHandler(t, webchat.Config{TrustedProxies: test.trusted})))
			res, err := b.do(t.Context(), "POST", "/chat/session", struct{}{}, func(r *http.Request) {
				r.Header.Set("X-Forwarded-Proto", "https")
			})
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			c := res.Cookies()[0]
			if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge != 1800 {
				t.Errorf("cookie %v", c)
			}
			if c.Secure != test.secure || strings.HasPrefix(c.Name, "__Host-") != test.secure {
				t.Errorf("cookie %v, want secure %v", c, test.secure)
			}
		})
	}
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	time0 := newClock()
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Now: time0.Now})))
	b.begin()
	alive := func() bool {
		status, _ := b.call("GET", "/chat/session", nil, nil)
		return status == http.StatusOK
	}
	time0.Add(29 * time.Minute)
	if !alive() {
		t.Error("over after 29 minutes")
	}
	if err := b.post(t.Context(), b.text("còn đây")); err != nil {
		t.Fatal(err)
	}
	time0.Add(29 * time.Minute)
	if !alive() {
		t.Error("a message did not prolong the session")
	}
	time0.Add(time.Minute)
	if alive() {
		t.Error("alive after 30 minutes of silence")
	}
	b.begin()
	for range 24 {
		time0.Add(29 * time.Minute)
		_ = b.post(t.Context(), b.text("còn đây"))
	}
	if !alive() {
		t.Error("over before 12 hours")
	}
	time0.Add(25 * time.Minute)
	if alive() {
		t.Error("alive after 12 hours")
	}
}

func TestEndedSessionStaysEnded(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
	b.begin()
	at, _ := url.Parse(b.base)
	copied := b.http.Jar.Cookies(at)
	if err := b.post(t.Context(), b.text("chuyện riêng")); err != nil {
		t.Fatal(err)
	}
	if status, _ := b.call("POST", "/chat/end", struct{}{}, nil); status != http.StatusNoContent {
		t.Fatalf("end: %d", status)
	}
	if left := b.http.Jar.Cookies(at); len(left) > 0 {
		t.Errorf("the cookie is still there: %v", left)
	}
	if x.Acked(x.Taken()[0].Chat) != 1 {
		t.Error("the reply still waits")
	}
	b.http.Jar.SetCookies(at, copied)
	if status, _ := b.call("GET", "/chat/replies?wait=0", nil, nil); status != http.StatusUnauthorized {
		t.Errorf("a copied cookie gives %d", status)
	}
}

func TestMessagesAreChecked(t *testing.T) {
	t.Parallel()
	const id = "0123456789abcdef"
	text := func(s string) message { return message{ID: id, Kind: "text", Text: s} }
	for _, test := range []struct {
		name string
		body any
		want int
	}{
		{"good", text("chào"), 200},
		{"4000 letters, decomposed", text(strings.Repeat("e\u0302\u0301", 4000/2)), 200},
		{"4001 letters", text(strings.Repeat("ế", 4001)), 413},
		{"more than 16 KiB", text(strings.Repeat("a", 17<<10)), 413},
		{"nothing but spaces", text(" \n\t "), 400},
		{"nothing but controls", text("\x00\x1b"), 400},
		{"short id", message{ID: "1", Kind: "text", Text: "a"}, 400},
		{"long id", message{ID: strings.Repeat("1", 65), Kind: "text", Text: "a"}, 400},
		{"odd id", message{ID: "0123456789abcde/", Kind: "text", Text: "a"}, 400},
		{"press", message{ID: id, Kind: "press", Text: "Giấy tờ", Payload: "facet:papers"}, 200},
		{"press of nothing", message{ID: id, Kind: "press"}, 400},
		{"press of a long payload", message{ID: id, Kind: "press", Payload: strings.Repeat("x", 65)}, 400},
		{"press of a payload that is not ASCII", message{ID: id, Kind: "press", Payload: "ế"}, 400},
		{"text with a payload", message{ID: id, Kind: "text", Text: "a", Payload: "cmd"}, 400},
		{"open", message{ID: id, Kind: "open"}, 200},
		{"open with text", message{ID: id, Kind: "open", Text: "a"}, 400},
		{"other", message{ID: id, Kind: "other"}, 400},
		{"no kind", message{ID: id, Text: "a"}, 400},
		{"not JSON", "chào", 400},
		{"two values", `{"id":"0123456789abcdef","kind":"open"} {}`, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			x := channeltest.NewExchange(echo)
			b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
			b.begin()
			if status, body := b.call("POST", "/chat/messages", test.body, nil); status != test.want {
				t.Errorf("status %d, want %d: %s", status, test.want, body)
			}
			if taken := len(x.Taken()) == 1; taken != (test.want == 200) {
				t.Errorf("taken: %v", taken)
			}
		})
	}
}

func TestSlowBodyIsCut(t *testing.T) {
	t.Parallel()
	base := serve(t, newHandler(t, webchat.Config{Limits: webchat.Limits{BodyTime: 50 * time.Millisecond}}))
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "POST /chat/session HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	_ = conn.SetReadDeadline(time.Now().Add(15 * time.Second))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection is still open: %v", err)
	}
}

func TestTooFast(t *testing.T) {
	t.Parallel()
	time0 := newClock()
	x := channeltest.NewExchange(echo)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{
		Intake: x, Outbox: x, Now: time0.Now, Limits: webchat.Limits{MessagesPerMinute: 6, MessageBurst: 3},
	})))
	b.begin()
	for range 3 {
		if err := b.post(t.Context(), b.text("nhanh")); err != nil {
			t.Fatal(err)
		}
	}
	res, err := b.do(t.Context(), "POST", "/chat/messages", b.text("nhanh quá"), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusTooManyRequests || !strings.Contains(string(body), "Cô bác đợi") || res.Header.Get("Retry-After") != "10" {
		t.Errorf("status %d, Retry-After %q, body %s; want one polite text", res.StatusCode, res.Header.Get("Retry-After"), body)
	}
	if status, body := b.call("POST", "/chat/messages", b.text("nhanh quá"), nil); status != 429 || strings.Contains(body, "text") {
		t.Errorf("status %d, body %s; want silence", status, body)
	}
	time0.Add(10 * time.Second)
	if err := b.post(t.Context(), b.text("chậm lại")); err != nil {
		t.Error(err)
	}
	if status, body := b.call("POST", "/chat/messages", b.text("lại nhanh"), nil); status != 429 || !strings.Contains(body, "Cô bác đợi") {
		t.Errorf("status %d, body %s; want the text again after an allowed message", status, body)
	}
	// A second resident behind the same address is not held up.
	other := newBrowser(t, b.base)
	other.begin()
	if err := other.post(t.Context(), other.text("em hỏi")); err != nil {
		t.Error(err)
	}
}

func TestAddressLimit(t *testing.T) {
	t.Parallel()
	time0 := newClock()
	h := newHandler(t, webchat.Config{
		Now: time0.Now, Limits: webchat.Limits{AddressBurst: 2, AddressPerMinute: 1},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")},
	})
	begin := func(peer, forwarded string) int {
		r := httptest.NewRequest("POST", "/chat/session", strings.NewReader("{}"))
		r.RemoteAddr = peer
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Content-Type", "application/json")
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, step := range []struct {
		peer, forwarded string
		want            int
	}{
		{"192.0.2.1:1", "", 200},
		{"192.0.2.1:2", "203.0.113.9", 200}, // who is not a proxy of ours cannot take another name
		{"192.0.2.1:3", "203.0.113.8", 429},
		{"192.0.2.2:1", "", 200},
		{"10.0.0.1:1", "203.0.113.7", 200},
		{"10.0.0.1:1", "198.51.100.1, 203.0.113.7, 10.0.0.2", 200},
		{"10.0.0.1:1", "203.0.113.7", 429},
		{"10.0.0.1:1", "203.0.113.6", 200},
		{"[2001:db8:0:1::5]:1", "", 200},
		{"[2001:db8:0:1::6]:1", "", 200},
		{"[2001:db8:0:1::7]:1", "", 429}, // one house, one /64
		{"[2001:db8:0:2::7]:1", "", 200},
	} {
		if got := begin(step.peer, step.forwarded); got != step.want {
			t.Errorf("%s for %q: status %d, want %d", step.peer, step.forwarded, got, step.want)
		}
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	base := serve(t, newHandler(t, webchat.Config{
		Intake: x, Outbox: x, Limits: webchat.Limits{Streams: 3, StreamsPerSession: 2},
	}))
	one, two := newBrowser(t, base), newBrowser(t, base)
	one.begin()
	two.begin()
	var lines []<-chan event
	for range 3 {
		events, err := one.stream(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		<-events
		lines = append(lines, events)
	}
	if e, open := <-lines[0]; open {
		t.Errorf("the oldest line still gives %+v", e)
	}
	if _, err := two.stream(t.Context(), 0); err != nil {
		t.Errorf("the third line of the house: %v", err)
	}
	if _, err := two.stream(t.Context(), 0); err == nil {
		t.Error("a fourth line was opened")
	}
	res, err := two.do(t.Context(), "GET", "/chat/replies", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Retry-After") == "" {
		t.Errorf("a full house answers %d, Retry-After %q; want an answer at once and a pause", res.StatusCode, res.Header.Get("Retry-After"))
	}
}

func TestCloseEndsStreams(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	h := newHandler(t, webchat.Config{Intake: x, Outbox: x})
	b := newBrowser(t, serve(t, h))
	b.begin()
	events, err := b.stream(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	<-events
	h.Close()
	h.Close()
	if e := <-events; e.name != "bye" {
		t.Errorf("last event is %+v, want bye", e)
	}
	for range events {
		t.Error("an event after bye")
	}
	if n := x.Watching(); n != 0 {
		t.Errorf("%d watchers are left", n)
	}
}

// A server's read timeout is for requests, not for those who wait for replies.
func TestStreamOutlivesReadTimeout(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	server := httptest.NewUnstartedServer(newHandler(t, webchat.Config{Intake: x, Outbox: x}))
	server.Config.ReadTimeout = 50 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	b := newBrowser(t, server.URL)
	b.begin()
	events, err := b.stream(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	<-events
	time.AfterFunc(200*time.Millisecond, func() { x.PushAll(time.Now(), bot.Reply{Text: "muộn"}) })
	if e, ok := <-events; !ok || e.id != "1" {
		t.Errorf("the stream ended instead of waiting: %+v", e)
	}
}

// What breaks in the store is no reason to lose a message or to tell details.
func TestOutage(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
	b.begin()
	x.Fail(channeltest.Handling, -1)
	x.Fail(channeltest.Fetching, -1)
	x.Fail(channeltest.Acking, -1)
	for _, try := range []struct {
		method, path string
		body         any
	}{
		{"POST", "/chat/messages", b.text("chào")},
		{"GET", "/chat/replies?wait=0", nil},
		{"GET", "/chat/events", nil},
		{"POST", "/chat/ack", map[string]int{"upTo": 1}},
		{"POST", "/chat/end", struct{}{}},
	} {
		status, body := b.call(try.method, try.path, try.body, nil)
		if status != http.StatusServiceUnavailable || strings.Contains(body, channeltest.ErrDown.Error()) {
			t.Errorf("%s %s: %d %s, want 503 without the cause", try.method, try.path, status, body)
		}
	}
}

// A phone that hangs up in the middle of a save does not undo it.
func TestSaveOutlivesTheRequest(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	slow := &slowIntake{begun: make(chan struct{}), goOn: make(chan struct{}), done: make(chan error, 1)}
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: slow, Outbox: x})))
	b.begin()
	ctx, hangUp := context.WithCancel(t.Context())
	go func() {
		<-slow.begun
		hangUp()
		close(slow.goOn)
	}()
	if err := b.post(ctx, b.text("dở dang")); !errors.Is(err, context.Canceled) {
		t.Errorf("post: %v", err)
	}
	if err := <-slow.done; err != nil {
		t.Errorf("the save was given up: %v", err)
	}
}

type slowIntake struct {
	begun, goOn chan struct{}
	done        chan error
}

func (s *slowIntake) Handle(ctx context.Context, _ bot.Message) error {
	close(s.begun)
	<-s.goOn
	s.done <- ctx.Err()
	return nil
}

package webchat_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/webchat"
)

// from lets everything come from one address, as a proxy tells it.
func from(address string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Forwarded-For", address)
		h.ServeHTTP(w, r)
	})
}

// Whoever begins session after session takes the places of a few, not of all.
func TestOneAddressDoesNotTakeAllStreams(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(echo)
	h := newHandler(t, webchat.Config{
		Intake: x, Outbox: x, Limits: webchat.Limits{Streams: 10, StreamsPerAddress: 2},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	greedy, other := serve(t, from("203.0.113.7", h)), serve(t, from("203.0.113.8", h))
	for n := range 4 {
		b := newBrowser(t, greedy)
		b.begin()
		if _, err := b.stream(t.Context(), 0); (err == nil) != (n < 2) {
			t.Errorf("line %d of one address: %v", n+1, err)
		}
	}
	b := newBrowser(t, other)
	b.begin()
	if _, err := b.stream(t.Context(), 0); err != nil {
		t.Errorf("the first line of another address: %v", err)
	}
}

// Where the public address is one of https, a cookie never goes out in the open,
// also if the proxy is not among those that are believed.
func TestCookiesOfAnHTTPSSite(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{PublicURL: "https://hoi.example.vn"})))
	res, err := b.do(t.Context(), http.MethodGet, "/chat/plain", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	cookies := res.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies, want one", len(cookies))
	}
	c := cookies[0]
	if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Domain != "" || c.Path != "/" || c.Name != "__Host-doithoai" {
		t.Errorf("got %v", c)
	}
}

package media_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/media"
)

const (
	host   = "f12-zpg.zdn.vn"
	secret = "bot123:geheim" // stands in addresses; nothing may tell it
)

// web is a server that stands for all hosts there are.
type web struct {
	t      *testing.T
	server *httptest.Server
	pool   *x509.CertPool

	mu     sync.Mutex
	names  map[string][]netip.Addr // where hosts are, by network and host
	asked  int                     // how often a name was looked up
	dialed []string
}

func newWeb(t *testing.T, handler http.HandlerFunc) *web {
	t.Helper()
	w := &web{t: t, pool: x509.NewCertPool(), names: map[string][]netip.Addr{}}
	w.server = httptest.NewUnstartedServer(handler)
	w.server.TLS = &tls.Config{Certificates: []tls.Certificate{w.certificate()}}
	w.server.EnableHTTP2 = true
	w.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	w.at("ip4", host, "123.30.1.7")
	return w
}

// certificate is one for our hosts, good to whoever trusts the pool.
func (w *web) certificate() tls.Certificate {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	sheet := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"*.zdn.vn", "api.telegram.org"},
	}
	raw, err := x509.CreateCertificate(rand.Reader, sheet, sheet, key.Public(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		w.t.Fatal(err)
	}
	w.pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// at says where a host is.
func (w *web) at(network, host string, ips ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names[network+" "+host] = nil
	for _, ip := range ips {
		w.names[network+" "+host] = append(w.names[network+" "+host], netip.MustParseAddr(ip))
	}
}

// LookupNetIP implements media.Resolver.
func (w *web) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	ips := w.names[network+" "+strings.ToLower(host)]
	if len(ips) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, Server: "10.0.0.53", IsNotFound: true}
	}
	return append([]netip.Addr{}, ips...), nil
}

func (w *web) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	w.dialed = append(w.dialed, address)
	w.mu.Unlock()
	var d net.Dialer
	return d.DialContext(ctx, network, w.server.Listener.Addr().String())
}

func (w *web) lines() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.dialed...)
}

func (w *web) fetcher(change func(*media.FetchConfig)) *media.Fetcher {
	w.t.Helper()
	config := media.FetchConfig{
		Hosts: []string{"*.zdn.vn", "api.telegram.org"}, Resolver: w, Dial: w.dial, TLS: &tls.Config{RootCAs: w.pool},
	}
	if change != nil {
		change(&config)
	}
	f, err := media.NewFetcher(config)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func serve(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
}

// wantFailure checks why a fetch failed, and that it tells nothing.
func wantFailure(t *testing.T, err error, reason media.Reason, permanent bool) {
	t.Helper()
	fail, ok := errors.AsType[*media.FetchError](err)
	if !ok || fail.Reason != reason || fail.Permanent() != permanent {
		t.Errorf("error %v, want %s, permanent %t", err, reason, permanent)
	}
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the error tells a secret: %v", err)
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	var got *http.Request
	w := newWeb(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("Content-Type", "text/html") // is not believed
		serve(jpeg())(w, r)
	})
	file, err := w.fetcher(nil).Fetch(t.Context(), "https://"+host+"/"+secret+"/a.exe?x=1")
	if err != nil || !bytes.Equal(file.Data, jpeg()) || file.Type != "image/jpeg" || file.Ext != "jpg" {
		t.Fatalf("Fetch = %+v, %v", file, err)
	}
	if got.Host != host || got.URL.RequestURI() != "/"+secret+"/a.exe?x=1" {
		t.Errorf("asked %s for %s", got.Host, got.URL)
	}
	if lines := w.lines(); len(lines) != 1 || lines[0] != "123.30.1.7:443" {
		t.Errorf("opened lines to %v, want the address that was looked at", lines)
	}
}

func TestFetchAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWeb(t, serve(jpeg()))
	f := w.fetcher(nil)
	for name, test := range map[string]struct {
		address string
		reason  media.Reason
	}{
		"nothing":                 {"", media.BadURL},
		"not an address":          {"https://%zz" + secret, media.BadURL},
		"a file":                  {"file:///etc/passwd", media.BadURL},
		"gopher":                  {"gopher://" + host + "/", media.BadURL},
		"http elsewhere":          {"http://api.telegram.org/" + secret, media.BadURL},
		"http with a port":        {"http://" + host + ":80/", media.BadURL},
		"another port":            {"https://" + host + ":8443/", media.BadURL},
		"a password":              {"https://" + secret + "@" + host + "/", media.BadURL},
		"no host":                 {"https:///a.jpg", media.BadURL},
		"a path":                  {"/a.jpg", media.BadURL},
		"another host":            {"https://example.com/a.jpg", media.BadHost},
		"the end of a name":       {"https://evilzdn.vn/a.jpg", media.BadHost},
		"the name itself":         {"https://zdn.vn/a.jpg", media.BadHost},
		"a name without one":      {"https://.zdn.vn/a.jpg", media.BadHost},
		"a name behind it":        {"https://a.zdn.vn.example.com/a.jpg", media.BadHost},
		"below an exact name":     {"https://x.api.telegram.org/", media.BadHost},
		"an address":              {"https://127.0.0.1/a.jpg", media.BadHost},
		"an address of six":       {"https://[::1]/a.jpg", media.BadHost},
		"an address as a number":  {"https://2130706433/a.jpg", media.BadHost},
		"a name with a dot after": {"https://" + host + "./a.jpg", media.BadHost},
		"our machine":             {"https://localhost/a.jpg", media.BadHost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := f.Fetch(t.Context(), test.address)
			wantFailure(t, err, test.reason, true)
		})
	}
	t.Cleanup(func() {
		if lines := w.lines(); len(lines) > 0 {
			t.Errorf("opened lines to %v", lines)
		}
	})
}

// A name on the list that points into our own network opens no line at all.
func TestFetchNetworksThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, ip := range map[string]string{
		"this host": "0.0.0.0", "this network": "0.1.2.3", "private ten": "10.1.2.3", "shared by customers": "100.64.0.1",
		"end of shared": "100.127.255.255", "loopback": "127.0.0.1", "all loopback": "127.255.255.254", "link-local": "169.254.169.254",
		"private 172": "172.16.0.1", "end of 172": "172.31.255.255", "protocols": "192.0.0.8", "examples one": "192.0.2.1",
		"6to4 relay": "192.88.99.1", "private 192": "192.168.1.1", "measurements": "198.19.0.1", "examples two": "198.51.100.1",
		"examples three": "203.0.113.1", "multicast": "224.0.0.1", "end of multicast": "239.255.255.255", "reserved": "240.0.0.1",
		"broadcast": "255.255.255.255",
		"six none":  "::", "six loopback": "::1", "mapped loopback": "::ffff:127.0.0.1", "mapped private": "::ffff:10.0.0.1",
		"mapped public": "::ffff:123.30.1.7", "compatible": "::7f00:1", "nat64": "64:ff9b::7f00:1", "nat64 of public": "64:ff9b::7b1e:107",
		"local nat64": "64:ff9b:1::a00:1", "discard": "100::1", "teredo": "2001:0:4136:e378::1", "orchid": "2001:20::1",
		"six examples": "2001:db8::1", "6to4": "2002:7f00:1::", "newer examples": "3fff::1", "segment routing": "5f00::1",
		"unique local": "fd00::1", "other unique local": "fc00::1", "six link-local": "fe80::1", "six link-local with zone": "fe80::1%eth0",
		"site-local": "fec0::1", "six multicast": "ff02::1", "public with zone": "2606:4700::1%eth0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t, serve(jpeg()))
			network := "ip4"
			if strings.Contains(ip, ":") {
				network = "ip6"
				w.at("ip4", host)
			}
			f := w.fetcher(nil)
			for _, among := range [][]string{{ip}, {"123.30.1.7", ip}, {ip, "123.30.1.7"}} {
				w.at(network, host, among...)
				_, err := f.Fetch(t.Context(), "https://"+host+"/"+secret)
				wantFailure(t, err, media.BadAddress, true)
			}
			if lines := w.lines(); len(lines) > 0 {
				t.Errorf("opened lines to %v", lines)
			}
		})
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{"123.30.1.7", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1", "2001:4860:4860::8888", "2402:800::1"} {
		if !media.IsPublic(netip.MustParseAddr(ip)) {
			t.Errorf("%s is refused", ip)
		}
	}
	if media.IsPublic(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}

func TestFetchFindsHosts(t *testing.T) {
	t.Parallel()
	w := newWeb(t, serve(jpeg()))
	f := w.fetcher(nil)
	fetch := func() error {
		_, err := f.Fetch(t.Context(), "https://"+host+"/"+secret)
		return err
	}
	w.at("ip4", host, "::ffff:123.30.1.8") // as Go's own resolver may write it
	if err := fetch(); err != nil {
		t.Errorf("an address of four in the form of six: %v", err)
	}
	w.at("ip4", host)
	w.at("ip6", host, "2402:800::1")
	if err := fetch(); err != nil {
		t.Errorf("a host that only six reaches: %v", err)
	}
	w.at("ip6", host)
	err := fetch()
	wantFailure(t, err, media.Unreachable, false)
	if strings.Contains(err.Error(), "10.0.0.53") {
		t.Errorf("the error tells of our network: %v", err)
	}
	if got := strings.Join(w.lines(), " "); got != "123.30.1.8:443 [2402:800::1]:443" {
		t.Errorf("opened lines to %s", got)
	}
}

// A host that moves into our network between two looks is reached where it was
// at the first.
func TestFetchLooksOnce(t *testing.T) {
	t.Parallel()
	w := newWeb(t, serve(jpeg()))
	f := w.fetcher(func(c *media.FetchConfig) {
		c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			w.at("ip4", host, "127.0.0.1")
			return w.dial(ctx, network, address)
		}
	})
	if _, err := f.Fetch(t.Context(), "https://"+host+"/"); err != nil {
		t.Fatal(err)
	}
	if lines := w.lines(); len(lines) != 1 || lines[0] != "123.30.1.7:443" || w.asked != 1 {
		t.Errorf("opened lines to %v after %d looks", lines, w.asked)
	}
	_, err := f.Fetch(t.Context(), "https://"+host+"/")
	wantFailure(t, err, media.BadAddress, true)
}

func TestFetchUpgrades(t *testing.T) {
	t.Parallel()
	w := newWeb(t, serve(jpeg()))
	if _, err := w.fetcher(nil).Fetch(t.Context(), "http://"+strings.ToUpper(host)+"/a.jpg"); err != nil {
		t.Errorf("http of Zalo: %v", err)
	}
	if lines := w.lines(); len(lines) != 1 || !strings.HasSuffix(lines[0], ":443") {
		t.Errorf("opened lines to %v", lines)
	}
}

func TestFetchRedirects(t *testing.T) {
	t.Parallel()
	to := map[string]string{
		"/one": "https://b.zdn.vn/two", "/two": "/three", "/three": "http://" + host + "/end", "/off": "https://example.com/a.jpg",
		"/plain": "http://api.telegram.org/a.jpg", "/port": "https://" + host + ":8080/", "/round": "/round", "/inside": "https://inside.zdn.vn/",
		"/zero": "/one", "/file": "file:///etc/passwd",
	}
	var referers []string
	w := newWeb(t, func(w http.ResponseWriter, r *http.Request) {
		referers = append(referers, r.Referer())
		if next := to[r.URL.Path]; next != "" {
			http.Redirect(w, r, next, http.StatusFound)
			return
		}
		serve(jpeg())(w, r)
	})
	w.at("ip4", "b.zdn.vn", "123.30.1.9")
	w.at("ip4", "inside.zdn.vn", "192.168.1.1")
	f := w.fetcher(nil)
	if _, err := f.Fetch(t.Context(), "https://"+host+"/one"); err != nil {
		t.Errorf("three redirects within the list: %v", err)
	}
	if told := strings.Join(referers, ""); told != "" {
		t.Errorf("told where it came from: %q", told)
	}
	for path, reason := range map[string]media.Reason{
		"/zero": media.BadRedirect, "/off": media.BadRedirect, "/plain": media.BadRedirect, "/port": media.BadRedirect,
		"/round": media.BadRedirect, "/inside": media.BadAddress, "/file": media.BadRedirect,
	} {
		_, err := f.Fetch(t.Context(), "https://"+host+path)
		wantFailure(t, err, reason, true)
	}
	for _, line := range w.lines() {
		if line != "123.30.1.7:443" && line != "123.30.1.9:443" {
			t.Errorf("opened a line to %s", line)
		}
	}
}

func TestFetchBounds(t *testing.T) {
	t.Parallel()
	large := append(jpeg(), make([]byte, media.MaxSize)...)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for name, test := range map[string]struct {
		handler   http.HandlerFunc
		reason    media.Reason // empty: fetched
		permanent bool
	}{
		"the largest": {serve(large[:media.MaxSize]), "", false},
		"too large, as it says": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999999")
			_, _ = w.Write(large[:100])
		}, media.TooLarge, true},
		"too large, unsaid": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			_, _ = w.Write(large)
		}, media.TooLarge, true},
		"packed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08\x00 a bomb"))
		}, media.BadType, true},
		"a page":    {serve([]byte("<html>")), media.BadType, true},
		"not there": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, media.BadStatus, true},
		"a part":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusPartialContent) }, media.BadStatus, true},
		"busy":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, media.BadStatus, false},
		"too often": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, media.BadStatus, false},
		"half a file": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(jpeg())
			panic(http.ErrAbortHandler)
		}, media.Unreachable, false},
		"never answers": {func(_ http.ResponseWriter, r *http.Request) { wait(r, hang) }, media.TooSlow, false},
		"never ends": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(jpeg())
			w.(http.Flusher).Flush()
			wait(r, hang)
		}, media.TooSlow, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t, test.handler)
			f := w.fetcher(func(c *media.FetchConfig) {
				if test.reason == media.TooSlow {
					c.Timeout = 100 * time.Millisecond
				}
			})
			file, err := f.Fetch(t.Context(), "https://"+host+"/"+secret)
			if test.reason != "" {
				wantFailure(t, err, test.reason, test.permanent)
			} else if err != nil || len(file.Data) != media.MaxSize {
				t.Errorf("Fetch = %d bytes, %v", len(file.Data), err)
			}
		})
	}
}

func wait(r *http.Request, hang <-chan struct{}) {
	select {
	case <-r.Context().Done():
	case <-hang:
	}
}

func TestFetchTrustsNoStranger(t *testing.T) {
	t.Parallel()
	w := newWeb(t, serve(jpeg()))
	f := w.fetcher(func(c *media.FetchConfig) { c.TLS = nil })
	_, err := f.Fetch(t.Context(), "https://"+host+"/"+secret)
	wantFailure(t, err, media.Unreachable, false)
}

func TestFetchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	ctx, cancel := context.WithCancel(t.Context())
	w := newWeb(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		wait(r, hang)
	})
	_, err := w.fetcher(nil).Fetch(ctx, "https://"+host+"/"+secret)
	wantFailure(t, err, media.Unreachable, false)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want it to be %v", err, context.Canceled)
	}
}

func TestFetcherRefusesHosts(t *testing.T) {
	t.Parallel()
	for _, hosts := range [][]string{nil, {""}, {"*"}, {"*.vn"}, {"https://zdn.vn"}, {"zdn.vn:443"}, {"a.*.zdn.vn"}, {"Zdn.vn"}, {"localhost"}} {
		if _, err := media.NewFetcher(media.FetchConfig{Hosts: hosts}); err == nil {
			t.Errorf("NewFetcher took %q", hosts)
		}
	}
	if _, err := media.NewFetcher(media.FetchConfig{Hosts: []string{"*.zdn.vn", "api.telegram.org"}}); err != nil {
		t.Errorf("NewFetcher = %v", err)
	}
}

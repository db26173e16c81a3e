package media_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/httphead"
	"github.com/doithoai/doithoai/internal/media"
)

func newPublic(t *testing.T, s *shelf, change func(*media.PublicConfig)) *media.Public {
	t.Helper()
	config := media.PublicConfig{Store: s, Base: "https://hoi.example.vn/media", Key: bytes.Repeat([]byte{7}, 32), Now: s.clock.Now}
	if change != nil {
		change(&config)
	}
	p, err := media.NewPublic(config)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// get asks for an address, or for a path.
func get(t *testing.T, p *media.Public, method, address string) *http.Response {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(method, u.RequestURI(), nil))
	return w.Result()
}

func TestPublicServes(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	p := newPublic(t, s, nil)
	for name, test := range map[string]struct {
		data              []byte
		kind, ending, how string
	}{
		"a voice note": {aac(), "audio/aac", ".aac", "inline"},
		"a picture":    {jpeg(), "image/jpeg", ".jpg", "inline"},
		"a paper":      {[]byte("%PDF-1.7"), "application/pdf", ".pdf", "attachment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, kind, err := p.URL(t.Context(), s.put(test.data))
			if err != nil || kind != test.kind || !strings.HasPrefix(address, "https://hoi.example.vn/media/") || !strings.HasSuffix(address, test.ending) {
				t.Fatalf("URL = %q, %q, %v", address, kind, err)
			}
			res := get(t, p, http.MethodGet, address)
			data, err := io.ReadAll(res.Body)
			if res.StatusCode != http.StatusOK || err != nil || !bytes.Equal(data, test.data) {
				t.Fatalf("status %d, %d bytes, %v", res.StatusCode, len(data), err)
			}
			for header, want := range map[string]string{
				"Content-Type": test.kind, "Content-Disposition": test.how, "X-Content-Type-Options": "nosniff",
				"X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": "private, max-age=86400",
				"Content-Security-Policy": httphead.Nothing + "; sandbox", "Referrer-Policy": "no-referrer",
			} {
				if got := res.Header.Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
			head := get(t, p, http.MethodHead, address)
			if none, _ := io.ReadAll(head.Body); head.StatusCode != http.StatusOK || len(none) > 0 || head.ContentLength != int64(len(test.data)) {
				t.Errorf("HEAD: status %d, %d bytes, length %d", head.StatusCode, len(none), head.ContentLength)
			}
		})
	}
}

func TestPublicAddressesEnd(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	p := newPublic(t, s, func(c *media.PublicConfig) { c.Life = time.Hour })
	key := s.put(jpeg())
	address, _, err := p.URL(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	s.clock.pass(time.Hour - time.Second)
	if res := get(t, p, http.MethodGet, address); res.StatusCode != http.StatusOK {
		t.Errorf("before its end: status %d", res.StatusCode)
	}
	s.clock.pass(time.Second)
	if res := get(t, p, http.MethodGet, address); res.StatusCode != http.StatusNotFound {
		t.Errorf("after its end: status %d", res.StatusCode)
	}
	// No address outlives its copy.
	s.clock.pass(media.KeepUnasked - time.Hour - time.Minute)
	if address, _, err = p.URL(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if got := get(t, p, http.MethodGet, address).Header.Get("Cache-Control"); got != "private, max-age=60" {
		t.Errorf("Cache-Control: %q", got)
	}
	s.clock.pass(time.Minute)
	if _, _, err := p.URL(t.Context(), key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("URL of what has ended = %v", err)
	}
}

func TestPublicRefuses(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	p := newPublic(t, s, nil)
	key, other := s.put(aac()), s.put(aac())
	address, _, err := p.URL(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := newPublic(t, s, func(c *media.PublicConfig) { c.Key = bytes.Repeat([]byte{8}, 32) })
	stranger, _, err := elsewhere.URL(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(address, "/")
	end, sign := parts[len(parts)-3], parts[len(parts)-2]
	for name, changed := range map[string]string{
		"another copy":      strings.Replace(address, key, other, 1),
		"another end":       strings.Replace(address, end, end[:len(end)-1]+"9", 1),
		"another ending":    strings.TrimSuffix(address, ".aac") + ".jpg",
		"no signature":      strings.Replace(address, sign, "", 1),
		"a shorter one":     strings.Replace(address, sign, sign[:10], 1),
		"another signature": strings.Replace(address, sign, strings.Repeat("A", len(sign)), 1),
		"another key":       stranger,
		"more path":         address + "/x",
		"less path":         "https://hoi.example.vn/media/" + key + ".aac",
		"elsewhere":         strings.Replace(address, "/media/", "/medium/", 1),
		"the folder":        "https://hoi.example.vn/media/",
		"a way up":          "https://hoi.example.vn/media/../secret",
	} {
		if changed == address {
			t.Fatalf("%s: nothing was changed", name)
		}
		res := get(t, p, http.MethodGet, changed)
		if res.StatusCode != http.StatusNotFound || res.Header.Get("X-Robots-Tag") == "" {
			t.Errorf("%s: status %d, headers %v", name, res.StatusCode, res.Header)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		if res := get(t, p, method, address); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d", method, res.StatusCode)
		}
	}
	if err := s.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if res := get(t, p, http.MethodGet, address); res.StatusCode != http.StatusNotFound {
		t.Errorf("a deleted copy: status %d", res.StatusCode)
	}
}

func TestPublicSaysWhenItCannot(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	address, _, err := newPublic(t, s, nil).URL(t.Context(), s.put(jpeg()))
	if err != nil {
		t.Fatal(err)
	}
	broken := newPublic(t, s, func(c *media.PublicConfig) { c.Store = brokenStore{s} })
	if res := get(t, broken, http.MethodGet, address); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d, want %d", res.StatusCode, http.StatusServiceUnavailable)
	}
}

type brokenStore struct{ media.Store }

func (brokenStore) Open(context.Context, string) (io.ReadSeekCloser, media.Info, error) {
	return nil, media.Info{}, errors.New("disk broke")
}

func TestPublicSettings(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{})
	good := media.PublicConfig{Store: s, Base: "https://hoi.example.vn/media/", Key: make([]byte, 32)}
	for name, change := range map[string]func(*media.PublicConfig){
		"no store":     func(c *media.PublicConfig) { c.Store = nil },
		"a short key":  func(c *media.PublicConfig) { c.Key = c.Key[:31] },
		"no base":      func(c *media.PublicConfig) { c.Base = "" },
		"half a base":  func(c *media.PublicConfig) { c.Base = "hoi.example.vn/media" },
		"a query":      func(c *media.PublicConfig) { c.Base += "?a=b" },
		"a password":   func(c *media.PublicConfig) { c.Base = "https://a:b@hoi.example.vn/" },
		"another kind": func(c *media.PublicConfig) { c.Base = "ftp://hoi.example.vn/" },
	} {
		config := good
		change(&config)
		if _, err := media.NewPublic(config); err == nil {
			t.Errorf("%s: NewPublic took it", name)
		}
	}
	if _, err := media.NewPublic(good); err != nil {
		t.Errorf("NewPublic = %v", err)
	}
}

package media

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/httphead"
)

// PublicConfig is how a [Public] works. All but the last two are compulsory.
type PublicConfig struct {
	Store Reader
	// Base is the address at which the handler is reached, up to and with its own
	// path, such as https://hoi.example.vn/media. A bare path, such as /media, makes
	// addresses for pages of the same server.
	Base string
	// Key signs addresses, and is the same on all replicas: 32 bytes.
	Key  []byte
	Life time.Duration // of an address; 24 h if 0
	Now  func() time.Time
}

// Public serves copies at addresses that nobody can guess:
//
//	<base>/<end>/<signature>/<key>.aac
//
// Everything stands in the path, because Zalo wants the address of a voice
// note to end as its file does. It is safe for concurrent use.
type Public struct {
	config PublicConfig
	path   string // of the base, ending in a slash
}

var _ http.Handler = (*Public)(nil)

const (
	publicLife = 24 * time.Hour
	writeTime  = 5 * time.Minute // for one copy, to a slow phone
	signature  = 16              // bytes of an address's signature
	signingKey = 32              // bytes
)

// NewPublic returns a Public. Errors are mistakes in c.
func NewPublic(c PublicConfig) (*Public, error) {
	base, err := url.Parse(strings.TrimRight(c.Base, "/"))
	switch {
	case c.Store == nil:
		return nil, errors.New("set up public media: no store")
	case len(c.Key) != signingKey:
		return nil, fmt.Errorf("set up public media: key of %d bytes, want %d", len(c.Key), signingKey)
	case err != nil || !isBase(base):
		return nil, errors.New("set up public media: the base is no web address")
	}
	c.Base = base.String()
	if c.Life <= 0 {
		c.Life = publicLife
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Public{config: c, path: base.Path + "/"}, nil
}

// isBase reports whether addresses can begin with u.
func isBase(u *url.URL) bool {
	if u.RawQuery != "" || u.User != nil || u.Opaque != "" {
		return false
	}
	if u.Scheme == "" && u.Host == "" {
		return strings.HasPrefix(u.Path, "/")
	}
	return u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// URL returns an address at which anybody who knows it can fetch what is kept
// under key, for a while, and its media type. What is not there is fs.ErrNotExist.
func (p *Public) URL(ctx context.Context, key string) (address string, kind string, err error) {
	info, err := p.config.Store.Stat(ctx, key)
	if err != nil {
		return "", "", fmt.Errorf("publish media: %w", err)
	}
	end := p.config.Now().Add(p.config.Life)
	if end.After(info.Until) {
		end = info.Until
	}
	name := key + "." + info.Ext
	until := strconv.FormatInt(end.Unix(), 10)
	return p.config.Base + "/" + until + "/" + p.sign(until, name) + "/" + name, info.Type, nil
}

func (p *Public) sign(until, name string) string {
	h := hmac.New(sha256.New, p.config.Key)
	h.Write([]byte("public media\x00" + until + "\x00" + name))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:signature])
}

// ServeHTTP serves a copy to whoever has its address. Any other address is not
// found, whatever is wrong with it.
func (p *Public) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	httphead.Set(h)
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Content-Security-Policy", httphead.Nothing+"; sandbox")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	key, end, ok := p.read(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	f, info, err := p.config.Store.Open(r.Context(), key)
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer f.Close()
	// A writer without deadlines is one of a test.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime))
	h.Set("Content-Type", info.Type)
	h.Set("Content-Disposition", disposition(info.Type))
	h.Set("Cache-Control", "private, max-age="+strconv.Itoa(int(end.Sub(p.config.Now()).Seconds())))
	http.ServeContent(w, r, "", time.Time{}, f)
}

// read checks the path of a request, and returns what it is for and when it ends.
func (p *Public) read(path string) (key string, end time.Time, ok bool) {
	rest, ours := strings.CutPrefix(path, p.path)
	parts := strings.Split(rest, "/")
	if !ours || len(parts) != 3 {
		return "", time.Time{}, false
	}
	until, given, name := parts[0], parts[1], parts[2]
	if !hmac.Equal([]byte(given), []byte(p.sign(until, name))) {
		return "", time.Time{}, false
	}
	seconds, err := strconv.ParseInt(until, 10, 64)
	end = time.Unix(seconds, 0)
	key, _, _ = strings.Cut(name, ".")
	return key, end, err == nil && p.config.Now().Before(end)
}

// disposition lets a browser show what cannot hold a program, and save the rest.
func disposition(kind string) string {
	family, _, _ := strings.Cut(kind, "/")
	switch family {
	case "image", "audio", "video":
		return "inline"
	}
	return "attachment"
}

package media

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Reason says why something was not fetched.
type Reason string

// The reasons.
const (
	BadURL      Reason = "bad-url"   // no https address, or one with a password or a port
	BadHost     Reason = "host"      // not on the list
	BadAddress  Reason = "address"   // its host is in a network where no such server is
	BadRedirect Reason = "redirect"  // it points off the list, or on and on
	BadStatus   Reason = "status"    // answered with anything but 200
	TooLarge    Reason = "too-large" // than MaxSize
	BadType     Reason = "type"      // of no kind that is kept
	Unreachable Reason = "unreachable"
	TooSlow     Reason = "too-slow"
)

// FetchError is why something was not fetched. Its text holds nothing of the
// address, in which tokens may stand.
type FetchError struct {
	Reason Reason
	Status int   // with BadStatus
	Err    error // may be nil
}

// Error implements error.
func (e *FetchError) Error() string {
	text := "fetch media: " + string(e.Reason)
	if e.Status != 0 {
		text += fmt.Sprintf(" %d", e.Status)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns what was met.
func (e *FetchError) Unwrap() error { return e.Err }

// Permanent reports whether trying again is of no use.
func (e *FetchError) Permanent() bool {
	switch e.Reason {
	case Unreachable, TooSlow:
		return false
	case BadStatus:
		return e.Status < 500 && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
	}
	return true
}

// Resolver finds the addresses of a host; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// FetchConfig is how a [Fetcher] works. Hosts is compulsory.
type FetchConfig struct {
	// Hosts may be fetched from: names, or «*.zdn.vn» for all names below one.
	Hosts []string
	// Upgrade are those of which http addresses are fetched by https; others are
	// refused. «*.zdn.vn» if nil, where Zalo keeps files.
	Upgrade []string
	// Timeout bounds one fetch; 20 s if 0.
	Timeout time.Duration

	// For tests: how names are found, lines opened – to an address that was
	// checked – and certificates judged.
	Resolver Resolver
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	TLS      *tls.Config
}

const (
	maxRedirects = 3
	fetchTime    = 20 * time.Second
)

// Fetcher gets files from addresses that strangers gave us. It is safe for
// concurrent use.
type Fetcher struct {
	config FetchConfig
	client *http.Client
}

// NewFetcher returns a Fetcher. Errors are mistakes in the list of hosts.
func NewFetcher(c FetchConfig) (*Fetcher, error) {
	if c.Upgrade == nil {
		c.Upgrade = []string{"*.zdn.vn"}
	}
	if c.Timeout <= 0 {
		c.Timeout = fetchTime
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	}
	if len(c.Hosts) == 0 {
		return nil, errors.New("set up fetching media: no hosts")
	}
	for _, h := range append(append([]string{}, c.Hosts...), c.Upgrade...) {
		if name := strings.TrimPrefix(h, "*."); !strings.Contains(name, ".") || strings.ContainsAny(name, "*/:@ ") || name != strings.ToLower(name) {
			return nil, fmt.Errorf("set up fetching media: %q is no host", h)
		}
	}
	f := &Fetcher{config: c}
	f.client = &http.Client{
		// No proxy: it would look up names for us, and nobody would check them.
		Transport: &http.Transport{
			DialContext:            f.dial,
			TLSClientConfig:        c.TLS,
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // what is small on the line is not small here
			DisableKeepAlives:      true,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: f.redirect,
	}
	return f, nil
}

// File is what was fetched.
type File struct {
	Kind
	Data []byte
}

// Fetch gets the file at an address. Any error is a [*FetchError].
func (f *Fetcher) Fetch(ctx context.Context, address string) (File, error) {
	u, err := f.target(address)
	if err != nil {
		return File{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.config.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return File{}, &FetchError{Reason: BadURL}
	}
	r.Header.Set("User-Agent", "doithoai")
	res, err := f.client.Do(r)
	if err != nil {
		return File{}, failure(err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode != http.StatusOK:
		return File{}, &FetchError{Reason: BadStatus, Status: res.StatusCode}
	case res.ContentLength > MaxSize:
		return File{}, &FetchError{Reason: TooLarge}
	}
	data, kind, err := readAll(res.Body)
	switch {
	case errors.Is(err, ErrTooLarge):
		return File{}, &FetchError{Reason: TooLarge}
	case errors.Is(err, ErrType):
		return File{}, &FetchError{Reason: BadType}
	case err != nil:
		return File{}, failure(err)
	}
	return File{Kind: kind, Data: data}, nil
}

// failure makes a FetchError of what the client met.
func failure(err error) *FetchError {
	if e, ok := errors.AsType[*FetchError](err); ok {
		return e
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &FetchError{Reason: TooSlow, Err: context.DeadlineExceeded}
	}
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		return &FetchError{Reason: TooSlow}
	}
	if errors.Is(err, context.Canceled) {
		return &FetchError{Reason: Unreachable, Err: context.Canceled}
	}
	return &FetchError{Reason: Unreachable, Err: err}
}

// target reads an address and makes sure that it may be asked for.
func (f *Fetcher) target(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &FetchError{Reason: BadURL} // the error would quote it
	}
	return u, f.check(u)
}

func (f *Fetcher) check(u *url.URL) error {
	host := strings.ToLower(u.Hostname())
	if u.Scheme == "http" && u.Port() == "" && listed(host, f.config.Upgrade) {
		u.Scheme = "https"
	}
	switch {
	case u.Scheme != "https", u.Opaque != "", u.User != nil, host == "", u.Port() != "" && u.Port() != "443":
		return &FetchError{Reason: BadURL}
	case !listed(host, f.config.Hosts):
		return &FetchError{Reason: BadHost}
	}
	return nil
}

// listed reports whether a host is on a list.
func listed(host string, list []string) bool {
	for _, h := range list {
		below, all := strings.CutPrefix(h, "*")
		if !all && host == h || all && len(host) > len(below) && strings.HasSuffix(host, below) {
			return true
		}
	}
	return false
}

// redirect implements http.Client.CheckRedirect.
func (f *Fetcher) redirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return &FetchError{Reason: BadRedirect}
	}
	if err := f.check(r.URL); err != nil {
		return &FetchError{Reason: BadRedirect, Err: err}
	}
	r.Header.Del("Referer")
	return nil
}

// dial opens a line to a host after looking at where it is. The line goes to
// the very address that was looked at: a name asked for twice may have two answers.
func (f *Fetcher) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &FetchError{Reason: BadURL}
	}
	ips, err := f.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, ip := range ips {
		if !public(ip) {
			return nil, &FetchError{Reason: BadAddress} // one such address is reason enough
		}
	}
	err = errors.New("host without an address")
	for _, ip := range ips {
		var conn net.Conn
		if conn, err = f.config.Dial(ctx, network, net.JoinHostPort(ip.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// lookup finds the addresses of a host, those of IPv6 only if it has no others.
// Resolvers write IPv4 addresses in either form; an IPv6 address in the form that
// holds another one stays as it is, and is refused.
func (f *Fetcher) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	ips, err := f.config.Resolver.LookupNetIP(ctx, "ip4", host)
	for i := range ips {
		ips[i] = ips[i].Unmap()
	}
	if err != nil || len(ips) == 0 {
		ips, err = f.config.Resolver.LookupNetIP(ctx, "ip6", host)
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && !e.IsTimeout {
		err = errors.New(e.Err) // without the server that was asked
	}
	if err != nil {
		return nil, fmt.Errorf("find host: %w", err)
	}
	return ips, nil
}

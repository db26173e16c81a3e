package webchat

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
)

// clients tells who asks: from which page, over which scheme, from which
// address. Only trusted proxies are believed.
type clients struct {
	origin  string // of PublicURL; "" if unknown
	trusted atomic.Pointer[[]netip.Prefix]
}

// peer is the machine at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

func (c *clients) trusts(a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(*c.trusted.Load(), func(p netip.Prefix) bool { return p.Contains(a) })
}

// address names the client for rate limits: the last address in
// X-Forwarded-For that no trusted proxy vouches for. An IPv6 client owns a
// whole /64, so that is its name.
func (c *clients) address(r *http.Request) string {
	addr := peer(r)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && c.trusts(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(forwarded[i]))
		if err != nil {
			break
		}
		addr = next.Unmap().WithZone("")
	}
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

// https reports whether the resident's browser speaks https with us. Where the
// public address says so it does, also if a proxy forgets to tell or is not named
// among those that are believed: a cookie that goes out in the open is worse than
// a page that does not work by another address.
func (c *clients) https(r *http.Request) bool {
	if r.TLS != nil || strings.HasPrefix(c.origin, "https://") {
		return true
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto != "" && c.trusts(peer(r)) {
		return strings.EqualFold(proto, "https")
	}
	return false
}

// isOwn reports whether the browser says that our own page sent the request.
// Browsers since 2020 say it in Sec-Fetch-Site, older ones in Origin.
func (c *clients) isOwn(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin := strings.ToLower(r.Header.Get("Origin"))
	if c.origin != "" && origin == c.origin {
		return true
	}
	u, err := url.Parse(origin)
	return c.origin == "" && err == nil && u.Host != "" && u.Host == strings.ToLower(r.Host)
}

// own lets only JSON from our own page through. A foreign page cannot send JSON
// without asking the browser first, which then asks us, and we do not answer.
func (h *Handler) own(f func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !h.clients.isOwn(r) {
			return errForeign()
		}
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return errNotJSON()
		}
		return f(w, r)
	}
}

package media

import (
	"net/netip"
)

// ours are the ranges that no public server has: our own machine and network,
// what reaches them by a detour (an address that holds another one), and what is
// nobody's. Most are in netip already; the list says them all, so that it can
// be read against the registries of IANA.
var ours = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this host
	netip.MustParsePrefix("10.0.0.0/8"),      // private
	netip.MustParsePrefix("100.64.0.0/10"),   // between a provider and its customers
	netip.MustParsePrefix("127.0.0.0/8"),     // loopback
	netip.MustParsePrefix("169.254.0.0/16"),  // link-local, with the metadata of clouds
	netip.MustParsePrefix("172.16.0.0/12"),   // private
	netip.MustParsePrefix("192.0.0.0/24"),    // for protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // examples
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("192.168.0.0/16"),  // private
	netip.MustParsePrefix("198.18.0.0/15"),   // measurements
	netip.MustParsePrefix("198.51.100.0/24"), // examples
	netip.MustParsePrefix("203.0.113.0/24"),  // examples
	netip.MustParsePrefix("224.0.0.0/4"),     // multicast
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, with broadcast

	// Of IPv6 only 2000::/3 is given out; these are in it.
	netip.MustParsePrefix("2001::/23"),     // for protocols, with Teredo
	netip.MustParsePrefix("2001:db8::/32"), // examples
	netip.MustParsePrefix("2002::/16"),     // 6to4: holds an IPv4 address
	netip.MustParsePrefix("3fff::/20"),     // examples
}

// global is all of IPv6 that is given out. Outside are loopback, ::ffff:0:0/96
// and 64:ff9b::/96, which hold IPv4 addresses, unique local, link-local and multicast.
var global = netip.MustParsePrefix("2000::/3")

// public reports whether a server that anybody may have can be at ip. An address
// with a zone is in no range at all, so it is none.
func public(ip netip.Addr) bool {
	if !ip.IsValid() || ip.Is6() && !global.Contains(ip) {
		return false
	}
	for _, p := range ours {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

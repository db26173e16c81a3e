package media

import "net/netip"

// IsPublic reports whether a server that anybody may have can be at ip.
func IsPublic(ip netip.Addr) bool { return public(ip) }

// ReadName reads the name of a file in a Disk's folder, and writes it again.
func ReadName(name string) (again string, ok bool) {
	f, ok := parseName(name)
	return f.name(), ok
}

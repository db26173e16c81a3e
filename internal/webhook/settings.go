package webhook

import (
	"net/url"
	"regexp"
)

// secretForm is what the platforms take in a header and nobody guesses:
// Telegram allows these letters up to 256, Zalo asks for 8 at least.
var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)

// ValidSecret reports whether a platform takes s as the secret of its calls.
func ValidSecret(s string) bool { return secretForm.MatchString(s) }

// ValidURL reports whether a platform can be told to call address, or be called
// there: only over https, but for [Local] addresses.
func ValidURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || Local(u))
}

// Local reports whether u is an address on this machine for trying things out.
func Local(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
}

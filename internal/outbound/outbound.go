// Package outbound is how platforms are called whose token stands in the address
// of every call: by a client that follows nobody elsewhere, and with errors that do
// not tell the token.
package outbound

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NewClient returns a client that follows no redirection: it would carry what
// stands in a call to somebody else. Calls bring their own time limits.
func NewClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       60 * time.Second,
			TLSHandshakeTimeout:   5 * time.Second,
			ExpectContinueTimeout: time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Scrub takes addresses off an error of a client, and the token wherever else it
// stands in it.
func Scrub(err error, token string) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if strings.Contains(err.Error(), token) {
		return errors.New(strings.ReplaceAll(err.Error(), token, "<token>"))
	}
	return err
}

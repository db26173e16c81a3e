package zalobot

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	secretHeader = "X-Bot-Api-Secret-Token" //nolint:gosec // the name of a header, not a secret
	maxBody      = 1 << 20
	bodyTime     = 10 * time.Second
)

// ServeHTTP takes the calls of Zalo in webhook mode: 200 when everything in it
// is settled, 503 when a message could not be taken. Zalo tries the webhook with
// an empty body, and not always says that it sends JSON: both is taken. Another
// mode has no such address.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case c.config.Mode != Webhook:
		w.WriteHeader(http.StatusNotFound)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	case !same(r.Header.Get(secretHeader), c.config.Secret):
		c.count(countForged)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	// A writer without deadlines is one of a test.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		c.count(countMalformed)
		c.log.ErrorContext(r.Context(), "event skipped", "error", err)
		w.WriteHeader(http.StatusOK)
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	c.troubles.over(r.Context(), troubleVerify)
	if err := c.takeAll(r, body); err != nil {
		c.troubles.met(r.Context(), troubleIntake, err)
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// takeAll takes what a body holds, up to the first that is not taken.
func (c *Channel) takeAll(r *http.Request, body []byte) error {
	events := unwrap(body)
	if len(events) == 0 {
		c.count(countEmpty)
	}
	for _, raw := range events {
		e := c.open(r.Context(), raw)
		if e.m == nil {
			continue
		}
		if err := c.handle(r.Context(), e); err != nil {
			c.floods.giveBack(e.m.Chat.Chat)
			return err
		}
		c.troubles.over(r.Context(), troubleIntake)
	}
	return nil
}

// same compares in a time that tells nothing, not even the length.
func same(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

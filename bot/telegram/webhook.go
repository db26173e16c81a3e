package telegram

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token" //nolint:gosec // the name of a header, not a secret
	maxBody      = 1 << 20
	bodyTime     = 10 * time.Second
)

// ServeHTTP takes the calls of Telegram in webhook mode: 200 when the update
// is settled, 503 when it is to come again. Another mode has no such address.
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
		// Refused, it would come again for a day and hold up its chat.
		c.count(countMalformed)
		c.log.ErrorContext(r.Context(), "update skipped", "error", err)
		w.WriteHeader(http.StatusOK)
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	if err := c.take(r.Context(), c.open(r.Context(), body)); err != nil {
		c.troubles.met(r.Context(), troubleIntake, err)
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	c.troubles.over(r.Context(), troubleIntake)
	w.WriteHeader(http.StatusOK)
}

// same compares in a time that tells nothing, not even the length.
func same(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

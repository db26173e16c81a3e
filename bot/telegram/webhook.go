package telegram

import (
	"net/http"
	"time"

	"github.com/doithoai/doithoai/internal/webhook"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token" //nolint:gosec // the name of a header, not a secret
	bodyTime     = 10 * time.Second
)

// ServeHTTP takes the calls of Telegram in webhook mode: 200 when the update
// is settled, 503 when it is to come again. Another mode has no such address.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.config.Mode != Webhook {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	body, refusal := c.calls.Read(w, r)
	if refusal != nil {
		w.WriteHeader(c.refuse(r, refusal))
		return
	}
	if err := c.take(r.Context(), c.open(r.Context(), body)); err != nil {
		c.troubles.Met(r.Context(), troubleIntake, err)
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	c.troubles.Over(r.Context(), troubleIntake)
	w.WriteHeader(http.StatusOK)
}

// refuse says what to answer to a call that was not read.
func (c *Channel) refuse(r *http.Request, refusal *webhook.Refusal) int {
	switch refusal.Status {
	case http.StatusForbidden:
		c.count(countForged)
	case http.StatusRequestTimeout:
		c.count(countSlow)
	case http.StatusRequestEntityTooLarge:
		// Refused, it would come again for a day and hold up its chat.
		c.count(countMalformed)
		c.log.ErrorContext(r.Context(), "update skipped", "error", refusal)
		return http.StatusOK
	}
	return refusal.Status
}

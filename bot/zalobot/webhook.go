package zalobot

import (
	"net/http"
	"time"

	"github.com/doithoai/doithoai/internal/webhook"
)

const (
	secretHeader = "X-Bot-Api-Secret-Token" //nolint:gosec // the name of a header, not a secret
	bodyTime     = 10 * time.Second
)

// ServeHTTP takes the calls of Zalo in webhook mode: 200 when everything in it
// is settled, 503 when a message could not be taken. Zalo tries the webhook with
// an empty body, and not always says that it sends JSON: both is taken. Another
// mode has no such address.
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
	c.troubles.Over(r.Context(), troubleVerify)
	if err := c.takeAll(r, body); err != nil {
		c.troubles.Met(r.Context(), troubleIntake, err)
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
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
		c.count(countMalformed)
		c.log.ErrorContext(r.Context(), "event skipped", "error", refusal)
		return http.StatusOK
	}
	return refusal.Status
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
			c.floods.GiveBack(e.m.Chat.Chat)
			return err
		}
		c.troubles.Over(r.Context(), troubleIntake)
	}
	return nil
}

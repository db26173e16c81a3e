package zalooa

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/webhook"
)

const (
	// bodyTime is how long an event may take to arrive, and handleTime how long
	// the intake may work: together less than the two seconds after which Zalo
	// takes a call for failed.
	bodyTime   = 700 * time.Millisecond
	handleTime = 1200 * time.Millisecond
	// maxAge is longer than Zalo repeats an event, which keeps its time; maxAhead
	// is how far its clock may be before ours.
	maxAge   = 3 * time.Hour
	maxAhead = 10 * time.Minute
	// lastRetries: from this repetition on, the webhook is about to be switched off.
	lastRetries = 3
)

const (
	headerSignature = "X-ZEvent-Signature"
	headerRetry     = "num_retry"
)

var _ http.Handler = (*Channel)(nil)

// ServeHTTP takes one event. 200: taken, or nothing to be done; 503: not taken,
// come again; 403: not from Zalo. The body is empty.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, err := c.receive(w, r)
	if err != nil {
		c.refusals.Do(func() {
			c.log.WarnContext(r.Context(), "event not taken", "status", status, "error", err)
		})
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	w.WriteHeader(status)
}

// receive returns the status, and what an operator has to know. Neither the
// signature's secret nor anything of the event is part of the error.
func (c *Channel) receive(w http.ResponseWriter, r *http.Request) (int, error) {
	switch {
	case r.Method == http.MethodGet, r.Method == http.MethodHead: // an operator or a monitor looks whether it is there
		return http.StatusOK, nil
	case r.Method == http.MethodPost && r.ContentLength == 0:
		c.count("event.empty")
		return http.StatusOK, nil
	}
	body, refusal := c.calls.Read(w, r)
	if refusal != nil {
		c.countRefusal(refusal)
		return refusal.Status, nil
	}
	mac, _ := readSignature(r.Header)
	if status, err := c.authenticate(body, mac); err != nil {
		return status, err
	}
	c.noteRetry(r)
	e, err := decodeEvent(body)
	if err != nil { // signed, but nothing a repetition would mend
		c.count("event.malformed")
		return http.StatusOK, err
	}
	// What was begun is better finished than repeated: the caller's going away
	// ends nothing.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), handleTime)
	defer cancel()
	if err := c.take(ctx, e); err != nil {
		c.count("refused.busy")
		return http.StatusServiceUnavailable, err
	}
	c.heard()
	return http.StatusOK, nil
}

func (c *Channel) countRefusal(refusal *webhook.Refusal) {
	switch refusal.Status {
	case http.StatusForbidden:
		c.count("refused.signature")
	case http.StatusRequestTimeout:
		c.count("refused.slow")
	case http.StatusRequestEntityTooLarge, http.StatusBadRequest:
		c.count("refused.body")
	}
}

// signed reports whether a call has what may be a signature: without one it is
// not worth reading.
func signed(head http.Header) bool {
	_, ok := readSignature(head)
	return ok
}

// readSignature takes «mac=<hex>»; some describe it with blanks in it.
func readSignature(head http.Header) (mac []byte, ok bool) {
	name, value, found := strings.Cut(head.Get(headerSignature), "=")
	if !found || !strings.EqualFold(strings.TrimSpace(name), "mac") {
		return nil, false
	}
	mac, err := hex.DecodeString(strings.TrimSpace(value))
	return mac, err == nil && len(mac) == sha256.Size
}

// Signature is what Zalo computes over an event: a plain hash of the app's id,
// the exact bytes of the body, the time that stands in it, and the account's
// secret.
func Signature(appID string, body []byte, timestamp, secret string) [sha256.Size]byte {
	h := sha256.New()
	_, _ = io.WriteString(h, appID)
	_, _ = h.Write(body)
	_, _ = io.WriteString(h, timestamp+secret)
	return [sha256.Size]byte(h.Sum(nil))
}

// authenticate checks that Zalo sent the body, for our app, and not long ago.
func (c *Channel) authenticate(body, mac []byte) (int, error) {
	h, err := decodeHead(body)
	if err != nil {
		c.count("refused.signature")
		return http.StatusForbidden, errSignature
	}
	want := Signature(c.cfg.AppID, body, string(h.Timestamp), c.cfg.OASecret)
	if subtle.ConstantTimeCompare(want[:], mac) != 1 {
		c.count("refused.signature")
		return http.StatusForbidden, errSignature
	}
	if string(h.AppID) != c.cfg.AppID {
		c.count("refused.app")
		return http.StatusForbidden, errApp
	}
	at, ok := h.at()
	age := c.cfg.Now().Sub(at)
	timely := age <= maxAge && age >= -maxAhead
	if ok {
		c.clockIs(timely)
	}
	if !ok || !timely {
		c.count("refused.time")
		return http.StatusForbidden, errTime
	}
	return http.StatusOK, nil
}

var (
	errSignature = errors.New("signature is not the account's: compare zalo_oa.oa_secret with the console")
	errApp       = errors.New("event is for another app than zalo_oa.app_id")
	errTime      = errors.New("event is too old or ahead of time: check this machine's clock")
)

// noteRetry counts repetitions, and says so when the last ones come: then Zalo
// switches the webhook off until somebody switches it on in the console.
func (c *Channel) noteRetry(r *http.Request) {
	n, err := strconv.Atoi(strings.TrimSpace(r.Header.Get(headerRetry)))
	if err != nil || n <= 0 {
		return
	}
	c.count("retry")
	if n >= lastRetries {
		c.webhookEnds()
		c.log.ErrorContext(r.Context(), "zalo repeats an event for the last times: the webhook is about to be switched off", "retry", n)
	}
}

package oafake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// event is one call of the webhook, and how often it was tried.
type event struct {
	body      []byte
	signature string
	due       time.Time
	retries   int  // repetitions so far
	echo      bool // of what the account sent
}

// ladder is how long after a failure the next try comes. After the last one
// failed the webhook is switched off.
var ladder = []time.Duration{30 * time.Second, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// SetWebhook says where events go; empty for nowhere.
func (s *Server) SetWebhook(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhook = url
}

// Enabled reports whether events still go out.
func (s *Server) Enabled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.disabled
}

// Enable switches a webhook on again, as an operator does in the console. What
// happened meanwhile is lost.
func (s *Server) Enable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disabled = false
}

// event seals what is told; the caller holds the lock.
func (s *Server) event(body map[string]any) *event {
	timestamp := strconv.FormatInt(s.now().UnixMilli(), 10)
	body["app_id"], body["timestamp"] = s.o.AppID, timestamp
	raw := s.write(body)
	return &event{body: raw, signature: s.sign(raw, timestamp), due: s.now()}
}

// write writes JSON as no library of ours would: whoever decodes and encodes it
// again before checking the signature finds it wrong.
func (s *Server) write(v any) []byte {
	var plain, odd bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(s.next%2 == 0)
	_ = enc.Encode(v)
	_ = json.Indent(&odd, bytes.TrimSpace(plain.Bytes()), " ", "\t ")
	return append(odd.Bytes(), " \r\n"...)
}

func (s *Server) sign(body []byte, timestamp string) string {
	sum := sha256.Sum256([]byte(s.o.AppID + string(body) + timestamp + s.o.OASecret))
	return "mac=" + hex.EncodeToString(sum[:])
}

// emit brings an event in the background; the caller holds the lock.
func (s *Server) emit(body map[string]any) {
	e := s.event(body)
	e.echo = true
	s.events.Go(func() { _ = s.bring(context.Background(), e) })
}

// ErrNoWebhook says that there is nowhere to bring an event to.
var ErrNoWebhook = errors.New("no webhook")

// bring makes the first call of an event. What fails is repeated by [Server.Tick].
func (s *Server) bring(ctx context.Context, e *event) error {
	s.mu.Lock()
	url, off := s.webhook, s.disabled
	s.mu.Unlock()
	switch {
	case url == "":
		return ErrNoWebhook
	case off:
		return nil // lost
	}
	s.try(ctx, url, e)
	return nil
}

// try calls once and notes what came of it.
func (s *Server) try(ctx context.Context, url string, e *event) {
	status, err := s.post(ctx, url, e.body, e.signature, e.retries)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && status == http.StatusOK:
		if !e.echo {
			s.last = e
		}
	case e.retries == len(ladder):
		s.disabled = true
		s.pending = nil
	default:
		e.due = s.now().Add(ladder[e.retries])
		e.retries++
		s.pending = append(s.pending, e)
	}
}

func (s *Server) post(ctx context.Context, url string, body []byte, signature string, retry int) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-ZEvent-Signature", signature)
	if retry > 0 {
		req.Header.Set("num_retry", strconv.Itoa(retry))
	}
	res, err := s.o.Client.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// Again brings the last event that was taken once more, as after a lost answer.
func (s *Server) Again(ctx context.Context) error {
	s.mu.Lock()
	url, e := s.webhook, s.last
	s.mu.Unlock()
	if e == nil {
		return errors.New("no event yet")
	}
	_, err := s.post(ctx, url, e.body, e.signature, 1)
	return err
}

// Tick repeats the events whose time has come, by the clock.
func (s *Server) Tick(ctx context.Context) {
	s.mu.Lock()
	now, url := s.now(), s.webhook
	var due []*event
	s.pending = slices.DeleteFunc(s.pending, func(e *event) bool {
		if e.due.After(now) {
			return false
		}
		due = append(due, e)
		return true
	})
	s.mu.Unlock()
	for _, e := range due {
		s.try(ctx, url, e)
	}
}

// Pending returns how many events wait for a repetition.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// Post calls the webhook once with a body of one's own, and returns the status.
// An empty signature is computed from the body's timestamp, "-" leaves it out.
func (s *Server) Post(ctx context.Context, body []byte, signature string) (int, error) {
	switch signature {
	case "":
		var head struct {
			Timestamp json.RawMessage `json:"timestamp"`
		}
		_ = json.Unmarshal(body, &head)
		signature = s.sign(body, string(bytes.Trim(head.Timestamp, `"`)))
	case "-":
		signature = ""
	}
	s.mu.Lock()
	url := s.webhook
	s.mu.Unlock()
	return s.post(ctx, url, body, signature, 0)
}

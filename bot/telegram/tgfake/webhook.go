package tgfake

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// webhook is where updates go, and how that went.
type webhook struct {
	url       string
	secret    string
	most      int // connections at once
	busy      int
	set       time.Time
	lastError string
	errorAt   time.Time
}

var secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (s *Server) setWebhook(p params) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clock.Now().Sub(s.hook.set) < time.Second {
		return nil, &refusal{Code: http.StatusTooManyRequests, Description: "Too Many Requests: retry after 1", RetryAfter: 1}
	}
	address := p.text("url")
	if address == "" {
		return s.deleteWebhook(p)
	}
	u, err := url.Parse(address)
	local := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
	if err != nil || (u.Scheme != "https" && !local) {
		return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if port := u.Port(); port != "" && !local && !slices.Contains([]string{"443", "80", "88", "8443"}, port) {
		return nil, bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	secret := p.text("secret_token")
	if secret != "" && !secretToken.MatchString(secret) {
		return nil, bad("secret token contains unallowed characters")
	}
	most, err := p.number("max_connections")
	if err != nil {
		return nil, err
	}
	if most == 0 {
		most = 40
	}
	if most < 1 || most > 100 {
		return nil, bad("max_connections must be between 1 and 100")
	}
	if err := s.setAllowed(p); err != nil {
		return nil, err
	}
	if p.text("drop_pending_updates") == "true" {
		s.updates.waiting = nil
	}
	s.hook = webhook{url: address, secret: secret, most: int(most), busy: s.hook.busy, set: s.clock.Now()}
	s.updates.wake()
	return true, nil
}

func (s *Server) deleteWebhook(p params) (any, error) {
	if p.text("drop_pending_updates") == "true" {
		s.updates.waiting = nil
	}
	s.hook = webhook{busy: s.hook.busy}
	return true, nil
}

func (s *Server) webhookInfo() any {
	s.expire()
	info := map[string]any{
		"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": len(s.updates.waiting),
	}
	if s.hook.url != "" {
		info["max_connections"] = s.hook.most
	}
	if len(s.updates.allowed) > 0 {
		info["allowed_updates"] = s.updates.allowed
	}
	if s.hook.lastError != "" {
		info["last_error_date"], info["last_error_message"] = s.hook.errorAt.Unix(), s.hook.lastError
	}
	return info
}

// deliverWebhooks brings what is due to the webhook until Close.
func (s *Server) deliverWebhooks() {
	for {
		wait, changed := s.deliverDue()
		select {
		case <-s.ctx.Done():
			return
		case <-changed:
		case <-s.clock.After(wait):
		}
	}
}

// deliverDue starts every delivery that may go now, and returns when to look again.
func (s *Server) deliverDue() (time.Duration, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	now, wait := s.clock.Now(), time.Hour
	if s.hook.url == "" {
		return wait, s.updates.changed
	}
	seen := map[string]bool{}
	for _, u := range s.updates.waiting {
		if seen[u.queue] {
			continue // something before it goes first
		}
		seen[u.queue] = true
		switch {
		case u.busy || s.hook.busy >= s.hook.most:
		case u.due.After(now):
			wait = min(wait, u.due.Sub(now))
		default:
			u.busy = true
			s.hook.busy++
			hook := s.hook
			s.tasks.Go(func() { s.deliver(u, hook) })
		}
	}
	return wait, s.updates.changed
}

func (s *Server) deliver(u *update, hook webhook) {
	status, after, err := s.post(hook, hook.secret, u.body)
	s.mu.Lock()
	defer s.mu.Unlock()
	u.busy = false
	s.hook.busy--
	s.updates.latest = u
	defer s.updates.wake()
	if err == nil && status/100 == 2 {
		s.updates.waiting = slices.DeleteFunc(s.updates.waiting, func(o *update) bool { return o == u })
		return
	}
	s.hook.lastError, s.hook.errorAt = "Wrong response from the webhook: "+strconv.Itoa(status), s.clock.Now()
	if err != nil {
		s.hook.lastError = "Connection refused or broken"
	}
	if after == 0 && u.tries > 0 { // the first retry is at once
		after = time.Duration(min(math.Pow(2, float64(u.tries)), 60)) * time.Second
	}
	u.tries++
	u.due = s.clock.Now().Add(after)
}

// post brings one body, and returns what the answer was.
func (s *Server) post(hook webhook, secret string, body []byte) (status int, after time.Duration, err error) {
	r, err := http.NewRequestWithContext(s.ctx, http.MethodPost, hook.url, bytes.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	if secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	res, err := s.client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
		after = time.Duration(min(n, 3600)) * time.Second
	}
	return res.StatusCode, after, nil
}

// Deliver brings a body to the webhook outside all queues, with a secret of
// the caller's, and returns the status it was answered with.
func (s *Server) Deliver(secret string, body []byte) (int, error) {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	status, _, err := s.post(hook, secret, body)
	return status, err
}

// LatestBody returns the update that was handed out last.
func (s *Server) LatestBody() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.updates.latest == nil {
		return nil
	}
	return s.updates.latest.body
}

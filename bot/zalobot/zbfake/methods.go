package zbfake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of the platform.
const (
	maxText   = 2000 // UTF-16 units
	testsADay = 5
)

// plan is what the bot has used up of its plan.
type plan struct {
	month string
	sent  int
	day   string
	tests int
}

// webhook is where updates go.
type webhook struct {
	url, secret string
	set         time.Time
}

func (s *Server) do(r *http.Request, method string, p params) (any, error) {
	switch method {
	case "getMe":
		return map[string]any{"id": "123456789", "account_name": "bot.doithoai", "account_type": "BASIC", "can_join_groups": false}, nil
	case "getUpdates":
		return s.getUpdates(r, p)
	case "setWebhook":
		return s.setWebhook(r.Context(), p)
	case "deleteWebhook":
		return s.deleteWebhook()
	case "getWebhookInfo":
		return s.webhookInfo()
	case "testWebhook":
		return s.testWebhook(r.Context())
	case "sendMessage", "sendPhoto", "sendVoice", "sendSticker":
		return s.send(r.Context(), method, p)
	case "sendChatAction":
		return s.chatAction(p)
	}
	return nil, refuse(http.StatusBadRequest, "Bad request: no such method")
}

func (s *Server) setWebhook(ctx context.Context, p params) (any, error) {
	u, err := url.Parse(p["url"])
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "127.0.0.1" {
		return nil, invalid("url must be an HTTPS address")
	}
	if n := len(p["secret_token"]); n < 8 || n > 256 {
		return nil, invalid("secret_token must have 8 to 256 characters")
	}
	s.mu.Lock()
	s.hook = webhook{p["url"], p["secret_token"], s.clock.Now()}
	hook := s.hook
	s.wake()
	s.mu.Unlock()
	result := map[string]any{"url": hook.url, "updated_at": s.stamp(hook.set)}
	if !s.o.Form.Old {
		result["verification"] = s.verify(ctx, hook)
	}
	return result, nil
}

// verify calls the webhook with an empty body and tells how that went.
func (s *Server) verify(ctx context.Context, hook webhook) map[string]any {
	outcome := "webhook.ok"
	switch status, err := s.post(ctx, hook, hook.secret, nil); {
	case err != nil && strings.Contains(err.Error(), "tls:"):
		outcome = "webhook.err.tls"
	case err != nil:
		outcome = "webhook.err.unreachable"
	case status == http.StatusOK:
	case status == http.StatusForbidden:
		outcome = "webhook.http.403"
	case status == http.StatusNotFound:
		outcome = "webhook.http.404"
	case status >= 500:
		outcome = "webhook.http.5xx"
	default:
		outcome = "webhook.http.other"
	}
	return map[string]any{"ok": outcome == "webhook.ok", "url": hook.url, "outcome": outcome, "hint": "Caller is Java/21.0.4"}
}

func (s *Server) deleteWebhook() (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = webhook{set: s.clock.Now()}
	s.wake()
	return map[string]any{"url": "", "updated_at": s.stamp(s.hook.set)}, nil
}

func (s *Server) webhookInfo() (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook.url == "" {
		return nil, invalid("webhook is not set")
	}
	return map[string]any{"url": s.hook.url, "updated_at": s.stamp(s.hook.set)}, nil
}

// Hijack sets the webhook to another address, as another program would.
func (s *Server) Hijack(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.url = address
}

func (s *Server) testWebhook(ctx context.Context) (any, error) {
	s.mu.Lock()
	if day := s.clock.Now().Format(time.DateOnly); day != s.plan.day {
		s.plan.day, s.plan.tests = day, 0
	}
	s.plan.tests++
	tests, hook := s.plan.tests, s.hook
	s.mu.Unlock()
	if tests > testsADay {
		return nil, refuse(http.StatusUpgradeRequired, "Daily quota of testWebhook exceeded")
	}
	return s.verify(ctx, hook), nil
}

func (s *Server) chatAction(p params) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.chats[p["chat_id"]] == nil:
		return nil, invalid("chat not found")
	case p["action"] != "typing":
		return nil, invalid("action is not supported")
	}
	return nothing{}, nil
}

// send brings a message to a chat.
func (s *Server) send(ctx context.Context, method string, p params) (any, error) {
	m := Message{FromBot: true}
	if err := s.compose(ctx, &m, method, p); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[p["chat_id"]]
	if c == nil || !c.wrote {
		return nil, invalid("chat not found") // a bot cannot open one
	}
	if err := s.spend(); err != nil {
		return nil, err
	}
	m.ID = s.id()
	if m.Voice == "" || !c.group { // a group is told it went well and gets nothing
		c.show(m)
	}
	return map[string]any{"message_id": m.ID, "date": s.stamp(s.clock.Now())}, nil
}

// compose reads what a message shows.
func (s *Server) compose(ctx context.Context, m *Message, method string, p params) error {
	var err error
	switch method {
	case "sendMessage":
		m.Text = p["text"]
		return checkText(p, "text", true)
	case "sendPhoto":
		m.Photo, m.Caption = p["photo"], p["caption"]
		if err = checkText(p, "caption", false); err == nil {
			m.Type, m.Data, err = s.fetch(ctx, m.Photo)
		}
	case "sendVoice":
		m.Voice = p["voice_url"]
		if !strings.HasSuffix(m.Voice, ".aac") {
			return invalid("voice_url must end in .aac")
		}
		m.Type, m.Data, err = s.fetch(ctx, m.Voice)
	case "sendSticker":
		m.Sticker = p["sticker"]
		if m.Sticker == "" {
			return invalid("sticker is required")
		}
	}
	return err
}

func checkText(p params, name string, needed bool) error {
	text, given := p[name]
	switch n := len(utf16.Encode([]rune(text))); {
	case !utf8.ValidString(text):
		return invalid(name + " must be UTF-8")
	case (needed || given) && strings.TrimSpace(text) == "":
		return invalid(name + " is empty")
	case n > maxText:
		return invalid(name + " is too long")
	}
	if mode := p["parse_mode"]; mode != "" && mode != "markdown" && mode != "html" {
		return invalid("parse_mode is not supported")
	}
	return nil
}

// fetch gets what is to be shown from a public address.
func (s *Server) fetch(ctx context.Context, address string) (kind string, data []byte, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "127.0.0.1" {
		return "", nil, invalid("not a public address")
	}
	if s.o.Fetch == nil {
		return "", nil, nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", nil, invalid("not a public address")
	}
	res, err := s.o.Fetch.Do(r)
	if err != nil {
		return "", nil, invalid("cannot fetch")
	}
	defer res.Body.Close()
	data, err = io.ReadAll(io.LimitReader(res.Body, maxRequest))
	if err != nil || res.StatusCode != http.StatusOK {
		return "", nil, errors.Join(invalid("cannot fetch"), err)
	}
	return res.Header.Get("Content-Type"), data, nil
}

// spend counts a message against the plan. The caller holds mu.
func (s *Server) spend() error {
	if month := s.clock.Now().Format("2006-01"); month != s.plan.month {
		s.plan.month, s.plan.sent = month, 0
	}
	if s.o.Plan > 0 && s.plan.sent >= s.o.Plan {
		return refuse(http.StatusTooManyRequests, "Quota exceeded")
	}
	s.plan.sent++
	return nil
}

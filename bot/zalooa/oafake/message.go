package oafake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Message is what a resident sees, whoever wrote it.
type Message struct {
	ID      string
	Text    string
	Buttons []Button
	Image   string // id of the upload
	File    string // token of the upload
	Quota   string // what it cost: "reply" nothing
	Admin   string // who wrote it in Zalo's own tool
	At      time.Time
}

// Button is a choice under a message.
type Button struct {
	Title   string `json:"title"`
	Type    string `json:"type"`
	Payload string `json:"payload"`
}

// The windows after a resident's last interaction.
const (
	free = 48 * time.Hour
	paid = 7 * 24 * time.Hour
)

// outgoing is a request to send. Unknown fields are refused: they are typing
// mistakes that the real one would swallow.
type outgoing struct {
	Recipient struct {
		UserID         string `json:"user_id"`
		AnonymousID    string `json:"anonymous_id"`
		ConversationID string `json:"conversation_id"`
	} `json:"recipient"`
	Message struct {
		Text       string `json:"text"`
		Attachment *struct {
			Type    string `json:"type"`
			Payload struct {
				Template string    `json:"template_type"`
				Buttons  []Button  `json:"buttons"`
				Token    string    `json:"token"`
				Elements []element `json:"elements"`
			} `json:"payload"`
		} `json:"attachment"`
	} `json:"message"`
}

type element struct {
	MediaType string `json:"media_type"`
	ID        string `json:"attachment_id"`
	URL       string `json:"url"`
}

func (s *Server) read(r *http.Request) (outgoing, *no) {
	var o outgoing
	if r.Header.Get("Content-Type") != "application/json" {
		s.complain("%s: Content-Type %q", r.URL.Path, r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return o, &no{-201, "body is broken"}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		s.complain("%s: %v", r.URL.Path, err)
		return o, &no{-201, "body is invalid"}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return o, &no{-201, "body is invalid"}
	}
	return o, nil
}

func (s *Server) sendMessage(r *http.Request) (any, *no) {
	o, refused := s.read(r)
	if refused != nil {
		return nil, refused
	}
	p := s.people[o.Recipient.UserID]
	if p == nil {
		return nil, &no{-201, "user_id is invalid"}
	}
	quota, refused := s.window(p)
	if refused != nil {
		return nil, refused
	}
	m, refused := s.compose(o)
	if refused != nil {
		return nil, refused
	}
	m.Quota = quota
	s.deliver(p, m)
	remain := 100 - len(p.talk)
	return map[string]any{
		"message_id": m.ID, "user_id": p.ID, "sent_time": strconv.FormatInt(m.At.UnixMilli(), 10),
		"quota": map[string]any{"quota_type": quota, "remain": strconv.Itoa(max(0, remain)), "total": "100"},
	}, nil
}

// window tells what a message to p costs, or why it cannot go.
func (s *Server) window(p *Person) (string, *no) {
	if p.refusal != nil {
		return "", p.refusal
	}
	if p.last.IsZero() {
		return "", &no{-232, "User has not interacted with OA, or the last interaction has expired"}
	}
	switch since := s.now().Sub(p.last); {
	case since > paid:
		return "", &no{-230, "User has not interacted with the OA in the past 7 days"}
	case since > free && !s.account.Cloud:
		return "", &no{-320, "App has not linked Zalo Cloud Account"}
	case since > free:
		return "sub_quota", nil
	}
	return "reply", nil
}

// compose checks a message and gives it an id.
func (s *Server) compose(o outgoing) (Message, *no) {
	m := Message{Text: o.Message.Text, At: s.now()}
	if !norm.NFC.IsNormalString(m.Text) {
		s.complain("a text that is not composed")
	}
	if n := utf8.RuneCountInString(m.Text); n > 2000 {
		s.complain("a text of %d characters", n)
		return m, &no{-210, "text is too long"}
	}
	if a := o.Message.Attachment; a != nil {
		set := a.Payload
		switch {
		case a.Type == "file":
			m.File = set.Token
			if refused := s.uploaded(set.Token); refused != nil {
				return m, refused
			}
		case a.Type == "template" && set.Template == "media":
			if len(set.Elements) != 1 || set.Elements[0].MediaType != "image" {
				return m, &no{-201, "elements is invalid"}
			}
			m.Image = set.Elements[0].ID
			if refused := s.uploaded(m.Image); refused != nil {
				return m, refused
			}
		case a.Type == "template" && set.Template == "" && m.Text != "":
			m.Buttons = set.Buttons
			if refused := checkButtons(set.Buttons); refused != nil {
				return m, refused
			}
		default:
			return m, &no{-233, "message type is unsupported"}
		}
	}
	if strings.TrimSpace(m.Text)+m.File+m.Image == "" {
		return m, &no{-201, "text is empty"}
	}
	m.ID = "m" + strconv.Itoa(s.number()) + "f3a9"
	return m, nil
}

func checkButtons(buttons []Button) *no {
	if len(buttons) == 0 || len(buttons) > 5 {
		return &no{-201, "buttons is invalid"}
	}
	for _, b := range buttons {
		known := b.Type == "oa.query.show" || b.Type == "oa.query.hide"
		if !known || b.Title == "" || utf8.RuneCountInString(b.Title) > 100 || b.Payload == "" || len(b.Payload) > 1000 {
			return &no{-201, "buttons is invalid"}
		}
	}
	return nil
}

// deliver puts a message into a chat.
func (s *Server) deliver(p *Person, m Message) {
	p.talk = append(p.talk, said{m, true})
	p.inbox = append(p.inbox, m)
	p.wake()
	if !s.o.Echo && m.Admin == "" {
		return
	}
	sender := map[string]any{"id": s.o.OAID}
	if m.Admin != "" {
		sender["admin_id"] = m.Admin
	}
	kind := "text"
	if m.Image != "" {
		kind = "image"
	} else if m.File != "" {
		kind = "file"
	}
	s.emit(map[string]any{
		"event_name": "oa_send_" + kind, "sender": sender, "recipient": map[string]any{"id": p.ID},
		"message": map[string]any{"text": m.Text, "msg_id": m.ID},
	})
}

func (s *Server) sendAnonymous(r *http.Request) (any, *no) {
	o, refused := s.read(r)
	if refused != nil {
		return nil, refused
	}
	if o.Recipient.UserID != "" {
		return nil, &no{-240, "Message API v2 has been shut down"}
	}
	p := s.people[o.Recipient.AnonymousID]
	if p == nil || o.Recipient.ConversationID != p.conversation() {
		return nil, &no{-201, "anonymous_id or conversation_id is invalid"}
	}
	m, refused := s.compose(o)
	if refused != nil {
		return nil, refused
	}
	p.inbox = append(p.inbox, m)
	p.wake()
	return map[string]any{"message_id": m.ID}, nil
}

func (s *Server) conversation(r *http.Request) (any, *no) {
	var ask struct {
		User   string `json:"user_id"`
		Offset int    `json:"offset"`
		Count  int    `json:"count"`
	}
	if json.Unmarshal([]byte(r.URL.Query().Get("data")), &ask) != nil || ask.Count < 1 || ask.Count > 10 {
		return nil, &no{-201, "data is invalid"}
	}
	p := s.people[ask.User]
	if p == nil {
		return nil, &no{-201, "user_id is invalid"}
	}
	out := []any{}
	for i := len(p.talk) - 1 - ask.Offset; i >= 0 && len(out) < ask.Count; i-- {
		t := p.talk[i]
		src := 1
		if t.ours {
			src = 0
		}
		out = append(out, map[string]any{
			"src": src, "time": t.At.UnixMilli(), "type": "text", "message": t.Text, "message_id": t.ID, "from_id": p.ID,
		})
	}
	return out, nil
}

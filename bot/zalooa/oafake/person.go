package oafake

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Person is one resident on the far side.
type Person struct {
	ID string

	s       *Server
	visitor bool // without a Zalo account
	last    time.Time
	refusal *no
	talk    []said
	inbox   []Message
	read    int
	changed chan struct{}
}

type said struct {
	Message
	ours bool
}

// Person returns one more resident, who has written nothing yet.
func (s *Server) Person() *Person { return s.person(false) }

// Visitor returns somebody who writes without a Zalo account.
func (s *Server) Visitor() *Person { return s.person(true) }

func (s *Server) person(visitor bool) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Person{ID: "2468458835" + strconv.Itoa(100000000+s.number()), s: s, visitor: visitor, changed: make(chan struct{})}
	s.people[p.ID] = p
	return p
}

func (p *Person) conversation() string { return "conv-" + p.ID }

func (p *Person) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// Type sends a line. It returns when the webhook was called for the first time,
// whatever came of it.
func (p *Person) Type(ctx context.Context, text string) error {
	return p.send(ctx, "text", text, nil, "")
}

// Reply sends a line that answers the message of that id.
func (p *Person) Reply(ctx context.Context, to, text string) error {
	return p.send(ctx, "text", text, nil, to)
}

// Send sends something else than text: "image", "gif", "sticker", "link",
// "file", "audio", "video", "business_card" or "location", with what its
// attachment holds.
func (p *Person) Send(ctx context.Context, kind, text string, payload map[string]any) error {
	dressed := kind
	if kind == "business_card" {
		dressed = "link"
	}
	return p.send(ctx, kind, text, []any{map[string]any{"type": dressed, "payload": payload}}, "")
}

// Call sends a line with a single call of the webhook and returns how that was
// answered. Nothing repeats it.
func (p *Person) Call(ctx context.Context, text string) (status int, err error) {
	e := p.write("text", text, nil, "")
	p.s.mu.Lock()
	url := p.s.webhook
	p.s.mu.Unlock()
	return p.s.post(ctx, url, e.body, e.signature, 0)
}

func (p *Person) send(ctx context.Context, kind, text string, attachments []any, quoted string) error {
	return p.s.bring(ctx, p.write(kind, text, attachments, quoted))
}

// write puts what the person sends into the chat and returns its event.
func (p *Person) write(kind, text string, attachments []any, quoted string) *event {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	m := Message{ID: "in" + strconv.Itoa(s.number()) + "b09", Text: text, At: s.now()}
	p.last = m.At
	p.talk = append(p.talk, said{m, false})
	message := map[string]any{"msg_id": m.ID}
	if text != "" {
		message["text"] = text
	}
	if attachments != nil {
		message["attachments"] = attachments
	}
	if quoted != "" {
		message["quote_msg_id"] = quoted
	}
	body := map[string]any{
		"event_name": "user_send_" + kind, "sender": map[string]any{"id": p.ID}, "recipient": map[string]any{"id": s.o.OAID},
		"user_id_by_app": "55" + p.ID[2:], "message": message,
	}
	if p.visitor {
		body["event_name"] = "anonymous_send_" + kind
		message["conversation_id"] = p.conversation()
	}
	return s.event(body)
}

// ErrNoButton says that no message has a button of that title.
var ErrNoButton = errors.New("no such button")

// Press presses a button of the last message that had any.
func (p *Person) Press(ctx context.Context, title string) error {
	p.s.mu.Lock()
	payload := ""
	for i := len(p.talk) - 1; i >= 0 && payload == ""; i-- {
		if buttons := p.talk[i].Buttons; len(buttons) > 0 {
			for _, b := range buttons {
				if b.Title == title {
					payload = b.Payload
				}
			}
			break
		}
	}
	p.s.mu.Unlock()
	if payload == "" {
		return ErrNoButton
	}
	return p.Type(ctx, payload)
}

// Follow begins or ends to follow the account.
func (p *Person) Follow(ctx context.Context, on bool) error {
	name := "unfollow"
	p.s.mu.Lock()
	if on {
		name = "follow"
		p.last = p.s.now()
		p.refusal = nil
	}
	e := p.s.event(map[string]any{
		"event_name": name, "oa_id": p.s.o.OAID, "follower": map[string]any{"id": p.ID}, "source": "oa_profile",
	})
	p.s.mu.Unlock()
	return p.s.bring(ctx, e)
}

// Tell brings any event about the person; fields come on top of name and ids.
func (p *Person) Tell(ctx context.Context, name string, fields map[string]any) error {
	p.s.mu.Lock()
	body := map[string]any{"event_name": name, "sender": map[string]any{"id": p.ID}, "recipient": map[string]any{"id": p.s.o.OAID}}
	maps.Copy(body, fields)
	e := p.s.event(body)
	p.s.mu.Unlock()
	return p.s.bring(ctx, e)
}

// See brings the receipts of all that was sent to the person so far.
func (p *Person) See(ctx context.Context) error {
	p.s.mu.Lock()
	var ids []string
	for _, t := range p.talk {
		if t.ours {
			ids = append(ids, t.ID)
		}
	}
	p.s.mu.Unlock()
	roles := map[string]any{"sender": map[string]any{"id": p.s.o.OAID}, "recipient": map[string]any{"id": p.ID}}
	for _, id := range ids {
		received := maps.Clone(roles)
		received["message"] = map[string]any{"msg_id": id}
		if err := p.Tell(ctx, "user_received_message", received); err != nil {
			return err
		}
	}
	roles["message"] = map[string]any{"msg_ids": ids}
	return p.Tell(ctx, "user_seen_message", roles)
}

// Agent lets a human answer in Zalo's own tool.
func (p *Person) Agent(text, admin string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.deliver(p, Message{ID: "a" + strconv.Itoa(p.s.number()) + "e1", Text: text, Admin: admin, At: p.s.now()})
}

// Refuse lets every message to the person end in an error; 0 ends that.
func (p *Person) Refuse(code int, text string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.refusal = nil
	if code != 0 {
		p.refusal = &no{code, text}
	}
}

// Next waits for the next message that the person sees.
func (p *Person) Next(ctx context.Context) (Message, error) {
	for {
		p.s.mu.Lock()
		if p.read < len(p.inbox) {
			m := p.inbox[p.read]
			p.read++
			p.s.mu.Unlock()
			return m, nil
		}
		changed := p.changed
		p.s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, ctx.Err()
		}
	}
}

// Seen returns everything the person was sent so far.
func (p *Person) Seen() []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return slices.Clone(p.inbox)
}

// String leaves the person's words out of whatever prints one.
func (p *Person) String() string { return "person " + strings.Repeat("*", 6) }

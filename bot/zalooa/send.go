package zalooa

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

var _ delivery.Sender = (*Channel)(nil)

// recipient is a resident, or a visitor in a conversation.
type recipient struct {
	UserID         string `json:"user_id,omitempty"`
	AnonymousID    string `json:"anonymous_id,omitempty"`
	ConversationID string `json:"conversation_id,omitempty"`
}

type request struct {
	Recipient recipient `json:"recipient"`
	Message   message   `json:"message"`
}

type message struct {
	Text       string       `json:"text,omitempty"`
	Attachment *outgoingKit `json:"attachment,omitempty"`
}

// outgoingKit is what hangs on a message: buttons, a picture, or a file.
type outgoingKit struct {
	Type    string      `json:"type"`
	Payload outgoingSet `json:"payload"`
}

type outgoingSet struct {
	Template string    `json:"template_type,omitempty"`
	Elements []element `json:"elements,omitempty"`
	Buttons  []button  `json:"buttons,omitempty"`
	Token    string    `json:"token,omitempty"`
}

type element struct {
	MediaType string `json:"media_type"`
	ID        string `json:"attachment_id"`
}

type button struct {
	Title   string `json:"title"`
	Type    string `json:"type"`
	Payload string `json:"payload"`
}

// part is one call to Zalo.
type part struct {
	kind    partKind
	media   bot.Attachment // of an upload, and of what shows it
	text    string
	buttons []bot.Button
}

type partKind int

const (
	partText partKind = iota
	partUpload
	partMedia
)

// parts plans a reply: pictures and files first, each uploaded and then shown,
// then the text, whose last piece has the buttons. It is the same every time.
func (c *Channel) parts(r bot.Reply) []part {
	var out []part
	var told []string
	for _, a := range r.Attachments {
		if c.cfg.Media != nil && a.Key != "" && (a.Kind == bot.AttachPhoto || a.Kind == bot.AttachFile) {
			out = append(out, part{kind: partUpload, media: a}, part{kind: partMedia, media: a})
			continue
		}
		told = append(told, a.Text) // Zalo has no way for it: its words take its place
	}
	buttons, list := r.Buttons, ""
	if c.cfg.Numbered || len(buttons) > maxButtons {
		buttons, list = nil, menu(buttons)
	}
	pieces := bot.SplitOver(paragraphs(append(told, r.Text)...), list, maxText)
	for i, piece := range pieces {
		p := part{kind: partText, text: piece}
		if i == len(pieces)-1 {
			p.buttons = buttons
		}
		out = append(out, p)
	}
	return out
}

// note is what is remembered between two parts, when their count alone does not
// tell where to go on.
type note struct {
	Next  int    `json:"n"`            // index of the part to send
	ID    string `json:"id,omitempty"` // what Zalo calls the upload before it
	Tries int    `json:"t,omitempty"`  // uploads of it that had run out
}

func noteOf(d record.Delivery) note {
	var n note
	err := json.Unmarshal(d.Note, &n)
	if none := n.Next == 0 && n.Tries == 0; err != nil || none || n.Next < 0 { // at 0 only what goes back
		return note{Next: d.Sent}
	}
	return n
}

// progress is the answer after a part, n telling how to go on.
func progress(d record.Delivery, plan []part, n note, provider string) delivery.Progress {
	p := delivery.Progress{Provider: provider, More: n.Next < len(plan)}
	if p.More && n != (note{Next: d.Sent + 1}) {
		p.Note, _ = json.Marshal(n) // three plain fields
	}
	return p
}

// taken is what Zalo says of a message that it took.
type taken struct {
	id   string
	left *int // how many are free yet; nil if it does not say
}

// progress is [progress] after a message.
func (t taken) progress(d record.Delivery, plan []part, n note) delivery.Progress {
	p := progress(d, plan, n, t.id)
	p.Left = t.left
	return p
}

// Send sends the next part of a message. See [delivery.Sender].
func (c *Channel) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	if left := c.paused(); left > 0 {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Throttled, Lane: true, After: left, Reason: "rate"}
	}
	shown, ok := d.Anew()
	if !ok {
		return delivery.Progress{}, nil // a card that nothing is to be said about here
	}
	plan, n := c.parts(shown), noteOf(d)
	if n.Next >= len(plan) {
		if d.Sent == 0 {
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "nothing-to-send"}
		}
		return delivery.Progress{}, nil
	}
	switch p := plan[n.Next]; p.kind {
	case partUpload:
		return c.sendUpload(ctx, d, plan, n)
	case partMedia:
		return c.sendMedia(ctx, d, plan, n)
	default:
		if d.MaybeSent() {
			if id, found, err := c.sentBefore(ctx, d, p.text); err != nil {
				return delivery.Progress{}, err
			} else if found {
				return progress(d, plan, note{Next: n.Next + 1}, id), nil
			}
		}
		out, err := c.message(ctx, d.Chat, textMessage(p))
		if err != nil {
			return delivery.Progress{}, err
		}
		return out.progress(d, plan, note{Next: n.Next + 1}), nil
	}
}

func textMessage(p part) message {
	m := message{Text: p.text}
	if len(p.buttons) > 0 {
		kit := &outgoingKit{Type: "template"}
		for _, b := range p.buttons {
			kit.Payload.Buttons = append(kit.Payload.Buttons, button{
				Title: vietnamese.Compose(b.Label), Type: "oa.query.hide", Payload: wirePayload(b.Payload),
			})
		}
		m.Attachment = kit
	}
	return m
}

// message sends one message and returns what Zalo says of it.
func (c *Channel) message(ctx context.Context, chat bot.ChatID, m message) (taken, error) {
	a, err := c.call(ctx, func(ctx context.Context, token string) (answer, error) {
		return c.api.post(ctx, pathMessage, token, request{recipient{UserID: chat.Chat}, m})
	})
	if err != nil {
		return taken{}, c.sendError(err)
	}
	c.mended()
	var done struct {
		ID    label `json:"message_id"`
		Quota *struct {
			Type   string `json:"quota_type"`
			Remain label  `json:"remain"`
			Total  label  `json:"total"`
		} `json:"quota"`
	}
	_ = decode(a.Data, &done) // it was sent, whatever else the answer says
	out := taken{id: string(done.ID)}
	if q := done.Quota; q != nil {
		remain, err := strconv.Atoi(string(q.Remain))
		total, _ := strconv.Atoi(string(q.Total))
		kind := quotaType(q.Type)
		c.count("sent." + string(kind))
		c.cfg.Quota(chat, Quota{Type: kind, Remain: remain, Total: total})
		if kind == QuotaReply && err == nil && remain >= 0 && total > 0 { // without a total nobody knows what is left of what
			out.left = &remain
		}
	}
	return out, nil
}

// errNoToken says that there is no token that Zalo takes.
var errNoToken = errors.New("no valid access token")

// tokenWait is how long a call waits for a token that is being renewed.
const tokenWait = 4 * time.Second

// call makes one call with the token in use, and once more with another if Zalo
// refuses that one.
func (c *Channel) call(ctx context.Context, do func(context.Context, string) (answer, error)) (answer, error) {
	token, ok := c.keeper.access()
	if !ok {
		if token, ok = c.otherToken(ctx, token); !ok {
			return answer{}, errNoToken
		}
	}
	a, err := do(ctx, token)
	if isToken(err) {
		c.count("token.refused")
		if token, ok = c.otherToken(ctx, token); !ok {
			return answer{}, errNoToken
		}
		a, err = do(ctx, token)
	}
	if a.Last {
		c.pause(restOfMinute(c.cfg.Now()))
	}
	return a, err
}

func (c *Channel) otherToken(ctx context.Context, refused string) (string, bool) {
	ctx, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	return c.keeper.replaced(ctx, refused)
}

func isToken(err error) bool {
	e, ok := errors.AsType[*CodeError](err)
	return ok && meaningOf(e).class == classToken
}

// sendError tells delivery what follows from a failed call.
func (c *Channel) sendError(err error) error {
	if e, ok := errors.AsType[*CodeError](err); ok {
		m := meaningOf(e)
		c.count("code." + strconv.Itoa(e.Code))
		if m.class == classAccount || m.class == classMoney || m.class == classToken {
			c.broken(e, m)
		}
		return m.sendError(e, c.cfg.Now())
	}
	if e, ok := errors.AsType[*callError](err); ok {
		c.count("call.failed")
		kind := delivery.Retry
		if e.written {
			kind = delivery.Uncertain
		}
		return &delivery.SendError{Kind: kind, Reason: "network", Err: e}
	}
	c.count("token.none")
	rest := 2 * time.Second // it is being renewed
	if c.keeper.health() != nil {
		rest = lookEvery
	}
	return &delivery.SendError{Kind: delivery.Throttled, Lane: true, After: rest, Reason: "login", Err: err}
}

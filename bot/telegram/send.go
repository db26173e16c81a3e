package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// maxPayload is what a button can carry, in bytes.
const maxPayload = 64

// part is one message that a reply becomes.
type part struct {
	attachment *bot.Attachment // text is its caption then
	text       string
}

// plan cuts a reply into its parts. It is the same at every try, because what
// has gone out is remembered by number.
func plan(r bot.Reply) []part {
	var parts []part
	for i := range r.Attachments {
		a := &r.Attachments[i]
		caption := bot.Split(a.Text, maxText)
		if len(caption) == 1 && bot.Units(caption[0]) <= maxCaption && a.Kind != bot.AttachLocation {
			parts = append(parts, part{attachment: a, text: caption[0]})
			continue
		}
		parts = append(parts, part{attachment: a})
		for _, text := range caption {
			parts = append(parts, part{text: text})
		}
	}
	for _, text := range bot.Split(r.Text, maxText) {
		parts = append(parts, part{text: text})
	}
	return parts
}

// Send implements [delivery.Sender]. Telegram gives no way to find out whether
// an earlier try went out, so that is sent again.
func (c *Channel) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	parts := plan(d.Reply)
	change := 0
	if d.Replaces != "" && d.Sent == 0 {
		change, parts = replace(d, parts)
	}
	if d.Sent >= len(parts) {
		return delivery.Progress{}, nil // a reply without anything to show
	}
	to, ok := c.address(d.Chat)
	if !ok {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "no-such-chat"}
	}
	r := request{to: to, part: parts[d.Sent], change: change, files: readNote(d.Note)}
	last := d.Sent == len(parts)-1
	if last {
		r.keyboard = c.keyboard(d.Reply.Buttons)
	}
	sent, err := c.bring(ctx, &r)
	if err != nil {
		return delivery.Progress{}, err
	}
	if d.Reply.Card != "" {
		c.cards.Put(shown{r.to.chat, sent.ID}, struct{}{})
	}
	return delivery.Progress{Provider: sent.provider(), More: !last, Note: writeNote(r.files)}, nil
}

// replace returns the message that a card takes the place of, and what is
// written there: its text, for what hung on the card before still hangs there. A text
// too long for one message is sent anew, in all its parts.
func replace(d record.Delivery, parts []part) (change int, _ []part) {
	text := bot.Split(d.Reply.Text, maxText)
	id, err := strconv.Atoi(d.Replaces)
	if err != nil || id <= 0 || len(text) != 1 {
		return 0, parts
	}
	return id, []part{{text: text[0]}}
}

// address is where in Telegram a chat is.
type address struct {
	chat   int64
	thread int
}

func (c *Channel) address(id bot.ChatID) (address, bool) {
	chat, thread, topic := strings.Cut(id.Chat, "/")
	n, err := strconv.ParseInt(chat, 10, 64)
	if err != nil || id.Channel != Name || id.Bot != c.config.Account {
		return address{}, false
	}
	to := address{chat: n}
	if topic {
		if to.thread, err = strconv.Atoi(thread); err != nil {
			return address{}, false
		}
	}
	if moved, ok := c.moved.Get(n); ok {
		to.chat = moved
	}
	return to, true
}

// keyboard is the buttons under a message, one in a row so that each can be
// read whole and hit; empty for none.
func (c *Channel) keyboard(buttons []bot.Button) string {
	rows := [][]map[string]string{}
	for _, b := range buttons {
		label := vietnamese.Compose(strings.TrimSpace(b.Label))
		if label == "" || b.Payload == "" || len(b.Payload) > maxPayload {
			c.count("button.dropped") // its number can still be typed
			continue
		}
		rows = append(rows, []map[string]string{{"text": label, "callback_data": b.Payload}})
	}
	if len(rows) == 0 {
		return ""
	}
	raw, err := json.Marshal(map[string]any{"inline_keyboard": rows})
	if err != nil {
		return ""
	}
	return string(raw)
}

// request is one message to be brought, as far as it can still change while
// that is tried.
type request struct {
	to       address
	part     part
	change   int // the message to be changed instead; 0 for none
	keyboard string
	plain    bool              // without markup
	files    map[string]string // what Telegram calls our files, as far as this delivery has met them
}

// params are those that all messages have.
func (r *request) params() tgbotapi.Params {
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(r.to.chat, 10)}
	p.AddNonZero("message_thread_id", r.to.thread)
	p.AddNonEmpty("reply_markup", r.keyboard)
	return p
}

// words puts a text under its name, with markup unless that was refused.
func (r *request) words(p tgbotapi.Params, name string) {
	switch {
	case r.part.text == "":
	case r.plain:
		p[name] = r.part.text
	default:
		p[name], p["parse_mode"] = escape(r.part.text), "HTML"
	}
}

// noPreview keeps the pictures of linked pages out of the chat.
func noPreview(p tgbotapi.Params) { p["link_preview_options"] = `{"is_disabled":true}` }

// tries bounds what is changed about one message before it is given up.
const tries = 4

// bring sends one message. What Telegram refuses for a reason that we can mend
// is mended and sent again: nobody has got it yet.
func (c *Channel) bring(ctx context.Context, r *request) (sentMessage, error) {
	var err error
	for range tries {
		var result json.RawMessage
		switch {
		case r.change != 0:
			result, err = c.changeText(ctx, r)
		case r.part.attachment != nil:
			result, err = c.sendAttachment(ctx, r)
		default:
			result, err = c.sendText(ctx, r)
		}
		if err == nil {
			c.troubles.Over(ctx, troubleToken)
			return readSent(result), nil
		}
		if !c.mend(r, failed(err)) {
			break
		}
	}
	fail := sendError(err)
	switch {
	case fail.Lane:
		c.troubles.Met(ctx, troubleToken, err)
	case fail.Kind == delivery.Gone && fail.Reason != "blocked":
		c.log.WarnContext(ctx, "message refused for good", "reason", fail.Reason)
	}
	return sentMessage{}, fail
}

// mend changes r so that it may be sent again, and reports whether it did.
func (c *Channel) mend(r *request, e *callError) bool {
	switch {
	case e.migrateTo != 0 && e.migrateTo != r.to.chat:
		c.moved.Put(r.to.chat, e.migrateTo)
		c.count(countMoved)
		c.log.Warn("a group has got a new number; put that into the settings")
		r.to.chat = e.migrateTo
	case r.to.thread != 0 && e.is("thread not found", "topic_closed", "topic_deleted", "topic closed"):
		c.count("topic-gone")
		r.to.thread = 0
	case !r.plain && e.is("can't parse entities"):
		c.count("markup-refused")
		r.plain = true
	case r.change != 0 && e.is("to edit not found", "can't be edited", "no text in the message to edit", "message_id_invalid"):
		c.count("card-anew")
		r.change = 0
	case r.part.attachment != nil && e.is("wrong file identifier", "wrong remote file"):
		return c.forget(r)
	default:
		return false
	}
	return true
}

func (c *Channel) sendText(ctx context.Context, r *request) (json.RawMessage, error) {
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	p := r.params()
	r.words(p, "text")
	noPreview(p)
	return c.api.call(limited, "sendMessage", p)
}

// changeText writes a text and its buttons where another one stands.
func (c *Channel) changeText(ctx context.Context, r *request) (json.RawMessage, error) {
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(r.to.chat, 10), "message_id": strconv.Itoa(r.change)}
	p.AddNonEmpty("reply_markup", r.keyboard)
	r.words(p, "text")
	noPreview(p)
	result, err := c.api.call(limited, "editMessageText", p)
	if err != nil && failed(err).is("message is not modified") {
		return json.Marshal(sentMessage{ID: r.change}) // an earlier try has done it
	}
	return result, err
}

// sentMessage is what we read of a message that was sent.
type sentMessage struct {
	ID       int        `json:"message_id"`
	Photo    []sentFile `json:"photo"`
	Voice    sentFile   `json:"voice"`
	Video    sentFile   `json:"video"`
	Document sentFile   `json:"document"`
}

type sentFile struct {
	ID string `json:"file_id"`
}

// readSent never fails: the message is out, whatever the answer looks like.
func readSent(raw json.RawMessage) sentMessage {
	var m sentMessage
	_ = json.Unmarshal(raw, &m)
	return m
}

func (m sentMessage) provider() string {
	if m.ID == 0 {
		return ""
	}
	return strconv.Itoa(m.ID)
}

// file is what Telegram calls the file that went with it, "" for none.
func (m sentMessage) file() string {
	if n := len(m.Photo); n > 0 {
		return m.Photo[n-1].ID
	}
	return cmp.Or(m.Voice.ID, m.Video.ID, m.Document.ID)
}

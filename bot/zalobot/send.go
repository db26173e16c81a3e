package zalobot

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// part is one message that a reply becomes.
type part struct {
	attachment *bot.Attachment // text is its caption then
	text       string
}

// plan cuts a reply into its parts. It is the same at every try, because what
// has gone out is remembered by number.
func (c *Channel) plan(r bot.Reply) []part {
	var parts []part
	for i := range r.Attachments {
		a := &r.Attachments[i]
		caption := bot.Split(a.Text, maxText)
		if a.Kind == bot.AttachPhoto && len(caption) == 1 {
			parts = append(parts, part{attachment: a, text: caption[0]})
			continue
		}
		parts = append(parts, part{attachment: a})
		for _, text := range caption {
			parts = append(parts, part{text: text})
		}
	}
	for _, text := range texts(r.Text, r.Buttons, c.config.Choose) {
		parts = append(parts, part{text: text})
	}
	return parts
}

// Send implements [delivery.Sender]. Zalo gives no way to find out whether an
// earlier try went out, so that is sent again.
func (c *Channel) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	shown, ok := d.Anew()
	if !ok {
		return delivery.Progress{}, nil // a card that nothing is to be said about here
	}
	parts := c.plan(shown)
	if d.Sent >= len(parts) {
		return delivery.Progress{}, nil // a reply without anything to show
	}
	if d.Chat.Channel != Name || d.Chat.Bot != c.config.Account || d.Chat.Chat == "" {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "no-such-chat"}
	}
	method, p, err := c.request(ctx, parts[d.Sent], d.Chat.Chat)
	if err != nil {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Retry, Reason: "media", Err: err}
	}
	more := d.Sent+1 < len(parts)
	if method == "" {
		return delivery.Progress{More: more}, nil // nothing to show of it here
	}
	result, err := c.quick(ctx, method, p)
	if err != nil {
		return delivery.Progress{}, c.refused(ctx, err)
	}
	c.taken(ctx)
	return delivery.Progress{Provider: provider(result), More: more}, nil
}

// request returns the call that sends a part; no method if nothing can be
// shown of it.
func (c *Channel) request(ctx context.Context, one part, chat string) (method string, p params, err error) {
	if a := one.attachment; a != nil {
		method, p, err = c.attach(ctx, *a)
		if err != nil {
			return "", nil, err
		}
	}
	switch {
	case method == "sendPhoto":
		if one.text != "" {
			p["caption"] = one.text
		}
	case method != "":
	case one.text != "":
		method, p = "sendMessage", params{"text": one.text}
	default:
		return "", nil, nil
	}
	p["chat_id"] = chat
	return method, p, nil
}

// attach returns the call that shows an attachment; no method if Zalo can only
// be told of it in words.
func (c *Channel) attach(ctx context.Context, a bot.Attachment) (method string, p params, err error) {
	if c.config.Media == nil || a.Key == "" || a.Kind != bot.AttachPhoto && a.Kind != bot.AttachVoice {
		return "", nil, nil
	}
	address, kind, err := c.config.Media.URL(ctx, a.Key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.count("media.gone")
		return "", nil, nil
	case err != nil:
		return "", nil, &callError{method: "find media", err: err}
	case a.Kind == bot.AttachPhoto && strings.HasPrefix(kind, "image/"):
		return "sendPhoto", params{"photo": address}, nil
	case a.Kind == bot.AttachVoice && strings.HasSuffix(address, ".aac"):
		return "sendVoice", params{"voice_url": address}, nil
	}
	c.count("media.unfit")
	return "", nil, nil
}

// provider is the platform's id of a message. It never fails: the message is
// out, whatever the answer looks like.
func provider(raw json.RawMessage) string {
	var m struct {
		ID text `json:"message_id"`
	}
	_ = json.Unmarshal(raw, &m)
	if len(m.ID) > maxID {
		return ""
	}
	return string(m.ID)
}

// taken takes note that the platform took a message.
func (c *Channel) taken(ctx context.Context) {
	c.count(countSent)
	c.quota.over()
	c.troubles.Over(ctx, troubleQuota, troubleToken)
}

// refused says what a failed call means for the delivery, and tells of what
// somebody has to do something about.
func (c *Channel) refused(ctx context.Context, err error) *delivery.SendError {
	e := failed(err)
	fail := sendError(e)
	switch {
	case e.is(http.StatusTooManyRequests):
		fail.After = c.quota.met(c.now())
		c.count("quota")
		c.troubles.Met(ctx, troubleQuota, e)
	case fail.Lane:
		c.troubles.Met(ctx, troubleToken, e)
	case fail.Kind == delivery.Gone:
		c.log.WarnContext(ctx, "message refused for good", "reason", fail.Reason)
	}
	return fail
}

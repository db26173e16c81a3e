package zalobot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// event is what one update means to us.
type event struct {
	count string       // to be counted; empty for an ordinary message
	m     *bot.Message // for the intake; nil if there is nothing to take
}

// Counters, without the channel's name before them.
const (
	countUnknown   = "unknown"   // an event of a kind we know nothing of
	countMalformed = "malformed" // no event at all
	countEmpty     = "empty"     // nothing in it: Zalo tries the webhook
	countWithheld  = "withheld"  // somebody wrote what Zalo keeps from a bot
	countNowhere   = "nowhere"   // and does not even say where, or another event without a chat
	countElsewhere = "elsewhere" // from a group: only private chats are answered
	countBot       = "bot"       // from another bot
	countPoison    = "poison"    // could never be taken
	countNotTaken  = "not-taken" // not taken
	countLost      = "lost"      // handed over by Zalo and not taken before the end
	countFlood     = "flood"     // too many
	countForged    = "forged"    // a webhook call without the secret
)

// The events that are messages.
const (
	eventText     = "message.text.received"
	eventImage    = "message.image.received"
	eventSticker  = "message.sticker.received"
	eventVoice    = "message.voice.received"
	eventWithheld = "message.unsupported.received"
)

// maxID is longer than any id seen; what is longer still is none.
const maxID = 256

// read finds out what an event means.
func (c *Channel) read(raw []byte) event {
	u, err := decode(raw)
	if err != nil {
		return event{count: countMalformed}
	}
	attachments, known := attachmentsOf(u)
	if !known {
		return event{count: countUnknown}
	}
	m := u.Message
	if m == nil {
		return event{count: countNowhere}
	}
	chat := chatOf(m)
	switch {
	case m.Chat != nil && m.Chat.Type != "" && !strings.EqualFold(string(m.Chat.Type), "PRIVATE"):
		return event{count: countElsewhere}
	case m.From != nil && m.From.IsBot:
		return event{count: countBot}
	case chat == "" || len(chat) > maxID:
		return event{count: countNowhere}
	}
	now := c.now()
	in := &bot.Message{
		Chat: bot.ChatID{Channel: Name, Bot: c.config.Account, Chat: chat},
		ID:   idOf(m, raw, now), At: now, Kind: bot.KindText,
		Text: clean(string(cmp.Or(m.Text, m.Caption))), Attachments: attachments,
	}
	e := event{m: in}
	if u.Event == eventWithheld {
		e.count, in.Text = countWithheld, ""
	}
	if in.Text == "" {
		in.Kind = bot.KindOther
		if len(in.Attachments) == 0 {
			in.Attachments = []bot.Attachment{{Kind: bot.AttachOther}}
		}
	}
	if sent := m.date(); !sent.IsZero() && now.Sub(sent) > c.config.Late {
		*in = bot.Message{Chat: in.Chat, ID: in.ID, At: sent, Kind: bot.KindLate}
	}
	return e
}

// chatOf names the chat. Where Zalo leaves it out, the sender does: in a private
// chat both have one id.
func chatOf(m *message) string {
	var chat, from text
	if m.Chat != nil {
		chat = m.Chat.ID
	}
	if m.From != nil {
		from = m.From.ID
	}
	return strings.TrimSpace(string(cmp.Or(chat, from)))
}

// idOf tells a message from all others of its chat. One without an id of its
// own is the same as another if both are alike to the byte in the same minute.
func idOf(m *message, raw []byte, now time.Time) string {
	if id := string(m.ID); id != "" && len(id) <= maxID {
		return id
	}
	sum := sha256.Sum256(raw)
	return "like-" + hex.EncodeToString(sum[:12]) + "-" + strconv.FormatInt(now.Unix()/60, 10)
}

// attachmentsOf returns what came beside or instead of text; known is false for
// an event that is no message.
func attachmentsOf(u update) (_ []bot.Attachment, known bool) {
	m := u.Message
	if m == nil {
		m = &message{}
	}
	switch u.Event {
	case eventText:
		return nil, true
	case eventImage:
		return []bot.Attachment{{Kind: bot.AttachPhoto, Source: source(cmp.Or(m.PhotoURL, m.Photo))}}, true
	case eventSticker:
		return []bot.Attachment{{Kind: bot.AttachSticker, Source: source(m.URL)}}, true
	case eventVoice:
		return []bot.Attachment{{Kind: bot.AttachVoice, Source: source(m.VoiceURL)}}, true
	case eventWithheld:
		return []bot.Attachment{{Kind: bot.AttachOther}}, true
	}
	return nil, false
}

// FileHosts are where Zalo keeps the pictures and voices that people send to a
// bot. Zalo publishes no list; all addresses that were met are of these.
func FileHosts() []string { return []string{"*.zdn.vn"} }

// source is an address of Zalo's, "" for what cannot be one.
func source(s text) string {
	address := clean(string(s))
	if len(address) > 2048 || !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return ""
	}
	return address
}

// clean composes a text and drops the control characters that no keyboard types.
func clean(s string) string {
	s = vietnamese.Compose(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

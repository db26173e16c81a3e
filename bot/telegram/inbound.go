package telegram

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/bot"
)

// event is what one update means to us.
type event struct {
	id    int
	chat  int64        // where it happened, 0 if nowhere; events of one chat keep their order
	count string       // to be counted; empty for an ordinary message
	tell  string       // to be logged; empty if nobody needs to know
	m     *bot.Message // for the intake; nil if there is nothing to take
	room  bool         // m is from a room of ours
	album string       // of which m is an item
	query *callback    // the tap that m is

	// Of a message that a resident wrote:
	number  int // its number in the chat
	written int // when, in Unix seconds
	edited  int // when it was edited, 0 if it was not
}

// Counters, without the channel's name before them.
const (
	countUnknown   = "unknown"   // an update of a kind we know nothing of
	countMalformed = "malformed" // no update at all
	countNotice    = "notice"    // something about the chat that nobody wrote
	countElsewhere = "elsewhere" // a group that is none of ours
	countHidden    = "hidden"    // somebody without a name: a channel, a hidden administrator, a bot
	countOldEdit   = "old-edit"  // a change to anything but the last message
	countPoison    = "poison"    // could never be taken
	countNotTaken  = "not-taken" // not taken, comes again
	countFlood     = "flood"     // too many
	countBlocked   = "blocked"   // a resident shut us out
	countUnblocked = "unblocked" // and let us in again
	countMoved     = "moved"     // a room has a new number
	countForged    = "forged"    // a webhook call without the secret
	countSlow      = "slow"      // one that did not arrive in its time
)

// read finds out what an update means. It does nothing yet.
func (c *Channel) read(u update) event {
	e := event{id: u.ID, count: countUnknown}
	switch {
	case u.Message != nil:
		c.readMessage(&e, u.Message)
	case u.Edited != nil:
		c.readMessage(&e, u.Edited)
		// A live location is edited every few seconds by itself.
		if e.m != nil && u.Edited.Location != nil {
			e.m, e.count = nil, countNotice
		}
		if e.m != nil {
			e.edited = max(u.Edited.EditDate, 1)
			e.m.ID += "-" + strconv.Itoa(e.edited)
		}
	case u.Callback != nil:
		c.readCallback(&e, u.Callback)
	case u.MyMember != nil:
		e.count = countNotice
		if u.MyMember.Chat.IsPrivate() {
			e.chat = u.MyMember.Chat.ID
			switch u.MyMember.NewChatMember.Status {
			case "kicked":
				e.count = countBlocked
			case "member":
				e.count = countUnblocked
			}
		}
	case u.Member != nil:
		e.count = countNotice
	}
	return e
}

func (c *Channel) readMessage(e *event, m *message) {
	if m.Chat == nil {
		return
	}
	e.chat = m.Chat.ID
	e.number, e.written = m.MessageID, m.Date
	switch {
	case m.MigrateToChatID != 0:
		c.moved.Put(m.Chat.ID, m.MigrateToChatID)
		e.count, e.tell = countMoved, "a group has got a new number; put that into the settings"
		return
	case m.MigrateFromChatID != 0, m.notice():
		e.count = countNotice
		return
	}
	if e.count = c.refused(e, m.Chat, m.From, m.SenderChat); e.count != "" {
		return
	}
	in := bot.Message{
		Chat: c.chatID(m), ID: strconv.Itoa(e.id), At: c.now(), Sender: sender(m.From, m.SenderChat), Room: e.room, ReplyTo: answered(m),
	}
	e.album = m.MediaGroupID
	text := bot.Clean(m.Text + m.Caption) // never both
	switch {
	case !e.room && strings.HasPrefix(text, "/") && m.ForwardDate == 0 && m.ForwardOrigin == nil:
		c.command(&in, text)
	default:
		in.Text, in.Attachments = text, attachments(m)
		in.Kind = kindOf(in)
	}
	if in.Kind == bot.KindOther && len(in.Attachments) == 0 {
		in.Attachments = []bot.Attachment{{Kind: bot.AttachOther}}
	}
	e.m = &in
}

// kindOf says what a message is: words make it readable, whatever came with them.
func kindOf(m bot.Message) bot.Kind {
	if m.Text != "" {
		return bot.KindText
	}
	return bot.KindOther
}

// refused returns why nothing is taken from somebody somewhere, "" if it is.
func (c *Channel) refused(e *event, chat *tgbotapi.Chat, from *tgbotapi.User, sender *tgbotapi.Chat) string {
	switch {
	case e.anonymous(chat, sender) && c.config.Rooms(chat.ID):
		e.room = true
		return "" // one of the room's own administrators, nobody knows which
	case from == nil || from.ID == 0 || from.IsBot || sender != nil:
		return countHidden
	case chat.IsPrivate() && chat.ID == from.ID:
		return ""
	case (chat.IsGroup() || chat.IsSuperGroup()) && c.config.Rooms(chat.ID):
		e.room = true
		return ""
	}
	return countElsewhere
}

// anonymous reports whether somebody writes in the name of the room itself.
func (*event) anonymous(chat, sender *tgbotapi.Chat) bool {
	return sender != nil && sender.ID == chat.ID && (chat.IsGroup() || chat.IsSuperGroup())
}

// sender is the number of the person who wrote, "" for who writes in another name.
func sender(from *tgbotapi.User, as *tgbotapi.Chat) string {
	if from == nil || as != nil {
		return ""
	}
	return strconv.FormatInt(from.ID, 10)
}

// answered is the number of the message that m answers, "" for none. In a topic
// every message is an answer to the one that opened it; that means nothing.
func answered(m *message) string {
	if m.ReplyToMessage == nil || m.InTopic && m.ReplyToMessage.MessageID == m.Thread {
		return ""
	}
	return strconv.Itoa(m.ReplyToMessage.MessageID)
}

// chatID names the chat of m; a topic of a room is a chat of its own.
func (c *Channel) chatID(m *message) bot.ChatID {
	id := strconv.FormatInt(m.Chat.ID, 10)
	if m.InTopic && m.Thread != 0 {
		id += "/" + strconv.Itoa(m.Thread)
	}
	return bot.ChatID{Channel: Name, Bot: c.config.Account, Chat: id}
}

func (c *Channel) readCallback(e *event, q *callback) {
	e.query = q
	e.count = countNotice
	if q.Message == nil || q.Message.Chat == nil || q.Data == "" {
		return
	}
	e.chat = q.Message.Chat.ID
	if e.count = c.refused(e, q.Message.Chat, q.From, nil); e.count != "" {
		return
	}
	e.m = &bot.Message{
		Chat: c.chatID(q.Message), ID: strconv.Itoa(e.id), At: c.now(),
		Kind: bot.KindPress, Payload: bot.Clean(q.Data), Text: labelOf(q.Message, q.Data),
		Sender: sender(q.From, nil), Room: e.room, ReplyTo: strconv.Itoa(q.Message.MessageID),
	}
	if e.m.Payload == "" {
		e.m, e.count = nil, countNotice
	}
}

// labelOf finds what stood on the button, "" if the message is too old to tell.
func labelOf(m *message, data string) string {
	if m.ReplyMarkup == nil {
		return ""
	}
	for _, row := range m.ReplyMarkup.InlineKeyboard {
		for _, b := range row {
			if b.CallbackData != nil && *b.CallbackData == data {
				return bot.Clean(b.Text)
			}
		}
	}
	return ""
}

// join makes one message of the items of an album that came together. Its id
// tells which, so that it is another one if they come together otherwise.
func join(first, next event) event {
	m := *first.m
	m.ID, _, _ = strings.Cut(m.ID, "+")
	m.ID += "+" + next.m.ID
	m.Attachments = slices.Concat(m.Attachments, next.m.Attachments)
	if m.Text == "" {
		m.Text = next.m.Text
	}
	m.Kind = kindOf(m)
	first.m, first.number = &m, next.number
	return first
}

// takesEdit reports whether a changed message is to be read anew: only if it is
// the last one. After a restart nobody knows which that was; then a message
// written a few minutes ago is taken for it.
func (c *Channel) takesEdit(e event) bool {
	last, known := c.latest.Get(e.chat)
	if known {
		return e.number >= last
	}
	const few = 5 * time.Minute
	return e.edited-e.written <= int(few/time.Second)
}

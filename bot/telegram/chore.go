package telegram

import (
	"context"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/bot"
)

// choreTime bounds a call that nobody waits for.
const choreTime = 3 * time.Second

// try makes a call and counts if it fails.
func (c *Channel) try(ctx context.Context, method string, p tgbotapi.Params) {
	if _, err := c.api.call(ctx, method, p); err != nil && !failed(err).is("not modified") {
		c.count("chore.failed")
		c.log.DebugContext(ctx, "chore failed", "error", err)
	}
}

// stopSpinner tells the phone that a tap has arrived.
func (c *Channel) stopSpinner(query string) {
	c.chores.Later(func(ctx context.Context) {
		c.try(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": query})
	})
}

// sign shows for a few seconds that an answer is on its way.
func (c *Channel) sign(chat int64, action string) {
	c.chores.Later(func(ctx context.Context) {
		c.try(ctx, "sendChatAction", tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10), "action": action})
	})
}

// chosenMark stands before the choice that was taken.
const chosenMark = "✓ "

// markChoice takes the buttons off the message a choice was made from and
// writes there which one it was, so that the chat can be read again.
func (c *Channel) markChoice(m *message, label string) {
	if m.Date == 0 || m.Text == "" { // too old for us to see, or a picture
		return
	}
	if _, card := c.cards.Get(shown{m.Chat.ID, m.MessageID}); card {
		return // it is about to be changed, and must not be changed back
	}
	chat, id := strconv.FormatInt(m.Chat.ID, 10), strconv.Itoa(m.MessageID)
	text := m.Text + "\n\n" + chosenMark + label
	c.chores.Later(func(ctx context.Context) {
		if label == "" || bot.Units(text) > maxText {
			c.try(ctx, "editMessageReplyMarkup", tgbotapi.Params{"chat_id": chat, "message_id": id})
			return
		}
		p := tgbotapi.Params{"chat_id": chat, "message_id": id, "text": escape(text), "parse_mode": "HTML"}
		noPreview(p)
		c.try(ctx, "editMessageText", p)
	})
}

package delivery

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// keepAsked is how long it is remembered that somebody was asked to ask again.
const keepAsked = time.Hour

// stale reports whether d is an answer of the bot's own that is too old to be
// understood. What an officer wrote, what concerns a life and where a question
// went stay worth reading, and half a message is brought to its end.
func (l *lane) stale(d record.Delivery) bool {
	switch d.Reply.Kind {
	case bot.ReplyAnswer, bot.ReplyChoice, bot.ReplyNotice:
	default:
		return false
	}
	return l.config.Stale > 0 && d.Priority == record.PriorityReply && d.Sent == 0 &&
		l.options.Now().Sub(d.At) >= l.config.Stale
}

// covered reports whether the chat was asked to ask again after d was saved:
// then that stands for d too. Another replica may not know, and ask twice.
func (l *lane) covered(d record.Delivery) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return d.At.Before(l.asked[d.Chat])
}

// askedAgain remembers that a chat was asked to ask again.
func (l *lane) askedAgain(chat bot.ChatID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.options.Now()
	for other, at := range l.asked {
		if now.Sub(at) > keepAsked {
			delete(l.asked, other)
		}
	}
	l.asked[chat] = now
}

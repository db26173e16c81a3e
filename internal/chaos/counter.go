package chaos

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// rooms is how many chats get a letter about messages of the others: few enough
// that many write to one at once.
const rooms = 50

// Counter decides instead of the engine. It counts the messages of a chat in
// its conversation, replies with the id and the number, and tells a room by
// letter.
type Counter struct{}

// Decide implements exchange.Talker.
func (Counter) Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	switch m.Kind {
	case bot.KindLetter:
		return bot.Step{Conversation: conv, Replies: m.Letter.Replies}
	case bot.KindDue:
		return bot.Step{Conversation: conv}
	}
	conv.UpdatedAt = now
	conv.Misses++
	return bot.Step{
		Conversation: conv,
		Replies:      []bot.Reply{{Kind: bot.ReplyUrgent, Text: numbered(m.ID, conv.Misses)}},
		Letters:      []bot.Letter{{To: roomOf(m.Chat), Replies: []bot.Reply{{Kind: bot.ReplyUrgent, Text: letterText(m.ID)}}}},
		Counts:       []string{"chaos.taken"},
	}
}

// numbered is the reply to a message: its id and which one of its chat it was.
func numbered(id string, n int) string { return fmt.Sprintf("%s|%d", id, n) }

// number is the way back from numbered.
func number(text string) (id string, n int, ok bool) {
	id, digits, ok := strings.Cut(text, "|")
	n, err := strconv.Atoi(digits)
	return id, n, ok && err == nil
}

func letterText(id string) string { return "letter " + id }

// roomOf spreads chats over the rooms.
func roomOf(chat bot.ChatID) bot.ChatID {
	h := fnv.New32a()
	h.Write([]byte(chat.Chat))
	return bot.ChatID{Channel: chat.Channel, Bot: chat.Bot, Chat: fmt.Sprintf("room-%d", h.Sum32()%rooms)}
}

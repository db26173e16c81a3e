package desks

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// The channels an officer can use, by their names in a [bot.ChatID].
const (
	telegram = "telegram"
	zaloOA   = "zalo-oa"
	zaloBot  = "zalo-bot"
)

// mainAccount is the account of a chat that names none, as channels call the
// only one they have.
const mainAccount = "main"

var (
	chatForm    = regexp.MustCompile(`^([^:@]+?)\s*(?:@\s*([A-Za-z0-9_.-]{1,32})\s*)?:\s*(\S+)$`)
	telegramID  = regexp.MustCompile(`^(-?[1-9]\d{0,18})(?:/([1-9]\d{0,9}))?$`)
	zaloOAID    = regexp.MustCompile(`^\d{5,32}$`)
	zaloBotID   = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	errChatForm = errors.New("chat không đúng khuôn")
)

const chatCure = "Viết «kênh:số», ví dụ telegram:777, zalo-oa:123456, zalo-bot:abc; nhiều tài khoản trên một kênh thì «kênh@tài-khoản:số»."

// parseChat reads «telegram:777», «telegram:-1001/12», «zalo-bot@phu:abc». Its
// errors are Vietnamese and never hold the id, which identifies a person.
func parseChat(text string) (bot.ChatID, error) {
	m := chatForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return bot.ChatID{}, errChatForm
	}
	chat := bot.ChatID{Bot: mainAccount, Chat: m[3]}
	if m[2] != "" {
		chat.Bot = m[2]
	}
	channels := []string{telegram, zaloOA, zaloBot}
	i := slices.IndexFunc(channels, func(c string) bool { return strictyaml.Fold(c) == strictyaml.Fold(m[1]) })
	if i < 0 {
		return bot.ChatID{}, errors.New("không có kênh này; chỉ có telegram, zalo-oa, zalo-bot")
	}
	chat.Channel = channels[i]
	form := []*regexp.Regexp{telegramID, zaloOAID, zaloBotID}[i]
	if !form.MatchString(chat.Chat) {
		return bot.ChatID{}, errors.New("phần sau dấu hai chấm không phải mã chat của " + chat.Channel)
	}
	return chat, nil
}

// parsePerson reads a person's own chat.
func parsePerson(text string) (bot.ChatID, error) {
	chat, err := parseChat(text)
	if err == nil && chat.Channel == telegram && (strings.HasPrefix(chat.Chat, "-") || strings.Contains(chat.Chat, "/")) {
		err = errors.New("đây là một nhóm, không phải chat riêng của một người")
	}
	return chat, err
}

// parseRoom reads a group chat. Telegram gives groups negative ids.
func parseRoom(text string) (bot.ChatID, error) {
	chat, err := parseChat(text)
	switch {
	case err != nil:
	case chat.Channel == zaloOA:
		err = errors.New("kênh Zalo OA chưa gửi được vào nhóm")
	case chat.Channel == telegram && !strings.HasPrefix(chat.Chat, "-"):
		err = errors.New("đây là chat riêng của một người; mã nhóm Telegram bắt đầu bằng dấu trừ")
	}
	return chat, err
}

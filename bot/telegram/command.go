package telegram

import (
	"context"
	"encoding/json"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/bot"
)

// command is an entry of the bot's menu: what it is called, what a resident
// reads beside it, and the button it stands for.
type command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
	payload     string // as package bot understands it; empty for opening the chat
}

func commands() []command {
	return []command{
		{"start", "Bắt đầu lại từ đầu", ""},
		{"danhmuc", "Xem các việc", "menu"},
		{"canbo", "Gặp cán bộ", "gap-can-bo"},
		{"quentoi", "Xóa những gì đã nói", "quen-toi"},
	}
}

// command fills in what "/name payload" means. What is no command of ours is a
// text like any other.
func (c *Channel) command(m *bot.Message, text string) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(text, "/"), " ")
	name, _, _ = strings.Cut(name, "@")
	name = strings.ToLower(name)
	for _, known := range commands() {
		switch {
		case known.Command != name:
		case known.payload == "":
			m.Kind = bot.KindOpen
			if c.config.Start == nil || rest == "" {
				return
			}
			if payload, ok := c.config.Start(strings.TrimSpace(rest)); ok {
				m.Kind, m.Payload = bot.KindPress, payload
			}
			return
		default:
			m.Kind, m.Payload, m.Text = bot.KindPress, known.payload, known.Description
			return
		}
	}
	m.Kind, m.Text = bot.KindText, text
}

// setCommands tells Telegram what the menu of the bot shows, in Vietnamese and
// to phones of any other language.
func (c *Channel) setCommands(ctx context.Context) error {
	list, err := json.Marshal(commands())
	if err != nil {
		return err
	}
	for _, language := range []string{"", "vi"} {
		p := tgbotapi.Params{"commands": string(list)}
		p.AddNonEmpty("language_code", language)
		if _, err := c.api.call(ctx, "setMyCommands", p); err != nil {
			return err
		}
	}
	return nil
}

package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// BotName asks the API at the address base what the bot of the token is called,
// for links https://t.me/name. No error holds the token.
func BotName(ctx context.Context, base, token string) (string, error) {
	a := &api{base: base, token: token, client: newClient()}
	defer a.client.CloseIdleConnections()
	raw, err := a.call(ctx, "getMe", tgbotapi.Params{})
	if err != nil {
		return "", fmt.Errorf("ask for the bot's name: %w", err)
	}
	var me struct {
		Name string `json:"username"`
	}
	if json.Unmarshal(raw, &me) != nil || me.Name == "" {
		return "", errors.New("ask for the bot's name: no name in the answer")
	}
	return me.Name, nil
}

package telegram

import (
	"context"
	"fmt"

	"github.com/doithoai/doithoai/internal/outbound"
)

// BotName asks the API at the address base what the bot of the token is called,
// for links https://t.me/name. No error holds the token.
func BotName(ctx context.Context, base, token string) (string, error) {
	x := &examiner{api: &api{base: base, token: token, client: outbound.NewClient()}}
	defer x.api.client.CloseIdleConnections()
	name, err := x.name(ctx)
	if err != nil {
		return "", fmt.Errorf("ask for the bot's name: %w", err)
	}
	return name, nil
}

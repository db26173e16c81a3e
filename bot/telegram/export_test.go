package telegram

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// SetSleep replaces how the channel waits, before it runs.
func (c *Channel) SetSleep(sleep func(ctx context.Context, d time.Duration) error) { c.sleep = sleep }

// Split cuts a text as Send does.
func Split(text string, limit int) []string { return bot.Split(text, limit) }

// Units counts as Telegram does.
func Units(s string) int { return bot.Units(s) }

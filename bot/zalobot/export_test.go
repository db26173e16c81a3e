package zalobot

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// SetSleep replaces how the channel waits, before it runs.
func (c *Channel) SetSleep(sleep func(ctx context.Context, d time.Duration) error) { c.sleep = sleep }

// Texts cuts a text with its choices as Send does.
var Texts = texts

// Units counts as the platform does.
func Units(s string) int { return bot.Units(s) }

// Explain says what an outcome of the webhook's try means.
func Explain(outcome string) string { return explain(outcome) }

package telegram

import (
	"context"
	"time"
)

// SetSleep replaces how the channel waits, before it runs.
func (c *Channel) SetSleep(sleep func(ctx context.Context, d time.Duration) error) { c.sleep = sleep }

// Split cuts a text as Send does.
func Split(text string, limit int) []string { return split(text, limit) }

// Units counts as Telegram does.
func Units(s string) int { return units(s) }

// FloodText is what a resident gets who writes too much.
const FloodText = floodText

package zalobot

import (
	"context"
	"time"
)

// SetSleep replaces how the channel waits, before it runs.
func (c *Channel) SetSleep(sleep func(ctx context.Context, d time.Duration) error) { c.sleep = sleep }

// Texts cuts a text with its choices as Send does.
var Texts = texts

// Explain says what an outcome of the webhook's try means.
func Explain(outcome string) string { return explain(outcome) }

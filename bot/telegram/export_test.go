package telegram

import (
	"context"
	"time"
)

// SetSleep replaces how the channel waits, before it runs.
func (c *Channel) SetSleep(sleep func(ctx context.Context, d time.Duration) error) { c.sleep = sleep }

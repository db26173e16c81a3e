package zalobot

import (
	"context"
	"time"
)

// choreTime bounds a call that nobody waits for.
const choreTime = 3 * time.Second

// try makes a call, counts if it fails and reports whether it did not.
func (c *Channel) try(ctx context.Context, method string, p params) bool {
	_, err := c.api.call(ctx, method, p)
	if err != nil {
		c.count("chore.failed")
		c.log.DebugContext(ctx, "chore failed", "error", err)
	}
	return err == nil
}

// sign shows for a few seconds that an answer is on its way.
func (c *Channel) sign(chat string) {
	c.chores.Later(func(ctx context.Context) { c.try(ctx, "sendChatAction", params{"chat_id": chat, "action": "typing"}) })
}

// calm asks a chat that writes too much to wait.
func (c *Channel) calm(chat string) {
	c.chores.Later(func(ctx context.Context) {
		if c.try(ctx, "sendMessage", params{"chat_id": chat, "text": c.config.Flood}) {
			c.count(countSent)
		}
	})
}

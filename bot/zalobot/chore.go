package zalobot

import (
	"context"
	"sync"
	"time"
)

// A chore is a call that nobody waits for: if it fails, or there is no room for
// it, nothing is lost.
type chore func(ctx context.Context)

const (
	maxChores    = 256
	choreWorkers = 4
	choreTime    = 3 * time.Second
)

// later does f soon, unless too much is to be done already.
func (c *Channel) later(f chore) {
	select {
	case c.chores <- f:
	default:
		c.count("chore.dropped")
	}
}

// doChores works until ctx ends.
func (c *Channel) doChores(ctx context.Context) {
	var workers sync.WaitGroup
	for range choreWorkers {
		workers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case f := <-c.chores:
					limited, cancel := context.WithTimeout(ctx, choreTime)
					f(limited)
					cancel()
				}
			}
		})
	}
	workers.Wait()
}

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
	c.later(func(ctx context.Context) { c.try(ctx, "sendChatAction", params{"chat_id": chat, "action": "typing"}) })
}

// calm asks a chat that writes too much to wait.
func (c *Channel) calm(chat string) {
	c.later(func(ctx context.Context) {
		if c.try(ctx, "sendMessage", params{"chat_id": chat, "text": c.config.Flood}) {
			c.config.Sent()
		}
	})
}

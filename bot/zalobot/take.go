package zalobot

import (
	"context"
	"errors"
	"time"

	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/record"
)

// takeTime bounds one call of the Intake.
const takeTime = 10 * time.Second

// open reads an event and decides whether it is to be handled at all; with a
// nil message everything is done.
func (c *Channel) open(ctx context.Context, raw []byte) event {
	e := c.read(raw)
	if e.count != "" {
		c.count(e.count)
	}
	if e.count == countMalformed {
		c.log.ErrorContext(ctx, "event skipped", "error", errMalformed, "bytes", len(raw))
	}
	if e.m != nil && !c.allowed(e.m.Chat.Chat) {
		e.m = nil
	}
	return e
}

// allowed reports whether a resident may still write, and says once if not.
func (c *Channel) allowed(chat string) bool {
	verdict := c.floods.Judge(chat, c.now())
	if verdict == flood.Pass {
		c.sign(chat)
		return true
	}
	c.count(countFlood)
	if verdict == flood.Tell && c.config.Flood != "" {
		c.calm(chat)
	}
	return false
}

// handle gives the message of an event to the intake. With an error it was not
// taken. One that can never be taken is given up.
func (c *Channel) handle(ctx context.Context, e event) error {
	// A save that was begun is better finished than repeated.
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeTime)
	defer cancel()
	err := c.intake.Handle(limited, *e.m)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, record.ErrInvalid), errors.Is(err, record.ErrVersion):
		c.count(countPoison)
		c.log.ErrorContext(ctx, "message given up: it can never be taken", "kind", e.m.Kind, "error", err)
		return nil
	}
	c.count(countNotTaken)
	return err
}

package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/record"
)

// takeTime bounds one call of the Intake.
const takeTime = 10 * time.Second

// open decodes an update and finds out what it means. What is no update is
// said and counted, and is then an event with nothing in it.
func (c *Channel) open(ctx context.Context, raw json.RawMessage) event {
	u, err := decode(raw)
	if err != nil {
		c.log.ErrorContext(ctx, "update skipped", "error", err, "bytes", len(raw))
		return event{id: u.ID, count: countMalformed}
	}
	return c.read(u)
}

// take does what is to be done about an event. With an error it is to be
// brought again; everything else is settled.
func (c *Channel) take(ctx context.Context, e event) error {
	if e.query != nil {
		c.stopSpinner(e.query.ID)
	}
	if e.tell != "" {
		c.log.WarnContext(ctx, "telegram says", "what", e.tell)
	}
	if e.m != nil && e.edited != 0 && !c.takesEdit(e) {
		e.m, e.count = nil, countOldEdit
	}
	if e.count != "" {
		c.count(e.count)
	}
	if e.m == nil || !c.allowed(e) {
		return nil
	}
	if err := c.handle(ctx, e); err != nil {
		return err
	}
	if e.query != nil {
		if !e.room { // there the case itself tells who did what
			c.markChoice(e.query.Message, e.m.Text)
		}
	} else {
		c.latest.Change(e.chat, func(last int, _ bool) (int, bool) { return max(last, e.number), true })
	}
	return nil
}

// allowed reports whether a resident may still write, and says once if not.
func (c *Channel) allowed(e event) bool {
	if e.room {
		return true
	}
	chat := strconv.FormatInt(e.chat, 10)
	verdict := c.floods.Judge(chat, c.now())
	if verdict == flood.Pass {
		c.sign(e.chat, "typing")
		return true
	}
	c.count(countFlood)
	if verdict == flood.Tell && c.config.Flood != "" {
		c.chores.Later(func(ctx context.Context) {
			c.try(ctx, "sendMessage", tgbotapi.Params{"chat_id": chat, "text": c.config.Flood})
		})
	}
	return false
}

// handle gives a message to the intake. One that can never be taken is given up.
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
	if !e.room {
		c.floods.GiveBack(strconv.FormatInt(e.chat, 10))
	}
	return err
}

package zalooa

import (
	"context"
	"errors"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/recent"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// clockSlack is how far Zalo's clock may be behind the store's.
const clockSlack = 5 * time.Second

// sentBefore finds out whether a text went out to a chat since it was saved:
// from the echo of it, else from the conversation as Zalo keeps it. Where
// neither tells, it did not: an answer twice is better than none. An error says
// that Zalo could not be asked now.
func (c *Channel) sentBefore(ctx context.Context, d record.Delivery, text string) (id string, found bool, err error) {
	since := d.At.Add(-clockSlack)
	if id, ok := c.echoes.get(d.Chat.Chat, text, since); ok {
		c.count("maybe.echo")
		return id, true, nil
	}
	a, err := c.call(ctx, func(ctx context.Context, token string) (answer, error) {
		return c.api.get(ctx, pathConversation, token, struct {
			User   string `json:"user_id"`
			Offset int    `json:"offset"`
			Count  int    `json:"count"`
		}{d.Chat.Chat, 0, 10})
	})
	if err != nil {
		return "", false, c.askLater(err)
	}
	var said []struct {
		ID      label  `json:"message_id"`
		Source  label  `json:"src"` // 0: the account
		Time    label  `json:"time"`
		Message string `json:"message"`
	}
	_ = decode(a.Data, &said) // what cannot be read tells nothing
	for _, s := range said {
		ms, _ := strconv.ParseInt(string(s.Time), 10, 64)
		if s.Source == "0" && !time.UnixMilli(ms).Before(since) && gist(s.Message) == gist(text) {
			c.count("maybe.found")
			return string(s.ID), true, nil
		}
	}
	c.count("maybe.not-found")
	return "", false, nil
}

// askLater lets a message wait when Zalo may tell later. What this account may
// not ask at all is as if it had told nothing.
func (c *Channel) askLater(err error) error {
	if _, ok := errors.AsType[*CodeError](err); ok {
		e, _ := errors.AsType[*delivery.SendError](c.sendError(err))
		if e.Kind == delivery.Throttled && e.Lane && e.Reason != "permission" && e.Reason != "package" {
			return e
		}
		c.count("maybe.unknown")
		return nil
	}
	err = c.sendError(err)
	if e, ok := errors.AsType[*delivery.SendError](err); ok && e.Kind == delivery.Uncertain {
		e.Kind = delivery.Retry // it was only a question
	}
	return err
}

// gist is a text without what Zalo may change in it: spaces and composition.
func gist(text string) uint64 {
	h := fnv.New64a()
	for word := range strings.FieldsSeq(vietnamese.Compose(text)) {
		_, _ = h.Write([]byte(word))
		_, _ = h.Write([]byte{' '})
	}
	return h.Sum64()
}

// echoes remembers what the account sent of late, by chat and gist.
type echoes struct{ seen *recent.Map[string, echoed] }

type echoed struct {
	id string
	at time.Time
}

func newEchoes() *echoes { return &echoes{seen: recent.New[string, echoed](5000)} }

func echoKey(user, text string) string { return user + " " + strconv.FormatUint(gist(text), 36) }

func (e *echoes) put(user, text, id string, at time.Time) {
	e.seen.Put(echoKey(user, text), echoed{id, at})
}

func (e *echoes) get(user, text string, since time.Time) (string, bool) {
	s, ok := e.seen.Get(echoKey(user, text))
	return s.id, ok && !s.at.Before(since)
}

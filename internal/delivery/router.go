package delivery

import (
	"fmt"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Router is the outlet of all channels: it tells chats that fetch from chats
// that are sent to. It is safe for concurrent use.
type Router struct {
	pull    *Pull
	push    *Push
	fetched map[string]bool
}

// NewRouter returns a Router under which the chats of the named channels fetch,
// all others are sent to: what is saved for an account that nobody serves now
// waits for the start that brings it back. The only error is a channel that is
// named and has a lane.
func NewRouter(pull *Pull, push *Push, fetched ...string) (*Router, error) {
	r := &Router{pull: pull, push: push, fetched: map[string]bool{}}
	for _, channel := range fetched {
		r.fetched[channel] = true
	}
	for name := range push.lanes {
		if channel, _, _ := strings.Cut(name, "/"); r.fetched[channel] {
			return nil, fmt.Errorf("delivery: channel %q has a lane and fetches", channel)
		}
	}
	return r, nil
}

// Way implements exchange.Outlet.
func (r *Router) Way(chat bot.ChatID) record.Way {
	if r.fetched[chat.Channel] {
		return r.pull.Way(chat)
	}
	return r.push.Way(chat)
}

// Saved implements exchange.Outlet.
func (r *Router) Saved(chat bot.ChatID, lease *record.Lease) {
	if r.fetched[chat.Channel] {
		r.pull.Saved(chat, lease)
		return
	}
	r.push.Saved(chat, lease)
}

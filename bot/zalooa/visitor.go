package zalooa

import (
	"time"

	"github.com/doithoai/doithoai/internal/recent"
)

// answerAnonymous asks a visitor whom Zalo does not name to write as a user: a
// visitor has no chat that would still be there for an answer tomorrow.
func (c *Channel) answerAnonymous(e event) {
	visitor, conversation := string(e.Sender.ID), string(e.Message.Conversation)
	if visitor == "" || conversation == "" {
		return
	}
	if c.visitors.first(visitor, c.cfg.Now()) {
		c.say(notice{recipient: recipient{AnonymousID: visitor, ConversationID: conversation}, text: c.cfg.Anonymous})
	}
}

// visitorRest is how long a visitor who was answered is left alone.
const visitorRest = 24 * time.Hour

// visitors remembers when visitors were answered.
type visitors struct {
	times *recent.Map[string, time.Time]
}

func newVisitors() *visitors { return &visitors{times: recent.New[string, time.Time](2000)} }

// first reports whether a visitor was not answered for [visitorRest], and notes
// that they are answered now.
func (v *visitors) first(id string, now time.Time) bool {
	fresh := false
	v.times.Change(id, func(last time.Time, known bool) (time.Time, bool) {
		if fresh = !known || now.Sub(last) >= visitorRest; fresh {
			last = now
		}
		return last, true
	})
	return fresh
}

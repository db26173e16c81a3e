package delivery

import (
	"time"

	"github.com/doithoai/doithoai/bot"
)

const (
	// troubleChats is how many chats in a row must fail before it is taken to
	// be the provider's fault and not theirs.
	troubleChats = 3
	// maxProbe is the longest wait between two tries while the provider is
	// away: it is back for everybody no later than this.
	maxProbe = 20 * time.Second
)

// trouble tells a provider that is away from a message that cannot be sent. In
// trouble one message at a time tries the way, and nothing is given up for having
// failed too often. The zero value is no trouble.
type trouble struct {
	chats  map[bot.ChatID]struct{} // that failed since the provider last took something
	probes int                     // failures since the trouble began
	until  time.Time               // nothing is tried before
}

// on reports whether the provider seems to be away.
func (t *trouble) on() bool { return len(t.chats) >= troubleChats }

// closed reports whether the provider is to be left alone just now.
func (t *trouble) closed(now time.Time) bool { return now.Before(t.until) }

// failed takes note of a transient failure, and reports whether the trouble
// begins with it.
func (t *trouble) failed(chat bot.ChatID, now time.Time) (began bool) {
	if t.on() {
		if !t.closed(now) { // otherwise it was under way when the trouble began
			t.probes++
			t.until = now.Add(jitter(doubled(time.Second, maxProbe*2/3, t.probes)))
		}
		return false
	}
	if t.chats == nil {
		t.chats = map[bot.ChatID]struct{}{}
	}
	t.chats[chat] = struct{}{}
	if t.on() {
		t.until = now.Add(jitter(time.Second))
	}
	return t.on()
}

// answered takes note that the provider took or refused a message, and reports
// whether a trouble ends with it.
func (t *trouble) answered() (ended bool) {
	ended = t.on()
	*t = trouble{}
	return ended
}

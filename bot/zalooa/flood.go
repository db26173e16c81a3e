package zalooa

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what one chat may send; zero fields take the default in brackets.
type Limits struct {
	PerMinute int           // on average [30]
	Burst     int           // at once: people type a question in pieces [20]
	Calm      time.Duration // without a message, until a flood is over [15 s]
	Chats     int           // remembered; twice as many at most [20000]
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field    *int
		fallback int
	}{{&l.PerMinute, 30}, {&l.Burst, 20}, {&l.Chats, 20000}} {
		if *f.field <= 0 {
			*f.field = f.fallback
		}
	}
	if l.Calm <= 0 {
		l.Calm = 15 * time.Second
	}
	return l
}

// floods notices chats that send more than anybody types, in bounded memory.
type floods struct {
	limits Limits
	mu     sync.Mutex
	chats  *recent[*flow]
}

// flow is what is remembered of one chat.
type flow struct {
	tokens *rate.Limiter
	last   time.Time // of its latest message
	flood  bool      // from the first message too many until Calm has passed without one
}

func newFloods(l Limits) *floods { return &floods{limits: l, chats: newRecent[*flow](l.Chats)} }

// verdict says what is to be done with a message.
type verdict int

const (
	pass   verdict = iota
	tell           // the first one too many: say so
	ignore         // those after it
)

func (f *floods) judge(chat string, now time.Time) verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.chats.get(chat)
	if !ok {
		c = &flow{tokens: rate.NewLimiter(rate.Limit(f.limits.PerMinute)/60, f.limits.Burst)}
		f.chats.put(chat, c)
	}
	quiet := now.Sub(c.last)
	c.last = now
	if c.flood && quiet < f.limits.Calm {
		return ignore
	}
	c.flood = false
	if c.tokens.AllowN(now, 1) {
		return pass
	}
	c.flood = true
	return tell
}

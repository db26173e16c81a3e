package flood

import (
	"time"

	"github.com/doithoai/doithoai/internal/recent"
)

// Limits bound what one chat may send; zero fields take the default in brackets.
type Limits struct {
	Burst int           // at once [20]
	Every time.Duration // and one more in each such time after that [3 s]
	Calm  time.Duration // without a message, until a flood is over [30 s]
	// Mute lets nothing pass before the flood is over; without it one message
	// in each Every does.
	Mute  bool
	Chats int // remembered; twice as many at most [20000]
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field    *int
		fallback int
	}{{&l.Burst, 20}, {&l.Chats, 20_000}} {
		if *f.field <= 0 {
			*f.field = f.fallback
		}
	}
	for _, f := range []struct {
		field    *time.Duration
		fallback time.Duration
	}{{&l.Every, 3 * time.Second}, {&l.Calm, 30 * time.Second}} {
		if *f.field <= 0 {
			*f.field = f.fallback
		}
	}
	return l
}

// Guard watches the chats of a channel. It is safe for concurrent use.
type Guard struct {
	limits Limits
	chats  *recent.Map[string, level]
}

// level is how much a chat has written of late.
type level struct {
	full time.Time // when its allowance is whole again
	last time.Time // when it wrote last, allowed or not
	told bool      // since it was last calm
}

// New returns a Guard that has seen nobody yet.
func New(l Limits) *Guard {
	l = l.withDefaults()
	return &Guard{limits: l, chats: recent.New[string, level](l.Chats)}
}

// Verdict says what is to be done with a message.
type Verdict int

// The verdicts.
const (
	Pass Verdict = iota
	Tell         // the first one too many: it is dropped, and the person told so
	Drop         // those after it, in silence
)

// Judge counts a message of chat that came at now.
func (g *Guard) Judge(chat string, now time.Time) Verdict {
	verdict := Drop
	g.chats.Change(chat, func(l level, _ bool) (level, bool) {
		if now.Sub(l.last) >= g.limits.Calm {
			l.told = false
		}
		l.last = now
		if l.full.Before(now) {
			l.full = now
		}
		switch {
		case l.told && g.limits.Mute:
		case l.full.Sub(now) <= time.Duration(g.limits.Burst-1)*g.limits.Every:
			l.full = l.full.Add(g.limits.Every)
			verdict = Pass
		case !l.told:
			l.told = true
			verdict = Tell
		}
		return l, true
	})
	return verdict
}

// GiveBack undoes a [Pass]: what a channel could not take comes again, and
// counts then.
func (g *Guard) GiveBack(chat string) {
	g.chats.Change(chat, func(l level, there bool) (level, bool) {
		l.full = l.full.Add(-g.limits.Every)
		return l, there
	})
}

package zalobot

import "time"

// calmAfter is how long a chat has to be silent before it is told again that it
// writes too much.
const calmAfter = 30 * time.Second

// floods bounds what each chat may make us do.
type floods struct {
	burst int
	every time.Duration
	chats *recent[string, level]
}

// level is how much a chat has written of late.
type level struct {
	full time.Time // when its allowance is whole again
	last time.Time // when it wrote last, allowed or not
	told bool
}

func newFloods(f Flood) *floods {
	return &floods{burst: f.Burst, every: f.Every, chats: newRecent[string, level](remembered)}
}

// allow reports whether a message of chat may pass, and if not, whether the
// person is to be told so.
func (f *floods) allow(chat string, now time.Time) (ok, tell bool) {
	f.chats.change(chat, func(l level) level {
		if now.Sub(l.last) >= calmAfter {
			l.told = false
		}
		l.last = now
		if l.full.Before(now) {
			l.full = now
		}
		if ok = l.full.Sub(now) <= time.Duration(f.burst-1)*f.every; ok {
			l.full = l.full.Add(f.every)
		} else {
			tell, l.told = !l.told, true
		}
		return l
	})
	return ok, tell
}

// giveBack undoes an allow: what was not taken may come again and counts then.
func (f *floods) giveBack(chat string) {
	f.chats.change(chat, func(l level) level {
		l.full = l.full.Add(-f.every)
		return l
	})
}

package telegram

import "time"

// calmAfter is how long a chat has to be silent before it is told again that it
// writes too much.
const calmAfter = 30 * time.Second

// floods bounds what each chat may make us do.
type floods struct {
	burst int
	every time.Duration
	chats *recent[int64, level]
}

// level is how much a chat has written of late.
type level struct {
	full time.Time // when its allowance is whole again
	last time.Time // when it wrote last, allowed or not
	told bool
}

func newFloods(f Flood) *floods {
	return &floods{burst: f.Burst, every: f.Every, chats: newRecent[int64, level](remembered)}
}

// allow reports whether a message of chat may pass, and if not, whether the
// person is to be told so.
func (f *floods) allow(chat int64, now time.Time) (ok, tell bool) {
	f.chats.change(chat, func(l level, _ bool) (level, bool) {
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
		return l, true
	})
	return ok, tell
}

// giveBack undoes an allow: what was not taken comes again and counts then.
func (f *floods) giveBack(chat int64) {
	f.chats.change(chat, func(l level, there bool) (level, bool) {
		l.full = l.full.Add(-f.every)
		return l, there
	})
}

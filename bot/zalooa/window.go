package zalooa

import "time"

// Windows counted from the last thing a resident did towards the account: a
// message, a follow, an accepted call, a press in its menu.
const (
	freeFor = 48 * time.Hour
	openFor = 7 * 24 * time.Hour
)

// State says what may be sent to a resident now.
type State int

// The states.
const (
	Closed State = iota // nothing but approved templates, until the person writes
	Paid                // answers count against the package, then cost 55 đồng each
	Free                // answers cost nothing, round the clock
)

// String returns the state in Vietnamese, for officers' cards.
func (s State) String() string {
	switch s {
	case Free:
		return "gửi được, miễn phí"
	case Paid:
		return "gửi được, tính vào gói"
	default:
		return "không gửi được cho đến khi người dân nhắn lại"
	}
}

// Window tells what may be sent at now to somebody whose last interaction was
// then. A time that is zero means that the person never wrote.
func Window(lastInteraction, now time.Time) State {
	since := now.Sub(lastInteraction)
	switch {
	case lastInteraction.IsZero() || since > openFor:
		return Closed
	case since > freeFor:
		return Paid
	default:
		return Free
	}
}

// Left tells how long that state still holds; zero for [Closed].
func Left(lastInteraction, now time.Time) time.Duration {
	switch Window(lastInteraction, now) {
	case Free:
		return lastInteraction.Add(freeFor).Sub(now)
	case Paid:
		return lastInteraction.Add(openFor).Sub(now)
	default:
		return 0
	}
}

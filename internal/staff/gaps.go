package staff

import (
	"time"

	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
)

// Offices are the desks of the file, as [desks.Desks] has them.
type Offices interface {
	// All returns every desk, outside addresses included.
	All() []desks.Desk
	// Officers returns who is at a desk on the day of at.
	Officers(desk string, at time.Time) []desks.Officer
}

// Gap is a desk whose people cannot be written to.
type Gap struct {
	Desk desks.Desk
	// Missing are those at the desk without a chat, in order; empty if nobody is
	// at the desk at all that day.
	Missing []desks.Officer
	// Dark says that nobody at the desk has a chat: its cases reach no person.
	Dark bool
}

// Gaps returns the desks at which somebody of the day of at has no chat, in the
// order of the file. None: whatever comes reaches a registered person, and
// everybody who should hears of it.
func Gaps(o Offices, reach escalation.Registry, at time.Time) []Gap {
	var gaps []Gap
	for _, desk := range o.All() {
		if desk.IsOutside() {
			continue
		}
		gap := Gap{Desk: desk, Dark: true}
		for _, officer := range o.Officers(desk.ID, at) {
			if _, ok := reach.Chat(officer.ID); ok {
				gap.Dark = false
			} else {
				gap.Missing = append(gap.Missing, officer)
			}
		}
		if gap.Dark || len(gap.Missing) > 0 {
			gaps = append(gaps, gap)
		}
	}
	return gaps
}

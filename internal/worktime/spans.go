package worktime

import (
	"iter"
	"time"
)

// span is a stretch of working time, From included, To excluded, and the date
// it belongs to where it is worked.
type span struct {
	from, to time.Time
	day      Day
}

// spans yields the working time from t on, in order, the first one cut at t. It
// never ends by itself.
//
// It goes from one change of the clock to the next: between two of them clock
// time is real time plus a constant, so that a shift in an hour that does not
// exist is left out and one in an hour that comes twice counts twice.
func (c *Calendar) spans(t time.Time) iter.Seq[span] {
	return func(yield func(span) bool) {
		at := t.In(c.zone)
		for {
			_, until := at.ZoneBounds()
			_, offset := at.Zone()
			if !c.steady(at, until, time.Duration(offset)*time.Second, yield) {
				return
			}
			at = until
		}
	}
}

// steady yields the spans from at until the clock changes, or forever if until
// is zero; false if the caller has enough.
func (c *Calendar) steady(at, until time.Time, offset time.Duration, yield func(span) bool) bool {
	for day := DayOf(at); ; day = day.Plus(1) {
		midnight := day.utc().Add(-offset)
		if !until.IsZero() && !midnight.Before(until) {
			return true
		}
		for _, shift := range c.on(day) {
			s := span{midnight.Add(minutes(shift.From)), midnight.Add(minutes(shift.To)), day}
			if s.from.Before(at) {
				s.from = at
			}
			if !until.IsZero() && s.to.After(until) {
				s.to = until
			}
			if !s.from.Before(s.to) {
				continue
			}
			s.from, s.to = s.from.In(c.zone), s.to.In(c.zone)
			if !yield(s) {
				return false
			}
		}
	}
}

// on returns the shifts of a date; not to be changed.
func (c *Calendar) on(d Day) []Shift {
	if shifts, ok := c.days[d]; ok {
		return shifts
	}
	return c.week[d.Weekday()]
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

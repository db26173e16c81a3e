package worktime

import "time"

// Open tells whether t lies in working time. The minute at which a shift
// begins does, the one at which it ends does not.
func (c *Calendar) Open(t time.Time) bool {
	for s := range c.spans(t) {
		return !s.from.After(t)
	}
	return false
}

// Next returns t if it is in working time, else when the next shift begins.
func (c *Calendar) Next(t time.Time) time.Time {
	for s := range c.spans(t) {
		return s.from
	}
	return t
}

// Add returns the first time at which d of working time has passed since t: the
// end of a shift rather than the beginning of the next. Of no duration or a
// negative one it returns t.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return t.In(c.zone)
	}
	for s := range c.spans(t) {
		length := s.to.Sub(s.from)
		if d <= length {
			return s.from.Add(d)
		}
		d -= length
	}
	return t
}

// AddDays returns when a term of n working days ends that begins with something
// at t. The day of t is not counted, whatever the hour and whether it is worked
// or not; the first working day after it is day one; the term ends with the last
// shift of day n. Of n = 0 or less it ends with the last shift of the day of t,
// or of the next working day if nothing is left of that one.
//
// The rule is that of the Civil Code, Law 91/2015/QH13: a term counted in days
// begins on the day after the one on which it is set (article 147 clause 2), one
// that ends on a day off ends with the next working day (article 148 clause 5).
// That it ends with the last shift and not at midnight is ours: nobody is there
// to answer after it.
func (c *Calendar) AddDays(t time.Time, n int) time.Time {
	received := DayOf(t.In(c.zone))
	counted, last := 0, received
	var end time.Time
	for s := range c.spans(t) {
		switch {
		case !end.IsZero() && s.day > last:
			return end
		case !end.IsZero() && s.day < last: // a clock put back over midnight
			continue
		case !end.IsZero(): // another shift of the last day
		case n <= 0:
			last = s.day
		case s.day <= last:
			continue
		default:
			last = s.day
			if counted++; counted < n {
				continue
			}
		}
		end = s.to
	}
	return end
}

// Between returns the working time from a to b; 0 if b is not after a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	var sum time.Duration
	for s := range c.spans(a) {
		if !s.from.Before(b) {
			break
		}
		if s.to.After(b) {
			s.to = b
		}
		sum += s.to.Sub(s.from)
	}
	return sum
}

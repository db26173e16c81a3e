package worktime

import "time"

// Open tells whether t lies in working time. The minute at which a shift
// begins does, the one at which it ends does not.
func (c *Calendar) Open(t time.Time) bool { panic("not yet") }

// Next returns t if it is in working time, else when the next shift begins.
func (c *Calendar) Next(t time.Time) time.Time { panic("not yet") }

// Add returns the first time at which d of working time has passed since t: the
// end of a shift rather than the beginning of the next. Of no duration or a
// negative one it returns t.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time { panic("not yet") }

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
func (c *Calendar) AddDays(t time.Time, n int) time.Time { panic("not yet") }

// Between returns the working time from a to b; 0 if b is not after a.
func (c *Calendar) Between(a, b time.Time) time.Duration { panic("not yet") }

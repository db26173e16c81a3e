package worktime

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Shift is a part of a day on which people work: clock times as minutes after
// midnight, From included, To excluded. To may be 24*60.
type Shift struct{ From, To int }

// Week holds the shifts of each weekday, by [time.Weekday]. A day without
// shifts is not worked.
type Week [7][]Shift

// Plan is what a calendar is made of.
type Plan struct {
	Zone *time.Location
	Week Week
	// Days are the dates unlike their weekday: without shifts for a holiday,
	// with shifts for a day that is worked, or worked otherwise.
	Days map[Day][]Shift
}

// The faults of a plan.
var (
	ErrEmpty   = errors.New("no working time in the week")
	ErrNoZone  = errors.New("no time zone")
	ErrShift   = errors.New("shift is not within a day or ends before it begins")
	ErrOverlap = errors.New("shifts of a day overlap")
)

// Calendar answers questions about working time. It never changes and is safe
// for concurrent use. Times may be given in any zone; those returned are in
// the calendar's.
type Calendar struct {
	zone *time.Location
	week Week
	days map[Day][]Shift
}

// New returns the calendar of a plan, or why it is none. A week without any
// shift is refused, because then no promise would ever fall due.
func New(p Plan) (*Calendar, error) {
	if p.Zone == nil {
		return nil, ErrNoZone
	}
	c := &Calendar{zone: p.Zone, days: make(map[Day][]Shift, len(p.Days))}
	empty := true
	for day, shifts := range p.Week {
		sorted, err := sortShifts(shifts)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", time.Weekday(day), err)
		}
		c.week[day] = sorted
		empty = empty && len(sorted) == 0
	}
	if empty {
		return nil, ErrEmpty
	}
	for _, day := range slices.Sorted(maps.Keys(p.Days)) {
		sorted, err := sortShifts(p.Days[day])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", day, err)
		}
		c.days[day] = sorted
	}
	return c, nil
}

// sortShifts returns a copy in order, or why they are no shifts of one day.
func sortShifts(shifts []Shift) ([]Shift, error) {
	sorted := slices.Clone(shifts)
	slices.SortFunc(sorted, func(a, b Shift) int { return a.From - b.From })
	for i, s := range sorted {
		if s.From < 0 || s.To > minutesADay || s.From >= s.To {
			return nil, ErrShift
		}
		if i > 0 && s.From < sorted[i-1].To {
			return nil, ErrOverlap
		}
	}
	return sorted, nil
}

const minutesADay = 24 * 60

// Zone returns the time zone of the calendar.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Shifts returns the shifts of a date, in order; none if it is not worked.
func (c *Calendar) Shifts(d Day) []Shift { return slices.Clone(c.on(d)) }

// Works tells whether anybody works on a date.
func (c *Calendar) Works(d Day) bool { return len(c.on(d)) > 0 }

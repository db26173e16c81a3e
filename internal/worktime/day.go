package worktime

import (
	"fmt"
	"time"
)

// Day is a date as the number yyyymmdd, so that days compare like numbers and
// convert from and to knowledge.Date. It has no time zone: the calendar has.
type Day int

// DayOf returns the date of t where t is.
func DayOf(t time.Time) Day {
	year, month, day := t.Date()
	return Day(year*10000 + int(month)*100 + day)
}

// Plus returns the date n days later, or earlier if n is negative.
func (d Day) Plus(n int) Day { return DayOf(d.utc().AddDate(0, 0, n)) }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// Year returns the year.
func (d Day) Year() int { return int(d) / 10000 }

// Noon returns noon of the date in a zone: a time that no change of the clock moves
// to another date.
func (d Day) Noon(zone *time.Location) time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 12, 0, 0, 0, zone)
}

// String writes the date the Vietnamese way.
func (d Day) String() string {
	return fmt.Sprintf("%02d/%02d/%04d", int(d)%100, int(d)/100%100, int(d)/10000)
}

func (d Day) utc() time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 0, 0, 0, 0, time.UTC)
}

package knowledge

import (
	"fmt"
	"strings"
	"time"
)

// Date is a day, as the number yyyymmdd; days compare like numbers. The zero
// Date stands for "no date": without beginning or without end.
type Date int

// DateOf returns the day of t where t is.
func DateOf(t time.Time) Date {
	return NewDate(t.Year(), t.Month(), t.Day())
}

// NewDate returns a day; overflow goes on to the next month as in [time.Date].
func NewDate(year int, month time.Month, day int) Date {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return Date(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

// ParseDate reads "01/07/2026", also "1/7/2026" and "2026-07-01".
func ParseDate(s string) (Date, error) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{"2/1/2006", "2006-1-2", "2-1-2006", "2.1.2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
			return DateOf(t), nil
		}
	}
	return 0, fmt.Errorf("date %q is not dd/mm/yyyy", s)
}

// Time returns the beginning of the day in UTC.
func (d Date) Time() time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 0, 0, 0, 0, time.UTC)
}

// Next returns the day after.
func (d Date) Next() Date { return DateOf(d.Time().AddDate(0, 0, 1)) }

// Before returns the day before.
func (d Date) Before() Date { return DateOf(d.Time().AddDate(0, 0, -1)) }

// String writes the day the Vietnamese way; no date is "".
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", int(d)%100, int(d)/100%100, int(d)/10000)
}

// MarshalText writes the day as in files.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDate] reads; empty is no date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d = 0
	if len(b) > 0 {
		*d, err = ParseDate(string(b))
	}
	return err
}

// holds tells whether day lies in from … until, both included; zero is open.
func holds(from, until, day Date) bool {
	return from <= day && (until == 0 || day <= until)
}

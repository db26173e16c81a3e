package worktime_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/internal/worktime"
)

// reference answers by looking at every minute.
type reference struct{ worktime.Plan }

func (r reference) open(t time.Time) bool {
	t = t.In(r.Zone)
	shifts, ok := r.Days[worktime.DayOf(t)]
	if !ok {
		shifts = r.Week[t.Weekday()]
	}
	minute := t.Hour()*60 + t.Minute()
	return slices.ContainsFunc(shifts, func(s worktime.Shift) bool { return s.From <= minute && minute < s.To })
}

// next looks until limit.
func (r reference) next(t, limit time.Time) (time.Time, bool) {
	for ; t.Before(limit); t = t.Add(time.Minute) {
		if r.open(t) {
			return t, true
		}
	}
	return time.Time{}, false
}

func (r reference) between(a, b time.Time) time.Duration {
	var sum time.Duration
	for ; a.Before(b); a = a.Add(time.Minute) {
		if r.open(a) {
			sum += time.Minute
		}
	}
	return sum
}

func (r reference) add(t time.Time, d time.Duration, limit time.Time) (time.Time, bool) {
	for ; t.Before(limit); t = t.Add(time.Minute) {
		if d <= 0 {
			return t, true
		}
		if r.open(t) {
			d -= time.Minute
		}
	}
	return time.Time{}, false
}

// addDays finds day n among the dates after that of t, then its last minute.
func (r reference) addDays(t time.Time, n int, limit time.Time) (time.Time, bool) {
	received := worktime.DayOf(t.In(r.Zone))
	worked := map[worktime.Day]time.Time{} // the end of its last minute
	for ; t.Before(limit); t = t.Add(time.Minute) {
		if r.open(t) {
			worked[worktime.DayOf(t.In(r.Zone))] = t.Add(time.Minute)
		}
	}
	var days []worktime.Day
	for day := range worked {
		if n <= 0 || day > received {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	n = max(n, 1)
	// The last date seen may be cut by the limit.
	if len(days) <= n {
		return time.Time{}, false
	}
	return worked[days[n-1]], true
}

// zones have clock changes of an hour, of half an hour, at midnight, a minute
// after it, of a whole day, and none.
func zones() []string {
	return []string{
		"Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh", "UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe",
		"America/St_Johns", "Pacific/Apia", "Africa/Cairo", "America/Asuncion",
	}
}

// around are days on or near which one of the zones changes its clock.
func around() []time.Time {
	return []time.Time{
		time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), time.Date(2011, 12, 29, 0, 0, 0, 0, time.UTC),
		time.Date(2010, 11, 6, 0, 0, 0, 0, time.UTC), time.Date(2011, 3, 12, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 23, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 10, 29, 0, 0, 0, 0, time.UTC), time.Date(2027, 2, 5, 0, 0, 0, 0, time.UTC), time.Date(2023, 3, 25, 0, 0, 0, 0, time.UTC),
	}
}

func genShifts(t *rapid.T, label string) []worktime.Shift {
	borders := rapid.SliceOfNDistinct(rapid.OneOf(
		rapid.IntRange(0, 1440), rapid.Map(rapid.IntRange(0, 48), func(n int) int { return n * 30 }),
	), 0, 6, rapid.ID).Draw(t, label)
	slices.Sort(borders)
	var shifts []worktime.Shift
	for i := 0; i+1 < len(borders); i += 2 {
		shifts = append(shifts, worktime.Shift{From: borders[i], To: borders[i+1]})
	}
	if len(shifts) == 2 && rapid.Bool().Draw(t, label+" reversed") {
		slices.Reverse(shifts) // the order in the plan does not matter
	}
	return shifts
}

type draw struct {
	reference
	calendar *worktime.Calendar
	from     time.Time // around something interesting, whole minutes
	limit    time.Time // how far the reference looks
}

func genCalendar(t *rapid.T) draw {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones()).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	start := rapid.SampledFrom(around()).Draw(t, "around")
	plan := worktime.Plan{Zone: zone, Days: map[worktime.Day][]worktime.Shift{}}
	for day := range plan.Week {
		plan.Week[day] = genShifts(t, time.Weekday(day).String())
	}
	for range rapid.IntRange(0, 4).Draw(t, "special days") {
		day := worktime.DayOf(start).Plus(rapid.IntRange(-2, 6).Draw(t, "day"))
		plan.Days[day] = genShifts(t, day.String())
	}
	calendar, err := worktime.New(plan)
	if err != nil {
		plan.Week[time.Tuesday] = []worktime.Shift{{From: 450, To: 690}}
		if calendar, err = worktime.New(plan); err != nil {
			t.Fatal(err)
		}
	}
	from := start.Add(time.Duration(rapid.IntRange(0, 3*1440).Draw(t, "minute")) * time.Minute)
	return draw{reference{plan}, calendar, from, from.AddDate(0, 0, 11)}
}

// Everything agrees with a look at every minute.
func TestAgreesWithEveryMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := genCalendar(t)
		if got, want := d.calendar.Open(d.from), d.open(d.from); got != want {
			t.Fatalf("Open(%v) is %t, want %t", d.from, got, want)
		}
		if want, ok := d.next(d.from, d.limit); ok && !d.calendar.Next(d.from).Equal(want) {
			t.Fatalf("Next(%v) is %v, want %v", d.from, d.calendar.Next(d.from), want)
		}
		to := d.from.Add(time.Duration(rapid.IntRange(-60, 6*1440).Draw(t, "length")) * time.Minute)
		if got, want := d.calendar.Between(d.from, to), d.between(d.from, to); got != want {
			t.Fatalf("Between(%v, %v) is %v, want %v", d.from, to, got, want)
		}
		length := time.Duration(rapid.IntRange(0, 1500).Draw(t, "work")) * time.Minute
		if want, ok := d.add(d.from, length, d.limit); ok && !d.calendar.Add(d.from, length).Equal(want) {
			t.Fatalf("Add(%v, %v) is %v, want %v", d.from, length, d.calendar.Add(d.from, length), want)
		}
		n := rapid.IntRange(-1, 4).Draw(t, "days")
		if want, ok := d.addDays(d.from, n, d.limit); ok && !d.calendar.AddDays(d.from, n).Equal(want) {
			t.Fatalf("AddDays(%v, %d) is %v, want %v", d.from, n, d.calendar.AddDays(d.from, n), want)
		}
	})
}

// Laws that hold to the nanosecond, where the reference cannot look.
func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := genCalendar(t)
		c := d.calendar
		from := d.from.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "ns")))
		work := time.Duration(rapid.Int64Range(1, int64(100*time.Hour)).Draw(t, "work"))
		end := c.Add(from, work)
		if got := c.Between(from, end); got != work {
			t.Fatalf("Between(t, Add(t, %v)) is %v", work, got)
		}
		if got := c.Between(from, end.Add(-1)); got != work-1 {
			t.Fatalf("Add(t, %v) is not the first such time: a nanosecond earlier %v had passed", work, got)
		}
		if half := work / 2; half > 0 && !c.Add(c.Add(from, half), work-half).Equal(end) {
			t.Fatal("Add in two steps differs from Add in one")
		}
		middle := from.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(from))).Draw(t, "middle")))
		if c.Between(from, middle)+c.Between(middle, end) != work {
			t.Fatal("Between of two parts differs from Between of the whole")
		}
		next := c.Next(from)
		if next.Before(from) || !c.Open(next) || c.Between(from, next) != 0 {
			t.Fatalf("Next(%v) is %v: before, not open, or work lies between", from, next)
		}
		n := rapid.IntRange(1, 5).Draw(t, "days")
		due := c.AddDays(from, n)
		if !due.After(from) || !c.Open(due.Add(-1)) || !c.AddDays(from, n+1).After(due) || c.AddDays(from, 0).After(due) {
			t.Fatalf("AddDays(%v, %d) is %v: not after it, not at an end of work, not before a day more, or before the same day", from, n, due)
		}
	})
}

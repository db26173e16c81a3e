package worktime_test

import (
	"errors"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/worktime"
)

// office is an office in Quảng Ngãi around the new year of 2027: Friday 1
// January is a holiday, and Saturday 9 is worked instead of Monday 4.
func office(t *testing.T) *worktime.Calendar {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	day := []worktime.Shift{{From: 7*60 + 30, To: 11*60 + 30}, {From: 13*60 + 30, To: 17 * 60}}
	c, err := worktime.New(worktime.Plan{
		Zone: zone,
		Week: worktime.Week{nil, day, day, day, day, day, nil},
		Days: map[worktime.Day][]worktime.Shift{20270101: nil, 20270104: nil, 20270109: day},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads a time of the office, "02/01 15:04" of December 2026 or January 2027.
func at(t *testing.T, c *worktime.Calendar, text string) time.Time {
	t.Helper()
	parsed, err := time.ParseInLocation("02/01/2006 15:04", text, c.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestOpenAtTheBorders(t *testing.T) {
	t.Parallel()
	c := office(t)
	for text, want := range map[string]bool{
		"30/12/2026 07:29": false, "30/12/2026 07:30": true, "30/12/2026 11:29": true, "30/12/2026 11:30": false,
		"30/12/2026 13:29": false, "30/12/2026 13:30": true, "30/12/2026 16:59": true, "30/12/2026 17:00": false,
		"01/01/2027 09:00": false, "02/01/2027 09:00": false, "04/01/2027 09:00": false, "09/01/2027 09:00": true, "10/01/2027 09:00": false,
	} {
		if got := c.Open(at(t, c, text)); got != want {
			t.Errorf("Open(%s) is %t, want %t", text, got, want)
		}
	}
	if got, want := c.Open(at(t, c, "30/12/2026 17:00").Add(-1)), true; got != want {
		t.Errorf("the last nanosecond of a shift: open is %t, want %t", got, want)
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	c := office(t)
	for text, want := range map[string]string{
		"30/12/2026 09:00": "30/12/2026 09:00",
		"30/12/2026 11:30": "30/12/2026 13:30",
		"31/12/2026 17:00": "05/01/2027 07:30", // over a holiday, a weekend and a swapped Monday
		"08/01/2027 18:00": "09/01/2027 07:30", // the Saturday worked instead
		"09/01/2027 17:00": "11/01/2027 07:30",
	} {
		if got := c.Next(at(t, c, text)); !got.Equal(at(t, c, want)) {
			t.Errorf("Next(%s) is %v, want %s", text, got, want)
		}
	}
}

// A term of days: the day it came is not counted, the last one ends with its
// last shift.
func TestAddDays(t *testing.T) {
	t.Parallel()
	c := office(t)
	for _, test := range []struct {
		name, from string
		days       int
		want       string
	}{
		{"in the morning", "29/12/2026 08:00", 1, "30/12/2026 17:00"},
		{"at the very end of a day", "29/12/2026 17:00", 1, "30/12/2026 17:00"},
		{"late at night", "29/12/2026 23:59", 1, "30/12/2026 17:00"},
		{"a minute later it is another day", "30/12/2026 00:00", 1, "31/12/2026 17:00"},
		{"over holiday, weekend and swapped Monday", "31/12/2026 08:00", 1, "05/01/2027 17:00"},
		{"came on the holiday", "01/01/2027 10:00", 2, "06/01/2027 17:00"},
		{"came on a Sunday", "10/01/2027 10:00", 1, "11/01/2027 17:00"},
		{"the worked Saturday counts", "07/01/2027 10:00", 2, "09/01/2027 17:00"},
		{"same day", "30/12/2026 08:00", 0, "30/12/2026 17:00"},
		{"same day, nothing left of it", "31/12/2026 17:00", 0, "05/01/2027 17:00"},
	} {
		if got := c.AddDays(at(t, c, test.from), test.days); !got.Equal(at(t, c, test.want)) {
			t.Errorf("%s: AddDays(%s, %d) is %v, want %s", test.name, test.from, test.days, got, test.want)
		}
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	c := office(t)
	for _, test := range []struct {
		name, from string
		work       time.Duration
		want       string
	}{
		{"none", "31/12/2026 20:00", 0, "31/12/2026 20:00"},
		{"negative", "31/12/2026 20:00", -time.Hour, "31/12/2026 20:00"},
		{"over lunch", "30/12/2026 11:00", time.Hour, "30/12/2026 14:00"},
		{"exactly a shift", "30/12/2026 07:30", 4 * time.Hour, "30/12/2026 11:30"},
		{"over the new year", "31/12/2026 16:00", 2 * time.Hour, "05/01/2027 08:30"},
	} {
		if got := c.Add(at(t, c, test.from), test.work); !got.Equal(at(t, c, test.want)) {
			t.Errorf("%s: Add(%s, %v) is %v, want %s", test.name, test.from, test.work, got, test.want)
		}
	}
	if got, want := c.Between(at(t, c, "31/12/2026 00:00"), at(t, c, "12/01/2027 00:00")), 7*(7*time.Hour+30*time.Minute); got != want {
		t.Errorf("Between over the new year is %v, want %v", got, want)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	week := func(shifts ...worktime.Shift) worktime.Week { return worktime.Week{time.Monday: shifts} }
	holiday := map[worktime.Day][]worktime.Shift{20270101: {{From: 60, To: 30}}}
	for name, test := range map[string]struct {
		plan worktime.Plan
		want error
	}{
		"no zone":            {worktime.Plan{Week: week(worktime.Shift{From: 0, To: 60})}, worktime.ErrNoZone},
		"nothing at all":     {worktime.Plan{Zone: time.UTC}, worktime.ErrEmpty},
		"only a special day": {worktime.Plan{Zone: time.UTC, Days: map[worktime.Day][]worktime.Shift{20270101: {{From: 0, To: 60}}}}, worktime.ErrEmpty},
		"backwards":          {worktime.Plan{Zone: time.UTC, Week: week(worktime.Shift{From: 60, To: 30})}, worktime.ErrShift},
		"without length":     {worktime.Plan{Zone: time.UTC, Week: week(worktime.Shift{From: 60, To: 60})}, worktime.ErrShift},
		"over midnight":      {worktime.Plan{Zone: time.UTC, Week: week(worktime.Shift{From: 60, To: 1441})}, worktime.ErrShift},
		"before midnight":    {worktime.Plan{Zone: time.UTC, Week: week(worktime.Shift{From: -1, To: 60})}, worktime.ErrShift},
		"overlap":            {worktime.Plan{Zone: time.UTC, Week: week(worktime.Shift{From: 100, To: 200}, worktime.Shift{From: 60, To: 101})}, worktime.ErrOverlap},
		"of a special day":   {worktime.Plan{Zone: time.UTC, Week: week(worktime.Shift{From: 0, To: 60}), Days: holiday}, worktime.ErrShift},
	} {
		if _, err := worktime.New(test.plan); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

// A calendar keeps nothing of the plan it was made of.
func TestNeverChanges(t *testing.T) {
	t.Parallel()
	plan := worktime.Plan{Zone: time.UTC, Week: worktime.Week{time.Monday: {{From: 0, To: 60}}}, Days: map[worktime.Day][]worktime.Shift{}}
	c, err := worktime.New(plan)
	if err != nil {
		t.Fatal(err)
	}
	plan.Week[time.Monday][0].To, plan.Days[20261123] = 1, nil
	c.Shifts(20261123)[0].To = 2
	if got := c.Shifts(20261123); len(got) != 1 || got[0].To != 60 {
		t.Errorf("shifts of the Monday are %v after its plan was changed, want one to minute 60", got)
	}
	if !c.Works(20261123) || c.Works(20261124) {
		t.Error("Works: want the Monday and not the Tuesday")
	}
}

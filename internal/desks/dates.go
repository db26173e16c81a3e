package desks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/worktime"
	"github.com/doithoai/doithoai/knowledge"
)

// date is a date as a person writes it; rangeStart finds one or two at the
// beginning of a line.
const date = `\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}-\d{1,2}`

var rangeStart = regexp.MustCompile(`^(` + date + `)(?:\s*(?:[-–—]|đến)\s*(` + date + `))?\s*(.*)$`)

// maxHoliday is how long a range of holidays may be, in days; a longer one is
// a slip in a month or a year. maxAbsence is the same for a leave.
const (
	maxHoliday = 31
	maxAbsence = 400
)

// dates reads a line that begins with a date or a range and returns the rest.
// Its errors are Vietnamese and become part of a sentence.
func dates(text string, most int) (from, until worktime.Day, rest string, err error) {
	m := rangeStart.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, "", fmt.Errorf("không thấy ngày/tháng/năm")
	}
	first, err := knowledge.ParseDate(m[1])
	if err != nil {
		return 0, 0, "", fmt.Errorf("%s không phải một ngày", m[1])
	}
	last := first
	if m[2] != "" {
		if last, err = knowledge.ParseDate(m[2]); err != nil {
			return 0, 0, "", fmt.Errorf("%s không phải một ngày", m[2])
		}
	}
	from, until = worktime.Day(first), worktime.Day(last)
	switch {
	case until < from:
		err = fmt.Errorf("ngày cuối đứng trước ngày đầu")
	case until > from.Plus(most-1):
		err = fmt.Errorf("dài quá %d ngày", most)
	}
	return from, until, m[3], err
}

const datesCure = "Viết như «01/01/2027» hoặc «30/04/2027 - 01/05/2027», mỗi dòng một khoảng."

// holidays reads days off, each with the line it stands on. What follows the
// dates of a line is a note.
func holidays(r *keyfile.Reader, name string, n *strictyaml.Node, into map[worktime.Day]strictyaml.Position) {
	if n == nil {
		return
	}
	for _, line := range r.Lines(name, n) {
		from, until, rest, err := dates(line.Text, maxHoliday)
		if err == nil && rangeStart.MatchString(strings.TrimLeft(rest, " ,;")) {
			err = fmt.Errorf("có nhiều ngày trên một dòng")
		}
		if err != nil {
			r.Err(line.At, "date", fmt.Sprintf("Không hiểu ngày nghỉ «%s»: %v.", keyfile.Brief(line.Text), err), datesCure)
			continue
		}
		for day := from; day <= until; day = day.Plus(1) {
			into[day] = line.At
		}
	}
}

// swap is a day that is worked although its weekday is not: instead of another
// day, or in hours of its own.
type swap struct {
	day     worktime.Day
	instead worktime.Day // 0: hours of its own
	shifts  []worktime.Shift
	at      strictyaml.Position
}

var insteadOf = regexp.MustCompile(`^(?:làm\s+)?(?:bù\s+)?(?:thay|cho|thay cho)\s*:?\s*(?:ngày\s+)?(` + date + `)\b`)

// swaps reads «22/08/2026 thay 31/08/2026» and «22/08/2026: 7h30-11h30».
func swaps(r *keyfile.Reader, n *strictyaml.Node) []swap {
	if n == nil {
		return nil
	}
	var out []swap
	for _, line := range r.Lines(keySwaps, n) {
		s := swap{at: line.At}
		from, until, rest, err := dates(strings.ToLower(line.Text), 1)
		s.day = from
		switch m := insteadOf.FindStringSubmatch(rest); {
		case err != nil || from != until:
		case m != nil:
			s.instead, _, _, err = dates(m[1], 1)
		case strings.HasPrefix(rest, ":"):
			s.shifts, err = shifts(rest[1:])
			if err == nil && len(s.shifts) == 0 {
				err = fmt.Errorf("không có buổi nào")
			}
		default:
			err = fmt.Errorf("không nói thay ngày nào")
		}
		if err != nil {
			r.Err(line.At, "swap", fmt.Sprintf("Không hiểu ngày làm bù «%s»: %v.", keyfile.Brief(line.Text), err),
				"Viết như «22/08/2026 thay 31/08/2026», hoặc «22/08/2026: 7h30-11h30» nếu chỉ làm một buổi.")
			continue
		}
		out = append(out, s)
	}
	return out
}

// special are the days unlike their weekday, of the whole file.
type special struct {
	off   map[worktime.Day]strictyaml.Position // holidays and Tết
	tet   map[worktime.Day]strictyaml.Position
	swaps []swap
}

func readSpecial(r *keyfile.Reader, f *fileDoc) special {
	s := special{off: map[worktime.Day]strictyaml.Position{}, tet: map[worktime.Day]strictyaml.Position{}}
	holidays(r, keyHolidays, f.Mark(keyHolidays), s.off)
	holidays(r, keyTet, f.Mark(keyTet), s.tet)
	maps.Copy(s.off, s.tet)
	s.swaps = swaps(r, f.Mark(keySwaps))
	return s
}

// days returns what a calendar with this week is told of.
func (s special) days(week worktime.Week) map[worktime.Day][]worktime.Shift {
	out := make(map[worktime.Day][]worktime.Shift, len(s.off)+2*len(s.swaps))
	for day := range s.off {
		out[day] = nil
	}
	for _, swap := range s.swaps {
		if swap.instead == 0 {
			out[swap.day] = swap.shifts
			continue
		}
		out[swap.day] = week[swap.instead.Weekday()]
		out[swap.instead] = nil
	}
	return out
}

// checkSwaps tells swaps that contradict the week, a holiday or each other.
func (s special) checkSwaps(r *keyfile.Reader, week worktime.Week) {
	seen := map[worktime.Day]int{}
	for _, swap := range s.swaps {
		for _, day := range []worktime.Day{swap.day, swap.instead} {
			if line, again := seen[day]; again && day != 0 {
				r.Err(swap.at, "swap", fmt.Sprintf("Ngày %s đã có trong dòng làm bù %d.", day, line), "Giữ lại một dòng.")
			}
			seen[day] = swap.at.Line
		}
		switch {
		case s.off[swap.day].Line > 0:
			r.Err(swap.at, "swap", fmt.Sprintf("Ngày %s vừa là ngày nghỉ (dòng %d) vừa là ngày làm bù.", swap.day, s.off[swap.day].Line), "Xóa ở một chỗ.")
		case len(week[swap.day.Weekday()]) > 0:
			r.Err(swap.at, "swap", fmt.Sprintf("Ngày %s là %s, vốn đã là ngày làm việc.", swap.day, weekdayName(swap.day.Weekday())), "Xem lại ngày làm bù có đúng không.")
		case swap.instead != 0 && len(week[swap.instead.Weekday()]) == 0:
			r.Err(swap.at, "swap", fmt.Sprintf("Ngày %s là %s, vốn đã là ngày nghỉ, không cần làm bù.", swap.instead, weekdayName(swap.instead.Weekday())), "Xem lại ngày được thay có đúng không.")
		}
	}
}

// When Tết can be: its first day is the new moon between 21 January and 20
// February. Its days off are named by the administration each year; the law
// gives five (Labour Code, Law 45/2019/QH14, article 112). A promise given
// tetNotice before may reach into them.
const (
	tetDays   = 5
	tetNotice = 60 * 24 * time.Hour
)

// checkYears demands the days of Tết, and reminds of the fixed public holidays,
// from now until a year ahead.
func (s special) checkYears(r *keyfile.Reader, at func(key string) strictyaml.Position, now time.Time) {
	ahead := now.AddDate(1, 0, 0)
	byYear := map[int]int{}
	for day := range s.tet {
		if day%10000 < 315 { // before 15 March
			byYear[day.Year()]++
		}
	}
	for year := now.Year(); year <= ahead.Year(); year++ {
		first := time.Date(year, time.January, 21, 0, 0, 0, 0, now.Location())
		last := time.Date(year, time.February, 21, 0, 0, 0, 0, now.Location())
		if byYear[year] >= tetDays || !now.Before(last) || ahead.Before(first) {
			continue
		}
		message := fmt.Sprintf("Chưa ghi ngày nghỉ Tết %d.", year)
		if byYear[year] > 0 {
			message = fmt.Sprintf("Nghỉ Tết %d mới ghi %d ngày, luật cho ít nhất %d ngày.", year, byYear[year], tetDays)
		}
		cure := fmt.Sprintf("Ghi vào khóa «%s» theo thông báo của Nhà nước, ví dụ «ngày/tháng/%d - ngày/tháng/%d».", keyTet, year, year)
		if first.Sub(now) <= tetNotice {
			r.Err(at(keyTet), "tet", message+" Lời hứa trả lời sẽ tính cả ngày Tết là ngày làm việc.", cure)
		} else {
			r.Warn(at(keyTet), "tet", message, cure+" Chưa có thông báo thì chờ; còn cách Tết 60 ngày thì thành lỗi.")
		}
	}
	var missing []string
	today, end := worktime.DayOf(now), worktime.DayOf(ahead)
	for year := today.Year(); year <= end.Year(); year++ {
		for _, fixed := range []int{101, 430, 501, 902} {
			day := worktime.Day(year*10000 + fixed)
			if _, ok := s.off[day]; !ok && today <= day && day < end {
				missing = append(missing, day.String())
			}
		}
	}
	if len(missing) > 0 {
		r.Warn(at(keyHolidays), "holiday", "Ngày lễ chưa ghi là ngày nghỉ: "+strings.Join(missing, ", ")+".", fmt.Sprintf("Thêm vào khóa «%s», mỗi dòng một ngày.", keyHolidays))
	}
}

// sortedDays returns the days of a set in order.
func sortedDays[V any](set map[worktime.Day]V) []worktime.Day { return slices.Sorted(maps.Keys(set)) }

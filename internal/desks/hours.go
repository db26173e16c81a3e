package desks

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/worktime"
)

const hoursCure = "Viết như «thứ 2 - thứ 6: 7h30-11h30, 13h30-17h»."

// hours reads «giờ làm việc»; false if it says nothing that can be used.
func hours(r *keyfile.Reader, name string, n *strictyaml.Node) (week worktime.Week, ok bool) {
	if n == nil {
		return week, false
	}
	var said [7]bool
	ok = true
	for _, line := range r.Lines(name, n) {
		days, shifts, err := hoursLine(line.Text)
		if err != nil {
			r.Err(line.At, "hours", fmt.Sprintf("Không hiểu giờ làm việc «%s»: %v.", keyfile.Brief(line.Text), err), hoursCure)
			ok = false
			continue
		}
		for _, day := range days {
			if said[day] {
				r.Err(line.At, "hours", fmt.Sprintf("Giờ làm việc của %s ghi hai lần.", weekdayName(day)), "Gộp các buổi của ngày đó vào một dòng, cách nhau bằng dấu phẩy.")
				ok = false
			}
			said[day], week[day] = true, shifts
		}
	}
	if ok && !slices.ContainsFunc(week[:], func(s []worktime.Shift) bool { return len(s) > 0 }) {
		r.Err(n.At(), "hours", "Giờ làm việc không có buổi nào.", hoursCure)
		return week, false
	}
	return week, ok
}

// hoursLine reads «thứ 2 - thứ 6: 7h30-11h30, 13h30-17h». Its errors are
// Vietnamese and become part of a sentence.
func hoursLine(text string) ([]time.Weekday, []worktime.Shift, error) {
	before, after, found := strings.Cut(strings.ToLower(text), ":")
	if !found {
		return nil, nil, errors.New("thiếu dấu hai chấm giữa thứ và giờ")
	}
	days, err := weekdays(before)
	if err != nil {
		return nil, nil, err
	}
	shifts, err := shifts(after)
	return days, shifts, err
}

var (
	listSeparator  = regexp.MustCompile(`\s*[,;]\s*|\s+và\s+`)
	rangeSeparator = regexp.MustCompile(`\s*[-–—]\s*|\s+đến\s+`)
	clockTime      = regexp.MustCompile(`^(\d{1,2})\s*(?:h|g|giờ|:)?\s*(\d{2})?$`)
)

// weekdays reads «thứ 2 - thứ 6, chủ nhật».
func weekdays(text string) ([]time.Weekday, error) {
	var days []time.Weekday
	for _, part := range listSeparator.Split(strings.TrimSpace(text), -1) {
		if folded := strictyaml.Fold(part); folded == "moingay" || folded == "hangngay" || folded == "catuan" {
			return []time.Weekday{1, 2, 3, 4, 5, 6, 0}, nil
		}
		ends := rangeSeparator.Split(part, -1)
		first, ok1 := weekday(ends[0])
		last, ok2 := weekday(ends[len(ends)-1])
		if !ok1 || !ok2 || len(ends) > 2 {
			return nil, fmt.Errorf("«%s» không phải ngày trong tuần", keyfile.Brief(part))
		}
		if last < first {
			return nil, fmt.Errorf("«%s» viết ngược", keyfile.Brief(part))
		}
		for day := first; day <= last; day++ {
			days = append(days, time.Weekday(day%7))
		}
	}
	return days, nil
}

// weekday reads a day as a number from Monday, 1, to Sunday, 7.
func weekday(text string) (int, bool) {
	folded := strictyaml.Fold(text)
	if folded == "chunhat" || folded == "cn" {
		return 7, true
	}
	folded = strings.TrimPrefix(strings.TrimPrefix(folded, "thu"), "t")
	if i := slices.Index([]string{"hai", "ba", "tu", "nam", "sau", "bay"}, folded); i >= 0 {
		return i + 1, true
	}
	n, err := strconv.Atoi(folded)
	return n - 1, err == nil && 2 <= n && n <= 7
}

func weekdayName(d time.Weekday) string {
	if d == time.Sunday {
		return "chủ nhật"
	}
	return fmt.Sprintf("thứ %d", int(d)+1)
}

// shifts reads «7h30-11h30, 13h30-17h», sorted.
func shifts(text string) ([]worktime.Shift, error) {
	text = strings.TrimSpace(text)
	switch strictyaml.Fold(text) {
	case "cangay", "suotngay", "24/24":
		return []worktime.Shift{{From: 0, To: 24 * 60}}, nil
	case "nghi":
		return nil, nil
	}
	var out []worktime.Shift
	for _, part := range listSeparator.Split(text, -1) {
		ends := rangeSeparator.Split(part, -1)
		if len(ends) != 2 {
			return nil, fmt.Errorf("«%s» không phải một buổi", keyfile.Brief(part))
		}
		from, ok1 := minute(ends[0])
		to, ok2 := minute(ends[1])
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("«%s» không phải một buổi", keyfile.Brief(part))
		}
		if from >= to {
			return nil, fmt.Errorf("buổi «%s» kết thúc trước khi bắt đầu", keyfile.Brief(part))
		}
		out = append(out, worktime.Shift{From: from, To: to})
	}
	slices.SortFunc(out, func(a, b worktime.Shift) int { return a.From - b.From })
	for i := 1; i < len(out); i++ {
		if out[i].From < out[i-1].To {
			return nil, errors.New("hai buổi chồng lên nhau")
		}
	}
	return out, nil
}

// minute reads «7h30», «7:30», «17h», «17 giờ» as minutes after midnight.
func minute(text string) (int, bool) {
	m := clockTime.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[1]) // at most two digits each
	minute := 0
	if m[2] != "" {
		minute, _ = strconv.Atoi(m[2])
	}
	total := hour*60 + minute
	return total, minute < 60 && total <= 24*60
}

package desks

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/worktime"
)

func TestHoursLine(t *testing.T) {
	t.Parallel()
	morning, day := []worktime.Shift{{From: 450, To: 690}}, []worktime.Shift{{From: 450, To: 690}, {From: 810, To: 1020}}
	workdays := []time.Weekday{1, 2, 3, 4, 5}
	for text, want := range map[string]struct {
		days   []time.Weekday
		shifts []worktime.Shift
	}{
		"thứ 2 - thứ 6: 7h30-11h30, 13h30-17h":          {workdays, day},
		"Thứ Hai đến Thứ Sáu: 7:30 – 11:30; 13:30 – 17": {workdays, day},
		"T2-T6: 13h30-17h00 và 7h30 - 11h30":            {workdays, day},
		"thứ 2-6: 7g30-11g30":                           {workdays, morning},
		"thu bay, chu nhat: 7 giờ 30 - 11 giờ 30":       {[]time.Weekday{6, 0}, morning},
		"CN: nghỉ":          {[]time.Weekday{0}, nil},
		"mỗi ngày: cả ngày": {[]time.Weekday{1, 2, 3, 4, 5, 6, 0}, []worktime.Shift{{From: 0, To: 1440}}},
		"thứ 7: 0h-24h":     {[]time.Weekday{6}, []worktime.Shift{{From: 0, To: 1440}}},
	} {
		days, shifts, err := hoursLine(text)
		if err != nil || !slices.Equal(days, want.days) || !slices.Equal(shifts, want.shifts) {
			t.Errorf("%q: got %v %v (%v), want %v %v", text, days, shifts, err, want.days, want.shifts)
		}
	}
	for _, text := range []string{"", ":", "thứ 2", "thứ 1: 7h-8h", "thứ 2 - thứ 4 - thứ 6: 7h-8h", "thứ 2: 7h", "thứ 2: 7h60-8h", "thứ 2: 8h-24h01", "thứ 2: 8h-8h", "thứ 2:"} {
		if days, shifts, err := hoursLine(text); err == nil {
			t.Errorf("%q: got %v %v, want an error", text, days, shifts)
		}
	}
}

func TestParseTerm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Term{
		"2 ngày làm việc": {Days: 2}, "02 Ngày Làm Việc": {Days: 2}, "4 giờ làm việc": {Work: 4 * time.Hour}, "4 giờ": {Work: 4 * time.Hour},
		"30 phút": {Work: 30 * time.Minute}, "trong ngày": {}, "trong ngay lam viec": {},
	} {
		got, err := parseTerm(text)
		if err != nil || got != want {
			t.Errorf("%q: got %v (%v), want %v", text, got, err, want)
		}
		if again, err := parseTerm(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which is read as %v (%v)", text, got, again, err)
		}
	}
	for _, text := range []string{"", "2", "2 ngày", "hai ngày làm việc", "0 ngày làm việc", "61 ngày làm việc", "241 giờ", "-1 giờ", "1,5 giờ"} {
		if got, err := parseTerm(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestParseChat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bot.ChatID{
		"telegram:777":        {Channel: "telegram", Bot: "main", Chat: "777"},
		"Telegram: 777":       {Channel: "telegram", Bot: "main", Chat: "777"},
		"telegram:-1001/12":   {Channel: "telegram", Bot: "main", Chat: "-1001/12"},
		"telegram@phu:-1001":  {Channel: "telegram", Bot: "phu", Chat: "-1001"},
		"Zalo OA:1234567":     {Channel: "zalo-oa", Bot: "main", Chat: "1234567"},
		"zalo_bot@x-1:ab.C-d": {Channel: "zalo-bot", Bot: "x-1", Chat: "ab.C-d"},
	} {
		if got, err := parseChat(text); err != nil || got != want {
			t.Errorf("%q: got %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "777", "telegram", "telegram:", "telegram:abc", "telegram:007", "telegram:1/0", "telegram:1/2/3", "zalo-oa:abc", "web:1", "telegram@:1", "telegram@a b:1"} {
		if got, err := parseChat(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
	if _, err := parsePerson("telegram:-1001"); err == nil {
		t.Error("a group is taken for a person")
	}
	if _, err := parsePerson("telegram:777/12"); err == nil {
		t.Error("a forum topic is taken for a person")
	}
	for _, text := range []string{"telegram:777", "zalo-oa:1234567"} {
		if _, err := parseRoom(text); err == nil {
			t.Errorf("%q is taken for a room", text)
		}
	}
}

package desks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
)

// ladder writes the rungs of a desk: «1 officers:y-te | 2 room:y-te | …».
func ladder(d *desks.Desks, desk string) string {
	var rungs []string
	for _, r := range d.Rungs(desk) {
		text := string(rune('0' + r.Halves))
		for _, t := range r.To {
			text += " " + string(t.Kind) + ":" + t.ID
		}
		rungs = append(rungs, text)
	}
	return strings.Join(rungs, " | ")
}

func TestRungs(t *testing.T) {
	t.Parallel()
	d := load(t)
	for desk, want := range map[string]string{
		"y-te":         "1 officers:y-te | 2 room:y-te | 3 officers:chung head:chung",
		"tinh-khe":     "1 officers:tinh-khe | 2 officers:tinh-khe | 3 officers:chung head:tinh-khe", // no room; its own head
		"chung":        "1 officers:chung | 2 officers:chung | 3 officers:chung head:chung",
		"kin":          "1 officers:kin | 2 officers:kin | 3 officers:kin", // nobody else learns of it
		"gap":          "1 officers:gap | 2 officers:gap | 3 officers:chung head:chung",
		"cong-an":      "",
		"khong-co":     "",
		"tinh-khe-vay": "1 officers:tinh-khe-vay | 2 room:tinh-khe-vay | 3 officers:chung head:chung",
	} {
		if got := ladder(d, desk); got != want {
			t.Errorf("%s: got %q, want %q", desk, got, want)
		}
	}
	named := load(t, "quá nửa thời hạn: chung, trưởng", "quá nửa thời hạn: y-te, minh")
	if got, want := ladder(named, "gap"), "1 officers:gap | 2 officers:gap | 3 officers:y-te officer:minh"; got != want {
		t.Errorf("by id: got %q, want %q", got, want)
	}
	if got, want := ladder(named, "kin"), "1 officers:kin | 2 officers:kin | 3 officers:kin"; got != want {
		t.Errorf("by id, confidential: got %q, want %q", got, want)
	}
}

// Not even the head's absence tells others of a confidential matter.
func TestConfidentialHeadAway(t *testing.T) {
	t.Parallel()
	d := load(t, "    kín: có\n    cán bộ: sang", "    kín: có\n    cán bộ: sang\n    trưởng: dung", "15/12/2026 - 16/12/2026, thay minh", "15/12/2026 - 16/12/2026")
	if got, want := ladder(d, "kin"), "1 officers:kin | 2 officers:kin | 3 officers:kin head:kin"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	for when, want := range map[string]string{"14/12/2026 09:00": "dung", "15/12/2026 09:00": "sang"} {
		people, _ := d.Recipients(desks.Target{Kind: desks.ToHead, ID: "kin"}, at(t, when))
		if len(people) != 1 || people[0].ID != want {
			t.Errorf("%s: got %v, want only %s", when, people, want)
		}
	}
}

// No reminder comes outside working time.
func TestRungAt(t *testing.T) {
	t.Parallel()
	d := load(t)
	for _, test := range []struct {
		name, desk, from, due string
		halves                int
		want                  string
	}{
		{"half of two days", "y-te", "23/11/2026 07:30", "24/11/2026 17:00", 1, "24/11/2026 07:30"},
		{"half, in the middle of a shift", "tinh-khe-vay", "23/11/2026 08:00", "23/11/2026 14:00", 1, "23/11/2026 10:00"},
		{"the end of the term is the end of a day: the next morning", "y-te", "23/11/2026 07:30", "24/11/2026 17:00", 2, "25/11/2026 07:30"},
		{"half a term over it", "y-te", "23/11/2026 07:30", "24/11/2026 17:00", 3, "26/11/2026 07:30"},
		{"over a weekend", "y-te", "26/11/2026 07:30", "27/11/2026 17:00", 3, "01/12/2026 07:30"},
		{"round the clock", "gap", "28/11/2026 23:00", "28/11/2026 23:30", 3, "28/11/2026 23:45"},
		{"put off", "y-te", "23/11/2026 07:30", "26/11/2026 17:00", 1, "25/11/2026 07:30"},
		{"promised for a time nobody works at: a term of its own", "y-te", "28/11/2026 09:00", "29/11/2026 09:00", 3, "01/12/2026 07:30"},
	} {
		got := d.RungAt(test.desk, desks.Rung{Halves: test.halves}, at(t, test.from), at(t, test.due))
		if !got.Equal(at(t, test.want)) {
			t.Errorf("%s: got %v, want %s", test.name, got, test.want)
		}
		if !d.Calendar(test.desk).Open(got) {
			t.Errorf("%s: %v is outside working time", test.name, got)
		}
	}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	d := load(t,
		"15/12/2026 - 16/12/2026, thay minh", "15/12/2026 - 16/12/2026",
		"    tên: Chị Sang\n", "    tên: Chị Sang\n    nghỉ: |\n      21/12/2026, thay: lan\n")
	for _, test := range []struct {
		name   string
		target desks.Target
		when   string
		want   string
	}{
		{"of a desk", desks.Target{Kind: desks.ToOfficers, ID: "y-te"}, "30/11/2026 09:00", "lan hoa"},
		{"with a cover", desks.Target{Kind: desks.ToOfficers, ID: "y-te"}, "08/12/2026 09:00", "minh"},
		{"nobody there: the head", desks.Target{Kind: desks.ToOfficers, ID: "tinh-khe-vay"}, "15/12/2026 09:00", "sang"},
		{"the head", desks.Target{Kind: desks.ToHead, ID: "chung"}, "30/11/2026 09:00", "sang"},
		{"a head that is none: the officers", desks.Target{Kind: desks.ToHead, ID: "y-te"}, "30/11/2026 09:00", "lan hoa"},
		{"a person", desks.Target{Kind: desks.ToOfficer, ID: "sang"}, "30/11/2026 09:00", "sang"},
		{"a person who is covered", desks.Target{Kind: desks.ToOfficer, ID: "sang"}, "21/12/2026 09:00", "lan"},
		{"confidential, covered", desks.Target{Kind: desks.ToOfficers, ID: "kin"}, "21/12/2026 09:00", "lan"},
		{"a room has no persons", desks.Target{Kind: desks.ToRoom, ID: "y-te"}, "30/11/2026 09:00", ""},
	} {
		people, room := d.Recipients(test.target, at(t, test.when))
		var got []string
		for _, o := range people {
			got = append(got, o.ID)
		}
		if strings.Join(got, " ") != test.want || (room != bot.ChatID{}) != (test.target.Kind == desks.ToRoom) {
			t.Errorf("%s: got %v and room %v, want %s", test.name, got, room.Channel, test.want)
		}
	}
}

// Every rung of every desk reaches somebody on every day, and a confidential
// matter nobody but its own.
func TestEveryRungReaches(t *testing.T) {
	t.Parallel()
	d := load(t)
	for day := range 180 {
		when := now(t).AddDate(0, 0, day)
		for _, desk := range d.All() {
			for _, rung := range d.Rungs(desk.ID) {
				for _, target := range rung.To {
					people, room := d.Recipients(target, when)
					if len(people) == 0 && room == (bot.ChatID{}) {
						t.Fatalf("%s, rung %d on %s reaches nobody", desk.ID, rung.Halves, when.Format("02/01/2006"))
					}
					if desk.Confidential && (len(people) != 1 || !slices.Contains(desk.Officers, people[0].ID) || room != (bot.ChatID{})) {
						t.Fatalf("%s on %s: %v and room %v learn of it", desk.ID, when.Format("02/01/2006"), people, room.Channel)
					}
				}
			}
		}
	}
}

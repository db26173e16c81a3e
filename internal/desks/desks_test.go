package desks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/knowledge"
)

// load loads the example with pieces replaced, which must be in order.
func load(t testing.TB, pieces ...string) *desks.Desks {
	t.Helper()
	d, report := desks.Load(desks.FileName, edit(t, pieces...), world(t), now(t))
	if d == nil {
		t.Fatal(report.Text())
	}
	return d
}

// at reads a time of Quảng Ngãi, "02/01/2006 15:04".
func at(t testing.TB, text string) time.Time {
	t.Helper()
	parsed, err := time.ParseInLocation("02/01/2006 15:04", text, zone(t))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestRoute(t *testing.T) {
	t.Parallel()
	d := load(t)
	for _, test := range []struct{ name, place, topic, want string }{
		{"both named", "tinh-khe", "vay-von", "tinh-khe-vay"},
		{"both named, by the name of the topic", "an-phu", "nha-o", "tinh-khe-vay"},
		{"place before topic", "tinh-khe", "bao-hiem-y-te", "tinh-khe"},
		{"topic", "an-phu", "bao-hiem-y-te", "y-te"},
		{"neither", "an-phu", "giao-duc", "chung"},
		{"unknown place", "", "bao-hiem-y-te", "y-te"},
		{"unknown topic", "tinh-khe", "", "tinh-khe"},
		{"nothing known", "", "", "chung"},
		{"ids that are none", "ha-noi", "thoi-tiet", "chung"},
	} {
		desk, ok := d.Route(test.place, test.topic, now(t))
		if !ok || desk.ID != test.want {
			t.Errorf("%s: got %q (%t), want %q", test.name, desk.ID, ok, test.want)
		}
	}
}

// What is confidential or urgent goes its own way, whatever it is about.
func TestReservedDesks(t *testing.T) {
	t.Parallel()
	d := load(t)
	if desk, ok := d.Confidential("tinh-khe", "vay-von", now(t)); !ok || desk.ID != "kin" || desk.Room != (bot.ChatID{}) {
		t.Errorf("confidential: got %+v (%t), want the desk kin without a room", desk, ok)
	}
	if desk, ok := d.Urgent("", "", now(t)); !ok || desk.ID != "gap" || desk.Hours != "" {
		t.Errorf("urgent: got %+v (%t), want the desk gap round the clock", desk, ok)
	}
	without := load(t, "    gấp: có\n", "    chủ đề: vay-von\n    địa bàn: an-phu\n", "An Phú", "tinh-khe-2", ", tinh-khe-2", "")
	if desk, ok := without.Urgent("an-phu", "", now(t)); ok {
		t.Errorf("urgent without such a desk: got %s", desk.ID)
	}
}

// A desk at which nobody is present is passed over, and only as long.
func TestRoutePassesOverAnEmptyDesk(t *testing.T) {
	t.Parallel()
	d := load(t, "15/12/2026 - 16/12/2026, thay minh", "15/12/2026 - 16/12/2026")
	for text, want := range map[string]string{
		"14/12/2026 23:59": "tinh-khe-vay", "15/12/2026 00:00": "tinh-khe", "16/12/2026 23:59": "tinh-khe", "17/12/2026 00:00": "tinh-khe-vay",
	} {
		if desk, _ := d.Route("tinh-khe", "vay-von", at(t, text)); desk.ID != want {
			t.Errorf("at %s: got %s, want %s", text, desk.ID, want)
		}
	}
	// Midnight is that of the file, whatever zone the time came in.
	if desk, _ := d.Route("tinh-khe", "vay-von", at(t, "15/12/2026 00:00").UTC()); desk.ID != "tinh-khe" {
		t.Errorf("in UTC: got %s, want tinh-khe", desk.ID)
	}
}

func TestOfficersAndCovers(t *testing.T) {
	t.Parallel()
	d := load(t)
	for _, test := range []struct{ name, desk, when, want string }{
		{"all there", "y-te", "30/11/2026 09:00", "lan hoa"},
		{"the cover sits there too", "y-te", "01/12/2026 00:00", "hoa"},
		{"the cover is covered", "y-te", "08/12/2026 09:00", "minh"},
		{"one is back", "y-te", "11/12/2026 09:00", "lan minh"},
		{"all back", "y-te", "13/12/2026 09:00", "lan hoa"},
		{"a single day", "chung", "02/03/2027 23:59", "minh"},
		{"no desk", "khong-co", "30/11/2026 09:00", ""},
		{"an address", "cong-an", "30/11/2026 09:00", ""},
	} {
		var got []string
		for _, o := range d.Officers(test.desk, at(t, test.when)) {
			got = append(got, o.ID)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %v, want %s", test.name, got, test.want)
		}
	}
	if o, ok := d.Present("lan", at(t, "09/12/2026 09:00")); !ok || o.ID != "minh" {
		t.Errorf("Present: got %s (%t), want minh for lan, over hoa", o.ID, ok)
	}
	if _, ok := d.Present("khong-co", now(t)); ok {
		t.Error("somebody acts for nobody")
	}
}

func TestChats(t *testing.T) {
	t.Parallel()
	d := load(t)
	for _, test := range []struct {
		chat bot.ChatID
		want string
	}{
		{bot.ChatID{Channel: "telegram", Bot: "main", Chat: "70707"}, "lan"},
		{bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "4567890123456789012"}, "hoa"},
		{bot.ChatID{Channel: "zalo-bot", Bot: "phu", Chat: "ab12.cd"}, "hoa"},
		{bot.ChatID{Channel: "zalo-bot", Bot: "main", Chat: "ab12.cd"}, ""}, // another bot is another person
		{bot.ChatID{Channel: "telegram", Bot: "main", Chat: "-100555"}, ""}, // a room is nobody's
		{bot.ChatID{}, ""},
	} {
		if o, ok := d.ByChat(test.chat); o.ID != test.want || ok != (test.want != "") {
			t.Errorf("ByChat(%v): got %q (%t), want %q", test.chat, o.ID, ok, test.want)
		}
	}
	hoa, _ := d.Officer("hoa")
	if len(hoa.Chats) != 2 || hoa.Chats[0].Channel != "zalo-oa" {
		t.Errorf("chats of hoa: %v, want two, Zalo OA first", hoa.Chats)
	}
	if rooms := d.ByRoom(bot.ChatID{Channel: "telegram", Bot: "main", Chat: "-100555/12"}); len(rooms) != 1 || rooms[0].ID != "y-te" {
		t.Errorf("ByRoom of the forum topic: got %v, want y-te", rooms)
	}
	if rooms := d.ByRoom(bot.ChatID{}); len(rooms) != 0 {
		t.Errorf("ByRoom of no chat: got %v", rooms)
	}
	if of := d.DesksOf("sang"); len(of) != 2 || of[0].ID != "kin" || of[1].ID != "gap" {
		t.Errorf("DesksOf(sang): got %v, want kin and gap, not those of which she is the head", of)
	}
}

// Promises: P «two working days» over a weekend, a swapped day, Tết.
func TestDue(t *testing.T) {
	t.Parallel()
	d := load(t)
	for _, test := range []struct{ name, desk, from, want string }{
		{"over a weekend", "y-te", "27/11/2026 09:00", "01/12/2026 17:00"},
		{"the worked morning of a Saturday counts", "y-te", "17/12/2026 09:00", "19/12/2026 11:30"},
		{"a swapped Monday does not, its Saturday does", "y-te", "31/12/2026 09:00", "06/01/2027 17:00"},
		{"the swapped Saturday", "y-te", "07/01/2027 09:00", "09/01/2027 17:00"},
		{"over Tết", "chung", "03/02/2027 09:00", "15/02/2027 17:00"},
		{"same day, own hours", "tinh-khe", "28/11/2026 10:00", "28/11/2026 16:30"},
		{"same day, closed: the next one", "tinh-khe", "28/11/2026 17:00", "30/11/2026 16:30"},
		{"hours over lunch", "tinh-khe-vay", "27/11/2026 10:00", "27/11/2026 16:00"},
		{"minutes at night", "gap", "28/11/2026 23:45", "29/11/2026 00:15"},
		{"an address promises what the catch-all does", "cong-an", "23/11/2026 09:00", "26/11/2026 17:00"},
	} {
		if got := d.Due(test.desk, at(t, test.from)); !got.Equal(at(t, test.want)) {
			t.Errorf("%s: Due(%s, %s) is %v, want %s", test.name, test.desk, test.from, got, test.want)
		}
	}
}

func TestLookUp(t *testing.T) {
	t.Parallel()
	d := load(t)
	if got := d.CatchAll(); got.ID != "chung" || got.Head != "sang" || got.Term.String() != "3 ngày làm việc" {
		t.Errorf("catch-all: got %+v", got)
	}
	if got := d.Outside(); len(got) != 1 || got[0].ID != "cong-an" || !got[0].IsOutside() {
		t.Errorf("outside: got %+v", got)
	}
	if got := len(d.All()); got != 7 {
		t.Errorf("%d desks, want 7", got)
	}
	if got := d.AllOfficers(); len(got) != 5 || got[0].ID != "lan" || !got[3].Invited {
		t.Errorf("officers: got %+v", got)
	}
	desk, ok := d.Desk("tinh-khe-vay")
	if !ok || !slices.Equal(desk.Topics, []string{"vay-von", "nha-o"}) || !slices.Equal(desk.Places, []string{"tinh-khe", "an-phu"}) {
		t.Errorf("desk by id: got %+v", desk)
	}
	if desk.Hours != "thứ 2 - thứ 6: 7h30-11h30, 13h30-17h" {
		t.Errorf("hours of a desk without its own: %q", desk.Hours)
	}
	if _, ok := d.Desk("khong-co"); ok {
		t.Error("a desk of nothing")
	}
	if len(d.Version()) != 12 || d.Version() == load(t, "Chị Lan", "Cô Lan").Version() {
		t.Errorf("version %q: want twelve characters that change with the file", d.Version())
	}
}

// Nobody who is handed a desk or an officer can change what others get.
func TestNeverChanges(t *testing.T) {
	t.Parallel()
	d := load(t)
	desk, _ := d.Route("tinh-khe", "vay-von", now(t))
	desk.Officers[0], desk.Topics[0], desk.Places[0] = "x", "x", "x"
	d.All()[0].Officers[0] = "x"
	o, _ := d.Officer("lan")
	o.Chats[0], o.Absences[0] = bot.ChatID{}, desks.Absence{}
	again, _ := d.Route("tinh-khe", "vay-von", now(t))
	if again.Officers[0] != "dung" || again.Topics[0] != "vay-von" || again.Places[0] != "tinh-khe" || d.All()[0].Officers[0] != "lan" {
		t.Errorf("a desk was changed from outside: %+v", again)
	}
	if o, ok := d.ByChat(bot.ChatID{Channel: "telegram", Bot: "main", Chat: "70707"}); !ok || len(o.Chats[0].Chat) == 0 || o.Absences[0].Cover != "hoa" {
		t.Errorf("an officer was changed from outside: %+v", o)
	}
}

// The check has proven it; this goes through it once more from outside: every
// commune and topic, on every day for half a year.
func TestEverybodyIsReachedEveryDay(t *testing.T) {
	t.Parallel()
	w, d := world(t), load(t)
	if len(w.Places) != 96 {
		t.Fatalf("%d communes, want 96", len(w.Places))
	}
	for day := range 180 {
		when := now(t).AddDate(0, 0, day)
		for _, place := range append(w.Places, knowledge.Place{}) {
			for _, topic := range append(w.Topics, knowledge.Topic{}) {
				desk, ok := d.Route(place.ID, topic.ID, when)
				if !ok || len(d.Officers(desk.ID, when)) == 0 {
					t.Fatalf("on %s %q in %q reaches %q with nobody", when.Format("02/01/2006"), topic.ID, place.ID, desk.ID)
				}
			}
		}
	}
}

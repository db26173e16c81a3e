package vietnamese_test

import (
	"testing"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Hộ Nghèo được":              "ho ngheo duoc",
		"Ho\u0323\u0302 nghe\u0300o": "ho ngheo",
		"ĐĂK HÀ 4,5%":                "dak ha 4,5%",
		"":                           "",
		"日本":                         "日本",
	} {
		if got := vietnamese.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHasMarks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"ho ngheo": false, "hộ": true, "đi": true, "日本": false, "a\u0300": true, "₫ 5": false} {
		if got := vietnamese.HasMarks(in); got != want {
			t.Errorf("HasMarks(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestCanonicalJoinsTonePlacings(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"hoà", "hòa"}, {"ngừơi", "người"}, {"trừơng", "trường"}, {"gìa", "già"}, {"thuý", "thúy"}} {
		if vietnamese.Canonical(pair[0]) != vietnamese.Canonical(pair[1]) {
			t.Errorf("Canonical tells %q from %q", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"mượn", "muốn"}, {"bảo", "bão"}, {"vay", "vậy"}, {"hòa", "hoa"}} {
		if vietnamese.Canonical(pair[0]) == vietnamese.Canonical(pair[1]) {
			t.Errorf("Canonical joins %q and %q", pair[0], pair[1])
		}
	}
}

func TestUntype(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"hooj": "hộ", "ngheof": "nghèo", "dduwowcj": "được", "khoong": "không", "mieenx": "miễn", "hocj": "học",
		"phis": "phí", "nawm": "năm", "tamj": "tạm", "tieenf": "tiền", "caanj": "cận", "trieeuj": "triệu",
		"ho65": "hộ", "d9uo7c5": "được", "nghe2o": "nghèo", "vieecj": "việc", "truwowngf": "trường", "dduocj": "đuọc",
		"bhyt": "", "hoa": "", "5t10th": "", "quaa": "", "hoc": "", "2026": "", "xklđ": "",
	} {
		got, ok := vietnamese.Untype(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Untype(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want float64
		used int
	}{
		{"72 tuổi", 72, 1}, {"bảy mươi hai tuổi", 72, 3}, {"tám mươi mốt tuổi", 81, 3}, {"bay muoi lam tuoi", 75, 3},
		{"hai mươi", 20, 2}, {"mười mấy cây", 10, 1}, {"tám triệu", 8e6, 2}, {"1,8 triệu", 1.8e6, 2}, {"1tr5", 1.5e6, 1},
		{"50k", 50e3, 1}, {"2.530.000 đồng", 2530000, 1}, {"trăm rưỡi", 150, 2}, {"một trăm lẻ năm", 105, 4}, {"hăm ba", 23, 2},
		{"bốn chục triệu", 40e6, 3}, {"triệu rưỡi", 1.5e6, 2}, {"triệu tám", 1.8e6, 2}, {"hai triệu tám", 2.8e6, 3}, {"1,8 triệu một người", 1.8e6, 2}, {"2 triệu một tháng", 2e6, 2}, {"2 triệu 1 tháng", 2e6, 2}, {"2 triệu ba người", 2e6, 2}, {"25 triệu làm nhà", 25e6, 2}, {"2 trieu sau do", 2e6, 2}, {"2 triệu năm nay", 2e6, 2}, {"1 triệu 8", 1.8e6, 3}, {"2 triệu 4 người", 2e6, 2}, {"ba tôi", 3, 1}, {"năm nay", 5, 1}, {"tháng tám", 0, 0}, {"bảy hai", 72, 2},
		{"100tr", 100e6, 1}, {"hai triệu rưỡi", 2.5e6, 3}, {"", 0, 0}, {"muối", 0, 0}, {"tạm", 0, 0}, {"1.8", 1.8, 1},
	} {
		got, used := vietnamese.Number(vietnamese.Tokenize(c.in), 0)
		if got != c.want || used != c.used {
			t.Errorf("Number(%q) = %v, %d, want %v, %d", c.in, got, used, c.want, c.used)
		}
	}
}

func TestTokenizeClauses(t *testing.T) {
	t.Parallel()
	got := vietnamese.Tokenize("Nhà tôi nghèo, con học lớp 6. Được 2.530.000 không?")
	if len(got) != 10 {
		t.Fatalf("got %d tokens: %+v", len(got), got)
	}
	if got[2].Clause != 0 || got[3].Clause != 1 || got[7].Clause != 2 || got[7].Text != "được" {
		t.Errorf("clauses wrong: %+v", got)
	}
	if got[8].Text != "2.530.000" {
		t.Errorf("number cut: %+v", got)
	}
}

func TestSpeller(t *testing.T) {
	t.Parallel()
	s := vietnamese.NewSpeller(map[string]int{"ngheo": 50, "khong": 90, "thang": 20, "nghiep": 5, "hang": 3, "nghe": 4, "duoc": 70, "hoc": 60, "truong": 8})
	for in, want := range map[string]string{"ngeo": "ngheo", "khog": "khong", "thangg": "thang", "ngiep": "nghiep", "dqqc": "", "hoc": "", "xe": "", "troung": "truong"} {
		got, ok := s.Correct(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Correct(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	for _, p := range [][2]string{{"chu", "tru"}, {"sang", "san"}, {"sing", "sinh"}, {"vay", "vai"}, {"nganh", "nghanh"}, {"tieng", "tien"}, {"xua", "sua"}} {
		if vietnamese.Sound(p[0]) != vietnamese.Sound(p[1]) {
			t.Errorf("Sound(%q)=%q, Sound(%q)=%q", p[0], vietnamese.Sound(p[0]), p[1], vietnamese.Sound(p[1]))
		}
	}
	if vietnamese.Sound("khong") == vietnamese.Sound("cong") {
		t.Error("kh must stay apart from c")
	}
}

package quangngai_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// today is the day all questions are asked as of, unless they name one.
const today knowledge.Date = 20261121

var matcher = sync.OnceValue(func() *knowledge.Matcher {
	base, report := knowledge.Load(quangngai.FS())
	if base == nil {
		panic(report.Text())
	}
	return knowledge.NewMatcher(base, nil)
})

// The committed models must be those of the committed questions and words: a
// start that has to learn takes seconds instead of a fraction of one.
func TestStoredModelsFitTheBase(t *testing.T) {
	t.Parallel()
	if !matcher().Restored() {
		t.Error("mo_hinh.bin was fitted to something else: run make learn and commit what it writes")
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Nhà tôi hộ cận nghèo", "ai=cận nghèo"},
		{"nha toi ho can ngheo", "ai=cận nghèo"},
		{"nhà em hn", "ai=nghèo"},
		{"hcn có đc k", "ai=cận nghèo"},
		{"nhà tôi không nghèo", "ai=không cận nghèo,không nghèo"},
		{"nhà không thuộc hộ nghèo hay cận nghèo", "ai=không cận nghèo,không nghèo"},
		{"chua bao gio trong ho ngheo hay can ngheo", "ai=không cận nghèo,không nghèo"},
		{"không nghèo, ra tù về", "ai=không cận nghèo,không nghèo,ra tù"},
		{"nhà tôi ra khỏi hộ nghèo 2 năm", "ai=mới thoát nghèo số năm=2"},
		{"trước là hộ nghèo, giờ mới thoát nghèo", "ai=mới thoát nghèo"},
		{"Má tui 76 tuổi, không có lương hưu", "ai=không có lương hưu tuổi=76"},
		{"bà nội bảy mươi hai tuổi", "tuổi=72"},
		{"ba tôi sinh năm 1950", "tuổi=76"},
		{"con học lớp 8", "ai=học sinh? bậc học=THCS lớp=8"},
		{"tôi người Gia Rai ở Mô Rai", "ai=dân tộc thiểu số nơi=biên giới,xã"},
		{"e ng Cor", "ai=dân tộc thiểu số"},
		{"người Kinh ở phường", "ai=Kinh nơi=phường"},
		{"nhà cách trường 9 cây số", "km=9"},
		{"1,8 triệu một người", "triệu=1.8"},
		{"vay 50tr", "triệu=50"},
		{"em ở Tư Nghĩa", ""},
		{"bao hiem y te", ""},
		{"bão tốc mái nhà tôi", "sự kiện=bão,tốc mái"},
		{"con bao vua roi", "sự kiện=bão"},
	} {
		d := matcher().Ask(knowledge.Query{Text: c.text, On: today})
		if got := slots(d); !agree(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func slots(d knowledge.Decision) string {
	var out []string
	for _, kind := range []string{"ai", "nơi", "bậc học", "trường", "sự kiện"} {
		if vs := slices.Sorted(slices.Values(d.Frame.Slots[kind])); len(vs) > 0 {
			out = append(out, kind+"="+strings.Join(vs, ","))
		}
	}
	for _, kind := range []string{"tuổi", "lớp", "số năm", "km", "triệu"} {
		if vs := d.Frame.Numbers[kind]; len(vs) > 0 {
			out = append(out, kind+"="+strings.Trim(strings.ReplaceAll(fmt.Sprint(vs), " ", ","), "[]"))
		}
	}
	return strings.Join(out, " ")
}

// agree compares slots; a wanted «ai=…?» may be missing.
func agree(got, want string) bool {
	if got == want {
		return true
	}
	parts := strings.Split(want, "? ")
	return len(parts) == 2 && got == parts[1]
}

func TestFollowUps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		context []string
		text    string
		entry   string
		facet   knowledge.Facet
	}{
		{[]string{"Mẹ tôi 73 tuổi, hộ nghèo, không lương hưu thì có tiền hằng tháng không?"}, "nộp ở đâu", "tro-cap-huu-tri-xa-hoi", knowledge.FacetWhere},
		{[]string{"Mẹ tôi 73 tuổi, hộ nghèo, không lương hưu thì có tiền hằng tháng không?"}, "cần giấy tờ gì", "tro-cap-huu-tri-xa-hoi", knowledge.FacetPapers},
		{[]string{"Hộ nghèo được cho bao nhiêu tiền điện một tháng?"}, "con ho can ngheo thi sao", "ho-tro-tien-dien", ""},
		{[]string{"Hộ nghèo vay ngân hàng chính sách nuôi bò được bao nhiêu?"}, "còn cận nghèo thì sao", "vay-ho-can-ngheo", ""},
		{[]string{"Hộ nghèo được cho bao nhiêu tiền điện một tháng?"}, "lam ho chieu o dau", "", ""},
	} {
		d := matcher().Converse(c.context, c.text, today)
		if d.Entry != c.entry || c.facet != "" && d.Facet != c.facet {
			t.Errorf("%q after %q: got %s %s (%s), want %s %s", c.text, c.context, d.Entry, d.Facet, d.Act, c.entry, c.facet)
		}
	}
}

// floors are how well each set must be understood, in shares of its questions.
// They stand a little under what was measured, so that a change which makes
// things worse is noticed and chance is not.
var floors = map[string]struct {
	right   map[string]float64 // by kind
	wrong   float64            // at most, of all
	verdict float64            // wrong verdicts at most, of the questions that state one
}{
	"dev-questions.jsonl": {wrong: 0.015, right: map[string]float64{
		"plain": 0.88, "nodiacritics": 0.85, "teencode": 0.85, "typo": 0.75, "dialect": 0.65, "keyword": 0.8, "verbose": 0.6,
		"followup": 0.55, "multi": 0.3, "outofscope": 0.95, "smalltalk": 1, "human": 1, "adversarial": 1,
	}},
	"dev-verdicts.jsonl": {wrong: 0.015, verdict: 0.015, right: map[string]float64{"verdict": 0.85}},
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for name, floor := range floors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := matcher().Evaluate(read(t, filepath.Join("../testdata/eval", name)), today)
			for kind, least := range floor.right {
				if got := e.Kinds[kind].Share(knowledge.Right); got < least {
					t.Errorf("%s: %.3f right, want %.3f", kind, got, least)
				}
			}
			if got := e.All.Share(knowledge.Wrong); got > floor.wrong {
				t.Errorf("%.3f wrong, want at most %.3f", got, floor.wrong)
			}
			if got := e.Verdicts.Share(knowledge.WrongFor); got > floor.verdict {
				t.Errorf("%.3f wrong verdicts, want at most %.3f", got, floor.verdict)
			}
		})
	}
}

func read(t *testing.T, name string) []knowledge.Question {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []knowledge.Question
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var q knowledge.Question
		if err := json.Unmarshal(s.Bytes(), &q); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, q)
	}
	if err := s.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%s: %d questions, %v", name, len(out), err)
	}
	return out
}

// P6: when a value changes, answers change with it; the poverty line does on
// 01/01/2027.
func TestAnswersFlipByThemselves(t *testing.T) {
	t.Parallel()
	base := matcher().Base()
	for day, want := range map[knowledge.Date]string{20261231: "1.500.000", 20270102: "2.200.000"} {
		e, ok := base.Entry("chuan-ngheo", day)
		if !ok {
			t.Fatalf("no version of chuan-ngheo on %s", day)
		}
		text, err := base.Render(e.Answer, day)
		if err != nil || !strings.Contains(text, want) {
			t.Errorf("on %s: %q (%v) does not hold %s", day, text, err, want)
		}
	}
}

// P8: no sentence of the base asks for what the bot never asks.
func TestNothingAsksForSecrets(t *testing.T) {
	t.Parallel()
	for _, e := range matcher().Base().Entries {
		for _, text := range slices.Concat([]string{e.Answer, e.Who, e.Benefit, e.How, e.Where, e.Time, e.Notes}, e.Papers) {
			for _, never := range []string{"gửi mã OTP", "cho biết mã OTP", "nhắn số tài khoản", "nhắn số căn cước", "đọc mã OTP"} {
				if strings.Contains(text, never) {
					t.Errorf("%s: %q", e.File, text)
				}
			}
		}
	}
}

package strictyaml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Each file is what an editor would leave; want is "line:column code" of each
// fault, a "w" before the code of a warning.
func TestDecodeFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"good":                      {"mã: a\ntên: Một # ghi chú\ntrả lời: |\n  Dạ: {x} # còn\n\n  hai\n", ""},
		"tab":                       {"mã: a\ntrả lời: |\n\tDạ\n\thai\n", "3:1 tab"},
		"tab under key":             {"khi:\n\tviệc: a\n", "2:1 tab"},
		"tab and another fault":     {"khi:\n\tviệc: a\n\tviec: b\n", "2:1 tab, 3:3 duplicate"},
		"colon in paper":            {"giấy tờ: Mẫu 01: Đơn\n", "1:16 colon"},
		"colon at end":              {"tên: Hồ sơ gồm:\n", "1:15 colon"},
		"colon without space":       {"mã:a\ntên: b\n", "1:4 colon-space"},
		"smart quotes":              {"tên: “Hỗ trợ”\n", "1:6 smart-quotes"},
		"smart quotes with colon":   {"tên: “Hỗ trợ: thẻ”\n", "1:6 smart-quotes"},
		"quotation at start":        {"tên: “Sóng” và em\n", ""},
		"hash":                      {"tên: Quyết định #12\n", "1:17 hash"},
		"flow list":                 {"câu hỏi: [a?, b, c: d]\n", "1:10 flow"},
		"broken flow list":          {"câu hỏi: [a?, b\nmã: c\n", "1:10 flow"},
		"flow map":                  {"tên: {x}\n", "1:6 flow"},
		"figure first":              {"tên: {x} mỗi tháng\n", "1:6 flow"},
		"alias":                     {"a: &x 1\nb: *x\n", "1:4 alias, 2:4 alias"},
		"unknown alias":             {"tên: *quan trọng*\n", "1:6 special"},
		"merge":                     {"a: &x\n  b: 1\nc:\n  <<: *x\n", "1:4 alias, 4:7 alias"},
		"tag":                       {"tên: !!binary abc\n", "1:6 tag"},
		"percent":                   {"mức: %50\n", "1:6 special"},
		"folded block":              {"tên: >\n  a\n  b\n", "1:6 folded"},
		"text after bar":            {"tên: | Dạ\n  b\n", "1:6 block"},
		"two documents":             {"mã: a\n---\nmã: b\n", "2:1 documents"},
		"document marker first":     {"---\nmã: a\n", ""},
		"duplicate":                 {"Câu hỏi: a\ncau_hoi: b\n", "2:1 duplicate"},
		"question mark":             {"câu hỏi:\n  ? Được không\n  ? Mất tiền không\n", "2:3 question-mark, 3:3 question-mark"},
		"text not indented":         {"trả lời: |\nDạ, có.\nmã: a\n", "2:1 indent"},
		"text slides left":          {"trả lời: |\n  Dạ.\nCó ạ.\nmã: a\n", "3:1 indent"},
		"key too deep":              {"mã: a\n  tên: b\n", "2:3 indent"},
		"key between levels":        {"khi:\n    việc: a\n  ai: b\n", "3:3 indent"},
		"dash without space":        {"liên quan:\n  -a\n  -b\nmã c\n", "2:3 dash, 3:3 dash, 4:1 no-key"},
		"no colon":                  {"mã a\ntên: b\n", "1:1 no-key"},
		"quotes in text":            {"tên: \"Hộ nghèo\" là gì\n", "1:6 quotes"},
		"open quote":                {"tên: \"Hộ nghèo\nmã: a\n", "1:6 quotes"},
		"empty":                     {"", "1:1 empty"},
		"blank":                     {" \n\t\n", "1:1 empty"},
		"only a comment":            {"# chưa viết\n", "1:1 empty"},
		"binary":                    {"PK\x03\x04\x00\x00", "1:1 binary"},
		"UTF-16":                    {"\xff\xfem\x00", "1:1 utf-16"},
		"not UTF-8":                 {"mã: a\ntên: H\xe9\n", "2:7 not-utf-8"},
		"control":                   {"tên: a\x0bb\n", "1:7 control"},
		"decomposed":                {"mã: a\ntên: Ngheo\u0300\n", "2:10 wnot-nfc"},
		"BOM and CRLF":              {"\ufeffmã: a\r\ntên: b\r\n", ""},
		"no-break space":            {"khi:\n\u00a0\u00a0việc: a\n", ""},
		"too big":                   {strings.Repeat("a", strictyaml.MaxSize+1), "1:1 too-big"},
		"deep":                      {strings.Repeat("[", 20000), "1:1 flow"},
		"nothing known":             {"a: b\n'c' 'd': e\n", "2:1 quotes"},
		"a list where a key stands": {"[a]: b\n", "1:1 key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, faults := strictyaml.Decode([]byte(test.in))
			var got []string
			for _, f := range faults {
				w := ""
				if f.Warning {
					w = "w"
				}
				got = append(got, fmt.Sprintf("%d:%d %s%s", f.Line, f.Column, w, f.Code))
				if f.Message == "" || f.Cure == "" {
					t.Errorf("%s has no message or no cure", f.Code)
				}
			}
			if s := strings.Join(got, ", "); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
		})
	}
}

func TestDecodeKeepsText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"x: 2.530":          "2.530",
		"x: 0255123456":     "0255123456",
		"x: no":             "no",
		"x: null":           "null",
		"x: ~":              "~",
		"x: 01/07/2026":     "01/07/2026",
		"x: 2026-07-01":     "2026-07-01",
		"x: 1e3":            "1e3",
		"x: 0x1F":           "0x1F",
		"x: 'a: b'":         "a: b",
		"x:":                "",
		"x: |\n\n  a\n   b": "a\n b",
		"x: a\n  b":         "a b",
	} {
		n, faults := strictyaml.Decode([]byte(in))
		if len(faults) > 0 || n.Get("X").Text != want {
			t.Errorf("%q: got %+v, %v, want %q", in, n, faults, want)
		}
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	n, _ := strictyaml.Decode([]byte("a: |\n\n  một\n\n    hai {x}\nb: ba bốn\nc:\n  - năm\n"))
	var got []string
	for _, l := range n.Get("a").Lines() {
		got = append(got, fmt.Sprint(l.Text, l.At))
	}
	a := n.Get("a")
	got = append(got, fmt.Sprint(a.PosAt(strings.Index(a.Text, "{"))), fmt.Sprint(n.Get("b").PosAt(4)), fmt.Sprint(n.Get("c").Items[0].At()))
	if s, want := strings.Join(got, " "), "một{3 3} hai {x}{5 5} {5 9} {6 8} {8 5}"; s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"Câu hỏi", "câu_hỏi", "cau-hoi", "CAUHOI", "Ca\u0302u ho\u0309i"} {
		if got := strictyaml.Fold(s); got != "cauhoi" {
			t.Errorf("Fold(%q) = %q", s, got)
		}
	}
	for in, want := range map[string]string{"Đủ Điều": "dudieu", "Łódź Ñ": "łodzn", "тест": "тест", "~": "~", "a\u00a0b": "ab"} {
		if got := strictyaml.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever the bytes: no panic, faults inside the file, and a node only
// together with positions that can be used.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"mã: a\ntrả lời: |\n  Dạ {x}\n", "a: &x [1, *x]\n", "- a\n- b: c\n", "\ta: b", "a: |2+\n   x\n", "? a\n: b", "a: \"b\n c\"", "--- a\n--- b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, faults := strictyaml.Decode(data)
		lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data)), "\n") + 1
		for _, f := range faults {
			if f.Line < 1 || f.Line > lines+1 || f.Column < 1 {
				t.Errorf("fault at %d:%d of %d lines: %+v", f.Line, f.Column, lines, f)
			}
		}
		if n == nil && len(faults) == 0 {
			t.Error("neither node nor fault")
		}
		walk(t, n)
	})
}

func walk(t *testing.T, n *strictyaml.Node) {
	if n == nil {
		return
	}
	for i := range len(n.Text) + 1 {
		if p := n.PosAt(i); p.Line < 1 || p.Column < 1 {
			t.Fatalf("PosAt(%d) of %q = %v", i, n.Text, p)
		}
	}
	n.Lines()
	for _, p := range n.Pairs {
		walk(t, p.Value)
	}
	for _, i := range n.Items {
		walk(t, i)
	}
}

package bot_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		limit int
		text  string
		want  []string
	}{
		{"short", 10, " một hai ", []string{"một hai"}},
		{"empty", 10, " \n ", nil},
		{"just fits", 10, "0123456789", []string{"0123456789"}},
		{"between paragraphs", 10, "một hai\n\nba bốn năm", []string{"một hai", "ba bốn năm"}},
		{"blanks in the empty line", 10, "một hai\n \nba bốn năm", []string{"một hai", "ba bốn năm"}},
		{"a paragraph before a line", 10, "abcd\n\nef\nghijklm", []string{"abcd", "ef\nghijklm"}},
		{"a paragraph before more words", 10, "a\n\nbcdef hij", []string{"a", "bcdef hij"}},
		{"between lines", 10, "một hai\nba bốn năm", []string{"một hai", "ba bốn năm"}},
		{"between sentences", 20, "Được hỗ trợ. Nộp ở xã nơi mình ở", []string{"Được hỗ trợ.", "Nộp ở xã nơi mình ở"}},
		{"not behind a number", 18, "Theo Điều 5. Hồ sơ gồm có đơn", []string{"Theo Điều 5. Hồ sơ", "gồm có đơn"}},
		{"not behind TP.", 12, "ở phố TP. Hồ Chí Minh", []string{"ở phố TP. Hồ", "Chí Minh"}},
		{"between words", 10, "một hai ba bốn năm", []string{"một hai ba", "bốn năm"}},
		{"right at a gap", 10, "0123456789\n\nabc", []string{"0123456789", "abc"}},
		{"right at a space", 10, "0123456789 abc", []string{"0123456789", "abc"}},
		{"inside a long word", 10, "0123456789abc", []string{"0123456789", "abc"}},
		{"a long word among others", 10, "a 0123456789abc d", []string{"a 01234567", "89abc d"}},
		{"fewer before tidier", 10, "ab cd\n\nef ghi\n\njk", []string{"ab cd", "ef ghi\n\njk"}},
		{"three paragraphs, two messages", 12, "một\n\nhai\n\nba bốn", []string{"một\n\nhai", "ba bốn"}},
		{"a cut in a paragraph to save a message", 10, "abc\n\ndef ghi jkl\n\nm", []string{"abc\n\ndef", "ghi jkl\n\nm"}},
		{"composed first", 10, "Ho\u0323\u0302 nghe\u0300o 12", []string{"Hộ nghèo", "12"}},
		{"letters of two units", 10, "😀😀😀😀😀😀", []string{"😀😀😀😀😀", "😀"}},
		{"not UTF-8", 10, "a\xffb", []string{"a\uFFFDb"}},
	} {
		if got := bot.Split(test.text, test.limit); strings.Join(got, "|") != strings.Join(test.want, "|") {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestSplitOver(t *testing.T) {
	t.Parallel()
	word := func(n int) string { return strings.Repeat("a", n) }
	const list = "Chọn:\n1. Giấy tờ\n0. Gặp cán bộ" // 30 units
	for name, test := range map[string]struct {
		text, list string
		want       []string
	}{
		"neither":                     {" ", "\n", nil},
		"no list":                     {"a", "", []string{"a"}},
		"a list alone":                {"", list, []string{list}},
		"a list that just fits":       {word(68), list, []string{word(68) + "\n\n" + list}},
		"a list that does not":        {word(40) + " " + word(28), list, []string{word(40), word(28) + "\n\n" + list}},
		"a list under two parts":      {word(80) + "\n\n" + word(50), list, []string{word(80), word(50) + "\n\n" + list}},
		"no room under the last word": {word(90) + "\n\n" + word(80), list, []string{word(90), word(80), list}},
		"a list that fills a message": {"a", strings.TrimSpace(strings.Repeat("1. abcdef\n", 8)), []string{"a", strings.TrimSpace(strings.Repeat("1. abcdef\n", 8))}},
	} {
		if got := bot.SplitOver(test.text, test.list, 100); strings.Join(got, "|") != strings.Join(test.want, "|") {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// Whatever the text: every part fits, is whole, and nothing but blanks is lost.
func TestSplitLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("aâ😀e\u0323\u0302. \n\t"))).Draw(t, "text")
		list := rapid.SampledFrom([]string{"", "1. a\n0. b"}).Draw(t, "list")
		limit := rapid.IntRange(16, 60).Draw(t, "limit")
		if list == "" {
			limit = rapid.IntRange(2, 40).Draw(t, "shorter limit")
		}
		parts := bot.SplitOver(text, list, limit)
		for _, p := range parts {
			if n := len(utf16.Encode([]rune(p))); n == 0 || n > limit || n != bot.Units(p) || !utf8.ValidString(p) || strings.TrimSpace(p) != p {
				t.Fatalf("part %q of %d units, limit %d", p, n, limit)
			}
		}
		if got, want := squeeze(strings.Join(parts, " ")), squeeze(norm.NFC.String(text)+list); got != want {
			t.Fatalf("parts %q, want all of %q", parts, text)
		}
		if list != "" && !strings.HasSuffix(parts[len(parts)-1], list) {
			t.Fatalf("parts %q tear the list", parts)
		}
	})
}

// There is no way with fewer messages: as many as filling each up needs.
func TestSplitIsShort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,9}\.?`), 1, 40).Draw(t, "words")
		gap := rapid.SampledFrom([]string{" ", "\n", "\n\n"})
		const limit = 20
		text, least, used := "", 1, -1
		for i, w := range words {
			between := ""
			if i > 0 {
				between = gap.Draw(t, "gap")
			}
			if i == 0 {
				used = len(w)
			} else if used+len(between)+len(w) <= limit {
				used += len(between) + len(w)
			} else {
				least, used = least+1, len(w)
			}
			text += between + w
		}
		if parts := bot.Split(text, limit); len(parts) != least {
			t.Fatalf("%q becomes %d messages, want %d", text, len(parts), least)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat(strings.Repeat("Hộ nghèo được hỗ trợ tiền điện. ", 12)+"\n\n", 25)
	b.ReportAllocs()
	for b.Loop() {
		bot.Split(text, 2000)
	}
}

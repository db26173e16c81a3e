package telegram_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot/telegram"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"short", " một hai ", []string{"một hai"}},
		{"empty", " \n ", nil},
		{"just fits", "0123456789", []string{"0123456789"}},
		{"between paragraphs", "một hai\n\nba bốn năm", []string{"một hai", "ba bốn năm"}},
		{"a paragraph before a line", "abcd\n\nef\nghijklm", []string{"abcd", "ef\nghijklm"}},
		{"between lines", "một hai\nba bốn năm", []string{"một hai", "ba bốn năm"}},
		{"between words", "một hai ba bốn năm", []string{"một hai ba", "bốn năm"}},
		{"right at a gap", "0123456789\n\nabc", []string{"0123456789", "abc"}},
		{"right at a space", "0123456789 abc", []string{"0123456789", "abc"}},
		{"inside a long word", "0123456789abc", []string{"0123456789", "abc"}},
		{"an early gap is not worth it", "a\n\nbcdefg hij", []string{"a\n\nbcdefg", "hij"}},
		{"composed first", "Ho\u0323\u0302 nghe\u0300o 12", []string{"Hộ nghèo", "12"}},
		{"letters of two units", "😀😀😀😀😀😀", []string{"😀😀😀😀😀", "😀"}},
	} {
		if got := telegram.Split(test.text, 10); strings.Join(got, "|") != strings.Join(test.want, "|") {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// Whatever the text: every part fits, is whole, and nothing but blanks is lost.
func TestSplitLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("aâ😀e\u0323\u0302 \n\t"))).Draw(t, "text")
		limit := rapid.IntRange(2, 40).Draw(t, "limit")
		parts := telegram.Split(text, limit)
		for _, p := range parts {
			if n := len(utf16.Encode([]rune(p))); n == 0 || n > limit || n != telegram.Units(p) || !utf8.ValidString(p) || strings.TrimSpace(p) != p {
				t.Fatalf("part %q of %d units, limit %d", p, n, limit)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := squeeze(strings.Join(parts, " ")), squeeze(norm.NFC.String(text)); got != want {
			t.Fatalf("parts %q, want all of %q", parts, text)
		}
	})
}

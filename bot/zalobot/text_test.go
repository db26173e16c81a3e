package zalobot_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalobot"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	word := func(n int) string { return strings.Repeat("a", n) }
	menu := []bot.Button{{Label: "Giấy tờ", Payload: "f:papers:x"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"}}
	const list = "Chọn:\n1. Giấy tờ\n0. Gặp cán bộ"
	for name, test := range map[string]struct {
		text    string
		buttons []bot.Button
		want    []string
	}{
		"nothing":                {"", nil, nil},
		"blanks":                 {" \n ", nil, nil},
		"short":                  {"a\n\nb", nil, []string{"a\n\nb"}},
		"as long as it may be":   {word(2000), nil, []string{word(2000)}},
		"between paragraphs":     {word(1500) + "\n\n" + word(1000), nil, []string{word(1500), word(1000)}},
		"between lines":          {word(1500) + "\n" + word(1000), nil, []string{word(1500), word(1000)}},
		"between words":          {word(1500) + " " + word(1000), nil, []string{word(1500), word(1000)}},
		"inside a word":          {word(2500), nil, []string{word(2000), word(500)}},
		"pairs stay together":    {"a" + strings.Repeat("𝒳", 1000), nil, []string{"a" + strings.Repeat("𝒳", 999), "𝒳"}},
		"composed first":         {strings.Repeat("e\u0302\u0301", 2000), nil, []string{strings.Repeat("ế", 2000)}},
		"a list":                 {"a", menu, []string{"a\n\n" + list}},
		"a list alone":           {"", menu, []string{list}},
		"a list that just fits":  {word(2000 - len([]rune(list)) - 2), menu, []string{word(2000-len([]rune(list))-2) + "\n\n" + list}},
		"a list that does not":   {word(1000) + "\n\n" + word(990), menu, []string{word(1000), word(990) + "\n\n" + list}},
		"a list under two parts": {word(1500) + "\n\n" + word(1000), menu, []string{word(1500), word(1000) + "\n\n" + list}},
		"choices without labels": {"a", []bot.Button{{Label: " ", Payload: "x"}}, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := zalobot.Texts(test.text, test.buttons, "Chọn:")
			if strings.Join(got, "|") != strings.Join(test.want, "|") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Whatever the text and the choices: no part is empty or too long, the parts hold
// all words in their order, and the list stands whole at the end.
func TestTextsHoldEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zếỡđ𝒳e\x{0302}]{1,40}`)).Draw(t, "words")
		gap := rapid.SampledFrom([]string{" ", "\n", "\n\n", "  \n"})
		var b strings.Builder
		for range rapid.IntRange(1, 12).Draw(t, "times") {
			for _, w := range words {
				b.WriteString(w + gap.Draw(t, "gap"))
			}
		}
		labels := rapid.SliceOfN(rapid.StringMatching(`[A-Zđế ]{0,24}`), 0, 9).Draw(t, "labels")
		var buttons []bot.Button
		for i, l := range labels {
			buttons = append(buttons, bot.Button{Label: l, Payload: rapid.SampledFrom([]string{"gap-can-bo", "menu"}).Draw(t, "payload")})
			labels[i] = strings.Join(strings.Fields(norm.NFC.String(l)), " ")
		}
		parts := zalobot.Texts(b.String(), buttons, "Chọn:")
		for i, part := range parts {
			if n := bot.Units(part); n == 0 || n > 2000 || !utf8.ValidString(part) || part != strings.TrimSpace(part) {
				t.Fatalf("part %d of %d units: %q", i, n, part)
			}
		}
		all := strings.Join(parts, "\n\n")
		text, list, chosen := strings.Cut(all, "Chọn:\n")
		if got, want := strings.Join(strings.Fields(text), ""), strings.Join(strings.Fields(norm.NFC.String(b.String())), ""); got != want {
			t.Fatalf("the parts hold %q, want %q", got, want)
		}
		if some := strings.Join(labels, "") != ""; some != chosen {
			t.Fatalf("choices shown %t, want %t", chosen, some)
		}
		for _, l := range labels {
			if !strings.Contains(list, l) {
				t.Fatalf("list %q without %q", list, l)
			}
		}
		if chosen && strings.Contains(list, "\n\n") {
			t.Fatalf("the list is torn: %q", list)
		}
	})
}

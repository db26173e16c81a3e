package zalobot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// maxText bounds a message and a caption. The platform says 2,000 and not of
// what; UTF-16 units, in which it counts elsewhere, are never fewer than characters.
const maxText = 2000

// units counts as the platform does.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += unitsOf(r)
	}
	return n
}

func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// texts cuts a text with its choices into messages. The choices stand under the
// last one, whole, so that the list can be read at one look.
func texts(text string, buttons []bot.Button, heading string) []string {
	parts := split(text, maxText)
	list := menu(buttons, heading)
	if list == "" {
		return parts
	}
	room := maxText - units(list) - 2
	if len(parts) == 0 || room < maxText/4 {
		return append(parts, split(list, maxText)...)
	}
	last := len(parts) - 1
	parts = append(parts[:last], split(parts[last], room)...)
	parts[len(parts)-1] += "\n\n" + list
	return parts
}

// menu writes choices as a list to be answered by number; empty for none.
func menu(buttons []bot.Button, heading string) string {
	lines := []string{vietnamese.Compose(heading)}
	for i, number := range bot.Numbers(buttons) {
		if label := flat(buttons[i].Label); label != "" {
			lines = append(lines, number+". "+label)
		}
	}
	if len(lines) == 1 {
		return ""
	}
	return strings.Join(lines, "\n")
}

// flat makes one line of a label.
func flat(s string) string { return strings.Join(strings.Fields(vietnamese.Compose(s)), " ") }

// split cuts a text into parts of at most limit units: between paragraphs,
// else between lines, else between words, inside a word only if that alone is
// too long. The parts are composed and trimmed, none is empty.
func split(text string, limit int) []string {
	text = strings.TrimSpace(strings.ToValidUTF8(vietnamese.Compose(text), "\uFFFD"))
	var parts []string
	for text != "" {
		n := fitting(text, limit)
		if n < len(text) {
			n = cutBefore(text, n)
		}
		if part := strings.TrimSpace(text[:n]); part != "" {
			parts = append(parts, part)
		}
		text = strings.TrimSpace(text[n:])
	}
	return parts
}

// fitting returns how many bytes of s make at most limit units.
func fitting(s string, limit int) int {
	n := 0
	for i, r := range s {
		if n += unitsOf(r); n > limit {
			return i
		}
	}
	return len(s)
}

// cutBefore returns where to cut text at or before byte n, which is inside it.
// A cut that leaves less than a third is not worth the tidier place.
func cutBefore(text string, n int) int {
	head, rest := text[:n], text[n:]
	for _, gap := range []string{"\n\n", "\n"} {
		if strings.HasPrefix(rest, gap) {
			return n
		}
		if i := strings.LastIndex(head, gap); i > n/3 {
			return i
		}
	}
	if r, _ := utf8.DecodeRuneInString(rest); unicode.IsSpace(r) {
		return n
	}
	if i := strings.LastIndexFunc(head, unicode.IsSpace); i > 0 {
		return i
	}
	return n
}

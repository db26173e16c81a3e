package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// Units returns the length of s in UTF-16 units, in which platforms count.
func Units(s string) int {
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

// Split cuts a text into parts of at most limit units: between paragraphs,
// else between lines, else between words, inside a word only if that alone is
// too long. The parts are composed and trimmed, none is empty.
func Split(text string, limit int) []string {
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

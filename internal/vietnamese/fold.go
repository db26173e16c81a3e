package vietnamese

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tableSize covers every composed Vietnamese letter (the last is U+1EF9).
const tableSize = 0x1F00

// folder maps a rune to its lower-case letter without marks, 0 for a combining
// mark that is to be dropped. It is filled once, from the Unicode tables, and
// only read afterwards.
var folder = buildFolder()

func buildFolder() *[tableSize]rune {
	var t [tableSize]rune
	for r := range rune(tableSize) {
		t[r] = foldSlow(r)
	}
	return &t
}

func foldSlow(r rune) rune {
	if unicode.Is(unicode.Mn, r) {
		return 0
	}
	r = unicode.ToLower(r)
	if r == 'đ' {
		return 'd'
	}
	for _, d := range norm.NFD.String(string(r)) {
		return d
	}
	return r
}

// Fold returns s in lower case without any mark: «Hộ Nghèo» and its decomposed
// twin both become "ho ngheo". Runes that are not letters stay as they are.
func Fold(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r < tableSize {
			r = folder[r]
		} else {
			r = foldSlow(r)
		}
		if r != 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isPlain reports whether s is its own folded form: lower-case ASCII.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// Compose returns s in NFC. Everything that is stored, compared or measured in
// characters goes through it first.
func Compose(s string) string { return norm.NFC.String(s) }

// HasMarks reports whether s carries a mark that plain letters do not have, so
// that a caller knows whether the writer used a Vietnamese keyboard at all.
func HasMarks(s string) bool {
	if isPlain(s) {
		return false
	}
	for _, r := range s {
		if r < 0x80 {
			continue
		}
		l := unicode.ToLower(r)
		if unicode.Is(unicode.Mn, r) || l == 'đ' || (unicode.IsLetter(r) && foldRune(l) != l) {
			return true
		}
	}
	return false
}

func foldRune(r rune) rune {
	if r >= 0 && r < tableSize {
		return folder[r]
	}
	return foldSlow(r)
}

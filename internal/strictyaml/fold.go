package strictyaml

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold maps the spellings of one key to one string: without accents, case,
// spaces, "_" and "-". "Câu hỏi", "câu_hỏi" and "cau-hoi" all give "cauhoi".
func Fold(key string) string {
	var b strings.Builder
	b.Grow(len(key))
	for _, r := range norm.NFD.String(key) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.IsSpace(r), r == '_', r == '-':
		case r == 'đ', r == 'Đ':
			b.WriteByte('d')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

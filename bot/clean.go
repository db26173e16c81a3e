package bot

import (
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// Clean is how channels hand on what somebody typed: valid, composed, without
// the control characters that no keyboard types and without blanks around it.
// What is measured, stored and compared is the result.
func Clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	// After that: a control character may stand between a letter and its accent.
	return strings.TrimSpace(vietnamese.Compose(s))
}

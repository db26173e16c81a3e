package editorial

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// Left is what stands where something was left out.
const Left = "[đã bỏ]"

// shapes are the numbers and addresses that are left out by their form. Money
// with dots («2.530.000») and years stay.
var (
	masked   = regexp.MustCompile(`\[(?:số giấy tờ|số máy|dãy số)\]`)
	born     = regexp.MustCompile(`(?i)((?:sinh|s\.?n\.?)(?:\s+(?:ngày|năm|tháng|nhật))*\s*:?\s*)\p{Nd}[\p{Nd}/.\-]*(?:\s*(?:tháng|năm)\s*\p{Nd}+)*`)
	oldDate  = regexp.MustCompile(`\p{Nd}{1,2}[/.\-]\p{Nd}{1,2}[/.\-](?:19\p{Nd}\p{Nd}|200\p{Nd}|201\p{Nd})`)
	mailed   = regexp.MustCompile(`\S*[@＠]\S*`)
	linked   = regexp.MustCompile(`(?i)(?:https?://|www\.)\S+|\S*(?:facebook|fb|zalo|t)\.(?:com|me|vn)/\S*`)
	longRun  = regexp.MustCompile(`\p{Nd}{6,}`)
	groups   = regexp.MustCompile(`\p{Nd}+(?:[\s\-–_]+\p{Nd}+)+`)
	repeated = regexp.MustCompile(regexp.QuoteMeta(Left) + `(?:[\s,.\-–]*` + regexp.QuoteMeta(Left) + `)+`)
)

// Strip returns a text without what could name a person: numbers that identify
// somebody (see [record.Mask]) and every run of six digits or more, dates of
// birth, addresses of mail and pages other than the government's, names, places
// smaller than a commune. What is doubtful is left out too; [Left] stands in its
// place. It cannot know every name: what it returns is for an editor to read, not
// to publish.
func Strip(text string) string {
	text = stripNumbers(vietnamese.Compose(strings.ToValidUTF8(text, " ")))
	text = stripWords(text)
	return strings.TrimSpace(repeated.ReplaceAllString(text, Left))
}

func stripNumbers(text string) string {
	text = masked.ReplaceAllString(record.Mask(invisible(text)), Left)
	text = mailed.ReplaceAllString(text, Left)
	text = linked.ReplaceAllStringFunc(text, func(link string) string {
		host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(link, "https://"), "http://"), "/")
		if strings.HasSuffix(host, ".gov.vn") {
			return link
		}
		return Left
	})
	text = born.ReplaceAllString(text, "${1}"+Left)
	text = oldDate.ReplaceAllString(text, Left)
	text = groups.ReplaceAllStringFunc(text, func(run string) string {
		parts := strings.FieldsFunc(run, func(r rune) bool { return !unicode.IsDigit(r) })
		if len(strings.Join(parts, "")) < 6 || !slices.ContainsFunc(parts, func(p string) bool { return !isYear(p) }) {
			return run
		}
		return Left
	})
	return longRun.ReplaceAllString(text, Left)
}

func isYear(digits string) bool {
	return len(digits) == 4 && (strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20"))
}

// invisible drops what nobody sees and could stand between two digits, and turns
// every other control into a space.
func invisible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsControl(r) || r != ' ' && unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
}

package record

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What stands in a text for a masked number. They hold no digit and none of
// the words that announce a number, so masking twice changes nothing.
const (
	maskedPaper = "[số giấy tờ]" // ID card, old or new
	maskedPhone = "[số máy]"     // phone
	maskedOther = "[dãy số]"     // account, bank card, insurance number, code
)

// Mask returns text without the numbers that identify a person: ID cards (12
// digits, or 9 for the old ones), phone numbers, account, card and insurance
// numbers, however they are grouped with spaces, dots or dashes; and every
// number of six digits and more that is announced as one ("stk", "mã otp").
// Amounts ("2.530.000", "50000000 đồng"), dates, years and the public
// 1800/1900 numbers stay. In doubt it masks.
func Mask(text string) string {
	for {
		masked := maskOnce(text)
		if masked == text {
			return text
		}
		text = masked // each pass removes digits, so this ends
	}
}

// group is a run of digits in a text and what stands between it and the group
// before it.
type group struct {
	start, end int
	digits     string
	sep        string
}

func maskOnce(text string) string {
	var out strings.Builder
	done := 0
	for at := 0; at < len(text); {
		groups, next := cluster(text, at)
		if len(groups) == 0 {
			break
		}
		for len(groups) > 0 {
			n, mask := classify(text, groups)
			if mask != "" {
				out.WriteString(text[done:groups[0].start])
				out.WriteString(mask)
				done = groups[n-1].end
			}
			groups = groups[n:]
		}
		at = next
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// cluster finds the next groups of digits at or after at that belong together:
// nothing but a few separators stands between them. next is where to go on.
func cluster(text string, at int) (groups []group, next int) {
	sepStart := -1
	for i := at; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isDigit(r) {
			if len(groups) > 0 {
				if !isSeparator(r) || i-sepStart > 6 {
					return groups, i
				}
			}
			i += size
			continue
		}
		g := group{start: i}
		if len(groups) > 0 {
			g.sep = text[sepStart:i]
		}
		var digits strings.Builder
		for i < len(text) {
			r, size := utf8.DecodeRuneInString(text[i:])
			if !isDigit(r) {
				break
			}
			digits.WriteByte(ascii(r))
			i += size
		}
		g.end, g.digits = i, digits.String()
		groups = append(groups, g)
		sepStart = i
	}
	return groups, len(text)
}

// classify says how many of groups belong together and what to put in their
// place; an empty mask means they stay.
func classify(text string, groups []group) (n int, mask string) {
	g := groups[0]
	announced := isAnnounced(text[:g.start])
	if n := amountLen(text, groups); n > 0 && !announced {
		return n, ""
	}
	if n := dateLen(groups); n > 0 {
		return n, ""
	}
	plus := strings.HasSuffix(text[:g.start], "+")
	var digits strings.Builder
	longest := 0
	for i, g := range groups {
		if i > 0 && strings.ContainsAny(g.sep, ",/") {
			break
		}
		if digits.WriteString(g.digits); digits.Len() > 24 && i > 0 {
			break
		}
		if m := numberKind(digits.String(), groups[:i+1], plus, announced); m != "" {
			longest, mask = i+1, m
			if i == 0 && m != maskedOther {
				break // written as one number, so it ends here
			}
		}
	}
	if longest == 0 || longest == 1 && !announced && g.digits[0] != '0' && hasUnit(text[g.end:]) {
		return 1, ""
	}
	return longest, mask
}

// numberKind says what the digits of groups, read as one number, are.
func numberKind(d string, groups []group, plus, announced bool) string {
	switch {
	case isPhone(d, plus):
		return maskedPhone
	case len(d) == 12 && d[0] == '0', len(d) == 9 && len(groups) == 1 && !isRound(d):
		return maskedPaper
	case announced && len(d) >= 6:
		return maskedOther
	case (strings.HasPrefix(d, "1800") || strings.HasPrefix(d, "1900")) && len(d) <= 10:
		return ""
	case len(groups) == 1:
		if len(d) >= 9 && !isRound(d) || len(d) == 8 && !isRound(d) && !isDate(d[:2], d[2:4], d[4:]) {
			return maskedOther
		}
		return ""
	}
	return groupedAccount(d, groups)
}

// groupedAccount masks a number written in groups of three and more digits,
// unless the groups are years or round figures that merely stand in a row.
func groupedAccount(d string, groups []group) string {
	years, round := 0, 0
	for _, g := range groups {
		if len(g.digits) < 3 {
			return ""
		}
		if isYear(g.digits) {
			years++
		}
		if strings.HasSuffix(g.digits, "00") {
			round++
		}
	}
	if len(d) < 9 || years == len(groups) || round == len(groups) {
		return ""
	}
	return maskedOther
}

func isPhone(d string, plus bool) bool {
	switch {
	case strings.HasPrefix(d, "0084"):
		d = "0" + d[4:]
	case plus:
		return len(d) >= 9 && len(d) <= 15
	case strings.HasPrefix(d, "84") && len(d) >= 11 && len(d) <= 12:
		d = "0" + d[2:]
	}
	if len(d) < 10 || d[0] != '0' {
		return false
	}
	switch d[1] {
	case '3', '5', '7', '8', '9':
		return len(d) == 10
	case '1':
		return len(d) == 11 // mobile numbers before 2018
	case '2':
		return len(d) == 10 || len(d) == 11 // landlines
	}
	return false
}

// amountLen returns how many groups form an amount of money written with dots
// or commas ("2.530.000"), or 0.
func amountLen(text string, groups []group) int {
	first := groups[0].digits
	if len(first) > 3 || first[0] == '0' {
		return 0
	}
	n, digits := 1, len(first)
	for n < len(groups) && digits <= 12 && len(groups[n].digits) == 3 && isThousands(groups, n) {
		digits += 3
		n++
	}
	switch {
	case n == 1, n < len(groups) && isThousands(groups, n):
		return 0
	case digits < 9:
		return n
	case digits <= 12 && (groups[n-1].digits == "000" || hasUnit(text[groups[n-1].end:])):
		return n
	}
	return 0
}

// isThousands reports whether group n hangs on the one before it by the same
// dot or comma as the first two groups.
func isThousands(groups []group, n int) bool {
	return (groups[n].sep == "." || groups[n].sep == ",") && groups[n].sep == groups[1].sep
}

// dateLen returns 3 if groups begin with a date, else 0.
func dateLen(groups []group) int {
	if len(groups) < 3 || groups[1].sep != groups[2].sep {
		return 0
	}
	if sep := groups[1].sep; sep != "-" && sep != "." && sep != "/" {
		return 0
	}
	a, b, c := groups[0].digits, groups[1].digits, groups[2].digits
	if isDate(a, b, c) || isDate(c, b, a) {
		return 3
	}
	return 0
}

func isDate(day, month, year string) bool {
	return len(day) <= 2 && len(month) <= 2 && isYear(year) && between(day, 1, 31) && between(month, 1, 12)
}

func isYear(s string) bool { return len(s) == 4 && between(s, 1900, 2100) }

func between(digits string, low, high int) bool {
	n := 0
	for _, c := range []byte(digits) {
		n = n*10 + int(c-'0')
	}
	return low <= n && n <= high
}

// isRound reports whether digits look like an amount without its unit.
func isRound(d string) bool { return d[0] != '0' && len(d) <= 9 && strings.HasSuffix(d, "00000") }

// units follow an amount; announcing words stand before a number that is to be
// masked whatever its form. Both as residents type them, with and without accents.
var (
	units     = [...]string{"đồng", "dong", "đ", "d", "vnđ", "vnd", "triệu", "trieu", "tr", "nghìn", "nghin", "ngàn", "ngan", "k", "tỷ", "tỉ", "ty", "ti", "usd"}
	announces = [...]string{
		"stk", "tài khoản", "tai khoan", "số thẻ", "so the", "cccd", "cmnd", "căn cước", "can cuoc", "chứng minh", "chung minh",
		"định danh", "dinh danh", "sđt", "sdt", "điện thoại", "dien thoai", "zalo", "otp", "mã số", "ma so", "mã xác", "ma xac", "mật khẩu", "mat khau",
	}
)

func hasUnit(after string) bool {
	word := strings.TrimLeft(after, " ")
	if i := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }); i >= 0 {
		word = word[:i]
	}
	word = strings.ToLower(word)
	for _, u := range units {
		if word == u {
			return true
		}
	}
	return false
}

// isAnnounced looks for an announcing word in the last few words before a
// number, in the same sentence.
func isAnnounced(before string) bool {
	const window = 40
	if len(before) > window {
		before = before[len(before)-window:]
	}
	if i := strings.LastIndexAny(before, ".;\n?!"); i >= 0 {
		before = before[i:]
	}
	before = strings.ToLower(before)
	for _, w := range announces {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' || '０' <= r && r <= '９' }

func ascii(r rune) byte {
	if r >= '０' {
		return byte('0' + r - '０')
	}
	return byte(r)
}

func isSeparator(r rune) bool {
	switch r {
	case ' ', '\t', '.', ',', '-', '–', '/', '(', ')', '_', '\u00a0', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return false
}

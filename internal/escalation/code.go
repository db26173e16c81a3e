package escalation

import (
	"fmt"
	"strings"
)

// codeDigits is how long the code of a case is: three digits for the shard, five
// at random, one to check. 100,000 open and recently closed cases fit a shard.
const codeDigits = 9

// NewCode returns a code for a new case: digits only, so that it can be said over
// the telephone. Prefix is the three digits that its place in the store asks
// for, random any number. Whether the code is still free the store decides.
func NewCode(prefix string, random uint64) string {
	body := fmt.Sprintf("%s%05d", prefix, random%100_000)
	return body + string(rune('0'+checkDigit(body)))
}

// ValidCode reports whether s can be the code of a case: nine digits of which
// the last one checks. Spaces, dots and dashes between them do not count.
func ValidCode(s string) bool {
	_, ok := ParseCode(s)
	return ok
}

// ParseCode returns the digits of a code as people write it; false if it is none.
func ParseCode(s string) (code string, ok bool) {
	code = separators.Replace(strings.TrimSpace(s))
	if len(code) != codeDigits || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	if checkDigit(code[:codeDigits-1]) != int(code[codeDigits-1]-'0') {
		return "", false
	}
	return code, true
}

// separators are what phones and people put between groups of digits: the space
// and the one that does not break, dots, dashes of all lengths.
var separators = strings.NewReplacer(" ", "", "\u00a0", "", ".", "", "-", "", "\u2010", "", "\u2011", "", "\u2013", "", "\u2014", "")

// checkDigit is that of ISO 7064 MOD 11,10 over decimal digits: it notices every
// single wrong digit and almost every swap of two neighbours.
func checkDigit(digits string) int {
	product := 10
	for _, r := range digits {
		sum := (product + int(r-'0')) % 10
		if sum <= 0 {
			sum += 10
		}
		product = sum * 2 % 11
	}
	return (11 - product) % 10
}

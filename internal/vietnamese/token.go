package vietnamese

import (
	"strings"
	"unicode"
)

// Token is one word or number of a message.
type Token struct {
	Text   string // NFC, lower case, as typed
	Folded string // without marks
	Marked bool   // Text carries a mark of its own
	Clause int    // how many clause borders (punctuation, line ends) came before
	Ends   rune   // the punctuation right after it that ended the clause, 0 if none
}

// Tokenize cuts s into words and numbers, in order. Digits and letters stick
// together ("5t10th", "1tr5"); a separator between digits stays inside a number
// ("2.530.000", "4,5"); everything else separates. Punctuation that ends a
// clause raises the clause count of what follows.
func Tokenize(s string) []Token {
	s = strings.ToLower(Compose(s))
	runes := []rune(s)
	var out []Token
	clause := 0
	for i := 0; i < len(runes); {
		r := runes[i]
		if !isWord(r) {
			if strings.ContainsRune(",.;:?!…\n()", r) && len(out) > 0 && out[len(out)-1].Ends == 0 {
				out[len(out)-1].Ends = r
				clause++
			}
			i++
			continue
		}
		j := i
		for j < len(runes) && (isWord(runes[j]) || inNumber(runes, j)) {
			j++
		}
		text := string(runes[i:j])
		out = append(out, Token{Text: text, Folded: Fold(text), Marked: HasMarks(text), Clause: clause})
		i = j
	}
	return out
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '%'
}

func inNumber(rs []rune, j int) bool {
	return j > 0 && j+1 < len(rs) && (rs[j] == '.' || rs[j] == ',' || rs[j] == '/') && unicode.IsDigit(rs[j-1]) && unicode.IsDigit(rs[j+1])
}

package vietnamese

import "strings"

// Sound returns a key that is the same for folded syllables which central and
// southern speakers write for one another: «chú/trú», «xản/sản», «vai/vay»,
// «tiềng/tiền», «nghành/ngành», «dìa/về» is not among them (that is a word of
// its own, in the lexicon). It is a weak signal: use it beside the word, never
// instead of it.
func Sound(folded string) string {
	s := folded
	for _, p := range [...][2]string{
		{"ngh", "ng"}, {"gh", "g"}, {"tr", "ch"}, {"gi", "d"}, {"qu", "q"}, {"k", "c"}, {"s", "x"}, {"r", "d"}, {"v", "d"},
	} {
		if strings.HasPrefix(s, p[0]) && !strings.HasPrefix(s, "kh") {
			s = p[1] + s[len(p[0]):]
			break
		}
	}
	s = strings.ReplaceAll(s, "y", "i")
	for _, p := range [...][2]string{{"ng", "n"}, {"nh", "n"}, {"ch", "t"}, {"c", "t"}} {
		if strings.HasSuffix(s, p[0]) && len(s) > len(p[0])+1 {
			return s[:len(s)-len(p[0])] + p[1]
		}
	}
	return s
}

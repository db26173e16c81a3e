package keyfile

import "github.com/doithoai/doithoai/internal/strictyaml"

// Nearest returns the known word an editor most likely meant: the one with the
// fewest edits, accents ignored, if they are few enough for its length. Of
// equals the first.
func Nearest(word string, known []string) (string, bool) {
	folded := []rune(strictyaml.Fold(word))
	if len(folded) == 0 || len(folded) > 100 {
		return "", false
	}
	best, found := "", false
	limit := max(len(folded)/3, 1) + 1
	for _, k := range known {
		if d := editDistance(folded, []rune(strictyaml.Fold(k)), limit); d < limit {
			best, found, limit = k, true, d
		}
	}
	return best, found
}

// editDistance counts insertions, deletions, changes and swaps of neighbours,
// or returns at least limit if there are that many.
func editDistance(a, b []rune, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

package vietnamese

import (
	"sort"
	"strings"
)

// Speller repairs words that its vocabulary does not hold, by at most one edit
// (two for words of seven letters and more). It works on folded words, because
// tones are the first thing a hurried writer gets wrong. Blind fuzziness on all
// words does harm, as short folded syllables lie close together; so a word that
// somebody uses is never touched.
//
// A Speller is safe for concurrent use once built.
type Speller struct {
	weight  map[string]int      // how often the vocabulary uses a word
	deletes map[string][]string // word with one letter deleted → words
}

// NewSpeller builds a speller over a vocabulary of folded words and how often
// each is used. Words with digits are left out.
func NewSpeller(vocabulary map[string]int) *Speller {
	s := &Speller{weight: vocabulary, deletes: make(map[string][]string, 8*len(vocabulary))}
	words := make([]string, 0, len(vocabulary))
	for w := range vocabulary {
		if w != "" && !strings.ContainsAny(w, "0123456789%") {
			words = append(words, w)
		}
	}
	sort.Strings(words)
	for _, w := range words {
		for _, d := range deletions(w) {
			s.deletes[d] = append(s.deletes[d], w)
		}
	}
	return s
}

// Knows reports whether the vocabulary holds the folded word.
func (s *Speller) Knows(folded string) bool { return s.weight[folded] > 0 }

// Correct returns the likeliest known word for an unknown one. ok is false when
// the word is known, too short to guess (under three letters), holds a digit,
// or has no neighbour. Among neighbours the cheaper edit wins, then the word
// used more often, then the alphabet.
func (s *Speller) Correct(folded string) (string, bool) {
	if len(folded) < 3 || s.Knows(folded) || strings.ContainsAny(folded, "0123456789%") {
		return folded, false
	}
	best, bestCost, limit := "", 99, 9
	if len(folded) >= 7 {
		limit = 16
	}
	try := func(w string) {
		c := editCost(folded, w)
		if c > limit {
			return
		}
		if c < bestCost || c == bestCost && (s.weight[w] > s.weight[best] || s.weight[w] == s.weight[best] && w < best) {
			best, bestCost = w, c
		}
	}
	for _, w := range s.deletes[folded] {
		try(w)
	}
	for _, d := range deletions(folded) {
		if s.Knows(d) {
			try(d)
		}
		for _, w := range s.deletes[d] {
			try(w)
		}
	}
	return best, best != ""
}

func deletions(w string) []string {
	out := make([]string, 0, len(w))
	for i := range len(w) {
		if i > 0 && w[i] == w[i-1] {
			continue
		}
		out = append(out, w[:i]+w[i+1:])
	}
	return out
}

// editCost is an optimal string alignment distance with the costs of Vietnamese
// typing: a doubled letter or a swapped pair is a slip of the finger, i for y a
// habit, a lost h in ngh/nh/th a phone keyboard; another vowel is another word.
func editCost(a, b string) int {
	var rows [3][32]int
	if len(a) > 30 || len(b) > 30 {
		return 99
	}
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := 1; j <= len(b); j++ {
		prev[j] = prev[j-1] + insertCost(b, j-1)
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = prev[0] + insertCost(a, i-1)
		for j := 1; j <= len(b); j++ {
			sub := 0
			if a[i-1] != b[j-1] {
				sub = swapCost(a[i-1], b[j-1])
			}
			c := min(prev[j-1]+sub, prev[j]+insertCost(a, i-1), cur[j-1]+insertCost(b, j-1))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] && a[i-1] != a[i-2] {
				c = min(c, prev2[j-2]+5)
			}
			cur[j] = c
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

func insertCost(w string, i int) int {
	if i > 0 && w[i] == w[i-1] {
		return 3
	}
	switch w[i] {
	case 'h':
		return 5
	case 'g', 'n':
		return 6
	}
	return 8
}

func swapCost(x, y byte) int {
	if x > y {
		x, y = y, x
	}
	switch string([]byte{x, y}) {
	case "iy", "ck", "sx", "dv", "gk":
		return 4
	case "mn", "ct", "io", "uy", "ui", "ae", "ao", "oe", "eo":
		return 8
	}
	return 9
}

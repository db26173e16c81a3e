package editorial

import (
	"slices"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// alike is from which share of common words two questions are taken for the same.
// Residents ask one thing in many ways; with half of the words in common the same
// thing is meant nearly always.
const alike = 0.5

// fillers are words of a question that say nothing of what it is about.
const fillers = `em toi tui minh con chau anh chi co bac chu cau di ong ba a oi da thua cho hoi xin voi thi la ma va nha nhe ne vay roi
	muon biet duoc khong ko k dc hong gi sao nao bao nhieu may nay do o ha hay`

// wordSet is the sorted set of folded words of a question, without fillers unless
// there is nothing else.
func wordSet(text string) []string {
	dull := set(fillers)
	var full, short []string
	for _, token := range vietnamese.Tokenize(text) {
		full = append(full, token.Folded)
		if !dull[token.Folded] {
			short = append(short, token.Folded)
		}
	}
	if len(short) == 0 {
		short = full
	}
	slices.Sort(short)
	return slices.Compact(short)
}

// jaccard is the share of words that two sorted sets have in common, 0 to 1.
func jaccard(a, b []string) float64 {
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			common++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	if union := len(a) + len(b) - common; union > 0 {
		return float64(common) / float64(union)
	}
	return 0
}

// link puts what is alike together, also over others between them; each group and
// the groups are in the order of the sets.
func link(sets [][]string) [][]int {
	head := make([]int, len(sets)) // the first of each one's group
	for i := range sets {
		head[i] = i
		for j := range i {
			if head[j] != head[i] && jaccard(sets[i], sets[j]) >= alike {
				join(head[:i+1], head[i], head[j])
			}
		}
	}
	at := map[int]int{}
	var out [][]int
	for i, h := range head {
		if _, ok := at[h]; !ok {
			at[h] = len(out)
			out = append(out, nil)
		}
		out[at[h]] = append(out[at[h]], i)
	}
	return out
}

func join(head []int, a, b int) {
	from, to := max(a, b), min(a, b)
	for i := range head {
		if head[i] == from {
			head[i] = to
		}
	}
}

// central returns the one of a group that is most like all others, the first of
// equals.
func central(sets [][]string, group []int) int {
	best, most := group[0], -1.0
	for _, i := range group {
		sum := 0.0
		for _, j := range group {
			sum += jaccard(sets[i], sets[j])
		}
		if sum > most {
			best, most = i, sum
		}
	}
	return best
}

package knowledge

import (
	"math"
	"slices"
)

// lexical finds the stored wordings nearest to a question by weighted cosine
// over words and word pairs. Each wording is scored apart and the best one of a
// class counts: summing a class's wordings into one bag loses as much as a
// tenth of the right answers among look-alike entries.
//
// It breaks ties, answers near-verbatim questions, and its agreement with the
// classifier is evidence for the decision; it never decides alone.
type lexical struct {
	index    map[uint64]int32 // term → its place in the slices below
	terms    []uint64         // rising
	idf      []float32
	postings [][]posting
	class    []int32 // of each wording
}

type posting struct {
	wording int32
	weight  float32
}

// wording is a stored question, already read: its class and its terms, rising.
type wording struct {
	class int
	terms []uint64
}

func newLexical(ws []wording) *lexical {
	var all []uint64
	for _, w := range ws {
		all = append(all, w.terms...)
	}
	slices.Sort(all)
	all = slices.Clone(slices.Compact(all))
	l := newIndex(all)
	places := make([][]int32, len(ws))
	for i, w := range ws {
		l.class = append(l.class, int32(w.class))
		for _, t := range w.terms {
			places[i] = append(places[i], l.index[t])
		}
	}
	l.post(places)
	return l
}

func newIndex(terms []uint64) *lexical {
	l := &lexical{index: make(map[uint64]int32, len(terms)), terms: terms}
	for i, t := range terms {
		l.index[t] = int32(i)
	}
	return l
}

// post files every wording, given as the places of its terms, under its terms.
func (l *lexical) post(wordings [][]int32) {
	df := make([]int, len(l.terms))
	total := 0
	for _, w := range wordings {
		total += len(w)
		for _, t := range w {
			df[t]++
		}
	}
	l.idf = make([]float32, len(l.terms))
	l.postings = make([][]posting, len(l.terms))
	room := make([]posting, total)
	for t, n := range df {
		if n > 0 {
			l.idf[t] = float32(math.Log(1 + float64(len(wordings))/float64(n)))
		}
		l.postings[t], room = room[:0:n], room[n:]
	}
	for i, w := range wordings {
		norm := float32(0)
		for _, t := range w {
			norm += l.idf[t] * l.idf[t]
		}
		norm = float32(math.Sqrt(float64(norm)))
		for _, t := range w {
			l.postings[t] = append(l.postings[t], posting{int32(i), l.idf[t] / norm})
		}
	}
}

// similarities returns the likeness of every wording to a question, 0 to 1.
// Terms that stand in more than a tenth of all wordings cost time and tell
// nothing; they are skipped.
func (l *lexical) similarities(terms []uint64) []float32 {
	sums := make([]float32, len(l.class))
	norm := float32(0)
	for _, t := range terms {
		at, ok := l.index[t]
		if !ok {
			norm += 16 // an unknown word is unexplained weight
			continue
		}
		idf, postings := l.idf[at], l.postings[at]
		norm += idf * idf
		if len(postings)*10 > len(l.class) && len(terms) > 3 {
			continue
		}
		for _, p := range postings {
			sums[p.wording] += idf * p.weight
		}
	}
	if norm > 0 {
		scale := float32(1 / math.Sqrt(float64(norm)))
		for i := range sums {
			sums[i] *= scale
		}
	}
	return sums
}

// byClass returns, for each class, the likeness of its best wording.
func (l *lexical) byClass(terms []uint64, classes int) []float32 {
	best := make([]float32, classes)
	for i, s := range l.similarities(terms) {
		if c := l.class[i]; s > best[c] {
			best[c] = s
		}
	}
	return best
}

// terms are the words and pairs by which wordings are compared.
func terms(r Reading) []uint64 {
	out := make([]uint64, 0, 2*len(r.Words))
	for i, w := range r.Words {
		out = append(out, w.hash)
		if i > 0 {
			out = append(out, joinHash(r.Words[i-1].hash, w.hash))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

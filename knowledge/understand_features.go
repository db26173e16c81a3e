package knowledge

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/internal/classify"
)

// The kinds of features.
const (
	kindWord    = 'u'
	kindPair    = 'b'
	kindGap     = 's' // a pair with one word between
	kindMarked  = 'a' // a word with its marks
	kindSound   = 'k' // a pair by sound
	kindConcept = 'c'
	kindBoth    = 'd' // two concepts together
	kindNumber  = 'n'
	kindLength  = 'l'
)

// features turns a reading into evidence for the classifier. Long stories have
// many words; each kind is scaled by the root of its count so that a story does
// not shout down a keyword.
func features(r Reading) []classify.Feature {
	f := featureSet{}
	f.collect(r)
	return f.scaled()
}

// featureNames returns the words for the keys of a reading's features, for
// people who want to know what decided.
func featureNames(r Reading) map[uint64]string {
	f := featureSet{names: map[uint64]string{}}
	f.collect(r)
	return f.names
}

type featureSet struct {
	list  []weighted
	names map[uint64]string // nil unless wanted
}

type weighted struct {
	key   uint64
	kind  byte
	value float32
}

func (f *featureSet) add(kind byte, a, b string, v float32) {
	key := classify.Key(kind, a, b)
	f.list = append(f.list, weighted{key, kind, v})
	if f.names != nil {
		f.names[key] = strings.TrimSpace(string(kind) + ": " + a + " " + b)
	}
}

func (f *featureSet) collect(r Reading) {
	ws := r.Words
	f.list = make([]weighted, 0, 6*len(ws)+16)
	cue := cueClauses(r)
	for i, w := range ws {
		weight := float32(1)
		if !cue[w.Clause] {
			weight = 0.6
		}
		f.add(kindWord, w.Folded, "", weight)
		if w.Marked != "" {
			f.add(kindMarked, w.Marked, "", weight*0.7)
		}
		if i > 0 {
			f.add(kindPair, ws[i-1].Folded, w.Folded, weight)
			f.add(kindSound, ws[i-1].sound, w.sound, weight*0.4)
		} else {
			f.add(kindPair, "^", w.Folded, 0.5)
		}
		if i > 1 {
			f.add(kindGap, ws[i-2].Folded, w.Folded, weight*0.6)
		}
	}
	names := conceptNames(r)
	for i, a := range names {
		f.add(kindConcept, a, "", 1.2)
		for _, b := range names[i+1:] {
			f.add(kindBoth, a, b, 0.7)
		}
	}
	for _, n := range r.Numbers {
		f.add(kindNumber, n.Type, "", 0.5)
		f.add(kindNumber, n.Type, bucket(n), 1)
	}
	f.add(kindLength, lengthNames[min(len(ws)/4, len(lengthNames)-1)], "", 0.3)
}

var lengthNames = [...]string{"0", "1", "2", "3", "4", "5", "6", "7", "8"}

func (f *featureSet) scaled() []classify.Feature {
	slices.SortFunc(f.list, func(a, b weighted) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(b.value, a.value))
	})
	f.list = slices.CompactFunc(f.list, func(a, b weighted) bool { return a.key == b.key })
	var count [256]int
	for _, w := range f.list {
		count[w.kind]++
	}
	out := make([]classify.Feature, len(f.list))
	for i, w := range f.list {
		out[i] = classify.Feature{Key: w.key, Value: w.value * 2 / float32(math.Sqrt(float64(3+count[w.kind])))}
	}
	return out
}

// conceptNames lists the distinct concepts as "type=value", denied ones with a
// bang, in order.
func conceptNames(r Reading) []string {
	out := make([]string, 0, len(r.Concepts))
	for _, c := range r.Concepts {
		n := c.name
		if c.Not {
			n += "!"
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func bucket(n SlotNumber) string {
	var edges []float64
	switch n.Type {
	case "tuổi":
		edges = []float64{3, 6, 16, 23, 60, 70, 75, 80}
	case "km":
		edges = []float64{4, 7, 10}
	case "số năm":
		edges = []float64{3, 5}
	case "triệu":
		edges = []float64{1.5, 2.8, 5, 50, 100, 200}
	case "lớp":
		edges = []float64{6, 10}
	default:
		return ""
	}
	for i, e := range edges {
		if n.Value < e {
			return "<" + strconv.FormatFloat(e, 'f', -1, 64) + "#" + strconv.Itoa(i)
		}
	}
	return ">"
}

// cueClauses tells which clauses ask: they hold a question word, or they are
// all there is.
func cueClauses(r Reading) []bool {
	out := make([]bool, r.Clauses+1)
	any := false
	for i, w := range r.Words {
		switch w.Folded {
		case "khong", "gi", "sao", "dau", "nao", "bao", "may", "nhieu", "ai", "chua", "hoi", "phai", "muon", "xin", "duoc":
			out[w.Clause], any = true, true
		case "the":
			if i+1 < len(r.Words) && r.Words[i+1].Folded == "nao" {
				out[w.Clause], any = true, true
			}
		}
	}
	if !any {
		for i := range out {
			out[i] = true
		}
	}
	return out
}

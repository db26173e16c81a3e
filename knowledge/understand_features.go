package knowledge

import (
	"math"
	"sort"
	"strconv"

	"github.com/doithoai/doithoai/internal/linear"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// features turns a reading into evidence for the classifier. Names are prefixed
// by kind:
//
//	u: word   b: pair   s: pair with a gap   a: word with its marks
//	k: sound pair   c: concept   d: two concepts together   n: number bucket
//
// Long stories have many words; each kind is scaled by the root of its count
// so that a story does not shout down a keyword.
func features(r Reading) []linear.Feature {
	f := featureSet{}
	ws := r.Words
	cue := cueClauses(r)
	for i, w := range ws {
		weight := float32(1)
		if !cue[w.Clause] {
			weight = 0.6
		}
		f.add('u', "u:"+w.Folded, weight)
		if w.Marked != "" {
			f.add('a', "a:"+w.Marked, weight*0.7)
		}
		if i > 0 {
			f.add('b', "b:"+ws[i-1].Folded+"_"+w.Folded, weight)
			f.add('k', "k:"+vietnamese.Sound(ws[i-1].Folded)+"_"+vietnamese.Sound(w.Folded), weight*0.4)
		} else {
			f.add('b', "b:^_"+w.Folded, 0.5)
		}
		if i > 1 {
			f.add('s', "s:"+ws[i-2].Folded+"_"+w.Folded, weight*0.6)
		}
	}
	names := conceptNames(r)
	for _, n := range names {
		f.add('c', "c:"+n, 1.2)
	}
	for i, a := range names {
		for _, b := range names[i+1:] {
			f.add('d', "d:"+a+"&"+b, 0.7)
		}
	}
	for _, n := range r.Numbers {
		f.add('n', "n:"+n.Type, 0.5)
		f.add('n', "n:"+n.Type+bucket(n), 1)
	}
	f.add('l', "l:"+strconv.Itoa(min(len(ws)/4, 8)), 0.3)
	return f.scaled()
}

type featureSet map[string]*weighted

type weighted struct {
	kind  byte
	value float32
}

func (f featureSet) add(kind byte, name string, v float32) {
	if old, ok := f[name]; ok {
		old.value = max(old.value, v)
		return
	}
	f[name] = &weighted{kind, v}
}

func (f featureSet) scaled() []linear.Feature {
	var count [256]int
	names := make([]string, 0, len(f))
	for n, w := range f {
		names = append(names, n)
		count[w.kind]++
	}
	sort.Strings(names)
	out := make([]linear.Feature, len(names))
	for i, n := range names {
		w := f[n]
		out[i] = linear.Feature{Name: n, Value: w.value / float32(math.Sqrt(float64(3+count[w.kind]))) * 2}
	}
	return out
}

// conceptNames lists the distinct concepts as "type=value", denied ones with a
// bang, in order.
func conceptNames(r Reading) []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range r.Concepts {
		n := c.Type + "=" + c.Value
		if c.Not {
			n += "!"
		}
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
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
func cueClauses(r Reading) map[int]bool {
	out := map[int]bool{}
	for i, w := range r.Words {
		switch w.Folded {
		case "khong", "gi", "sao", "dau", "nao", "bao", "may", "nhieu", "ai", "chua", "hoi", "phai", "muon", "xin", "duoc":
			out[w.Clause] = true
		case "the":
			if i+1 < len(r.Words) && r.Words[i+1].Folded == "nao" {
				out[w.Clause] = true
			}
		}
	}
	if len(out) == 0 {
		for _, w := range r.Words {
			out[w.Clause] = true
		}
	}
	return out
}

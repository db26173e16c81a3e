package classify

import (
	"cmp"
	"math"
	"slices"
)

// Feature is one piece of evidence and how strong it is. Key is a hash of what
// it is about, see [Key]: text features are many, and their names are needed
// only by people.
type Feature struct {
	Key   uint64
	Value float32
}

// Key hashes a feature of a kind over up to two parts (FNV-1a). Two features in
// a vocabulary of 100,000 collide with a chance of 1 in three billion.
func Key(kind byte, a, b string) uint64 {
	const prime = 1099511628211
	h := (uint64(14695981039346656037) ^ uint64(kind)) * prime
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * prime
	}
	h = (h ^ 0xFF) * prime
	for i := range len(b) {
		h = (h ^ uint64(b[i])) * prime
	}
	return h
}

// Example is one labelled text. Labels holds every acceptable class, the first
// being the intended one.
type Example struct {
	Features []Feature
	Labels   []int
	Weight   float32 // 1 for an ordinary example
}

// Options steer training. The zero value of a field takes its default.
type Options struct {
	Epochs   int     // passes over the examples; default 20
	Rate     float64 // AdaGrad step; default 0.3
	L2       float64 // shrinkage per step; default 1e-5
	MinCount int     // features seen in fewer examples are left out; default 2
	Hidden   int     // width of the network's hidden layer; 0 leaves the network out
}

// Model maps features to one score a class. It is read-only after training and
// safe for concurrent use.
//
// Weights are kept as small integers with one scale a feature: a quarter of the
// memory, and a stored model is to the bit the one that was trained.
type Model struct {
	classes int
	keys    []uint64 // sorted
	index   map[uint64]int32
	scale   []float32 // of each feature
	weights []int8    // feature-major: weights[f*classes+c]
	bias    []float32
	net     *network // nil if left out
}

// Classes returns how many classes the model scores.
func (m *Model) Classes() int { return m.classes }

// Size returns how many features the model knows.
func (m *Model) Size() int { return len(m.keys) }

// Train fits a model on examples with the given number of classes. The same
// examples in the same order give the same model.
func Train(examples []Example, classes int, o Options) *Model {
	if o.Epochs == 0 {
		o.Epochs = 20
	}
	if o.Rate == 0 {
		o.Rate = 0.3
	}
	if o.L2 == 0 {
		o.L2 = 1e-5
	}
	if o.MinCount == 0 {
		o.MinCount = 2
	}
	m := &Model{classes: classes, bias: make([]float32, classes)}
	m.setKeys(commonKeys(examples, o.MinCount))
	size := len(m.keys) * classes
	t := trainer{Model: m, o: o, weights: make([]float32, size), squares: make([]float32, size), biasSquares: make([]float32, classes), p: make([]float64, classes)}
	coded := make([]coded, len(examples))
	for i, e := range examples {
		coded[i] = m.encode(e)
	}
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	random := generator(0x9E3779B97F4A7C15)
	for range o.Epochs {
		random.shuffle(order)
		for _, i := range order {
			t.step(coded[i])
		}
	}
	m.scale, m.weights = quantise(t.weights, classes)
	if o.Hidden > 0 {
		m.net = trainNetwork(coded, len(m.keys), classes, o.Hidden)
	}
	return m
}

// negligible is the step below which a weight is dropped: it changes no decision
// that was measured, and a stored model is half the size.
const negligible = 12

// quantise rounds the rows of a table to 127 steps on either side of nought, each
// row with a scale of its own.
func quantise(table []float32, width int) (scale []float32, rounded []int8) {
	scale = make([]float32, len(table)/width)
	rounded = make([]int8, len(table))
	for f := range scale {
		row := table[f*width : (f+1)*width]
		top := float32(0)
		for _, w := range row {
			top = max(top, w, -w)
		}
		if top == 0 {
			continue
		}
		scale[f] = top / 127
		for c, w := range row {
			q := math.Round(float64(w / scale[f]))
			if math.Abs(q) < negligible {
				q = 0
			}
			rounded[f*width+c] = int8(q)
		}
	}
	return scale, rounded
}

func (m *Model) setKeys(keys []uint64) {
	m.keys = keys
	m.index = make(map[uint64]int32, len(keys))
	for i, k := range keys {
		m.index[k] = int32(i)
	}
}

// commonKeys returns the features of at least minCount examples, sorted.
func commonKeys(examples []Example, minCount int) []uint64 {
	count := make(map[uint64]int)
	for _, e := range examples {
		for _, f := range e.Features {
			count[f.Key]++
		}
	}
	keys := make([]uint64, 0, len(count))
	for k, c := range count {
		if c >= minCount {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

type coded struct {
	ids    []int32
	values []float32
	labels []int
	weight float32
}

func (m *Model) encode(e Example) coded {
	c := coded{labels: e.Labels, weight: e.Weight}
	if c.weight == 0 {
		c.weight = 1
	}
	for _, f := range e.Features {
		if id, ok := m.index[f.Key]; ok {
			c.ids = append(c.ids, id)
			c.values = append(c.values, f.Value)
		}
	}
	return c
}

type trainer struct {
	*Model
	o           Options
	weights     []float32
	squares     []float32
	biasSquares []float32
	p           []float64
	active      []int
}

// step moves the weights along the gradient of the log loss, with most of the
// credit going to the intended class. Classes whose gradient is next to nothing
// are left alone: after the first passes that is nearly all of them.
func (t *trainer) step(e coded) {
	t.score(e.ids, e.values, t.p)
	softmax(t.p)
	t.active = t.active[:0]
	for c, p := range t.p {
		for i, l := range e.labels {
			if l == c {
				p -= credit(i, len(e.labels))
			}
		}
		g := p * float64(e.weight)
		if g > -1e-3 && g < 1e-3 {
			continue
		}
		t.p[c] = g
		t.active = append(t.active, c)
	}
	rate, l2 := t.o.Rate, t.o.L2
	for _, c := range t.active {
		g := t.p[c]
		t.biasSquares[c] += float32(g * g)
		t.bias[c] -= float32(rate * g / math.Sqrt(float64(t.biasSquares[c])+1e-6))
	}
	for i, id := range e.ids {
		v := float64(e.values[i])
		row := t.weights[int(id)*t.classes : (int(id)+1)*t.classes]
		sq := t.squares[int(id)*t.classes : (int(id)+1)*t.classes]
		for _, c := range t.active {
			w := float64(row[c])
			d := float64(t.p[c]*v) + float64(l2*w)
			s := float64(sq[c]) + float64(d*d)
			sq[c] = float32(s)
			row[c] = float32(w - float64(rate*d/math.Sqrt(s+1e-6)))
		}
	}
}

func credit(i, n int) float64 {
	switch {
	case n == 1:
		return 1
	case i == 0:
		return 0.75
	}
	return 0.25 / float64(n-1)
}

func (t *trainer) score(ids []int32, values []float32, out []float64) {
	for c := range out {
		out[c] = float64(t.bias[c])
	}
	for i, id := range ids {
		v := float64(values[i])
		row := t.weights[int(id)*t.classes : (int(id)+1)*t.classes]
		for c, w := range row {
			out[c] += float64(v * float64(w))
		}
	}
}

// Probabilities returns the model's probability for each class, in class
// order; they sum to one. Unknown features are ignored.
func (m *Model) Probabilities(features []Feature) []float64 {
	e := m.encode(Example{Features: features})
	out := make([]float64, m.classes)
	for c := range out {
		out[c] = float64(m.bias[c])
	}
	for i, id := range e.ids {
		v := float64(e.values[i] * m.scale[id])
		for c, w := range m.weights[int(id)*m.classes : (int(id)+1)*m.classes] {
			out[c] += float64(v * float64(w))
		}
	}
	if m.net == nil {
		softmax(out)
		return out
	}
	// The geometric mean of two softmaxes is the softmax of the mean of their
	// scores, up to a constant each.
	for c, s := range m.net.scores(e.ids, e.values) {
		out[c] = float64(0.5*out[c]) + float64(0.5*s)
	}
	softmax(out)
	return out
}

// Explain returns the features with what each adds to the softmax's score of
// class, strongest first. What the network adds cannot be told by feature.
func (m *Model) Explain(features []Feature, class int) []Feature {
	var out []Feature
	for _, f := range features {
		if id, ok := m.index[f.Key]; ok {
			if w := float32(m.weights[int(id)*m.classes+class]) * m.scale[id] * f.Value; w != 0 {
				out = append(out, Feature{Key: f.Key, Value: w})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Feature) int {
		return cmp.Compare(math.Abs(float64(b.Value)), math.Abs(float64(a.Value)))
	})
	return out
}

func softmax(s []float64) {
	top := s[0]
	for _, v := range s {
		top = max(top, v)
	}
	sum := 0.0
	for i, v := range s {
		s[i] = exp(v - top)
		sum += s[i]
	}
	for i := range s {
		s[i] /= sum
	}
}

// exp is e to the x for x ≤ 0, by halving and a Taylor polynomial: math.Exp is
// written in assembly on some processors and differs there in the last bit,
// which training would amplify.
func exp(x float64) float64 {
	if x < -40 {
		return 0
	}
	n := 0
	for x < -0.5 {
		x /= 2
		n++
	}
	term, sum := 1.0, 1.0
	for k := 1; k < 16; k++ {
		term = float64(float64(term*x) / float64(k))
		sum += term
	}
	for range n {
		sum = float64(sum * sum)
	}
	return sum
}

package classify

import "math"

// network has one hidden layer: features are summed into it, a tanh bends it,
// a softmax reads it.
type network struct {
	hidden, classes int
	scale           []float32 // of each feature's row
	in              []int8    // feature-major: in[f*hidden+k]
	out             []float32 // out[k*classes+c]
	bias            []float32
}

// How the network is trained. Two fifths of the features of an example are
// hidden from it each time, so that it cannot lean on a few; the values were
// chosen on questions of writers left out.
const (
	networkEpochs = 10
	networkRate   = 0.04
	networkDrop   = 0.4
)

// generator is a small xorshift: the same numbers on every machine.
type generator uint64

func (g *generator) next() uint64 {
	*g ^= *g << 13
	*g ^= *g >> 7
	*g ^= *g << 17
	return uint64(*g)
}

// unit returns a number in [0, 1).
func (g *generator) unit() float32 { return float32(g.next()%(1<<24)) / (1 << 24) }

func (g *generator) shuffle(order []int) {
	for i := len(order) - 1; i > 0; i-- { // Fisher–Yates
		j := int(g.next() % uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

// networkTrainer holds what training needs beside the network.
type networkTrainer struct {
	hidden, classes int
	in, out, bias   []float32
	inSquares       []float32
	outSquares      []float32
	h, dh           []float32
	p               []float64
	random          generator
	keptIDs         []int32
	keptValues      []float32
}

func trainNetwork(examples []coded, features, classes, hidden int) *network {
	t := networkTrainer{
		hidden: hidden, classes: classes, random: 88172645463325252,
		in: make([]float32, features*hidden), inSquares: make([]float32, features*hidden),
		out: make([]float32, hidden*classes), outSquares: make([]float32, hidden*classes),
		bias: make([]float32, classes), h: make([]float32, hidden), dh: make([]float32, hidden), p: make([]float64, classes),
	}
	for i := range t.in {
		t.in[i] = float32((t.random.unit()*2 - 1) * 0.1)
	}
	for i := range t.out {
		t.out[i] = float32((t.random.unit()*2 - 1) * 0.2)
	}
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	for range networkEpochs {
		t.random.shuffle(order)
		for _, i := range order {
			t.step(examples[i])
		}
	}
	n := &network{hidden: hidden, classes: classes, out: t.out, bias: t.bias}
	n.scale, n.in = quantise(t.in, hidden)
	return n
}

func (t *networkTrainer) step(e coded) {
	t.keptIDs, t.keptValues = t.keptIDs[:0], t.keptValues[:0]
	for i, id := range e.ids {
		if t.random.unit() >= networkDrop {
			t.keptIDs = append(t.keptIDs, id)
			t.keptValues = append(t.keptValues, e.values[i]/(1-networkDrop))
		}
	}
	clear(t.h)
	for i, id := range t.keptIDs {
		v := t.keptValues[i]
		for k, w := range t.in[int(id)*t.hidden : (int(id)+1)*t.hidden] {
			t.h[k] += float32(w * v)
		}
	}
	bend(t.h)
	readOut(t.h, t.out, t.bias, t.p)
	softmax(t.p)
	clear(t.dh)
	for c, p := range t.p {
		for i, l := range e.labels {
			if l == c {
				p -= credit(i, len(e.labels))
			}
		}
		g := float32(p * float64(e.weight))
		if g > -1e-3 && g < 1e-3 {
			continue
		}
		t.bias[c] -= float32(networkRate * 0.1 * g)
		t.stepClass(c, g)
	}
	for k, h := range t.h {
		t.dh[k] = float32(t.dh[k] * (1 - float32(h*h)))
	}
	for i, id := range t.keptIDs {
		row := t.in[int(id)*t.hidden : (int(id)+1)*t.hidden]
		squares := t.inSquares[int(id)*t.hidden : (int(id)+1)*t.hidden]
		for k := range row {
			row[k] -= adaptive(float32(t.dh[k]*t.keptValues[i]), &squares[k])
		}
	}
}

// stepClass moves the weights from the hidden layer to one class, and collects
// what the hidden layer should have been.
func (t *networkTrainer) stepClass(c int, g float32) {
	for k, h := range t.h {
		i := k*t.classes + c
		t.dh[k] += float32(g * t.out[i])
		t.out[i] -= adaptive(float32(g*h), &t.outSquares[i])
	}
}

// adaptive is the AdaGrad step for a gradient.
func adaptive(g float32, squares *float32) float32 {
	*squares += float32(g * g)
	return float32(float64(networkRate*float64(g)) / math.Sqrt(float64(*squares)+1e-6))
}

func bend(h []float32) {
	for k, x := range h {
		h[k] = tanh(x)
	}
}

// tanh by the portable exponential; see exp.
func tanh(x float32) float32 {
	e := exp(-2 * math.Abs(float64(x)))
	y := float32((1 - e) / (1 + e))
	if x < 0 {
		return -y
	}
	return y
}

func readOut(h, out, bias []float32, p []float64) {
	for c := range p {
		p[c] = float64(bias[c])
	}
	for k, x := range h {
		for c, w := range out[k*len(p) : (k+1)*len(p)] {
			p[c] += float64(x * w)
		}
	}
}

// scores returns what the softmax would take the exponential of.
func (n *network) scores(ids []int32, values []float32) []float64 {
	h := make([]float32, n.hidden)
	for i, id := range ids {
		v := float32(values[i] * n.scale[id])
		for k, w := range n.in[int(id)*n.hidden : (int(id)+1)*n.hidden] {
			h[k] += float32(v * float32(w))
		}
	}
	bend(h)
	p := make([]float64, n.classes)
	readOut(h, n.out, n.bias, p)
	return p
}

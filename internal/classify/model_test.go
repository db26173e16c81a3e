package classify_test

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"testing"

	"github.com/doithoai/doithoai/internal/classify"
)

func words(ws ...string) []classify.Feature {
	out := make([]classify.Feature, len(ws))
	for i, w := range ws {
		out[i] = classify.Feature{Key: classify.Key('u', w, ""), Value: 1}
	}
	return out
}

func sample() []classify.Example {
	var out []classify.Example
	for range 4 {
		out = append(out,
			classify.Example{Features: words("học", "phí", "con"), Labels: []int{0}},
			classify.Example{Features: words("thẻ", "bảo", "hiểm"), Labels: []int{1}},
			classify.Example{Features: words("vay", "vốn", "con"), Labels: []int{2}},
			classify.Example{Features: words("vay", "học", "phí"), Labels: []int{2, 0}},
		)
	}
	return out
}

func best(p []float64) int {
	b := 0
	for i := range p {
		if p[i] > p[b] {
			b = i
		}
	}
	return b
}

func TestTrainSeparates(t *testing.T) {
	t.Parallel()
	m := classify.Train(sample(), 3, classify.Options{})
	for _, c := range []struct {
		words []string
		want  int
	}{{[]string{"học", "phí"}, 0}, {[]string{"bảo", "hiểm"}, 1}, {[]string{"vay", "vốn"}, 2}, {[]string{"vay", "học", "phí"}, 2}} {
		p := m.Probabilities(words(c.words...))
		if best(p) != c.want {
			t.Errorf("%v: probabilities %v, want class %d", c.words, p, c.want)
		}
		sum := 0.0
		for _, v := range p {
			sum += v
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%v: probabilities sum to %v", c.words, sum)
		}
	}
}

func TestNetworkLearnsWhatIsUsedAlike(t *testing.T) {
	t.Parallel()
	// «xây» and «cất» stand in the same company; only «xây» was seen with «nhà»
	// for class 0, yet «cất nhà» should lean the same way.
	var examples []classify.Example
	for range 30 {
		examples = append(examples,
			classify.Example{Features: words("xây", "nhà"), Labels: []int{0}},
			classify.Example{Features: words("xây", "tường"), Labels: []int{0}},
			classify.Example{Features: words("cất", "tường"), Labels: []int{0}},
			classify.Example{Features: words("thẻ", "khám"), Labels: []int{1}},
		)
	}
	m := classify.Train(examples, 2, classify.Options{Hidden: 8})
	if p := m.Probabilities(words("cất", "nhà")); best(p) != 0 || p[0] < 0.8 {
		t.Errorf("probabilities %v, want class 0 clearly", p)
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	for _, out := range []*bytes.Buffer{&a, &b} {
		if err := classify.Train(sample(), 3, classify.Options{Hidden: 4}).Write(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two trainings on the same examples differ")
	}
}

func TestStoredModelIsTheSame(t *testing.T) {
	t.Parallel()
	m := classify.Train(sample(), 3, classify.Options{Hidden: 6})
	var buf bytes.Buffer
	if err := m.Write(&buf); err != nil {
		t.Fatal(err)
	}
	back, err := classify.Read(&buf)
	if err != nil {
		t.Fatal(err)
	}
	q := words("vay", "học", "phí", "lạ")
	want, got := m.Probabilities(q), back.Probabilities(q)
	for i := range want {
		if want[i] != got[i] {
			t.Errorf("class %d: %v stored, %v trained", i, got[i], want[i])
		}
	}
	if back.Size() != m.Size() || back.Classes() != 3 {
		t.Errorf("size %d, classes %d", back.Size(), back.Classes())
	}
}

func TestExplainAddsUpToTheDifference(t *testing.T) {
	t.Parallel()
	m := classify.Train(sample(), 3, classify.Options{})
	q := words("học", "phí")
	p := m.Probabilities(q)
	sum := func(class int) float64 {
		s := 0.0
		for _, f := range m.Explain(q, class) {
			s += float64(f.Value)
		}
		return s
	}
	none := m.Probabilities(nil)
	want := math.Log(p[0]/p[1]) - math.Log(none[0]/none[1])
	if got := sum(0) - sum(1); math.Abs(got-want) > 1e-5 {
		t.Errorf("explained difference %v, want %v", got, want)
	}
}

func FuzzRead(f *testing.F) {
	var buf bytes.Buffer
	if err := classify.Train(sample(), 3, classify.Options{Hidden: 2}).Write(&buf); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add([]byte("softmax\x01\xff\xff\xff\xff\x0f"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := classify.Read(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, classify.ErrFormat) {
				t.Errorf("error %v is not ErrFormat", err)
			}
			return
		}
		m.Probabilities(words("học", "phí"))
	})
}

func BenchmarkProbabilities(b *testing.B) {
	var examples []classify.Example
	for i := range 400 {
		examples = append(examples, classify.Example{Features: words("w"+strconv.Itoa(i%50), "x"+strconv.Itoa(i%20), "c"+strconv.Itoa(i%80)), Labels: []int{i % 80}})
	}
	m := classify.Train(examples, 80, classify.Options{Epochs: 2})
	q := words("w1", "w2", "w3", "x1", "x2", "c1", "c2", "c3", "w4", "w5")
	b.ReportAllocs()
	for b.Loop() {
		m.Probabilities(q)
	}
}

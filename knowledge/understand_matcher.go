package knowledge

import (
	"math"
	"slices"
	"strings"
)

// Matcher understands messages against one base. It is read-only once built and
// safe for concurrent use.
type Matcher struct {
	base        *Base
	u           *understanding
	calibration Calibration
	family      map[string]string
	topic       map[string]string
	about       map[string][]string // entry → values of «ai» it is about
	subject     map[string][]string // entry → values of «việc» it is about
}

// NewMatcher fits a matcher to a base. Learning from some thousand questions
// takes seconds; with models that were stored for just these questions
// ([Matcher.StoreModels]), here or in the base, it takes a fraction of one. Stored
// models that do not fit are left aside.
func NewMatcher(b *Base, stored []byte) *Matcher {
	m := &Matcher{base: b, u: learn(b, stored), calibration: b.calibration(), family: map[string]string{}, topic: map[string]string{}, about: map[string][]string{}, subject: map[string][]string{}}
	for _, id := range b.IDs() {
		for _, e := range b.Versions(id) {
			m.family[id], m.topic[id] = e.Family, e.Topic
			m.about[id] = e.When.Values["ai"]
			m.subject[id] = e.When.Values["việc"]
		}
	}
	return m
}

// Base returns the base the matcher was fitted to.
func (m *Matcher) Base() *Base { return m.base }

// Calibration turns the evidence for the best class into the probability that
// it is right, and says how sure is sure enough. Its numbers are fitted on
// questions of writers left out of learning and committed with the base; see
// [Calibrate].
type Calibration struct {
	Weights []float64 `json:"weights"` // in the order of calibrationNames
	Follow  []float64 `json:"follow"`  // in the order of followNames
	Answer  float64   `json:"answer"`  // answer at once from this confidence on
	Two     float64   `json:"two"`     // each of two questions in one message
	Choices float64   `json:"choices"` // offer choices if the three best hold this much
	Other   float64   `json:"other"`   // believe that it is no entry's business
}

var calibrationNames = [...]string{"bias", "logit of the best", "margin to the second", "classifier's logit", "similarity", "nearest agrees", "log words", "unknown words", "follow-up", "out-of-scope share", "third and below", "entry's own subject named"}

func (c Calibration) probability(f []float64) float64 { return sigmoid(dot(c.Weights, f)) }

func (c Calibration) follow(f []float64) float64 { return sigmoid(dot(c.Follow, f)) }

// dot rounds every product, so that machines with and without fused operations
// agree.
func dot(weights, f []float64) float64 {
	z := 0.0
	for i, v := range f {
		z += float64(weights[i] * v)
	}
	return z
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

func logit(p float64) float64 {
	p = min(max(p, 1e-4), 1-1e-4)
	return math.Log(p / (1 - p))
}

// evidence collects what the calibration weighs.
func (m *Matcher) evidence(r Reading, ranked []scored, follow float64) []float64 {
	f := make([]float64, len(calibrationNames))
	top, second := ranked[0], ranked[1]
	f[0] = 1
	f[1] = logit(top.p)
	f[2] = math.Log((top.p + 1e-4) / (second.p + 1e-4))
	f[3] = logit(top.linear)
	f[4] = top.similarity
	best := top
	unknown := 0
	for _, s := range ranked {
		if s.similarity > best.similarity {
			best = s
		}
		if strings.HasPrefix(s.class, "=") && s.class != top.class {
			f[9] += s.p
		}
	}
	if best.class == top.class {
		f[5] = 1
	}
	for _, w := range r.Words {
		if !m.u.in.speller.Knows(w.Folded) {
			unknown++
		}
	}
	f[6] = math.Log(float64(len(r.Words)) + 1)
	f[7] = float64(unknown) / float64(len(r.Words))
	f[8] = follow
	f[10] = 1 - top.p - second.p
	for _, v := range m.subject[top.class] {
		if slices.ContainsFunc(r.Concepts, func(c Concept) bool { return c.Type == "việc" && c.Value == v }) {
			f[11] = 1
		}
	}
	return f
}

// About is the decision for an entry that was chosen instead of asked for: by a
// button or a number. It is false when no version holds on the day.
func (m *Matcher) About(id string, f Facet, carried Frame, on Date) (Decision, bool) {
	e, ok := m.base.Entry(id, on)
	if !ok {
		return Decision{}, false
	}
	d := Decision{Act: ActAnswer, Entry: e.ID, Facet: f, Confidence: 1}
	d.Frame, d.Carried = Frame{}.over(carried, carried.Entry == id)
	d.Frame.Entry, d.Frame.Near = id, []Candidate{{ID: id, Score: 1}}
	if f == "" {
		m.settleVerdict(&d, on)
	}
	d.Entries = []string{d.Entry}
	return d, true
}

// Members returns the ids of an entry's family, itself included, in the order
// of the menu.
func (m *Matcher) Members(id string) []string {
	if m.family[id] == "" {
		return nil
	}
	var out []string
	for _, t := range m.base.Topics {
		for _, e := range t.Entries {
			if m.family[e] == m.family[id] && !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// Neighbours returns what may have been meant instead of an entry: its near
// misses, its relations, its family.
func (m *Matcher) Neighbours(id string) []string {
	var out []string
	for _, e := range m.base.Versions(id) {
		for _, n := range slices.Concat(e.NotSame, e.Related, m.Members(id)) {
			if n != id && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

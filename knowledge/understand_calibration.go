package knowledge

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// maxWrong is the share of all questions that may be answered wrongly: a wrong
// amount may cost a family a school year. The promise is one in a hundred; the
// rest is kept for questions harder than those learned from.
const maxWrong = 0.025

// What a hand-over costs against a choice: a day against one more tap.
const (
	costWrong    = 20.0
	costHandover = 3.0
	costChoice   = 1.0
)

// folds is into how many groups of situations the learning questions are cut.
const folds = 5

// ErrTooFewQuestions is returned by [Calibrate] when a base has too few learning
// questions to leave some out.
var ErrTooFewQuestions = errors.New("more learning questions are needed")

// Calibrate fits the calibration of a base: it learns from all situations but
// some, understands the questions written from those, and so sees how sure to be
// of what. Leaving out writers alone would flatter: the others wrote about the
// same. A question without a situation is one of its own. The outcome depends on
// the base alone.
func Calibrate(b *Base, on Date) (Calibration, error) {
	parts, err := newFolds(b)
	if err != nil {
		return Calibration{}, err
	}
	var c Calibration
	c.Follow = parts.fitFollow(on)
	c.Weights = parts.fitWeights(c, on)
	parts.chooseCuts(&c, on)
	return c, nil
}

// fold is a matcher that has not seen the questions it is tried on.
type fold struct {
	matcher   *Matcher
	questions []Question
}

type foldSet []fold

func newFolds(b *Base) (foldSet, error) {
	place := make([]int, len(b.Learning))
	dealt := map[string]int{} // situation → fold, dealt out in order of appearance
	for i, q := range b.Learning {
		known, ok := dealt[q.Situation]
		if !ok || q.Situation == "" {
			known = (len(dealt) + i) % folds
			dealt[q.Situation] = known
		}
		place[i] = known
	}
	if len(b.Learning) < 20*folds {
		return nil, fmt.Errorf("%w: found %d, %d will do", ErrTooFewQuestions, len(b.Learning), 20*folds)
	}
	out := make(foldSet, folds)
	var wg sync.WaitGroup
	for i := range out {
		part := *b
		part.Learning = nil
		for j, q := range b.Learning {
			switch {
			case place[j] != i:
				part.Learning = append(part.Learning, q)
			case q.Kind != "multi":
				out[i].questions = append(out[i].questions, q)
			}
		}
		wg.Go(func() { out[i].matcher = NewMatcher(&part, nil) })
	}
	wg.Wait()
	return out, nil
}

// trial is one question with the frame it came in.
type trial struct {
	m        *Matcher
	q        Question
	r        Reading
	ranked   []scored
	carried  Frame
	accepted []string
}

// each runs every left-out question through its matcher. Every third question
// that stands alone is also tried behind an unrelated one, as people change the
// subject.
func (fs foldSet) each(on Date, visit func(trial)) {
	for _, f := range fs {
		last := ""
		for i, q := range f.questions {
			t := trial{m: f.matcher, q: q, r: f.matcher.u.in.read(q.Q), accepted: append([]string{questionClass(q)}, q.Also...)}
			if len(t.r.Words) == 0 {
				continue
			}
			t.ranked = f.matcher.u.score(t.r, features(t.r))
			f.matcher.agree(t.ranked, t.r.frame(on))
			if len(q.Context) > 0 {
				for _, c := range q.Context {
					t.carried = f.matcher.carry(t.carried, c, on)
				}
			} else if i%3 == 0 && last != "" {
				t.carried = Frame{Entry: last}
			}
			visit(t)
			if isEntry(t.accepted[0]) {
				last = t.accepted[0]
			}
		}
	}
}

// carry is the frame that a message leaves behind.
func (m *Matcher) carry(before Frame, text string, on Date) Frame {
	r := m.u.in.read(text)
	if len(r.Words) == 0 {
		return before
	}
	fresh := r.frame(on)
	ranked := m.u.score(r, features(r))
	m.agree(ranked, fresh)
	ranked, _ = m.follow(before, fresh, r, ranked)
	if !isEntry(ranked[0].class) {
		return before
	}
	return Frame{Entry: ranked[0].class, Near: near(ranked)}
}

func (fs foldSet) fitFollow(on Date) []float64 {
	var xs [][]float64
	var ys []bool
	fs.each(on, func(t trial) {
		if t.carried.Entry == "" {
			return
		}
		related := slices.ContainsFunc(t.accepted, func(a string) bool { return t.m.near(a, t.carried.Entry) })
		if len(t.q.Context) > 0 && !related {
			return // the message before was misunderstood: nothing to learn here
		}
		xs = append(xs, t.m.followEvidence(t.carried, t.r, t.ranked))
		ys = append(ys, len(t.q.Context) > 0)
	})
	return fitLogistic(xs, ys)
}

func (fs foldSet) fitWeights(c Calibration, on Date) []float64 {
	var xs [][]float64
	var ys []bool
	fs.each(on, func(t trial) {
		t.m.calibration = c
		ranked, follow := t.m.follow(t.carried, t.r.frame(on), t.r, t.ranked)
		xs = append(xs, t.m.evidence(t.r, ranked, follow))
		ys = append(ys, t.right(ranked[0].class))
	})
	return fitLogistic(xs, ys)
}

func (t trial) right(class string) bool {
	if !isEntry(t.accepted[0]) {
		return !isEntry(class)
	}
	return slices.Contains(t.accepted, class)
}

// outcome is what chooseCuts needs of a trial.
type outcome struct {
	confidence float64
	entry      bool // the best class is an entry
	right      bool
	among      bool // the right one is among the three best entries
	mass       float64
	inScope    bool
}

func (fs foldSet) chooseCuts(c *Calibration, on Date) {
	var all []outcome
	fs.each(on, func(t trial) {
		t.m.calibration = *c
		ranked, follow := t.m.follow(t.carried, t.r.frame(on), t.r, t.ranked)
		o := outcome{entry: isEntry(ranked[0].class), right: t.right(ranked[0].class), inScope: isEntry(t.accepted[0])}
		o.confidence = c.probability(t.m.evidence(t.r, ranked, follow))
		o.mass = t.m.choiceMass(ranked)
		for _, s := range topEntries(ranked) {
			o.among = o.among || slices.Contains(t.accepted, s.class)
		}
		all = append(all, o)
	})
	c.Answer = answerCut(all)
	best := math.Inf(1)
	for choices := 0.05; choices < 0.9; choices += 0.05 {
		for other := 0.2; other < 0.9; other += 0.05 {
			if cost := totalCost(all, c.Answer, choices, other); cost < best {
				best = cost
				c.Choices, c.Other = round2(choices), round2(other)
			}
		}
	}
	c.Two = c.Answer
}

// answerCut is the lowest confidence at which answering leaves no more than
// maxWrong of all questions answered wrongly.
func answerCut(all []outcome) float64 {
	cut := 0.99
	for answer := 0.98; answer >= 0.5; answer -= 0.01 {
		wrong := 0
		for _, o := range all {
			if o.entry && o.confidence >= answer && !o.right {
				wrong++
			}
		}
		if float64(wrong) > maxWrong*float64(len(all)) {
			break
		}
		cut = round2(answer)
	}
	return cut
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }

func totalCost(all []outcome, answer, choices, other float64) float64 {
	cost := 0.0
	for _, o := range all {
		switch {
		case o.entry && o.confidence >= answer:
			if !o.right {
				cost += costWrong
			}
		case o.entry && o.mass >= choices, !o.entry && o.confidence < other:
			cost += costChoice
			if !o.among && o.inScope {
				cost += costHandover
			}
		case o.inScope:
			cost += costHandover
		}
	}
	return cost
}

// fitLogistic fits weights by gradient descent on the ridge-penalised log loss;
// a fixed number of steps on scaled columns, so that the result is the same
// everywhere.
func fitLogistic(xs [][]float64, ys []bool) []float64 {
	if len(xs) == 0 {
		return nil
	}
	n := len(xs[0])
	scale := make([]float64, n)
	for _, x := range xs {
		for j, v := range x {
			scale[j] = max(scale[j], math.Abs(v))
		}
	}
	w, grad, step := make([]float64, n), make([]float64, n), 4.0
	for range 4000 {
		clear(grad)
		for i, x := range xs {
			z := 0.0
			for j, v := range x {
				if scale[j] > 0 {
					z += float64(w[j] * float64(v/scale[j]))
				}
			}
			e := sigmoid(z)
			if ys[i] {
				e--
			}
			for j, v := range x {
				if scale[j] > 0 {
					grad[j] += float64(e * float64(v/scale[j]))
				}
			}
		}
		for j := range w {
			w[j] -= float64(step * (float64(grad[j]/float64(len(xs))) + float64(1e-4*w[j])))
		}
	}
	for j := range w {
		if scale[j] > 0 {
			w[j] = math.Round(w[j]/scale[j]*1e4) / 1e4
		}
	}
	return w
}

// calibration returns the base's committed calibration, or the built-in one
// for a base without.
func (b *Base) calibration() Calibration {
	if b.Calibration != nil {
		return *b.Calibration
	}
	return Calibration{
		Weights: []float64{-1.0, 0.35, 0.25, 0.2, 2.0, 0.5, 0, -1.0, 0, -0.5, 0, 0.3},
		Follow:  []float64{1.5, -0.8, -2.0, -1.0, 0.7, 1.2, 0.6, 1.0, 0.5, 1, 0.5, -1, 0.5, 0.5, 0, -0.1},
		Answer:  0.8, Two: 0.8, Choices: 0.5, Other: 0.5,
	}
}

package knowledge

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/doithoai/doithoai/internal/classify"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// Classes of messages that are no entry's business. Test and learning questions
// say "none" and a kind; the kind picks the class.
const (
	classRefer     = "=refer"     // a subject out of scope
	classSmalltalk = "=smalltalk" // greeting, thanks, goodbye
	classHuman     = "=human"     // wants a person
	classHostile   = "=hostile"   // insults, injections, other people's data, noise
	classCrisis    = "=crisis"    // danger to life, violence, hunger
	classCommand   = "=command"   // «quên tôi», «menu»
)

// questionClass names the class a labelled question belongs to.
func questionClass(q Question) string {
	if q.ID != NoEntry && q.ID != "" {
		return q.ID
	}
	switch q.Kind {
	case "smalltalk", "human", "crisis", "command":
		return "=" + q.Kind
	case "adversarial", "hostile":
		return classHostile
	}
	return classRefer
}

func phraseClass(p Phrase) string {
	if p.Kind == "" {
		return classSmalltalk
	}
	return "=" + p.Kind
}

// understanding is everything fitted to a base: vocabulary, classifier, nearest
// wordings. It is built once and only read.
type understanding struct {
	in      *interpreter
	classes []string
	index   map[string]int
	model   *classify.Model
	facets  *classify.Model
	near    *lexical
	origin  []string // for each wording of near, the entry, referral or phrase it stands under
	texts   []string
	digest  [32]byte // of all that was learned from

	restored bool
}

// example is a question ready to be learned from.
type example struct {
	text    string
	class   int
	also    []int
	origin  string
	context []string
	facet   string
}

// alone tells whether the question is understood without the message before it;
// only then is it a wording to be compared with.
func (e example) alone() bool { return len(e.context) == 0 }

// learn fits an understanding to a base. It takes a second or two for some
// thousand questions, unless stored holds the models that were fitted to the
// same questions and words before; the outcome depends on the base alone.
func learn(b *Base, stored []byte) *understanding {
	u := &understanding{index: map[string]int{}}
	examples := u.examples(b)
	u.digest = learningDigest(b, examples, u.classes)
	for _, e := range examples {
		if e.alone() {
			u.origin = append(u.origin, e.origin)
			u.texts = append(u.texts, e.text)
		}
	}
	if u.restore(b, stored) != nil && u.restore(b, b.Models) != nil {
		u.fit(b, examples)
	}
	return u
}

// examples collects everything there is to learn from, in the base's order.
func (u *understanding) examples(b *Base) []example {
	var examples []example
	add := func(class, text, origin string, also, context []string, facet string) {
		e := example{text: text, class: u.class(class), origin: origin, context: context, facet: facet}
		for _, a := range also {
			e.also = append(e.also, u.class(a))
		}
		examples = append(examples, e)
	}
	for _, id := range b.IDs() {
		for _, e := range b.Versions(id) {
			class := id
			if e.Kind == Emergency {
				class = classCrisis
			}
			for _, q := range e.Questions {
				add(class, q, id, nil, nil, "")
			}
		}
	}
	for _, r := range b.Referrals {
		for _, q := range r.Questions {
			add(classRefer, q, r.ID, nil, nil, "")
		}
	}
	for _, p := range b.Phrases {
		for _, q := range p.Questions {
			add(phraseClass(p), q, p.ID, nil, nil, "")
		}
	}
	for _, q := range b.Learning {
		if q.Kind == "multi" {
			continue
		}
		add(questionClass(q), q.Q, "", q.Also, q.Context, q.Facet)
	}
	return examples
}

func (u *understanding) class(name string) int {
	if i, ok := u.index[name]; ok {
		return i
	}
	u.index[name] = len(u.classes)
	u.classes = append(u.classes, name)
	return len(u.classes) - 1
}

// trustedWords counts the words that may be trusted as spelt: those of the
// editors' texts and of the lexicon, and those that several residents typed.
func trustedWords(b *Base, examples [][]vietnamese.Token) map[string]int {
	seen := map[string]int{}
	for _, toks := range examples {
		for _, t := range toks {
			seen[t.Folded]++
		}
	}
	for w, n := range seen {
		if n < 4 || !vietnamese.IsSyllable(w) {
			delete(seen, w)
		}
	}
	trust := func(text string, weight int) {
		for _, t := range vietnamese.Tokenize(text) {
			seen[t.Folded] += weight
		}
	}
	for _, w := range b.Lexicon.Words {
		for _, p := range w.Phrases {
			trust(p, 5)
		}
	}
	for _, p := range b.Places {
		trust(p.Name, 2)
		for _, o := range p.OldNames {
			trust(o, 1)
		}
	}
	for _, e := range b.Entries {
		for _, q := range e.Questions {
			trust(q, 2)
		}
		trust(e.Name, 2)
	}
	return seen
}

// inParallel calls do for 0 to n-1 on all processors.
func inParallel(n int, do func(i int)) {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}

// fit reads the examples and learns from them.
func (u *understanding) fit(b *Base, examples []example) {
	tokens := make([][]vietnamese.Token, len(examples))
	inParallel(len(examples), func(i int) { tokens[i] = vietnamese.Tokenize(examples[i].text) })
	u.in = newInterpreter(b.Lexicon, b.Places, trustedWords(b, tokens))
	for _, t := range tokens {
		u.in.remember(t)
	}
	readings := make([]Reading, len(examples))
	inParallel(len(examples), func(i int) { readings[i] = u.in.readTokens(tokens[i]) })
	wordings := make([]wording, 0, len(u.texts))
	for i, e := range examples {
		if e.alone() {
			wordings = append(wordings, wording{e.class, terms(readings[i])})
		}
	}
	u.near = newLexical(wordings)
	fitted := make([]classify.Example, 0, len(examples))
	var faceted []classify.Example
	for i, e := range examples {
		fs := features(readings[i])
		if f := facetIndex(e.facet); f >= 0 {
			faceted = append(faceted, classify.Example{Features: fs, Labels: []int{f}})
		}
		weight := float32(1)
		if len(e.context) > 0 {
			weight = 0.3
		}
		fitted = append(fitted, classify.Example{Features: fs, Labels: append([]int{e.class}, e.also...), Weight: weight})
	}
	if len(u.classes) <= maxLearned {
		u.model = classify.Train(fitted, len(u.classes), classify.Options{Epochs: 10, Rate: 0.1, L2: 1e-4, Hidden: 64, MinCount: 3})
	}
	u.facets = classify.Train(faceted, len(facetOrder), classify.Options{Epochs: 8, MinCount: 3})
}

// scored is a class with what speaks for it.
type scored struct {
	class      string
	index      int
	p          float64 // classifier and nearest wording blended
	linear     float64
	similarity float64
}

// score ranks the classes for a reading, best first.
func (u *understanding) score(r Reading, fs []classify.Feature) []scored {
	var probabilities []float64
	if u.model != nil {
		probabilities = u.model.Probabilities(fs)
	}
	similarities := u.near.byClass(terms(r), len(u.classes))
	out := make([]scored, len(u.classes))
	for i, c := range u.classes {
		out[i] = scored{class: c, index: i}
		if u.model != nil {
			out[i].linear = probabilities[i]
			out[i].p = math.Log(probabilities[i] + 1e-6)
		}
	}
	weight := similarityWeight
	if u.model == nil {
		weight = similarityAlone
	}
	for i, s := range similarities {
		out[i].similarity = float64(s)
		out[i].p += weight * out[i].similarity
	}
	normalise(out)
	rank(out)
	return out
}

// inOrder is how many of the best classes are put in order; nobody looks further
// down.
const inOrder = 16

// rank moves the best classes to the front, best first; ties go to the class
// met first. The rest is in no order.
func rank(s []scored) {
	for k := range min(inOrder, len(s)) {
		best := k
		for i := k + 1; i < len(s); i++ {
			if s[i].p > s[best].p || s[i].p == s[best].p && s[i].index < s[best].index {
				best = i
			}
		}
		s[k], s[best] = s[best], s[k]
	}
}

// similarityWeight blends the nearest wording into the classifier's log
// probability; fitted on questions of writers left out.
const similarityWeight = 7.0

// similarityAlone is its weight in a base too large for the classifier.
const similarityAlone = 20.0

// maxLearned is up to how many classes the classifier is fitted. A table of
// features by classes grows with their product; a province's rights are some
// hundred, and beyond that the nearest wording decides alone.
const maxLearned = 512

func normalise(s []scored) {
	top := math.Inf(-1)
	for _, c := range s {
		top = max(top, c.p)
	}
	sum := 0.0
	for i := range s {
		s[i].p = math.Exp(s[i].p - top)
		sum += s[i].p
	}
	for i := range s {
		s[i].p /= sum
	}
}

// find returns the score of a class, zero if it is unknown.
func find(s []scored, class string) scored {
	i := slices.IndexFunc(s, func(c scored) bool { return c.class == class })
	if i < 0 {
		return scored{class: class}
	}
	return s[i]
}

// isEntry tells whether a class is an entry of the base.
func isEntry(class string) bool { return !strings.HasPrefix(class, "=") }

// nearestOrigin returns the phrase or emergency entry whose stored wording is
// most like the message, among those of a class; "" when the class has none.
func (u *understanding) nearestOrigin(r Reading, class string) string {
	named := u.named(class)
	if at, _ := u.nearest(r, named); at >= 0 {
		return u.origin[at]
	}
	for i, o := range u.origin { // nothing alike: the first of the class speaks for it
		if named(i) {
			return o
		}
	}
	return ""
}

// nearestReferral returns the out-of-scope subject the message names, "" when
// none is like enough: a wrong direction is worse than none.
func (u *understanding) nearestReferral(r Reading) string {
	at, likeness := u.nearest(r, u.named(classRefer))
	if at < 0 || likeness < referralSimilarity {
		return ""
	}
	return u.origin[at]
}

// referralSimilarity is the least likeness to a stored wording at which a
// referral is named.
const referralSimilarity = 0.3

// named accepts the wordings of a class that stand under something with an id.
func (u *understanding) named(class string) func(wording int) bool {
	c := int32(u.index[class])
	return func(i int) bool { return u.near.class[i] == c && u.origin[i] != "" }
}

// nearest returns the accepted wording most like a reading and how like it is,
// -1 if none is like it at all.
func (u *understanding) nearest(r Reading, accept func(wording int) bool) (int, float64) {
	best, at := float32(0), -1
	for i, s := range u.near.similarities(terms(r)) {
		if s > best && accept(i) {
			best, at = s, i
		}
	}
	return at, float64(best)
}

package knowledge

import (
	"maps"
	"math"
	"slices"

	"github.com/doithoai/doithoai/internal/classify"
)

// Act is what the bot should do with a message.
type Act string

// The acts of a decision.
const (
	ActAnswer    Act = "answer"    // Entry (or Entries, two questions in one message) answers
	ActAsk       Act = "ask"       // one family, but the slot that decides is empty: ask Slot
	ActClarify   Act = "clarify"   // doubt between subjects: offer Candidates
	ActHandover  Act = "handover"  // not understood, or not sure enough
	ActRefer     Act = "refer"     // a subject out of scope; Referral is "" when it has no name here
	ActSmalltalk Act = "smalltalk" // greeting, thanks, "are you a machine"
	ActHuman     Act = "human"     // wants a person
	ActCrisis    Act = "crisis"    // Entry is the emergency text
	ActCommand   Act = "command"   // Phrase names the command
)

// Facet is the part of an entry that is asked for. Who and benefit are asked so
// alike that both stand in the answer itself; they never change what is shown.
type Facet string

// The facets, as decisions name them.
const (
	FacetWho     Facet = "who"
	FacetBenefit Facet = "benefit"
	FacetHow     Facet = "how"
	FacetPapers  Facet = "papers"
	FacetWhere   Facet = "where"
	FacetTime    Facet = "time"
	FacetLegal   Facet = "legal"
)

// Query is one message to be understood.
type Query struct {
	Text  string
	Frame Frame // what the conversation carries; zero if nothing
	On    Date  // the day the answer must hold
}

// Candidate is a possible entry and the probability that it is meant.
type Candidate struct {
	ID    string  `json:"id"`
	Score float64 `json:"score"`
}

// Decision is what a message was understood to be.
type Decision struct {
	Act        Act
	Entry      string
	Entries    []string // all that one message answers; Entry first
	Row        VerdictRow
	Verdict    Verdict // of Row; "" when no group's row fits
	Facet      Facet
	Slot       string      // ActAsk: the lexicon type to ask
	Candidates []Candidate // see [Act]; else the nearest entries
	Referral   string
	Phrase     string // smalltalk, human, command: the phrase that was recognised
	Confidence float64
	Frame      Frame    // to carry on
	Carried    []string // slot values that came from before and were used
	Reading    Reading
	Evidence   Evidence
	Bare       bool      // names no subject, only who asks, where, or which side of a subject
	Second     *Decision // the other half of a message that asks two things
}

// Evidence is what a decision rests on, for people who want to know why.
type Evidence struct {
	Top      []Candidate // classifier and similarity blended, before the follow-up rule
	Follow   float64     // probability that the message goes on about the last entry
	Features []float64   // of the calibration, in the order of calibrationNames
}

// Ask understands one message. It never fails; what it does not understand it
// hands over.
func (m *Matcher) Ask(q Query) Decision {
	r := m.u.in.read(q.Text)
	d := m.decide(q, r)
	switch d.Act {
	case ActAnswer, ActClarify, ActAsk:
		if both, ok := m.two(q, r, d); ok {
			return both
		}
	}
	return d
}

func (m *Matcher) decide(q Query, r Reading) Decision {
	d := Decision{Reading: r, Frame: q.Frame}
	if len(r.Words) == 0 {
		d.Act = ActHandover
		return d
	}
	fresh := r.frame(q.On)
	fs := features(r)
	ranked := m.u.score(r, fs)
	m.agree(ranked, fresh)
	d.Evidence.Top = candidates(ranked, 5)
	if d.Bare = bare(r); d.Bare && q.Frame.Entry != "" {
		return m.goOn(d, q, fresh, fs)
	}
	introduced := d.Bare && len(fresh.Slots) > 0 // «nhà em hộ nghèo»: the question is still to come
	ranked, d.Evidence.Follow = m.follow(q.Frame, fresh, r, ranked)
	top := ranked[0]
	d.Evidence.Features = m.evidence(r, ranked, d.Evidence.Follow)
	d.Confidence = m.calibration.probability(d.Evidence.Features)
	d.Facet = m.facet(fs)
	d.Candidates = candidates(topEntries(ranked), 3)
	if !isEntry(top.class) {
		d.Frame, _ = fresh.over(q.Frame, true) // who one is may be said in passing
		d.Frame.Entry, d.Frame.Near = q.Frame.Entry, q.Frame.Near
		m.decideOther(&d, r, ranked, introduced)
		return d
	}
	same := top.class == q.Frame.Entry
	d.Entry = top.class
	fresh.Near = near(ranked)
	d.Frame, d.Carried = fresh.over(m.without(q.Frame, top.class), same)
	d.Frame.Entry = top.class
	m.settleVerdict(&d, q.On)
	if d.Entry != top.class {
		d.Frame.Near = []Candidate{{ID: d.Entry, Score: 1}}
	}
	d.Entries = []string{d.Entry}
	switch {
	case d.Confidence >= m.calibration.Answer:
		d.Act = ActAnswer
	case m.sameFamily(d.Candidates) && len(fresh.Slots["ai"]) == 0 && len(d.Carried) == 0:
		d.Act, d.Slot = ActAsk, "ai"
	case m.choiceMass(ranked) >= m.calibration.Choices, introduced:
		d.Act = ActClarify
	default:
		d.Act = ActHandover
	}
	if d.Act != ActAnswer {
		d.Entry, d.Entries, d.Verdict, d.Row = "", nil, "", VerdictRow{}
	}
	return d
}

// goOn answers a bare follow-up: «nộp ở đâu», «còn hộ nghèo thì sao» name no
// subject, so they are about what was spoken of. If that itself was in doubt, the
// doubt is offered.
func (m *Matcher) goOn(d Decision, q Query, fresh Frame, fs []classify.Feature) Decision {
	d.Evidence.Follow = 1
	if d.Facet = namedFacet(d.Reading); d.Facet == "" {
		d.Facet = m.facet(fs)
	}
	d.Candidates = q.Frame.Near
	d.Confidence = 1
	if len(q.Frame.Near) > 0 {
		d.Confidence = q.Frame.Near[0].Score
	}
	d.Entry = m.sibling(q.Frame.Entry, fresh)
	fresh.Near = q.Frame.Near
	d.Frame, d.Carried = fresh.over(m.without(q.Frame, d.Entry), true)
	d.Frame.Entry = d.Entry
	if d.Confidence < bareFrom {
		d.Act, d.Entry = ActClarify, ""
		return d
	}
	d.Act = ActAnswer
	before := d.Entry
	m.settleVerdict(&d, q.On)
	if d.Entry != q.Frame.Entry || d.Entry != before {
		d.Frame.Near = []Candidate{{ID: d.Entry, Score: d.Confidence}}
	}
	d.Entries = []string{d.Entry}
	return d
}

// namedFacet is the facet a message names in so many words, the longest phrase
// winning; «how» only where nothing narrower is named.
func namedFacet(r Reading) Facet {
	var best Facet
	length := 0
	for _, c := range r.Concepts {
		f := Facet(c.Value)
		if c.Type != "mặt" || f == FacetWho || f == FacetBenefit {
			continue
		}
		if n := c.End - c.Start; n > length || best == FacetHow {
			best, length = f, n
		}
	}
	return best
}

// bareFrom is how sure the last subject must have been for a bare follow-up to
// be answered with it.
const bareFrom = 0.6

// bare reports whether a message names no subject of its own: only groups,
// places and facets, and words that go with any subject.
func bare(r Reading) bool {
	if len(r.Words) > 12 {
		return false
	}
	covered := make([]bool, len(r.Words))
	for _, c := range r.Concepts {
		if c.Type == "mặt" || isSlot(c.Type) && c.Type != "sự kiện" {
			for i := c.Start; i < c.End; i++ {
				covered[i] = true
			}
		}
	}
	some := false
	for i, w := range r.Words {
		if covered[i] {
			some = true
		} else if !withAnySubject(w.Folded) {
			return false
		}
	}
	return some
}

// withAnySubject lists the words that go with any subject, folded.
func withAnySubject(folded string) bool {
	switch folded {
	case "roi", "thi", particle, "a", "em", "co", "can", "phai", "la", "cho", "minh", "toi", "con", "nua", "the", "do", "cai", "nay", "o", "lam",
		"di", "gi", "duoc", "khong", "xin", "nop", "giay", "to", "don", "ho", "so", "dau", "nao", "ai", "sao", "may", "bao", "lau", "nhieu", "ngay", "thang",
		"nam", "ket", "qua", "khi", "moi", "den", "ra", "len", "cung", "vao", "neu", "ma", "nhung", "vi", "de", "chi", "anh", "ban", "chu", "da",
		"ghi", "trong", "xem", "xuong", "thoi", "gian", "luc", "gio", "nhan", "lay", "dem", "mang", "dua", "noi", "chuyen", "phan", "tram", "tung", "nha", "nguoi", "nhu", "van", "mot", "hoi", "biet", "them", "voi", "va", "hay", "chua", "het", "bi", "tu", "cach", "muon", "hoac", "vo", "chong":
		return true
	}
	return false
}

// near keeps the likeliest entries of a message for the one after it.
func near(ranked []scored) []Candidate {
	var out []Candidate
	for _, c := range candidates(topEntries(ranked), 3) {
		if c.Score >= 0.02 || len(out) == 0 {
			out = append(out, c)
		}
	}
	return out
}

// without drops from a carried frame what contradicts the group an entry is
// about: who now asks as one who left the list is not carried on as poor.
func (m *Matcher) without(carried Frame, entry string) Frame {
	about := m.about[entry]
	if entry == carried.Entry || len(about) == 0 || len(carried.Slots["ai"]) == 0 {
		return carried
	}
	carried.Slots = maps.Clone(carried.Slots)
	carried.Slots["ai"] = slices.DeleteFunc(slices.Clone(carried.Slots["ai"]), func(v string) bool {
		return !slices.Contains(about, v) && conflicts(v, about)
	})
	return carried
}

// settleVerdict finds the row for the resident's group; a row that says "see"
// moves the answer to the other entry, once.
func (m *Matcher) settleVerdict(d *Decision, on Date) {
	for range 2 {
		e, ok := m.base.Entry(d.Entry, on)
		if !ok {
			return
		}
		row, ok := e.verdict(d.Frame, &d.Reading)
		if !ok {
			return
		}
		if row.See == "" {
			if row.Verdict == Yes && len(row.Say) == 0 && d.Reading.wantsAll() {
				return
			}
			d.Row, d.Verdict = row, row.Verdict
			return
		}
		d.Entry, d.Frame.Entry = row.See, row.See
	}
}

func (m *Matcher) decideOther(d *Decision, r Reading, ranked []scored, introduced bool) {
	switch ranked[0].class {
	case classCrisis:
		d.Act = ActCrisis
		d.Entry = m.u.nearestOrigin(r, classCrisis)
		d.Entries = []string{d.Entry}
	case classSmalltalk:
		d.Act, d.Phrase = ActSmalltalk, m.u.nearestOrigin(r, classSmalltalk)
	case classHuman:
		d.Act, d.Phrase = ActHuman, m.u.nearestOrigin(r, classHuman)
	case classCommand:
		d.Act, d.Phrase = ActCommand, m.u.nearestOrigin(r, classCommand)
	case classHostile:
		d.Act, d.Phrase = ActHandover, m.u.nearestOrigin(r, classHostile)
	default:
		d.Act = ActRefer
		d.Referral = m.u.nearestReferral(r)
		if d.Referral == "" {
			d.Act = ActHandover
		}
	}
	unsure := d.Confidence < m.calibration.Other && len(d.Candidates) > 0 && d.Candidates[0].Score > 0.2
	introduced = introduced && (d.Act == ActHandover || d.Act == ActRefer)
	if d.Act != ActCrisis && (unsure || introduced) {
		d.Act, d.Phrase, d.Referral = ActClarify, "", ""
	}
}

func candidates(ranked []scored, n int) []Candidate {
	out := make([]Candidate, 0, n)
	for _, s := range ranked[:min(n, len(ranked))] {
		out = append(out, Candidate{ID: s.class, Score: math.Round(s.p*1e4) / 1e4})
	}
	return out
}

// topEntries returns the best classes that are entries, at most three.
func topEntries(ranked []scored) []scored {
	out := make([]scored, 0, 3)
	for _, s := range ranked {
		if isEntry(s.class) {
			if out = append(out, s); len(out) == 3 {
				break
			}
		}
	}
	return out
}

func (m *Matcher) choiceMass(ranked []scored) float64 {
	mass := 0.0
	for _, s := range topEntries(ranked) {
		mass += s.p
	}
	return mass
}

// sameFamily reports whether the two best candidates differ only by who.
func (m *Matcher) sameFamily(cs []Candidate) bool {
	return len(cs) > 1 && m.family[cs[0].ID] != "" && m.family[cs[0].ID] == m.family[cs[1].ID] && cs[0].Score+cs[1].Score > 0.6
}

// two answers a message that asks two things: it is cut where a new question
// begins, and both parts must be sure on their own and name different entries.
func (m *Matcher) two(q Query, r Reading, whole Decision) (Decision, bool) {
	for _, cut := range cuts(r) {
		left, right := r.slice(0, cut), r.slice(cut, len(r.Words))
		l, lp := m.best(left)
		g, gp := m.best(right)
		if l == g || !isEntry(l) || !isEntry(g) || !whole.considers(l, g) {
			continue // the message as a whole does not hesitate between just these
		}
		sure := m.calibration.Two
		if whole.Act != ActAnswer && len(r.Words) <= longestTwo {
			sure /= 2
		}
		if min(lp, gp) < sure {
			continue
		}
		first := m.answerWith(q, left, l, lp)
		carried := q
		carried.Frame = first.Frame
		carried.Frame.Entry = "" // the second question stands for itself, only the person is carried
		second := m.answerWith(carried, right, g, gp)
		if first.Entry == second.Entry {
			continue
		}
		first.Entries = []string{first.Entry, second.Entry}
		first.Second = &second
		first.Frame = second.Frame
		first.Reading = r
		return first, true
	}
	return Decision{}, false
}

// longestTwo is how many words a message that asks two things has at most, to be
// cut on weaker evidence: longer ones are stories.
const longestTwo = 40

// considers reports whether all the entries are among the two likeliest of a
// decision.
func (d Decision) considers(ids ...string) bool {
	for _, id := range ids {
		if !slices.ContainsFunc(d.Candidates[:min(2, len(d.Candidates))], func(c Candidate) bool { return c.ID == id }) {
			return false
		}
	}
	return true
}

// answerWith is the decision to answer a part of a message with an entry.
func (m *Matcher) answerWith(q Query, r Reading, entry string, confidence float64) Decision {
	d := Decision{Act: ActAnswer, Entry: entry, Confidence: confidence, Reading: r, Facet: m.facet(features(r))}
	fresh := r.frame(q.On)
	fresh.Near = []Candidate{{ID: entry, Score: confidence}}
	d.Frame, d.Carried = fresh.over(m.without(q.Frame, entry), false)
	d.Frame.Entry = entry
	m.settleVerdict(&d, q.On)
	d.Entries = []string{d.Entry}
	return d
}

// best is the likeliest class of a part of a message, standing alone, and how
// sure that is.
func (m *Matcher) best(r Reading) (string, float64) {
	ranked := m.u.score(r, features(r))
	return ranked[0].class, m.calibration.probability(m.evidence(r, ranked, 0))
}

// cuts lists the words at which a second question may begin, the likeliest
// first. Both parts must ask something: most stories open with who one is, and
// that is no question.
func cuts(r Reading) []int {
	var strong, weak []int
	for i := 3; i < len(r.Words)-2; i++ {
		if !asks(r.Words[:i]) || !asks(r.Words[i:]) {
			continue
		}
		border := r.Words[i].Clause != r.Words[i-1].Clause
		switch r.Words[i].Folded {
		case "roi", "con", "va", "voi", "ma", "them", "luon":
			strong = append(strong, i)
		default:
			if border {
				weak = append(weak, i)
			}
		}
	}
	all := append(strong, weak...)
	return all[:min(len(all), maxCuts)]
}

// asks reports whether some words hold a question: a question word, or «không»,
// «chưa» at the end of a clause.
func asks(ws []ReadWord) bool {
	for i, w := range ws {
		switch w.Folded {
		case "gi", "sao", "dau", "nao", "nhieu", "may":
			return true
		case "khong", "chua":
			end := i+1 == len(ws) || ws[i+1].Clause != w.Clause
			if end && i > 1 {
				return true
			}
		}
	}
	return false
}

// maxCuts bounds the work for a long story with many borders.
const maxCuts = 6

// slice returns the reading of a part of the message.
func (r Reading) slice(from, to int) Reading {
	out := Reading{Words: r.Words[from:to], Marked: r.Marked, Clauses: r.Clauses}
	for _, c := range r.Concepts {
		if c.Start >= from && c.End <= to {
			c.Start, c.End = c.Start-from, c.End-from
			out.Concepts = append(out.Concepts, c)
		}
	}
	for _, n := range r.Numbers {
		if n.Word >= from && n.Word < to {
			n.Word -= from
			out.Numbers = append(out.Numbers, n)
		}
	}
	return out
}

// facet returns the facet a message asks for, "" for the answer itself.
func (m *Matcher) facet(fs []classify.Feature) Facet {
	p := m.u.facets.Probabilities(fs)
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return facetOrder[best]
}

var facetOrder = [...]Facet{FacetWho, FacetBenefit, FacetHow, FacetPapers, FacetWhere, FacetTime, FacetLegal}

func facetIndex(f string) int {
	return slices.IndexFunc(facetOrder[:], func(x Facet) bool { return string(x) == f })
}

// follow weighs a message against the entry answered last. It multiplies two
// opinions: what the words say alone, and what a message tends to be about after
// that entry; the second counts the more, the less the message stands for itself.
func (m *Matcher) follow(carried, fresh Frame, r Reading, ranked []scored) ([]scored, float64) {
	if carried.Entry == "" {
		return ranked, 0
	}
	lambda := m.followUp(carried, r, ranked)
	prior := m.prior(carried, fresh, len(ranked))
	out := slices.Clone(ranked)
	for i := range out {
		p, ok := prior[out[i].class]
		if !ok {
			p = afterAny / float64(len(out))
		}
		out[i].p = math.Log(out[i].p+1e-7) + lambda*math.Log(p)
	}
	normalise(out)
	rank(out)
	return out, lambda
}

// prior tells what a message tends to be about after what was carried, for the
// classes that are likelier than any other.
func (m *Matcher) prior(carried, fresh Frame, classes int) map[string]float64 {
	before := carried.Near
	if len(before) == 0 {
		before = []Candidate{{ID: carried.Entry, Score: 1}}
	}
	out := map[string]float64{}
	total := 0.0
	for _, c := range before {
		total += c.Score
	}
	for _, c := range before {
		share := c.Score / total
		out[m.sibling(c.ID, fresh)] += afterSame * share
		family, topic := m.relatives(c.ID)
		for _, id := range family {
			out[id] += afterFamily * share / float64(len(family))
		}
		for _, id := range topic {
			out[id] += afterTopic * share / float64(len(topic))
		}
	}
	for id := range out {
		out[id] += afterAny / float64(classes)
	}
	return out
}

// relatives returns the other members of an entry's family and the other
// entries of its topic.
func (m *Matcher) relatives(entry string) (family, topic []string) {
	for _, id := range m.base.IDs() {
		switch {
		case id == entry:
		case m.akin(id, entry):
			family = append(family, id)
		case m.near(id, entry):
			topic = append(topic, id)
		}
	}
	return family, topic
}

// What the next message is about, after an entry: the same (or the sibling the
// message names), its family, its topic, anything. Rounded from the follow-ups
// among the learning questions.
const (
	afterSame   = 0.80
	afterFamily = 0.06
	afterTopic  = 0.06
	afterAny    = 0.08
)

// akin: another member of the same family.
func (m *Matcher) akin(a, b string) bool {
	return a != b && m.family[a] != "" && m.family[a] == m.family[b]
}

// agree shifts the classes by whether the group the message names is the one
// the entry is about: «mới thoát nghèo» speaks against an entry for the poor.
func (m *Matcher) agree(ranked []scored, fresh Frame) {
	said := fresh.Slots["ai"]
	if len(said) == 0 {
		return
	}
	for i := range ranked {
		shift := 0.0
		for _, v := range m.about[ranked[i].class] {
			switch {
			case slices.Contains(said, v):
				shift = max(shift, sameGroup)
			case shift == 0 && conflicts(v, said):
				shift = -otherGroup
			}
		}
		ranked[i].p = math.Log(ranked[i].p+1e-9) + shift
	}
	normalise(ranked)
	rank(ranked)
}

// How much a named group counts for an entry about it, and against one about
// another of the same kind.
const (
	sameGroup  = 0.5
	otherGroup = 1.5
)

// near: same family, or same topic.
func (m *Matcher) near(a, b string) bool {
	return a == b || m.topic[a] != "" && m.topic[a] == m.topic[b]
}

// sibling returns the member of the entry's family that is about the group the
// message names, else the entry itself.
func (m *Matcher) sibling(entry string, fresh Frame) string {
	family := m.family[entry]
	if family == "" {
		return entry
	}
	for _, id := range m.base.IDs() {
		if id == entry || m.family[id] != family {
			continue
		}
		for _, v := range m.about[id] {
			if slices.Contains(fresh.Slots["ai"], v) && !slices.Contains(m.about[entry], v) {
				return id
			}
		}
	}
	return entry
}

// followUp is the probability that a message leaves out what was said before.
func (m *Matcher) followUp(carried Frame, r Reading, ranked []scored) float64 {
	return m.calibration.follow(m.followEvidence(carried, r, ranked))
}

var followNames = [...]string{
	"bias", "log words", "classifier alone", "names a subject", "names a facet", "opens like a follow-up", "points back",
	"classifier on the last entry", "not an entry", "asks «thì sao»", "six words at most", "likeness to a wording",
	"names only a group", "best is akin", "best is near", "logit of the best",
}

func (m *Matcher) followEvidence(carried Frame, r Reading, ranked []scored) []float64 {
	f := make([]float64, len(followNames))
	n, top := len(r.Words), ranked[0]
	f[0] = 1
	f[1] = math.Log(float64(n) + 1)
	f[2] = top.linear
	group := false
	for _, c := range r.Concepts {
		switch {
		case c.Type == "việc":
			f[3] = 1
		case c.Type == "mặt":
			f[4] = 1
		case isSlot(c.Type):
			group = true
		}
	}
	switch r.Words[0].Folded {
	case "con", "vay", "the", "roi", "neu", "ma", "thi", "cai", "a", "uh", "u", "nhung":
		f[5] = 1
	}
	for i, w := range r.Words {
		switch w.Folded {
		case "do", "nay", "ay", "no", "vay", "kia", "nua":
			f[6] = 1
		case "sao":
			if i > 0 && r.Words[i-1].Folded == "thi" {
				f[9] = 1
			}
		}
	}
	last := find(ranked, carried.Entry)
	f[7] = last.linear
	if !isEntry(top.class) {
		f[8] = 1
	}
	if n <= 6 {
		f[10] = 1
	}
	for _, s := range ranked[:min(inOrder, len(ranked))] {
		f[11] = max(f[11], s.similarity)
	}
	if group && f[3] == 0 {
		f[12] = 1
	}
	if m.akin(top.class, carried.Entry) {
		f[13] = 1
	} else if m.near(top.class, carried.Entry) {
		f[14] = 1
	}
	f[15] = logit(top.p)
	return f
}

// Explain lists the features of a reading that spoke most for or against an
// entry, strongest first, at most n. The network's share cannot be told by
// feature and is not among them.
func (m *Matcher) Explain(r Reading, entry string, n int) []Weight {
	i, ok := m.u.index[entry]
	if !ok || m.u.model == nil {
		return nil
	}
	names := featureNames(r)
	var out []Weight
	for _, f := range m.u.model.Explain(features(r), i) {
		if len(out) < n {
			out = append(out, Weight{names[f.Key], float64(f.Value)})
		}
	}
	return out
}

// NearestWording returns the stored question most like a reading, "" if none is
// like it at all.
func (m *Matcher) NearestWording(r Reading) string {
	at, _ := m.u.nearest(r, func(int) bool { return true })
	if at < 0 {
		return ""
	}
	return m.u.texts[at]
}

// Weight is a feature and what it added to an entry's score.
type Weight struct {
	Feature string  `json:"feature"`
	Value   float64 `json:"value"`
}

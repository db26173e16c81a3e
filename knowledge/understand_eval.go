package knowledge

import (
	"cmp"
	"slices"
)

// Mark is how a decision compares with what a question's writer meant.
type Mark string

// The outcomes, from best to worst.
const (
	Right    Mark = "right"    // answered rightly at once, or rightly not answered
	Offered  Mark = "offered"  // the right entry is among the choices, or the deciding slot is asked
	Missed   Mark = "missed"   // handed over though an entry had the answer, or useless choices
	Wrong    Mark = "wrong"    // answered with another entry: the worst
	WrongFor Mark = "verdict"  // right entry, but the verdict of another group
	Unsaid   Mark = "unspoken" // right entry, but no verdict where one is known
)

// Judge compares a decision with a labelled question. For a message no entry
// answers, anything that answers no entry is right; a crisis must be seen as
// one, and choices offered to it are "missed".
func Judge(q Question, d Decision) Mark {
	accepted := append([]string{q.ID}, q.Also...)
	answered := d.Entries
	if d.Act == ActCrisis {
		answered = nil
	}
	if class := questionClass(q); !isEntry(class) {
		switch {
		case d.Act == ActAnswer:
			return Wrong
		case class == classCrisis && d.Act != ActCrisis:
			return Missed
		case d.Act == ActClarify || d.Act == ActAsk:
			return Missed
		}
		return Right
	}
	switch d.Act {
	case ActAnswer:
		if q.Kind == "multi" && len(q.Also) > 0 {
			both := slices.Contains(answered, q.ID) && slices.ContainsFunc(q.Also, func(a string) bool { return slices.Contains(answered, a) })
			if both {
				return Right
			}
		}
		if !slices.Contains(accepted, d.Entry) {
			return Wrong
		}
		if q.Verdict != "" && d.Verdict != q.Verdict {
			if d.Verdict == "" {
				return Unsaid
			}
			return WrongFor
		}
		return Right
	case ActAsk, ActClarify:
		for _, c := range d.Candidates {
			if slices.Contains(accepted, c.ID) {
				return Offered
			}
		}
	}
	return Missed
}

// Tally counts outcomes.
type Tally struct {
	Questions int          `json:"questions"`
	Outcomes  map[Mark]int `json:"outcomes"`
}

// Share returns how many of the questions had the outcome, 0 to 1.
func (t Tally) Share(o Mark) float64 {
	if t.Questions == 0 {
		return 0
	}
	return float64(t.Outcomes[o]) / float64(t.Questions)
}

// Evaluation is the table of an evaluation set.
type Evaluation struct {
	Kinds    map[string]Tally `json:"kinds"` // by kind of question
	InScope  Tally            `json:"in_scope"`
	Verdicts Tally            `json:"verdicts"` // the questions that state a verdict
	All      Tally            `json:"all"`
	Cases    []Case           `json:"cases"` // all that is not right, worst first
}

// Case is one question with what came of it.
type Case struct {
	Question Question `json:"question"`
	Mark     Mark     `json:"outcome"`
	Act      Act      `json:"act"`
	Entries  []string `json:"entries,omitempty"`
	Verdict  Verdict  `json:"verdict,omitempty"`

	Decision Decision `json:"-"`
}

// Converse understands the last of several messages, each carrying the frame
// of those before.
func (m *Matcher) Converse(context []string, text string, on Date) Decision {
	var f Frame
	for _, c := range context {
		f = m.Ask(Query{Text: c, Frame: f, On: on}).Frame
	}
	return m.Ask(Query{Text: text, Frame: f, On: on})
}

// Evaluate asks every question, on its own day or else on the given one, and
// tallies the outcomes.
func (m *Matcher) Evaluate(questions []Question, on Date) Evaluation {
	e := Evaluation{Kinds: map[string]Tally{}}
	for _, q := range questions {
		day := cmp.Or(q.AsOf, on)
		d := m.Converse(q.Context, q.Q, day)
		o := Judge(q, d)
		kind := q.Kind
		if q.Verdict != "" {
			kind = "verdict"
			e.Verdicts.add(o)
		}
		t := e.Kinds[kind]
		t.add(o)
		e.Kinds[kind] = t
		e.All.add(o)
		if isEntry(questionClass(q)) {
			e.InScope.add(o)
		}
		if o != Right {
			e.Cases = append(e.Cases, Case{Question: q, Mark: o, Act: d.Act, Entries: d.Entries, Verdict: d.Verdict, Decision: d})
		}
	}
	slices.SortStableFunc(e.Cases, func(a, b Case) int { return badness(b.Mark) - badness(a.Mark) })
	return e
}

func badness(o Mark) int {
	return slices.Index([]Mark{Right, Offered, Missed, Unsaid, WrongFor, Wrong}, o)
}

func (t *Tally) add(o Mark) {
	if t.Outcomes == nil {
		t.Outcomes = map[Mark]int{}
	}
	t.Outcomes[o]++
	t.Questions++
}

package knowledge

// NewAsker returns the asker for [Options.Asker]: it understands test questions
// as residents' messages are understood. stored is as for [NewMatcher].
func NewAsker(stored []byte, on Date) func(*Base) Asker {
	return func(b *Base) Asker { return NewMatcher(b, stored).Asker(on) }
}

// Asker answers test questions as of a day, unless they name one.
func (m *Matcher) Asker(on Date) Asker { return asker{m, on} }

type asker struct {
	matcher *Matcher
	on      Date
}

// Ask implements [Asker]. What no entry answers is [NoEntry], a doubt too; of
// two answers in one message the first counts.
func (a asker) Ask(q TestQuestion) (entry, verdict string) {
	on := a.on
	if q.AsOf != 0 {
		on = q.AsOf
	}
	d := a.matcher.Converse(q.Context, q.Q, on)
	switch d.Act {
	case ActAnswer, ActCrisis:
		return d.Entry, string(d.Verdict)
	case ActRefer:
		return d.Referral, ""
	case ActSmalltalk, ActHuman, ActCommand:
		return d.Phrase, ""
	}
	return NoEntry, ""
}

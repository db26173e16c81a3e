package chaos

import (
	"maps"
	"slices"
	"time"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// rate is how much faster than ours the clock of cases runs: an hour in six
// seconds, so that ladders are climbed and holds go stale while things break.
const rate = 600

// hurried lets cases be decided by a clock that runs faster than that of
// everything else: leases, retries and the store keep real time, because what is
// broken takes real time, too. What a decision reads of a stored case is put
// forward, what it stores is put back.
type hurried struct {
	exchange.Decider
	began time.Time
}

// Mentions implements exchange.Decider.
func (h hurried) Mentions(s exchange.Situation) []string { return h.Decider.Mentions(h.situation(s)) }

// Decide implements exchange.Decider.
func (h hurried) Decide(s exchange.Situation) exchange.Outcome {
	out := h.Decider.Decide(h.situation(s))
	for i, c := range out.Cases {
		out.Cases[i].Due, out.Cases[i].Ends = h.back(c.Due), h.back(c.Ends)
	}
	return out
}

func (h hurried) situation(s exchange.Situation) exchange.Situation {
	s.Now, s.Message.At = h.forth(s.Now), h.forth(s.Message.At)
	s.Chat.Cases = slices.Clone(s.Chat.Cases)
	for i, c := range s.Chat.Cases {
		s.Chat.Cases[i] = h.record(c)
	}
	s.Mentioned = maps.Clone(s.Mentioned)
	for code, c := range s.Mentioned {
		s.Mentioned[code] = h.record(c)
	}
	return s
}

func (h hurried) record(c record.Case) record.Case {
	c.Due, c.Ends = h.forth(c.Due), h.forth(c.Ends)
	return c
}

// forth returns the time on the clock of cases, of ours.
func (h hurried) forth(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return h.began.Add(rate * t.Sub(h.began))
}

// back is the way back from forth, to the next millisecond: a clock must not
// strike early.
func (h hurried) back(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	at := h.began.Add(t.Sub(h.began) / rate)
	return at.Truncate(time.Millisecond).Add(time.Millisecond)
}

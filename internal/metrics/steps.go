package metrics

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/knowledge"
)

// maxEvents bounds the events of steps that are told apart; there are about a
// hundred.
const maxEvents = 300

// stepMetrics are what was decided.
type stepMetrics struct {
	names     *labels
	decisions *prometheus.CounterVec
	figures   *prometheus.CounterVec
	events    *prometheus.CounterVec
	seconds   prometheus.Histogram
}

func newStepMetrics(m *Metrics) stepMetrics {
	s := stepMetrics{
		names:     newLabels(maxEvents),
		decisions: m.counterVec("decisions_total", "What was understood of typed messages.", "kind"),
		figures:   m.counterVec("questions_total", "Questions: asked, answered at once, handed to an officer, answered by one on-time or late.", "what"),
		events:    m.counterVec("steps_total", "What else happened in conversations and cases, by the name of the event.", "event"),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "decide_seconds", Help: "To decide about a typed message: understand, search, word the answer. No store is asked meanwhile.",
			Buckets: []float64{.00005, .0001, .0002, .0005, .001, .002, .005, .01, .05, .25, 1},
		}),
	}
	m.registry.MustRegister(s.seconds)
	for _, act := range []knowledge.Act{
		knowledge.ActAnswer, knowledge.ActAsk, knowledge.ActClarify, knowledge.ActHandover, knowledge.ActRefer,
		knowledge.ActSmalltalk, knowledge.ActHuman, knowledge.ActCrisis, knowledge.ActCommand,
	} {
		s.decisions.WithLabelValues(string(act))
	}
	for _, what := range []string{bot.FigureAsked, bot.FigureAnswered, bot.FigureHanded, bot.FigureOnTime, bot.FigureLate} {
		s.figures.WithLabelValues(what)
	}
	for _, event := range []string{exchange.CountPanic, exchange.CountUnreadable} {
		s.events.WithLabelValues(s.names.value(event))
	}
	return s
}

// count takes a counter of a saved step. Topics and communes are left to
// «doithoai report», which hides what is too rare to show.
func (s *stepMetrics) count(name string) {
	if what, _, _, ok := bot.ParseFigure(name); ok {
		s.figures.WithLabelValues(s.names.value(what)).Inc()
		return
	}
	if kind, ok := strings.CutPrefix(name, "decision."); ok {
		s.decisions.WithLabelValues(s.names.value(kind)).Inc()
		return
	}
	s.events.WithLabelValues(s.names.value(name)).Inc()
}

// Decider times next, and counts where it breaks down.
func (m *Metrics) Decider(next exchange.Decider) exchange.Decider { return &decider{next, m} }

type decider struct {
	exchange.Decider
	m *Metrics
}

// Decide implements [exchange.Decider].
func (d *decider) Decide(s exchange.Situation) exchange.Outcome {
	began, returned := time.Now(), false
	defer d.m.noted(InDecision, &returned)
	out := d.Decider.Decide(s)
	returned = true
	if s.Message.Kind == bot.KindText {
		d.m.steps.seconds.Observe(time.Since(began).Seconds())
	}
	return out
}

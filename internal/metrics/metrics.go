package metrics

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace begins every name of ours.
const namespace = "doithoai"

// Metrics holds all figures of one program. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	messages  messageMetrics
	store     storeMetrics
	steps     stepMetrics
	delivery  deliveryMetrics
	channels  channelMetrics
	gathering gatherMetrics
	tables    tables

	panics *prometheus.CounterVec
}

// New returns the figures of a program of that version.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	build := m.gaugeVec("build_info", "The version of the program; always 1.", "version", "go_version")
	build.WithLabelValues(version, runtime.Version()).Set(1)
	m.panics = m.counterVec("panics_total", "What broke down and was caught: a mistake in the program.", "where")
	for _, where := range []string{InRequest, InDecision, InSend} {
		m.panics.WithLabelValues(where)
	}
	m.messages = newMessageMetrics(m)
	m.store = newStoreMetrics(m)
	m.steps = newStepMetrics(m)
	m.delivery = newDeliveryMetrics(m)
	m.channels = newChannelMetrics(m)
	m.gathering = newGatherMetrics(m)
	m.tables = newTables(m)
	return m
}

// Handler serves the figures as Prometheus reads them.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		// A figure that cannot be had must not take the others with it at night.
		ErrorHandling: promhttp.ContinueOnError,
		Registry:      m.registry,
	})
}

// Where something broke down.
const (
	InRequest  = "request"
	InDecision = "decision"
	InSend     = "send"
)

// Panicked counts something that broke down and was caught.
func (m *Metrics) Panicked(where string) { m.panics.WithLabelValues(where).Inc() }

// noted counts a panic that goes through the caller, and lets it go on: whoever
// recovers it logs where it began. The caller defers it and sets returned at its end.
func (m *Metrics) noted(where string, returned *bool) {
	if !*returned {
		m.Panicked(where)
	}
}

func (m *Metrics) counterVec(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) gaugeVec(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) histogramVec(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(v)
	return v
}

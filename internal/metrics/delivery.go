package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// maxLanes and maxReasons bound what is told apart of deliveries.
const (
	maxLanes   = 32
	maxReasons = 100
)

// deliveryMetrics are what goes out.
type deliveryMetrics struct {
	lanes, reasons *labels
	sent           *prometheus.HistogramVec
	calls          *prometheus.HistogramVec
	later          *prometheus.CounterVec
	failed         *prometheus.CounterVec
	dropped        *prometheus.CounterVec
	claimed        *prometheus.GaugeVec
}

func newDeliveryMetrics(m *Metrics) deliveryMetrics {
	return deliveryMetrics{
		lanes: newLabels(maxLanes), reasons: newLabels(maxReasons),
		sent: m.histogramVec("sent_seconds", "From the save of a message until it was out whole; the count is that of the messages sent.",
			[]float64{.1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400}, "lane"),
		calls: m.histogramVec("send_seconds", "One try to send a part of a message: how long the platform takes.",
			[]float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10}, "lane"),
		later:   m.counterVec("send_retries_total", "Tries to send that left the message in its queue, by kind.", "lane", "kind"),
		failed:  m.counterVec("send_failures_total", "Messages given up, which became dead letters, by reason.", "lane", "reason"),
		dropped: m.counterVec("send_drops_total", "Messages that went unsent because nobody wants them any more, by reason.", "lane", "reason"),
		claimed: m.gaugeVec("send_age_seconds", "How old the oldest of the messages was that were last taken out to be sent.", "lane"),
	}
}

// Lanes shows the figures of these lanes from the beginning, so that their
// first event is a change.
func (m *Metrics) Lanes(names ...string) {
	d := &m.delivery
	for _, lane := range names {
		lane = d.lanes.value(lane)
		d.sent.WithLabelValues(lane)
		d.calls.WithLabelValues(lane)
		d.claimed.WithLabelValues(lane)
		for _, kind := range []delivery.Kind{delivery.Retry, delivery.Throttled, delivery.Window, delivery.Uncertain} {
			d.later.WithLabelValues(lane, kind.String())
		}
		for _, reason := range []string{delivery.ReasonAttempts, delivery.ReasonNote, record.ReasonExpired, record.ReasonLapsed, delivery.Gone.String()} {
			d.failed.WithLabelValues(lane, d.reasons.value(reason))
		}
		for _, reason := range []string{delivery.DropBarred, delivery.DropStale, record.ReasonExpired} {
			d.dropped.WithLabelValues(lane, d.reasons.value(reason))
		}
	}
}

// Observer counts how sends end.
func (m *Metrics) Observer() delivery.Observer {
	d := &m.delivery
	return delivery.Observer{
		Sent: func(lane string, waited time.Duration) {
			d.sent.WithLabelValues(d.lanes.value(lane)).Observe(waited.Seconds())
		},
		Later: func(lane string, kind delivery.Kind) {
			d.later.WithLabelValues(d.lanes.value(lane), kind.String()).Inc()
		},
		Failed: func(lane, reason string) {
			d.failed.WithLabelValues(d.lanes.value(lane), d.reasons.value(reason)).Inc()
		},
		Dropped: func(lane, reason string) {
			d.dropped.WithLabelValues(d.lanes.value(lane), d.reasons.value(reason)).Inc()
		},
		Age: func(lane string, oldest time.Duration) {
			d.claimed.WithLabelValues(d.lanes.value(lane)).Set(oldest.Seconds())
		},
	}
}

// Sender times next, and counts where it breaks down.
func (m *Metrics) Sender(lane string, next delivery.Sender) delivery.Sender {
	return &sender{next, m.delivery.calls.WithLabelValues(m.delivery.lanes.value(lane)), m}
}

type sender struct {
	next    delivery.Sender
	seconds prometheus.Observer
	m       *Metrics
}

// Send implements [delivery.Sender].
func (s *sender) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	began, returned := time.Now(), false
	defer s.m.noted(InSend, &returned)
	p, err := s.next.Send(ctx, d)
	returned = true
	s.seconds.Observe(time.Since(began).Seconds())
	return p, err
}

package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
)

// maxChannels bounds the channels that are told apart; there are five.
const maxChannels = 16

// messageMetrics are what comes in.
type messageMetrics struct {
	names    *labels
	received *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	last     *prometheus.GaugeVec
	spooled  *prometheus.CounterVec
}

func newMessageMetrics(m *Metrics) messageMetrics {
	return messageMetrics{
		names:    newLabels(maxChannels),
		received: m.counterVec("messages_received_total", "Messages that a channel brought: taken for good, or refused, so that the platform may bring them again.", "channel", "outcome"),
		seconds: m.histogramVec("message_seconds", "From the channel's door until a message was saved or spooled, or refused.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .15, .25, .5, 1, 2, 5, 10}, "channel"),
		last:    m.gaugeVec("message_last_timestamp_seconds", "When a channel last brought a message; 0 for not since the start.", "channel"),
		spooled: m.counterVec("spooled_messages_total", "Messages for which the store did not answer in time: kept in the spool, or refused.", "channel", "outcome"),
	}
}

// Outcomes of messages.
const (
	taken   = "taken"
	refused = "refused"
	kept    = "kept"
)

// Channels shows the figures of these channels from the beginning, so that
// their first event is a change.
func (m *Metrics) Channels(names ...string) {
	for _, name := range names {
		name = m.messages.names.value(name)
		for _, outcome := range []string{taken, refused} {
			m.messages.received.WithLabelValues(name, outcome)
		}
		for _, outcome := range []string{kept, refused} {
			m.messages.spooled.WithLabelValues(name, outcome)
		}
		m.messages.seconds.WithLabelValues(name)
		m.messages.last.WithLabelValues(name)
	}
}

// Door counts and times what goes through next.
func (m *Metrics) Door(next exchange.Handler) exchange.Handler { return &door{next, &m.messages} }

type door struct {
	next exchange.Handler
	m    *messageMetrics
}

// Handle implements [exchange.Handler].
func (d *door) Handle(ctx context.Context, msg bot.Message) error {
	began := time.Now()
	err := d.next.Handle(ctx, msg)
	channel := d.m.names.value(msg.Chat.Channel)
	d.m.seconds.WithLabelValues(channel).Observe(time.Since(began).Seconds())
	d.m.last.WithLabelValues(channel).Set(seconds(began))
	outcome := taken
	if err != nil {
		outcome = refused
	}
	d.m.received.WithLabelValues(channel, outcome).Inc()
	return err
}

// Spool counts what is kept in s.
func (m *Metrics) Spool(s exchange.Spool) exchange.Spool { return &spool{s, &m.messages} }

type spool struct {
	exchange.Spool
	m *messageMetrics
}

// Append implements [exchange.Spool].
func (s *spool) Append(ctx context.Context, msg bot.Message) error {
	err := s.Spool.Append(ctx, msg)
	outcome := kept
	if err != nil {
		outcome = refused
	}
	s.m.spooled.WithLabelValues(s.m.names.value(msg.Chat.Channel), outcome).Inc()
	return err
}

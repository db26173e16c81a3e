package metrics

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// channelMetrics are what channels themselves count and measure.
type channelMetrics struct {
	classes, details *labels
	events           *prometheus.CounterVec
	quota            *prometheus.GaugeVec
}

// What is told apart of the events of channels: about thirty classes, and
// within some of them the platform's codes.
const (
	maxClasses = 100
	maxDetails = 200
)

func newChannelMetrics(m *Metrics) channelMetrics {
	return channelMetrics{
		classes: newLabels(maxClasses), details: newLabels(maxDetails),
		events: m.counterVec("channel_events_total", "What channels saw: events of the platform, refusals, codes of errors.", "channel", "class", "detail"),
		quota:  m.gaugeVec("channel_quota_left", "Messages that the account may still send, as the platform last said; absent before it did.", "channel", "kind"),
	}
}

// ChannelEvent counts what a channel saw, named "<channel>.<class>" or
// "<channel>.<class>.<detail>", such as "zalo-oa.code.-216".
func (m *Metrics) ChannelEvent(name string) {
	channel, rest, _ := strings.Cut(name, ".")
	class, detail, more := strings.Cut(rest, ".")
	if more {
		detail = m.channels.details.value(detail)
	}
	m.channels.events.WithLabelValues(m.messages.names.value(channel), m.channels.classes.value(class), detail).Inc()
}

// ChannelQuota tells how many messages of a kind the account may still send.
func (m *Metrics) ChannelQuota(channel, kind string, left int) {
	m.channels.quota.WithLabelValues(m.messages.names.value(channel), m.channels.classes.value(kind)).Set(float64(max(left, 0)))
}

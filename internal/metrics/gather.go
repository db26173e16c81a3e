package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Task is one thing that is looked at in the background.
type Task struct {
	Name  string
	Every time.Duration // also the most that a look may take
	Look  func(ctx context.Context) error
}

// gatherMetrics tell how old is what was gathered.
type gatherMetrics struct {
	last, seconds *prometheus.GaugeVec
	failures      *prometheus.CounterVec
}

func newGatherMetrics(m *Metrics) gatherMetrics {
	return gatherMetrics{
		last:     m.gaugeVec("gather_timestamp_seconds", "When what is looked at in the background was last seen; its figures are as old as that. 0 for never.", "task"),
		seconds:  m.gaugeVec("gather_seconds", "How long the last look took.", "task"),
		failures: m.counterVec("gather_failures_total", "Looks that failed: the figures stay what they were.", "task"),
	}
}

// Gather does the tasks, each at once and then at its interval, until ctx ends.
// It never fails: a look that does is done again.
func (m *Metrics) Gather(ctx context.Context, log *slog.Logger, tasks ...Task) error {
	var all sync.WaitGroup
	defer all.Wait()
	for _, t := range tasks {
		m.gathering.last.WithLabelValues(t.Name)
		m.gathering.failures.WithLabelValues(t.Name)
		all.Go(func() { m.repeat(ctx, log.With("component", "metrics", "task", t.Name), t) })
	}
	return nil
}

func (m *Metrics) repeat(ctx context.Context, log *slog.Logger, t Task) {
	tick := time.NewTicker(t.Every)
	defer tick.Stop()
	for failed := false; ; {
		err := m.look(ctx, t)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failed {
			log.WarnContext(ctx, "cannot look; figures stay what they were", "error", err)
		}
		failed = err != nil
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (m *Metrics) look(ctx context.Context, t Task) error {
	ctx, cancel := context.WithTimeout(ctx, t.Every)
	defer cancel()
	began := time.Now()
	if err := t.Look(ctx); err != nil {
		m.gathering.failures.WithLabelValues(t.Name).Inc()
		return err
	}
	m.gathering.last.WithLabelValues(t.Name).SetToCurrentTime()
	m.gathering.seconds.WithLabelValues(t.Name).Set(time.Since(began).Seconds())
	return nil
}

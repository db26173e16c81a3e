package metrics

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// Store is what the services ask of a store.
type Store interface {
	exchange.Store
	exchange.Worklist
	delivery.Queue
	delivery.Outbox
	delivery.Limiter
}

// storeMetrics are the trips to the store.
type storeMetrics struct {
	load, save, ref, findCase, work, finish    trip
	pending, ack, claim, settle, release, take trip
}

// trip is one operation of the store.
type trip struct {
	seconds prometheus.Observer
	errors  map[string]prometheus.Counter
}

// Why an operation failed.
const (
	errUnavailable = "unavailable" // the store does not answer
	errFull        = "full"        // it has no room
	errTimeout     = "timeout"     // nobody waited long enough
	errClosed      = "closed"      // it is being closed, or was moved
	errOther       = "other"
)

func newStoreMetrics(m *Metrics) storeMetrics {
	seconds := m.histogramVec("store_seconds", "Trips to the store, by operation; the count is that of the trips.",
		[]float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .15, .25, .5, 1, 2.5}, "operation")
	failures := m.counterVec("store_errors_total", "Trips to the store that failed, by operation and reason.", "operation", "reason")
	of := func(operation string) trip {
		t := trip{seconds: seconds.WithLabelValues(operation), errors: map[string]prometheus.Counter{}}
		for _, reason := range []string{errUnavailable, errFull, errTimeout, errClosed, errOther} {
			t.errors[reason] = failures.WithLabelValues(operation, reason)
		}
		return t
	}
	return storeMetrics{
		load: of("load"), save: of("save"), ref: of("ref"), findCase: of("find_case"), work: of("work"), finish: of("finish"),
		pending: of("pending"), ack: of("ack"), claim: of("claim"), settle: of("settle"), release: of("release"), take: of("take"),
	}
}

// end takes note of a trip.
func (t *trip) end(began time.Time, err error) {
	t.seconds.Observe(time.Since(began).Seconds())
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		t.errors[reasonOf(err)].Inc()
	}
}

// reasonOf names why a store failed. That Redis has no room, or cannot write
// down what it has, it tells in words of its own: OOM and MISCONF.
func reasonOf(err error) string {
	_, moved := errors.AsType[*exchange.MovedError](err)
	switch text := err.Error(); {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return errTimeout
	case moved, errors.Is(err, exchange.ErrClosed):
		return errClosed
	case errors.Is(err, syscall.ENOSPC), strings.Contains(text, "OOM "), strings.Contains(text, "MISCONF "):
		return errFull
	case errors.Is(err, exchange.ErrUnavailable):
		return errUnavailable
	}
	return errOther
}

// Store times every trip to s and counts what was decided in the steps that
// were saved; a step that was decided again after a conflict counts once.
func (m *Metrics) Store(s Store) Store { return &store{s, &m.store, &m.steps} }

type store struct {
	next  Store
	trips *storeMetrics
	steps *stepMetrics
}

// Load implements [exchange.Store].
func (s *store) Load(ctx context.Context, chat bot.ChatID) (c record.Chat, err error) {
	began := time.Now()
	c, err = s.next.Load(ctx, chat)
	s.trips.load.end(began, err)
	return c, err
}

// Save implements [exchange.Store].
func (s *store) Save(ctx context.Context, save record.Save) (saved record.Saved, err error) {
	began := time.Now()
	saved, err = s.next.Save(ctx, save)
	s.trips.save.end(began, err)
	if err == nil && saved.Outcome == record.Done {
		for _, name := range save.Counts {
			s.steps.count(name)
		}
	}
	return saved, err
}

// Ref implements [exchange.Store] and [delivery.Outbox].
func (s *store) Ref(ctx context.Context, chat bot.ChatID, provider string) (ref []byte, err error) {
	began := time.Now()
	ref, err = s.next.Ref(ctx, chat, provider)
	s.trips.ref.end(began, err)
	return ref, err
}

// FindCase implements [exchange.Store].
func (s *store) FindCase(ctx context.Context, code string) (c record.Case, err error) {
	began := time.Now()
	c, err = s.next.FindCase(ctx, code)
	s.trips.findCase.end(began, err)
	return c, err
}

// Name implements [exchange.Store]. It is no trip.
func (s *store) Name(chat bot.ChatID) record.Name { return s.next.Name(chat) }

// Work implements [exchange.Worklist].
func (s *store) Work(ctx context.Context, n int) (ws []record.Work, err error) {
	began := time.Now()
	ws, err = s.next.Work(ctx, n)
	s.trips.work.end(began, err)
	return ws, err
}

// Finish implements [exchange.Worklist].
func (s *store) Finish(ctx context.Context, w record.Work, end record.Settlement) error {
	began := time.Now()
	err := s.next.Finish(ctx, w, end)
	s.trips.finish.end(began, err)
	return err
}

// Pending implements [delivery.Queue].
func (s *store) Pending(ctx context.Context, chat bot.ChatID) (ds []record.Delivery, err error) {
	began := time.Now()
	ds, err = s.next.Pending(ctx, chat)
	s.trips.pending.end(began, err)
	return ds, err
}

// Ack implements [delivery.Queue].
func (s *store) Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error {
	began := time.Now()
	err := s.next.Ack(ctx, chat, upTo)
	s.trips.ack.end(began, err)
	return err
}

// Claim implements [delivery.Outbox].
func (s *store) Claim(ctx context.Context, lane string, n int) (ls []record.Lease, err error) {
	began := time.Now()
	ls, err = s.next.Claim(ctx, lane, n)
	s.trips.claim.end(began, err)
	return ls, err
}

// Settle implements [delivery.Outbox].
func (s *store) Settle(ctx context.Context, l record.Lease, end record.Settlement) (next *record.Lease, err error) {
	began := time.Now()
	next, err = s.next.Settle(ctx, l, end)
	s.trips.settle.end(began, err)
	return next, err
}

// Release implements [delivery.Outbox].
func (s *store) Release(ctx context.Context, l record.Lease) error {
	began := time.Now()
	err := s.next.Release(ctx, l)
	s.trips.release.end(began, err)
	return err
}

// Take implements [delivery.Limiter].
func (s *store) Take(ctx context.Context, bucket string, pace record.Pace, n int) (got int, wait time.Duration, err error) {
	began := time.Now()
	got, wait, err = s.next.Take(ctx, bucket, pace, n)
	s.trips.take.end(began, err)
	return got, wait, err
}

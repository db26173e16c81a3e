package app

import (
	"context"
	"log/slog"
	"net/url"
	"sync/atomic"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/metrics"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trace"
)

// tracing opens a span for each stage of a message. The zero value, without a
// collector, adds nothing to what it is given.
type tracing struct {
	tracer *trace.Tracer
	key    []byte
}

// openTracing sets it up, if the settings name a collector.
func (a *App) openTracing(ctx context.Context, settings config.Tracing, log *slog.Logger) error {
	if settings.Endpoint == "" {
		return nil
	}
	endpoint, err := url.Parse(settings.Endpoint)
	if err != nil {
		return err // checked when the settings were read
	}
	var away atomic.Bool
	tracer, err := trace.Open(ctx, trace.Config{
		Endpoint: endpoint, Token: settings.Token, Percent: settings.Percent, Version: a.version,
		Delivered: func(err error) {
			if failed := err != nil; away.Swap(failed) != failed && failed {
				log.WarnContext(ctx, "the collector of traces takes none: those of this time are lost", "component", "trace")
			}
		},
	})
	if err != nil {
		return err
	}
	a.tracing = tracing{tracer: tracer, key: a.store.Key("trace")}
	a.cleanups.push("traces", func(ctx context.Context) error { _ = tracer.Close(ctx); return nil }) // what is lost was told
	return nil
}

// door opens the span that all others of a message stand under.
func (t tracing) door(next exchange.Handler) exchange.Handler {
	if t.tracer == nil {
		return next
	}
	return tracedDoor{next, t}
}

type tracedDoor struct {
	next exchange.Handler
	tracing
}

func (d tracedDoor) Handle(ctx context.Context, m bot.Message) error {
	m.Trace = trace.Of(d.key, m)
	ctx, end := d.tracer.Start(trace.With(ctx, m.Trace), trace.Root, "channel", m.Chat.Channel, "kind", string(m.Kind))
	err := d.next.Handle(ctx, m)
	end(err)
	return err
}

// store opens spans for the trips that a message waits for.
func (t tracing) store(next metrics.Store) metrics.Store {
	if t.tracer == nil {
		return next
	}
	return tracedStore{next, t.tracer}
}

type tracedStore struct {
	metrics.Store
	tracer *trace.Tracer
}

func (s tracedStore) Load(ctx context.Context, chat bot.ChatID) (c record.Chat, err error) {
	ctx, end := s.tracer.Start(ctx, "store.load")
	c, err = s.Store.Load(ctx, chat)
	end(err)
	return c, err
}

func (s tracedStore) Save(ctx context.Context, save record.Save) (saved record.Saved, err error) {
	ctx, end := s.tracer.Start(ctx, "store.save")
	saved, err = s.Store.Save(ctx, save)
	end(err)
	return saved, err
}

func (s tracedStore) Settle(ctx context.Context, l record.Lease, how record.Settlement) (next *record.Lease, err error) {
	ctx, end := s.tracer.Start(ctx, "store.settle", "result", how.Result.String())
	next, err = s.Store.Settle(ctx, l, how)
	end(err)
	return next, err
}

// sender opens a span for each call to a platform.
func (t tracing) sender(lane string, next delivery.Sender) delivery.Sender {
	if t.tracer == nil {
		return next
	}
	return tracedSender{next, t.tracer, lane}
}

type tracedSender struct {
	next   delivery.Sender
	tracer *trace.Tracer
	lane   string
}

func (s tracedSender) Send(ctx context.Context, d record.Delivery) (p delivery.Progress, err error) {
	ctx, end := s.tracer.Start(ctx, "send", "lane", s.lane, "kind", string(d.Reply.Kind))
	p, err = s.next.Send(ctx, d)
	end(err)
	return p, err
}

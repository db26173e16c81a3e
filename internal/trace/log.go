package trace

import (
	"context"
	"log/slog"
	"slices"
)

// LogKey is under which name a line names the message it is about.
const LogKey = "trace"

// Log returns a handler that adds the id of the context to what h handles. It
// stands outside any group.
func Log(h slog.Handler) slog.Handler { return handler{base: h, inner: h} }

// handler keeps two handlers, so that the id does not land in a group: base has
// the attributes from before the first one.
type handler struct {
	base  slog.Handler
	inner slog.Handler
	// groups are applied to base again where a line has an id.
	groups []func(slog.Handler) slog.Handler
}

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.inner.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	id := ID(ctx)
	if id == "" {
		return h.inner.Handle(ctx, r)
	}
	if len(h.groups) == 0 {
		r = r.Clone()
		r.AddAttrs(slog.String(LogKey, id))
		return h.inner.Handle(ctx, r)
	}
	with := h.base.WithAttrs([]slog.Attr{slog.String(LogKey, id)})
	for _, group := range h.groups {
		with = group(with)
	}
	return with.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(h.groups) == 0 {
		h.inner = h.inner.WithAttrs(attrs)
		h.base = h.inner
		return h
	}
	return h.then(func(s slog.Handler) slog.Handler { return s.WithAttrs(attrs) })
}

func (h handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.then(func(s slog.Handler) slog.Handler { return s.WithGroup(name) })
}

func (h handler) then(step func(slog.Handler) slog.Handler) slog.Handler {
	groups := append(slices.Clip(h.groups), step)
	return handler{base: h.base, inner: step(h.inner), groups: groups}
}

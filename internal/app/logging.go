package app

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/doithoai/doithoai/internal/config"
)

// Log is a log whose level and form may change while it is written.
type Log struct {
	level slog.LevelVar
	json  atomic.Bool
	out   io.Writer
}

// NewLog returns a log to out as the settings have it.
func NewLog(out io.Writer, c config.Log) *Log {
	l := &Log{out: out}
	l.Set(c)
	return l
}

// Set changes level and form from the next record on.
func (l *Log) Set(c config.Log) {
	l.level.Set(c.Level)
	l.json.Store(c.Format == config.LogJSON)
}

// Logger returns what the program writes to.
func (l *Log) Logger() *slog.Logger {
	how := &slog.HandlerOptions{Level: &l.level}
	return slog.New(eitherForm{&l.json, slog.NewTextHandler(l.out, how), slog.NewJSONHandler(l.out, how)})
}

// eitherForm is two handlers that learn the same; one of them writes.
type eitherForm struct {
	asJSON     *atomic.Bool
	text, json slog.Handler
}

// Enabled implements slog.Handler.
func (h eitherForm) Enabled(ctx context.Context, level slog.Level) bool {
	return h.text.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h eitherForm) Handle(ctx context.Context, r slog.Record) error {
	if h.asJSON.Load() {
		return h.json.Handle(ctx, r)
	}
	return h.text.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h eitherForm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return eitherForm{h.asJSON, h.text.WithAttrs(attrs), h.json.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h eitherForm) WithGroup(name string) slog.Handler {
	return eitherForm{h.asJSON, h.text.WithGroup(name), h.json.WithGroup(name)}
}

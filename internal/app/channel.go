package app

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/media"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Channel is one account on a messaging platform, ready to be wired: how it is
// sent to, where its webhook goes, and what runs beside.
type Channel struct {
	Lane delivery.LaneConfig
	// Path and Hook are its webhook; an empty path is none.
	Path string
	Hook http.Handler
	// Run polls, renews tokens and the like until its context ends; may be nil.
	Run func(ctx context.Context) error
	// Files gets what comes with messages; nil if nothing can be got.
	Files media.Source
	// Health returns what is wrong now, nothing while messages come and go; may be nil.
	Health func() []trouble.Trouble
	// Stored hears that an operator's command has changed what the store keeps
	// under a name; may be nil.
	Stored func(name string)
}

// Door is where a channel brings what it received. Handle returns nil when the
// message is taken for good; then it may be acknowledged.
type Door interface {
	Handle(ctx context.Context, m bot.Message) error
}

// Doors are the two ways in. Direct is for platforms that offer a message
// again for hours, Quick for those that want an answer within two seconds and
// give up soon: what the store cannot take in time is spooled there.
type Doors struct {
	Direct, Quick Door
}

// ChannelOpener makes a channel that brings its messages to one of the doors.
type ChannelOpener func(doors Doors) (Channel, error)

// hall is a door before there is one behind it: channels are opened first.
// Nothing comes through before Run.
type hall struct{ door Door }

// Handle implements [Door].
func (h *hall) Handle(ctx context.Context, m bot.Message) error { return h.door.Handle(ctx, m) }

// addChannel wires one channel: its webhook and what runs beside. Its lane was
// given to delivery before.
func (a *App) addChannel(c Channel, mux *http.ServeMux) {
	if c.Path != "" {
		h := &heard{Handler: c.Hook}
		a.heard[c.Lane.Lane] = h
		mux.Handle(c.Path, h) // with every method: a look at it by hand is answered too
	}
	if c.Run != nil {
		a.addLoop(c.Lane.Lane, c.Run)
	}
}

// heard is a webhook that remembers when its platform last called: a call with a
// body that was taken is its own, for others are refused.
type heard struct {
	http.Handler
	at atomic.Int64 // Unix time; 0 for never
}

// ServeHTTP implements http.Handler.
func (h *heard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	h.Handler.ServeHTTP(s, r)
	if r.Method == http.MethodPost && r.ContentLength != 0 && s.status == http.StatusOK {
		h.at.Store(time.Now().Unix())
	}
}

// last returns when the platform last called, the zero time for never.
func (h *heard) last() time.Time {
	if at := h.at.Load(); at != 0 {
		return time.Unix(at, 0).UTC()
	}
	return time.Time{}
}

// statusWriter remembers what a request was answered with.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the handler set deadlines.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

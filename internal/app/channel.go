package app

import (
	"context"
	"net/http"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/media"
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
		mux.Handle("POST "+c.Path, c.Hook)
	}
	if c.Run != nil {
		a.addLoop(c.Lane.Lane, c.Run)
	}
}

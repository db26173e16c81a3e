package exchange

import (
	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Outlet is where saved messages leave. It is safe for concurrent use, and
// neither method blocks.
type Outlet interface {
	// Way tells how what is saved for chat is to leave it. It asks for the
	// lease if somebody is free to send at once.
	Way(chat bot.ChatID) record.Way

	// Saved is called after each save that may have left something for chat to
	// get, also after a duplicate or a failure, with the lease if one was given.
	Saved(chat bot.ChatID, lease *record.Lease)
}

type noOutlet struct{}

func (noOutlet) Way(bot.ChatID) record.Way       { return record.Way{} }
func (noOutlet) Saved(bot.ChatID, *record.Lease) {}

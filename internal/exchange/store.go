package exchange

import (
	"context"
	"errors"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Store keeps chats. Both methods are safe for concurrent use, and both stop
// waiting when the context ends.
type Store interface {
	// Load returns a chat as last saved. A chat that is unknown, or was not
	// saved for [record.KeepChat], is the zero Chat and no error.
	Load(ctx context.Context, chat bot.ChatID) (record.Chat, error)

	// Save does one atomic step as [record.Save] tells. Without an error its
	// outcome is durable in the class the operator chose, also that of a
	// duplicate. With an error the step may still have happened, or may still
	// happen: try it again with the same update id, which cannot do harm.
	Save(ctx context.Context, s record.Save) (record.Saved, error)
}

// ErrClosed is what an engine returns once it is closed.
var ErrClosed = errors.New("store is closed")

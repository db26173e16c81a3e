package exchange

import (
	"context"
	"errors"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Store keeps chats. All methods are safe for concurrent use and stop waiting
// when the context ends.
type Store interface {
	// Load returns a chat as last saved, with its cases. A chat that is unknown,
	// or was not saved for [record.KeepChat], has nothing but its cases.
	Load(ctx context.Context, chat bot.ChatID) (record.Chat, error)

	// Save does one atomic step as [record.Save] tells. Without an error its
	// outcome is durable in the class the operator chose, also that of a
	// duplicate. With an error the step may still have happened, or may still
	// happen: try it again with the same update id, which cannot do harm.
	Save(ctx context.Context, s record.Save) (record.Saved, error)

	// Ref returns what was remembered for the provider's message of that id in
	// that chat, see [record.Outgoing]; [record.ErrNotFound] if nothing is.
	Ref(ctx context.Context, chat bot.ChatID, provider string) ([]byte, error)

	// Name returns what the chat is called in the store.
	Name(chat bot.ChatID) record.Name
}

// Worklist holds what became due besides messages to be sent: letters, and
// cases whose time has come.
type Worklist interface {
	// Work leases up to n pieces of work that are due, over all chats, the
	// longest due first where that is cheap to know. A piece whose lease runs
	// out unfinished comes again.
	Work(ctx context.Context, n int) ([]record.Work, error)

	// Finish ends a piece of work. Sent: a letter is gone; a case waits for the
	// due time it has by now, for none if that is the one it was leased for.
	// Later: again after that time; a letter's attempts go up. Failed: a letter
	// becomes a dead letter, a case loses its due time. Finishing what has
	// been finished changes nothing.
	Finish(ctx context.Context, w record.Work, s record.Settlement) error
}

// Graves is where an engine keeps what could not be sent. See delivery.Graveyard.
type Graves interface {
	Dead(ctx context.Context, show func(record.Dead) error) error
	Bury(ctx context.Context, id string) error
}

// Errors of every engine.
var (
	// ErrClosed is what an engine returns once it is closed.
	ErrClosed = errors.New("store is closed")
	// ErrUnavailable is what an engine returns, wrapped, when what it stands on
	// does not answer: nothing is known of whether the step happened.
	ErrUnavailable = errors.New("store is unavailable")
)

// MovedError is what opening a store returns that was moved elsewhere: serving
// from it again would answer from the past.
type MovedError struct{ To string }

// Error implements error.
func (e *MovedError) Error() string { return "store was moved to " + e.To }

// ErrNotEmpty says that a backup cannot be read into a store that holds something.
var ErrNotEmpty = errors.New("store is not empty")

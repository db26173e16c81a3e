package control

import (
	"context"
	"errors"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Operator is what an operator can ask of every store.
type Operator interface {
	delivery.Graveyard

	// Export shows every item the store holds, [record.ItemKey] first, until
	// show returns an error, which Export returns. Saves go on meanwhile; what
	// is shown is one moment's state.
	Export(ctx context.Context, show func(record.Item) error) error
}

// Compactor is the ability of a store that keeps freed space until it is told
// to give it back.
type Compactor interface {
	// Compact returns the store's size before and after, in bytes.
	Compact(ctx context.Context) (before, after int64, err error)
}

// CaseFinder is the ability of a store to find a case by its code.
type CaseFinder interface {
	// FindCase returns [record.ErrNotFound] if there is none.
	FindCase(ctx context.Context, code string) (record.Case, error)
}

// CaseLister is the ability to show cases alone.
type CaseLister interface {
	Cases(ctx context.Context, show func(record.Case) error) error
}

// Cases shows every case that a store holds, in no order, until show returns an
// error, which Cases returns.
func Cases(ctx context.Context, o Operator, show func(record.Case) error) error {
	if l, ok := o.(CaseLister); ok {
		return l.Cases(ctx, show)
	}
	return o.Export(ctx, func(item record.Item) error {
		if item.Kind != record.ItemCase {
			return nil
		}
		c, err := record.DecodeCase(item.Value)
		if err != nil {
			return err
		}
		return show(c)
	})
}

// Counter is the ability of a store to tell the counters of a day.
type Counter interface {
	// Counts returns the counters of one day ("2006-01-02"), by name; an empty
	// map for a day without any.
	Counts(ctx context.Context, day string) (map[string]uint64, error)
}

// Intake takes one message: nil means saved, also for an ID taken before.
type Intake interface {
	Handle(ctx context.Context, m bot.Message) error
}

// Safe is what a store keeps for channels beside conversations, such as an
// account's tokens. The values are secrets.
type Safe interface {
	// Value returns what is kept under a name, nil if nothing is.
	Value(ctx context.Context, name string) ([]byte, error)
	// Swap replaces what is kept if it is old, and reports whether it was.
	Swap(ctx context.Context, name string, old, next []byte) (bool, error)
}

// Status is how a running server is.
type Status struct {
	Started  time.Time         `json:"started"`
	Troubles []trouble.Trouble `json:"troubles,omitempty"`
	// Notes are what else an operator should know, in Vietnamese.
	Notes    []string        `json:"notes,omitempty"`
	Channels []ChannelStatus `json:"channels,omitempty"`
}

// ChannelStatus is how a channel is.
type ChannelStatus struct {
	Lane string `json:"lane"`
	// Webhook says that the platform calls; Heard is when it last did and was
	// known by its signature or secret, zero if not since the start.
	Webhook bool      `json:"webhook"`
	Heard   time.Time `json:"heard,omitzero"`
}

// Errors of [Dial] and of a [Client].
var (
	// ErrNotRunning says that no server listens at the socket.
	ErrNotRunning = errors.New("no server is running")
	// ErrSilent says that a server listens but does not answer.
	ErrSilent = errors.New("server does not answer")
	// ErrUnsupported says that the server, or the store behind it, has no such ability.
	ErrUnsupported = errors.New("not supported by this server")
	// ErrInterrupted says that the answer ended before it was complete, because
	// the server stopped or was killed.
	ErrInterrupted = errors.New("server stopped before it was done")
)

// InUseError says that another server listens at the socket.
type InUseError struct{ Path string }

// Error implements error, for logs.
func (e *InUseError) Error() string { return "socket " + e.Path + " is in use by another server" }

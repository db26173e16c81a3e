package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/exchange"
)

// FormatError says that the data was written by a version of the program whose
// data this one does not read. Nothing was changed.
type FormatError struct{ Have, Want int }

// Error implements error, for logs.
func (e *FormatError) Error() string {
	return fmt.Sprintf("store has format %d, this program reads up to %d", e.Have, e.Want)
}

// ErrUnfinished says that a backup was being read into the store and the end was
// never reached: it holds a part of something. See Options.Unfinished.
var ErrUnfinished = errors.New("store holds an unfinished import")

// unavailable wraps what kept a step from being known to have happened.
func unavailable(cause error) error {
	if isNetwork(cause) {
		return fmt.Errorf("%w: %s", exchange.ErrUnavailable, plain(cause))
	}
	return fmt.Errorf("%w: %w", exchange.ErrUnavailable, &refusal{plain(cause)})
}

// refusal is what a server answered instead of doing what it was told.
type refusal struct{ text string }

func (e *refusal) Error() string { return e.text }

// plain returns what an operator may read of an error of the client. A server
// that refuses a command may quote it, and with it what a resident wrote; such
// words are cut off.
func plain(err error) string {
	var said redis.Error
	if !errors.As(err, &said) {
		return err.Error()
	}
	text := said.Error()
	for _, quote := range []string{", with args", " with args", "'", "`", "\""} {
		text, _, _ = strings.Cut(text, quote)
	}
	return text[:min(len(text), 160)]
}

// ended returns the caller's own reason to stop, if there is one.
func ended(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	// The client measures the deadline on its own connection's clock and may
	// notice a moment before the context does.
	if deadline, ok := ctx.Deadline(); ok && isTimeout(err) && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

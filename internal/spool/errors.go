package spool

import (
	"errors"
	"fmt"
)

var (
	// ErrFull says that there is no room for the message, in the bounds of the
	// spool or on the disk. It was not kept.
	ErrFull = errors.New("spool is full")
	// ErrClosed is what a closed spool returns.
	ErrClosed = errors.New("spool is closed")
	// ErrUnfit says that a message can never be spooled: it is too large, or it
	// does not come from the chat itself.
	ErrUnfit = errors.New("message cannot be spooled")

	// errUnknown marks what is intact and was written by a newer program.
	errUnknown = errors.New("unknown spool record version")
	errCorrupt = errors.New("corrupt spool record")
)

// InUseError says that another process, or another Spool of this one, works in
// the folder.
type InUseError struct{ Dir string }

// Error implements error, for logs; whoever talks to an operator renders the fields.
func (e *InUseError) Error() string {
	return fmt.Sprintf("spool %s is in use by another process", e.Dir)
}

// DamagedError says that a file holds something that cannot be read: damaged,
// or written by a newer program.
type DamagedError struct {
	Path  string
	Parts int // how many places that are
}

// Error implements error.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("spool file %s is unreadable in %d places", e.Path, e.Parts)
}

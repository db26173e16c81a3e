// Package disk asks how much room a disk has, on every system that we build for.
package disk

import "errors"

// Space is the room of a file system, in bytes.
type Space struct {
	Free  uint64 // for whoever is no administrator
	Total uint64
}

// ErrUnknown says that this system is not asked.
var ErrUnknown = errors.New("free space cannot be told on this system")

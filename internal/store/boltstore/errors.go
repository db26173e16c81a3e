package boltstore

import "fmt"

// InUseError says that another process, or another Store of this one, has the
// file open. Commands that meet it speak to the running server instead.
type InUseError struct{ Path string }

// Error implements error, for logs; whoever talks to an operator renders the fields.
func (e *InUseError) Error() string {
	return fmt.Sprintf("store %s is in use by another process", e.Path)
}

// DamagedError says that the file does not hold what was written to it, by a
// fault of the disk or by another hand. Nothing was changed; the way back is a
// backup. Err never quotes what is stored.
type DamagedError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *DamagedError) Error() string { return fmt.Sprintf("store %s is damaged: %v", e.Path, e.Err) }

// Unwrap returns what was found.
func (e *DamagedError) Unwrap() error { return e.Err }

// FormatError says that the file was written by a version of the program whose
// files this one does not read. Nothing was changed.
type FormatError struct {
	Path string
	Have uint64 // the format of the file
	Want uint64 // the newest format this program reads
}

// Error implements error.
func (e *FormatError) Error() string {
	return fmt.Sprintf("store %s has format %d, this program reads up to %d", e.Path, e.Have, e.Want)
}

// UnfinishedError says that an import into the file was begun and not
// completed: it holds a part of a backup. Only [Store.Import], on a store opened
// for that, can do anything with it: it starts over.
type UnfinishedError struct{ Path string }

// Error implements error.
func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("store %s holds an unfinished import", e.Path)
}

package record

import (
	"encoding/hex"
	"fmt"
)

// Format is a version of the encodings of this package, and the first byte of what
// is encoded in it. Each adds to the one before; what an older one cannot say is
// left out of it.
//
//	2  deliveries, cases, letters, dead letters, windows
//	3  a trace in deliveries and letters
//
// Which one is written is recorded in the store, because programs of two versions
// run over it while it is upgraded: each reads Oldest to Newest, and all write what
// every one of them reads.
type Format byte

// The formats this program reads. Raise both by one together, and keep what the
// program of before wrote for the tests (storetest.FillPast).
const (
	Oldest Format = 2
	Newest Format = 3
)

// withTrace is the first format that has traces.
const withTrace Format = 3

// Reads returns an error that is [ErrVersion] if b is of a format later than f, or
// one this program does not read at all, and one that is [ErrCorrupt] without bytes.
func (f Format) Reads(b []byte) error {
	switch {
	case len(b) == 0:
		return fmt.Errorf("%w: no bytes", ErrCorrupt)
	case b[0] < byte(Oldest) || b[0] > byte(f):
		return fmt.Errorf("%w: %d", ErrVersion, b[0])
	}
	return nil
}

// TraceSize is the length of a trace: what goes through the program with one message
// and all that follows from it, so that log lines of several replicas can be put
// together. It is made by chance and tells nothing of anybody.
const TraceSize = 32

// checkTrace returns an error that is [ErrInvalid] unless trace is empty or
// lower-case hexadecimal digits of that length.
func checkTrace(trace string) error {
	var b [TraceSize / 2]byte
	if trace == "" {
		return nil
	}
	if len(trace) == TraceSize {
		if _, err := hex.Decode(b[:], []byte(trace)); err == nil && hex.EncodeToString(b[:]) == trace {
			return nil
		}
	}
	return fmt.Errorf("%w: no trace", ErrInvalid)
}

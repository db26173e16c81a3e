package record

import (
	"fmt"
	"time"
)

// Limits of what is held or kept under a name, outside of any chat.
const (
	// MaxHold bounds a lease: whoever needs it longer renews it.
	MaxHold = 24 * time.Hour
	// MaxKept bounds a value, in bytes.
	MaxKept = 64 << 10
)

// CheckHold returns an error that is [ErrInvalid] if an engine must refuse such
// a lease.
func CheckHold(holder string, ttl time.Duration) error {
	switch {
	case holder == "":
		return fmt.Errorf("%w: a lease without a holder", ErrInvalid)
	case ttl <= 0 || ttl > MaxHold:
		return fmt.Errorf("%w: a lease for %v", ErrInvalid, ttl)
	}
	return nil
}

// CheckKept returns an error that is [ErrInvalid] if an engine must refuse to
// keep value. It does not quote it: values are secrets.
func CheckKept(value []byte) error {
	if len(value) > MaxKept {
		return fmt.Errorf("%w: a value of %d bytes", ErrInvalid, len(value))
	}
	return nil
}

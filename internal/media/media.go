package media

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// MaxSize is the most that one copy may have, in bytes.
const MaxSize = 5 << 20

// How long copies are kept.
const (
	KeepUnasked = 24 * time.Hour      // before somebody agreed that it is
	KeepMost    = 30 * 24 * time.Hour // in any case
)

// Errors of keeping and fetching. What is not there, or not any more, is
// [fs.ErrNotExist].
var (
	ErrTooLarge = errors.New("larger than 5 MiB")
	ErrType     = errors.New("of no kind that is kept")
	ErrFull     = errors.New("no room for more copies")
)

// Info is what is known of a copy.
type Info struct {
	Type  string // media type, as its bytes say
	Ext   string // the ending of a file of that type, without the dot
	Size  int64  // bytes
	Until time.Time
}

// Store keeps copies. All methods are safe for concurrent use.
type Store interface {
	// Put keeps what r holds, until KeepUnasked from now, and returns the key it
	// is kept under: random, of 32 characters 0-9 a-f. The error is ErrTooLarge or
	// ErrType if it cannot be kept, ErrFull if there is no room.
	Put(ctx context.Context, r io.Reader) (key string, info Info, err error)
	// Open returns a copy; the caller closes it.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, Info, error)
	// Stat returns what is known of a copy.
	Stat(ctx context.Context, key string) (Info, error)
	// Keep changes until when a copy is kept: KeepMost from now at most.
	Keep(ctx context.Context, key string, until time.Time) error
	// Delete removes a copy; it is no error if there is none.
	Delete(ctx context.Context, key string) error
}

// keySize is the length of a key, in random bytes.
const keySize = 16

func newKey() string {
	var b [keySize]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// validKey reports whether key can be one: then it is safe in a path too.
func validKey(key string) bool {
	if len(key) != 2*keySize {
		return false
	}
	for _, c := range []byte(key) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// readAll reads what may be kept, and says what it is.
func readAll(r io.Reader) ([]byte, Kind, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, Kind{}, fmt.Errorf("read: %w", err)
	}
	if len(data) > MaxSize {
		return nil, Kind{}, ErrTooLarge
	}
	kind, ok := Sniff(data)
	if !ok {
		return nil, Kind{}, ErrType
	}
	return data, kind, nil
}

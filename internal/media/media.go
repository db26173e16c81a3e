package media

import (
	"context"
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
	ErrKey      = errors.New("not a key")
)

// Info is what is known of a copy.
type Info struct {
	Type  string // media type, as its bytes say
	Ext   string // the ending of a file of that type, without the dot
	Size  int64  // bytes
	Until time.Time
}

// Reader shows copies. Both methods are safe for concurrent use.
type Reader interface {
	// Open returns a copy; the caller closes it.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, Info, error)
	// Stat returns what is known of a copy.
	Stat(ctx context.Context, key string) (Info, error)
}

// Store keeps copies. All methods are safe for concurrent use.
type Store interface {
	Reader
	// Put keeps what r holds under key, until KeepUnasked from now. What is kept
	// under that key already stays as it is, and r is not read: putting twice is
	// harmless. A key has 32 characters 0-9 a-f and must be hard to guess, because
	// it opens the copy. The error is ErrKey, ErrTooLarge or ErrType if it can
	// never be kept, ErrFull if there is no room now.
	Put(ctx context.Context, key string, r io.Reader) (Info, error)
	// Keep changes until when a copy is kept: KeepMost from now at most.
	Keep(ctx context.Context, key string, until time.Time) error
	// Delete removes a copy; it is no error if there is none.
	Delete(ctx context.Context, key string) error
}

// keyLength is how many characters a key has.
const keyLength = 32

// validKey reports whether key can be one: then it is safe in a path too.
func validKey(key string) bool {
	if len(key) != keyLength {
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

package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// MaxBody is the most bytes of one call; no platform sends nearly as much.
const MaxBody = 1 << 20

// Reader reads the bodies of one platform's calls.
type Reader struct {
	// Known reports by its head whether a call may be the platform's. Nil: each may.
	Known func(head http.Header) bool
	// Within is how long a body may take to arrive.
	Within time.Duration
}

// Refusal is why a call was not read. Nothing of the call is part of its text.
type Refusal struct {
	// Status is what to answer: 405 a method other than POST, 403 not known,
	// 413 too large, 408 too slow, 400 broken off.
	Status int
	err    error
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.err != nil {
		return "read call: " + r.err.Error()
	}
	return fmt.Sprintf("read call: status %d", r.Status)
}

// Unwrap returns what went wrong while the body was read, if that was it.
func (r *Refusal) Unwrap() error { return r.err }

// Read returns the whole body, or why there is none. The caller answers, with
// [Refusal.Status] or what the platform understands better.
func (rd Reader) Read(w http.ResponseWriter, r *http.Request) ([]byte, *Refusal) {
	// Before anything is looked at: a server waits for the rest of a refused
	// body too. A writer without deadlines is one of a test.
	line := http.NewResponseController(w)
	_ = line.SetReadDeadline(time.Now().Add(rd.Within))
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &Refusal{Status: http.StatusMethodNotAllowed}
	}
	if rd.Known != nil && !rd.Known(r.Header) {
		return nil, &Refusal{Status: http.StatusForbidden}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		return nil, &Refusal{statusOf(err), err}
	}
	_ = line.SetReadDeadline(time.Time{})
	return body, nil
}

func statusOf(err error) int {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}

// BySecret knows a call by the secret that we gave the platform, in a header of
// that name.
func BySecret(header, secret string) func(http.Header) bool {
	return func(head http.Header) bool { return same(head.Get(header), secret) }
}

// same compares in a time that tells nothing, not even the length.
func same(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

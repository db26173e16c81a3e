package knowledge

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/doithoai/doithoai/internal/classify"
)

// readingVersion changes whenever the program reads or weighs messages
// differently, so that models fitted by another version are not used.
const readingVersion = 1

// modelsFile holds the models fitted to a base, beside its texts.
const (
	modelsFile    = "mo_hinh.bin"
	maxModelsFile = 64 << 20
)

var errStale = errors.New("stored models were fitted to something else")

// ErrNoModels is returned by [Matcher.StoreModels] for a base of so many entries
// that no classifier is fitted.
var ErrNoModels = errors.New("base is too large for stored models")

// learningDigest identifies all that the models depend on: what is learned
// from, the words it is read with, and the way of reading.
func learningDigest(b *Base, examples []example, classes []string) [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d\x00%s\x00", readingVersion, strings.Join(classes, "\x00"))
	for _, e := range examples {
		fmt.Fprintf(h, "%d %v %d %s\x00%s\x00", e.class, e.also, len(e.context), e.facet, e.text)
	}
	fmt.Fprintf(h, "%q", b.Lexicon)
	for _, p := range b.Places {
		fmt.Fprintf(h, "%q", p)
	}
	for _, e := range b.Entries {
		fmt.Fprintf(h, "%s\x00", e.Name)
	}
	return [32]byte(h.Sum(nil))
}

// StoreModels writes what learning took its time for, to be given to
// [NewMatcher] at the next start.
func (m *Matcher) StoreModels(w io.Writer) error {
	if _, err := w.Write(m.u.digest[:]); err != nil {
		return fmt.Errorf("store models: %w", err)
	}
	if m.u.model == nil {
		return ErrNoModels
	}
	for _, model := range []*classify.Model{m.u.model, m.u.facets} {
		var buf bytes.Buffer
		if err := model.Write(&buf); err != nil {
			return fmt.Errorf("store models: %w", err)
		}
		if _, err := fmt.Fprintf(w, "%012d", buf.Len()); err != nil {
			return fmt.Errorf("store models: %w", err)
		}
		if _, err := buf.WriteTo(w); err != nil {
			return fmt.Errorf("store models: %w", err)
		}
	}
	return nil
}

// Restored reports whether the matcher took its models from store instead of
// learning them.
func (m *Matcher) Restored() bool { return m.u.restored }

// restore takes stored models if they were fitted to the same things.
func (u *understanding) restore(stored []byte) error {
	rest, ok := bytes.CutPrefix(stored, u.digest[:])
	if !ok {
		return errStale
	}
	var models [2]*classify.Model
	for i := range models {
		var n int
		if len(rest) < 12 {
			return errStale
		}
		if _, err := fmt.Sscanf(string(rest[:12]), "%d", &n); err != nil || n < 0 || n > len(rest)-12 {
			return errStale
		}
		m, err := classify.Read(bytes.NewReader(rest[12 : 12+n]))
		if err != nil {
			return fmt.Errorf("restore models: %w", err)
		}
		models[i], rest = m, rest[12+n:]
	}
	if models[0].Classes() != len(u.classes) || models[1].Classes() != len(facetOrder) {
		return errStale
	}
	u.model, u.facets, u.restored = models[0], models[1], true
	return nil
}

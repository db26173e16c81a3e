package knowledge

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/doithoai/doithoai/internal/classify"
)

// readingVersion changes whenever the program reads or weighs messages
// differently, so that models fitted by another version are not used.
const readingVersion = 2

// ModelsFile holds the models fitted to a base, beside its texts or in a cache.
const ModelsFile = "mo_hinh.bin"

const (
	maxModelsFile = 64 << 20
	maxReadings   = 8 << 20 // of it, unpacked; some ten times what a province needs
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
		// Of a place its names and areas are read; its telephone may change.
		fmt.Fprintf(h, "{%q %q %q %q %q %q}", p.ID, p.Name, p.Kind, p.OldNames, p.OldDistrict, p.Areas)
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
	for _, write := range []func(io.Writer) error{m.u.model.Write, m.u.facets.Write, m.u.writeReadings} {
		var buf bytes.Buffer
		if err := write(&buf); err != nil {
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

// Fits reports whether stored models were fitted to what the matcher's base is
// learned from, judging by their digest alone.
func (m *Matcher) Fits(stored []byte) bool { return bytes.HasPrefix(stored, m.u.digest[:]) }

// restore takes stored models if they were fitted to the same things.
func (u *understanding) restore(b *Base, stored []byte) error {
	rest, ok := bytes.CutPrefix(stored, u.digest[:])
	if !ok {
		return errStale
	}
	var parts [3][]byte
	for i := range parts {
		var n int
		if len(rest) < 12 {
			return errStale
		}
		if _, err := fmt.Sscanf(string(rest[:12]), "%d", &n); err != nil || n < 0 || n > len(rest)-12 {
			return errStale
		}
		parts[i], rest = rest[12:12+n], rest[12+n:]
	}
	var (
		models [2]*classify.Model
		r      readings
		errs   [3]error
		wg     sync.WaitGroup
	)
	for i := range models {
		wg.Go(func() { models[i], errs[i] = classify.Read(bytes.NewReader(parts[i])) })
	}
	wg.Go(func() { r, errs[2] = readReadings(parts[2], len(u.classes)) })
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return fmt.Errorf("restore models: %w", err)
	}
	if models[0].Classes() != len(u.classes) || models[1].Classes() != len(facetOrder) {
		return errStale
	}
	if len(r.near.class) != len(u.texts) {
		return errStale
	}
	u.in, u.near = newInterpreter(b.Lexicon, b.Places, r.vocabulary), r.near
	for _, w := range r.marked {
		u.in.rememberWord(w)
	}
	u.model, u.facets, u.restored = models[0], models[1], true
	return nil
}

// readings is what reading all that is learned from came to: the words seen and
// the terms of every wording.
type readings struct {
	vocabulary map[string]int
	marked     []string
	near       *lexical
}

// writeReadings stores numbers as varints, rising ones as differences, all of it
// compressed.
func (u *understanding) writeReadings(w io.Writer) error {
	var body []byte
	number := func(n uint64) { body = binary.AppendUvarint(body, n) }
	text := func(s string) { number(uint64(len(s))); body = append(body, s...) }
	number(uint64(len(u.in.vocabulary)))
	for _, word := range slices.Sorted(maps.Keys(u.in.vocabulary)) {
		text(word)
		number(uint64(u.in.vocabulary[word]))
	}
	number(uint64(len(u.in.canonical)))
	for _, word := range slices.Sorted(maps.Keys(u.in.canonical)) {
		text(word)
	}
	number(uint64(len(u.near.terms)))
	last := uint64(0)
	for _, t := range u.near.terms {
		number(t - last)
		last = t
	}
	wordings := make([][]int, len(u.near.class))
	for t, postings := range u.near.postings {
		for _, p := range postings {
			wordings[p.wording] = append(wordings[p.wording], t)
		}
	}
	number(uint64(len(wordings)))
	for i, terms := range wordings {
		number(uint64(u.near.class[i]))
		number(uint64(len(terms)))
		last := 0
		for _, t := range terms {
			number(uint64(t - last))
			last = t
		}
	}
	z, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return fmt.Errorf("store readings: %w", err)
	}
	if _, err := z.Write(body); err != nil {
		return fmt.Errorf("store readings: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("store readings: %w", err)
	}
	return nil
}

// readReadings loads what writeReadings stored. It never trusts a length: each
// number, word and term takes at least a byte of what is really there.
func readReadings(stored []byte, classes int) (readings, error) {
	body, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(stored)), maxReadings))
	if err != nil {
		return readings{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	in := &numbers{rest: body}
	out := readings{vocabulary: map[string]int{}}
	for range in.count() {
		word := in.text()
		out.vocabulary[word] = in.below(math.MaxInt32)
	}
	for range in.count() {
		out.marked = append(out.marked, in.text())
	}
	terms := make([]uint64, in.count())
	last := uint64(0)
	for i := range terms {
		last += in.next()
		terms[i] = last
	}
	if !slices.IsSorted(terms) {
		in.damaged = true
	}
	out.near = newIndex(terms)
	wordings := make([][]int32, in.count())
	room := make([]int32, 0, len(in.rest))
	for i := range wordings {
		out.near.class = append(out.near.class, int32(in.below(classes)))
		from, at := len(room), 0
		for range in.count() {
			at += in.below(len(terms))
			if at >= len(terms) {
				in.damaged = true
				at = 0
			}
			room = append(room, int32(at))
		}
		wordings[i] = room[from:]
	}
	if in.damaged || len(in.rest) > 0 || len(terms) > 0 && len(wordings) == 0 {
		return readings{}, errDamaged
	}
	out.near.post(wordings)
	return out, nil
}

var errDamaged = errors.New("stored readings are damaged")

// numbers takes varints from the front of some bytes. From the first that is not
// there or too large on, all are 0 and damaged is set.
type numbers struct {
	rest    []byte
	damaged bool
}

func (r *numbers) next() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || r.damaged {
		r.damaged = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// below reads a number less than limit.
func (r *numbers) below(limit int) int {
	v := r.next()
	if limit <= 0 || v >= uint64(limit) {
		r.damaged = true
		return 0
	}
	return int(v)
}

// count reads how many things follow, each of at least a byte.
func (r *numbers) count() int {
	v := r.next()
	if v > uint64(len(r.rest)) {
		r.damaged = true
		return 0
	}
	return int(v)
}

func (r *numbers) text() string {
	n := r.count()
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// How the files of a spool are called: 00000001.spool, 00000001.damaged,
// poison-20261121.spool.
const (
	segmentSuffix = ".spool"
	damagedSuffix = ".damaged"
	poisonPrefix  = "poison-"
	lockName      = "lock"
)

// segment is one file of the spool. Its fields are guarded by Spool.mu; frames
// are only ever appended, so what was read of it stays true.
type segment struct {
	number  uint64
	path    string
	file    *os.File
	size    int64 // where the next frame will begin
	waiting int   // messages in it that are not done
	writing bool  // messages are being written to it, which waiting does not count yet
	marked  bool  // marks were written since the last sync
	damaged bool  // something in it cannot be read: it is never erased
}

func segmentPath(dir string, number uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%08d%s", number, segmentSuffix))
}

// segmentNumber returns the number a file's name begins with, 0 if none, and
// whether the file is a segment in use. The number of one that was set aside
// is not given again.
func segmentNumber(name string) (number uint64, inUse bool) {
	digits, _, _ := strings.Cut(name, ".")
	number, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, false
	}
	return number, name == filepath.Base(segmentPath("", number))
}

// createSegment makes an empty file that is in its folder durably.
func createSegment(dir string, number uint64) (*segment, error) {
	path := segmentPath(dir, number)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create spool file: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return &segment{number: number, path: path, file: f}, nil
}

// openSegment opens a file that an earlier process left, cuts off a torn tail
// and returns what is in it. cut is how many bytes that were.
func openSegment(path string, number uint64) (seg *segment, in contents, cut int, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, contents{}, 0, fmt.Errorf("open spool file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, contents{}, 0, fmt.Errorf("read spool file: %w", err)
	}
	in = parse(b)
	if cut = len(b) - in.end; cut > 0 {
		if err := errors.Join(f.Truncate(int64(in.end)), f.Sync()); err != nil {
			return nil, contents{}, 0, fmt.Errorf("cut torn spool file: %w", err)
		}
	}
	return &segment{
		number: number, path: path, file: f, size: int64(in.end), waiting: len(in.messages), damaged: in.bad > 0,
	}, in, cut, nil
}

// contents is what a file holds.
type contents struct {
	messages []placed // not done, in order
	bad      int      // places that cannot be read
	end      int      // where a torn tail begins
}

// placed is a message and the frame it lies in.
type placed struct {
	spooled
	at span
}

func parse(b []byte) contents {
	var in contents
	done := map[int64]bool{}
	gaps, end := scan(b, func(at span, body []byte) {
		m, mark, err := decode(body)
		switch {
		case err != nil:
			in.bad++
		case mark != nil:
			done[*mark] = true
		default:
			in.messages = append(in.messages, placed{m, at})
		}
	})
	in.bad, in.end = in.bad+len(gaps), end
	left := in.messages[:0]
	for _, m := range in.messages {
		if !done[int64(m.at.from)] {
			left = append(left, m)
		}
	}
	in.messages = left
	return in
}

// add appends frames as one write. If that fails, no part of them stays.
func (seg *segment) add(frames []byte) error {
	if _, err := seg.file.Write(frames); err != nil {
		return errors.Join(fmt.Errorf("write spool file: %w", err), seg.file.Truncate(seg.size))
	}
	seg.size += int64(len(frames))
	return nil
}

// discard closes the file and erases it, or keeps it aside if it is damaged.
func (seg *segment) discard() error {
	err := seg.file.Close()
	if seg.damaged {
		aside := strings.TrimSuffix(seg.path, segmentSuffix) + damagedSuffix
		return errors.Join(err, os.Rename(seg.path, aside))
	}
	return errors.Join(err, os.Remove(seg.path))
}

// syncDir makes a file's being in its folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

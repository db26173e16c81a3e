package spool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Options are how a spool is opened; the zero value is fit for use.
type Options struct {
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Log gets what an operator must know, never what a resident wrote and
	// never who it was; discarded if nil.
	Log *slog.Logger
	// MaxBytes bounds the files that are in use; 256 MiB if zero, room for more
	// than half a million questions. What was set aside does not count.
	MaxBytes int64
	// SegmentBytes is where a new file is begun; 8 MiB if zero. A file is
	// erased as a whole.
	SegmentBytes int64
	// Permanent tells an error after which a message must not be tried again;
	// if nil, those that package record calls permanent.
	Permanent func(error) bool
	// GiveUp is how long a message may fail while others are taken before it
	// is set aside as poison; [record.KeepSeen] if zero, after which the store
	// would not recognise it any more.
	GiveUp time.Duration
	// KeepAside is how long poison and damaged files are kept for an operator
	// to look at; for ever if zero.
	KeepAside time.Duration
}

func (o Options) filled() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("component", "spool")
	if o.Permanent == nil {
		o.Permanent = func(err error) bool {
			return errors.Is(err, record.ErrInvalid) || errors.Is(err, record.ErrVersion)
		}
	}
	o.MaxBytes = cmp.Or(o.MaxBytes, 256<<20)
	o.SegmentBytes = cmp.Or(o.SegmentBytes, 8<<20)
	o.GiveUp = cmp.Or(o.GiveUp, record.KeepSeen)
	return o
}

// Open opens the spool in dir, made if absent (the folder it is in is not).
// What an earlier process left waits to be replayed; reading it takes about
// 10 s when the spool is as large as it may get. The error is [InUseError] or
// one of the file system.
func Open(dir string, options Options) (*Spool, error) {
	options = options.filled()
	lock, err := lockDir(dir, options.Log)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Spool{
		dir:       dir,
		options:   options,
		lock:      lock,
		segments:  map[*segment]struct{}{},
		chats:     map[bot.ChatID]*line{},
		coming:    map[bot.ChatID]int{},
		replaying: make(chan struct{}, 1),
		wake:      make(chan struct{}, 1),
		cancel:    cancel,
	}
	s.changed = sync.NewCond(&s.mu)
	if err := s.inherit(); err != nil {
		cancel()
		return nil, errors.Join(err, s.closeFiles())
	}
	s.sweepAside()
	s.running.Go(func() { s.writeLoop(ctx) })
	return s, nil
}

// lockDir makes the folder, sees that only its owner can look into it, and
// takes its lock.
func lockDir(dir string, log *slog.Logger) (*os.File, error) {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	// A folder that somebody else mounted may not be ours to change; the files
	// in it still are.
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder without the x cannot be entered
		log.Warn("others can see which files the spool holds", "dir", dir, "error", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	ok, err := lockFile(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock spool: %w", err), f.Close())
	}
	if !ok {
		return nil, errors.Join(&InUseError{dir}, f.Close())
	}
	return f, nil
}

// inherit takes over the files of earlier processes.
func (s *Spool) inherit() error {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("open spool: %w", err)
	}
	var numbers []uint64
	for _, f := range files {
		number, inUse := segmentNumber(f.Name())
		s.last = max(s.last, number)
		if inUse {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		if err := s.takeOver(number); err != nil {
			return err
		}
	}
	if s.waiting > 0 {
		s.options.Log.Warn("messages of an earlier run wait to be replayed", "messages", s.waiting, "bytes", s.bytes)
	}
	return nil
}

func (s *Spool) takeOver(number uint64) error {
	seg, in, cut, err := openSegment(segmentPath(s.dir, number), number)
	if err != nil {
		return err
	}
	name := filepath.Base(seg.path)
	if cut > 0 {
		s.options.Log.Warn("torn end of a spool file cut off: nobody was told that it was kept", "file", name, "bytes", cut)
	}
	if in.bad > 0 {
		s.options.Log.Error("spool file is damaged or newer than the program; the rest of it is replayed, then it is kept aside",
			"file", name, "places", in.bad, "messages", len(in.messages))
	}
	s.segments[seg] = struct{}{}
	s.bytes += seg.size
	for _, m := range in.messages {
		s.line(m.Chat).add(s.entry(seg, m.at, m.spooled.at))
	}
	s.waiting += len(in.messages)
	if seg.waiting == 0 {
		s.retire(seg)
	}
	return nil
}

// sweepAside removes what was set aside longer ago than an operator is given.
func (s *Spool) sweepAside() {
	if s.options.KeepAside <= 0 {
		return
	}
	files, err := os.ReadDir(s.dir)
	if err != nil {
		s.options.Log.Error("sweep spool", "error", err)
		return
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), poisonPrefix) && !strings.HasSuffix(f.Name(), damagedSuffix) {
			continue
		}
		info, err := f.Info()
		if err == nil && s.options.Now().Sub(info.ModTime()) > s.options.KeepAside {
			err = os.Remove(filepath.Join(s.dir, f.Name()))
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			s.options.Log.Error("sweep spool", "error", err)
		}
	}
}

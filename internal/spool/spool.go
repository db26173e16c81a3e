package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Spool is an open spool. It is safe for concurrent use.
type Spool struct {
	dir     string
	options Options
	lock    *os.File

	mu       sync.Mutex
	changed  *sync.Cond            // of mu: there may be something to take, or the replay is over
	segments map[*segment]struct{} // in use
	active   *segment              // the one appended to, nil if the next append begins one
	last     uint64                // the highest number a file ever had
	bytes    int64
	chats    map[bot.ChatID]*line // every chat with a message that waits
	waiting  int
	order    uint64 // of the message indexed last
	queued   []*appending
	coming   map[bot.ChatID]int // messages being appended
	run      *run               // the replay under way, nil if none
	refused  int64
	diskFull time.Time // when the disk had no room; zero if it had some since
	closed   bool

	replaying chan struct{} // holds a token while a replay is under way
	wake      chan struct{} // holds a token while appends are queued
	cancel    context.CancelFunc
	running   sync.WaitGroup
}

// appending is a message on its way into a file.
type appending struct {
	ctx   context.Context // of the caller, who may give up while it is queued
	frame []byte
	chat  bot.ChatID
	time  time.Time
	at    span       // in its segment, once written
	done  chan error // buffered, gets exactly one value
}

// Append keeps m: without an error it is on disk, behind everything of the same
// chat that was appended before. The error is [ErrFull], [ErrUnfit],
// [ErrClosed], the context's – then m may have been kept – or one of the file system.
func (s *Spool) Append(ctx context.Context, m bot.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := s.options.Now()
	frame, err := encodeMessage(spooled{Message: m, at: now})
	if err != nil {
		return err
	}
	a := &appending{ctx: ctx, frame: frame, chat: m.Chat, time: now, done: make(chan error, 1)}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.queued = append(s.queued, a)
	s.coming[a.chat]++
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // awake already
	}
	select {
	case err := <-a.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Len returns how many messages wait.
func (s *Spool) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}

// Holds reports whether a message of the chat waits, is being appended or is
// being taken: another one would overtake it anywhere but here.
func (s *Spool) Holds(chat bot.ChatID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chats[chat] != nil || s.coming[chat] > 0
}

// placed tells the caller what became of a message. s.mu is held.
func (s *Spool) placed(a *appending, err error) {
	if s.coming[a.chat]--; s.coming[a.chat] == 0 {
		delete(s.coming, a.chat)
	}
	a.done <- err
}

// Empty reports whether no message waits.
func (s *Spool) Empty() bool { return s.Len() == 0 }

// Bytes returns the size of the files in use.
func (s *Spool) Bytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Oldest returns when the message that waits longest was appended, the zero
// time if none waits. It looks at every chat: ask it for a report, not for each message.
func (s *Spool) Oldest() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest time.Time
	for _, l := range s.chats {
		if t := l.entries[0].time; oldest.IsZero() || t.Before(oldest) {
			oldest = t
		}
	}
	return oldest
}

// diskFullFor is how long a disk that had no room is taken to be full.
const diskFullFor = 10 * time.Second

// Full reports whether a message was refused for want of room and, as far as
// is known, would be again.
func (s *Spool) Full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused > 0 && s.bytes+s.refused > s.options.MaxBytes {
		return true
	}
	return s.onFullDisk()
}

// DiskFull reports whether the disk had no room for a message and, as far as is
// known, would have none for another.
func (s *Spool) DiskFull() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.onFullDisk()
}

func (s *Spool) onFullDisk() bool {
	return !s.diskFull.IsZero() && s.options.Now().Sub(s.diskFull) < diskFullFor
}

// Close writes what is queued, ends a replay after the messages that are being
// taken, and frees the folder. Closing again does nothing.
func (s *Spool) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.changed.Broadcast()
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
	s.replaying <- struct{}{}
	defer func() { <-s.replaying }()
	return s.closeFiles()
}

func (s *Spool) closeFiles() error {
	var errs []error
	for seg := range s.segments {
		errs = append(errs, seg.file.Close())
	}
	if err := errors.Join(append(errs, unlockFile(s.lock), s.lock.Close())...); err != nil {
		return fmt.Errorf("close spool: %w", err)
	}
	return nil
}

// line is the messages of one chat that wait, in order.
type line struct {
	chat    bot.ChatID
	entries []entry
	offered bool // a replay has it ready, or is taking its first message
	stopped bool // not again in this replay
	fails   int  // how often its first message could not be taken
}

// entry is where a message lies.
type entry struct {
	seg   *segment
	at    span
	order uint64 // over all chats
	time  time.Time
}

func (l *line) add(e entry) { l.entries = append(l.entries, e) }

func (s *Spool) line(chat bot.ChatID) *line {
	l := s.chats[chat]
	if l == nil {
		l = &line{chat: chat}
		s.chats[chat] = l
	}
	return l
}

func (s *Spool) entry(seg *segment, at span, t time.Time) entry {
	s.order++
	return entry{seg, at, s.order, t}
}

// retire ends a segment in which nothing waits.
func (s *Spool) retire(seg *segment) {
	if s.active == seg {
		s.active = nil
	}
	delete(s.segments, seg)
	s.bytes -= seg.size
	if err := seg.discard(); err != nil {
		s.options.Log.Error("spool file that was replayed stays", "file", filepath.Base(seg.path), "error", err)
	}
}

// full makes a disk without room an [ErrFull].
func (s *Spool) full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		s.diskFull = s.options.Now()
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

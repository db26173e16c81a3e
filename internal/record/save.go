package record

import (
	"errors"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Save asks for one atomic step in one chat: all of it happens or nothing.
// What an engine checks, and in this order:
//
//  1. Update was taken before → [Duplicate], nothing changes.
//  2. Revision is not the stored one → [Conflict], nothing changes.
//  3. Forget: conversation and waiting deliveries go. Then State becomes the
//     conversation, Replies are queued with the next sequences, Counts are
//     raised, Update is marked as taken, the revision goes up by one and the
//     chat's expiry is armed anew.
type Save struct {
	Chat     bot.ChatID
	Revision uint64 // of the [Chat] this was decided on
	Update   string // id of what caused it: a message, later also a letter or due work
	State    []byte // the whole new conversation; nil for none
	Replies  []bot.Reply
	Day      string   // the day Counts belong to, "2006-01-02"
	Counts   []string // names of counters to raise by one; a name may repeat
	Forget   bool
}

// Limits of one save, checked before anything is written.
const (
	// MaxState bounds one conversation.
	MaxState = 4 << 20
	// MaxReply bounds the text of one reply.
	MaxReply = 4 << 20
	// MaxCountName bounds the name of a counter.
	MaxCountName = 128
)

// ErrInvalid says a [Save] can never be stored, however often it is tried.
var ErrInvalid = errors.New("invalid save")

// Check returns an error that is [ErrInvalid] if an engine must refuse s.
func (s Save) Check() error {
	if s.Update == "" {
		return fmt.Errorf("%w: no update id", ErrInvalid)
	}
	if len(s.State) > MaxState {
		return fmt.Errorf("%w: state of %d bytes", ErrInvalid, len(s.State))
	}
	for _, r := range s.Replies {
		if len(r.Text) > MaxReply {
			return fmt.Errorf("%w: reply of %d bytes", ErrInvalid, len(r.Text))
		}
	}
	if len(s.Counts) == 0 {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, s.Day); err != nil {
		return fmt.Errorf("%w: counts without a day", ErrInvalid)
	}
	for _, name := range s.Counts {
		if name == "" || len(name) > MaxCountName {
			return fmt.Errorf("%w: counter name of %d bytes", ErrInvalid, len(name))
		}
	}
	return nil
}

// Outcome says how a save ended.
type Outcome uint8

// The outcomes. The zero value is none of them.
const (
	_         Outcome = iota
	Done              // everything was written and is durable in the store's class
	Duplicate         // the update was taken before, and that is durable
	Conflict          // decided on an old revision: load and decide again
)

// String returns the outcome's name, for logs and tests.
func (o Outcome) String() string {
	switch o {
	case Done:
		return "done"
	case Duplicate:
		return "duplicate"
	case Conflict:
		return "conflict"
	default:
		return "none"
	}
}

// Saved tells how a [Save] ended.
type Saved struct {
	Outcome  Outcome
	Revision uint64 // what is stored now
	LastSeq  uint64 // the last sequence given out: Replies of a Done save end with it
}

// Advance applies the parts of s that concern the chat value itself: it
// returns the chat to store and the outcome. Only with [Done] is there
// anything to write. Engines that run Go inside their transaction share it;
// one that runs scripts is held to the same by the conformance suite.
func (s Save) Advance(c Chat, m Mark, now time.Time) (Chat, Outcome) {
	switch {
	case c.Seen.Has(m, now):
		return c, Duplicate
	case c.Revision != s.Revision:
		return c, Conflict
	}
	c.Revision++
	c.LastSeq += uint64(len(s.Replies))
	c.Seen = c.Seen.Add(m, now)
	c.State = s.State
	return c, Done
}

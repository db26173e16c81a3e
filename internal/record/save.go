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
//  3. A case is New and its code belongs to another chat → [CodeTaken], nothing changes.
//  4. Forget: conversation, cases and waiting deliveries go. Then State becomes
//     the conversation, Cases are written, Out is queued with the next
//     sequences, Letters are queued, Counts are raised, Update is marked as
//     taken, the revision goes up by one and the chat's expiry is armed anew.
type Save struct {
	Chat     bot.ChatID
	Revision uint64 // of the [Chat] this was decided on
	Update   string // id of what caused it: a message, a letter or due work
	State    []byte // the whole new conversation; nil for none
	Out      []Outgoing
	Cases    []CaseChange
	Letters  []bot.Letter
	Day      string   // the day Counts belong to, "2006-01-02"
	Counts   []string // names of counters to raise by one; a name may repeat
	Forget   bool
	Way      Way
}

// Way is how what is saved for a chat leaves it. The zero Way is that of a
// chat that fetches.
type Way struct {
	// Push says that the queue is sent, not fetched.
	Push bool
	// Lease asks for the queue's lease, if nobody has it and its first message
	// may be sent at once.
	Lease bool
	// Inbound says that the chat itself wrote: what was [Held] may go out.
	Inbound bool
	Pace    Pace
	// Window, if not zero, is what the channel lets through from now on. With
	// Inbound it opens: its time begins and nothing has been sent.
	Window Window
	// Supersede asks whoever builds the save to give the bot's own replies one
	// collapse key: on a channel with a hard cap, an answer nobody has got yet is
	// worth less than the answer to the newer question. Engines do not read it.
	Supersede bool
}

// CaseChange writes or removes one case of the chat.
type CaseChange struct {
	Case
	New    bool // the code must not belong to another chat
	Remove bool // with its code
}

// Limits of one save, checked before anything is written.
const (
	// MaxState bounds one conversation.
	MaxState = 4 << 20
	// MaxReply bounds the text of one reply.
	MaxReply = 4 << 20
	// MaxCountName bounds the name of a counter.
	MaxCountName = 128
	// MaxCase bounds what is kept of one case.
	MaxCase = 4 << 20
	// MaxCollapse bounds a collapse key.
	MaxCollapse = 256
	// MaxTrack bounds the names of a card and of what is tracked.
	MaxTrack = 64
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
	if err := s.Way.Window.Check(); err != nil {
		return err
	}
	for _, o := range s.Out {
		if err := o.check(); err != nil {
			return err
		}
	}
	for _, c := range s.Cases {
		if _, ok := CodeShard(c.Code); !ok || len(c.Data) > MaxCase {
			return fmt.Errorf("%w: case of %d bytes, code of %d", ErrInvalid, len(c.Data), len(c.Code))
		}
		if !c.Remove && c.Ends.IsZero() {
			return fmt.Errorf("%w: a case without an end", ErrInvalid)
		}
	}
	for _, l := range s.Letters {
		if l.To == s.Chat {
			return fmt.Errorf("%w: a letter to the chat itself", ErrInvalid)
		}
		if err := checkTrace(l.Trace); err != nil {
			return err
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

func (o Outgoing) check() error {
	switch {
	case len(o.Reply.Text) > MaxReply:
		return fmt.Errorf("%w: reply of %d bytes", ErrInvalid, len(o.Reply.Text))
	case o.Priority > PriorityReminder:
		return fmt.Errorf("%w: priority %d", ErrInvalid, o.Priority)
	case o.Keep < 0 || o.Keep > MaxKeep || o.After < 0 || o.After > MaxKeep:
		return fmt.Errorf("%w: reply kept for %v, after %v", ErrInvalid, o.Keep, o.After)
	case checkTrace(o.Trace) != nil:
		return checkTrace(o.Trace)
	case len(o.Collapse) > MaxCollapse || len(o.Ref) > MaxRef || len(o.Guard.Code) > MaxCode,
		len(o.Reply.Card) > MaxTrack || len(o.Reply.Track) > MaxTrack:
		return fmt.Errorf("%w: reply with too long a key", ErrInvalid)
	}
	return nil
}

// Delivery returns o as it is queued for chat at now.
func (o Outgoing) Delivery(chat bot.ChatID, seq uint64, now time.Time) Delivery {
	keep := o.Keep
	if keep == 0 {
		keep = KeepDelivery
	}
	return Delivery{
		Chat: chat, Seq: seq, Reply: o.Reply, Priority: o.Priority, Collapse: o.Collapse, Guard: o.Guard, Ref: o.Ref, Trace: o.Trace,
		At: now, Expires: now.Add(o.After + keep),
	}
}

// Outcome says how a save ended.
type Outcome uint8

// The outcomes. The zero value is none of them.
const (
	_         Outcome = iota
	Done              // everything was written and is durable in the store's class
	Duplicate         // the update was taken before, and that is durable
	Conflict          // decided on an old revision: load and decide again
	CodeTaken         // the code of a new case belongs to another chat: decide again
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
	case CodeTaken:
		return "code taken"
	default:
		return "none"
	}
}

// Saved tells how a [Save] ended.
type Saved struct {
	Outcome  Outcome
	Revision uint64 // what is stored now
	LastSeq  uint64 // the last sequence given out: Out of a Done save ends with it
	// Lease is set if it was asked for and could be given. Its Delivery is the
	// first of the queue, which is the first of Out unless that was delayed.
	Lease *Lease
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
	c.LastSeq += uint64(len(s.Out))
	c.Seen = c.Seen.Add(m, now)
	c.State = s.State
	return c, Done
}

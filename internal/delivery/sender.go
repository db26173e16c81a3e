package delivery

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Sender speaks to a provider. Send is called by several workers at once, for
// one chat by whoever holds the lease of its queue.
type Sender interface {
	// Send sends the next part of d: d.Sent parts are out already, so a message
	// of one part is sent whole when d.Sent is 0. Whatever is one call to the
	// provider is a part, an upload too: its result is saved before the next part
	// is asked for, and never repeated after a crash. d.Note is what the part
	// before asked to remember.
	//
	// d.MaybeSent says that an earlier try of this part may have gone out: a
	// channel that can find out does, and otherwise sends it again.
	//
	// d.Replaces is set for a card that was shown before: the provider's id of that
	// message. A channel that can change a message changes that one, another sends
	// what [record.Delivery.Anew] says.
	//
	// Send returns soon after ctx ends; that is then [Uncertain] unless the error
	// says otherwise. Errors other than a [SendError] count as [Retry], so a
	// channel names those of which it cannot tell whether the message went out.
	Send(ctx context.Context, d record.Delivery) (Progress, error)
}

// Progress tells what a part that went out left behind.
type Progress struct {
	// Provider is the provider's id of the message; empty if it has none.
	Provider string
	// More says that the delivery has further parts.
	More bool
	// Note is what to remember for the next part, in place of the note before;
	// at most record.MaxNote bytes.
	Note []byte
	// Left is how many messages the provider says this chat may be sent yet free of
	// charge; nil if it does not say.
	Left *int
}

// Kind says what is to be done after a send that failed.
type Kind uint8

// The kinds of errors.
const (
	// Retry: nothing was sent, later it may work. What is behind waits too.
	Retry Kind = iota
	// Throttled: nothing was sent, and nothing may be for After; for the chat
	// alone or, with SendError.Lane, for the account. A channel whose account is in
	// trouble – a token refused, a package run out – says so too.
	Throttled
	// Window: the provider lets nothing through before the person writes again.
	Window
	// Gone: this message can never be sent.
	Gone
	// Uncertain: it may have been sent, nobody knows.
	Uncertain
)

// String returns the kind's name, for logs and counters.
func (k Kind) String() string {
	switch k {
	case Throttled:
		return "throttled"
	case Window:
		return "window"
	case Gone:
		return "gone"
	case Uncertain:
		return "uncertain"
	default:
		return "retry"
	}
}

// SendError is how a [Sender] tells what is to be done next. Its text may come
// into a log: it holds no token, no text and nobody's identity, whoever makes
// one from a client's error takes care of that.
type SendError struct {
	Kind Kind
	// After is how long to wait; with Retry at least. Zero leaves it to the lane.
	After time.Duration
	// Lane, with Throttled, says that the whole account is meant.
	Lane bool
	// Reason is a short name for operators such as "blocked": ASCII letters,
	// digits and dashes. With Gone it stays with the dead letter.
	Reason string
	Err    error // may be nil
}

// Error implements error.
func (e *SendError) Error() string {
	text := "send: " + e.Kind.String()
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns what the channel met.
func (e *SendError) Unwrap() error { return e.Err }

package record

import (
	"time"

	"github.com/doithoai/doithoai/bot"
)

// LeaseTime is how long the queue of a chat belongs to whoever took it. A send
// that is not settled by then may have happened.
const LeaseTime = 10 * time.Second

// PersonBoost is how much longer than others a message that a person wrote is
// taken to have waited, when a lane cannot send all that is due.
const PersonBoost = 10 * time.Minute

// Token proves that a lease is still the one that was given.
type Token [8]byte

// Lease is the right to send the first message of a chat's queue.
type Lease struct {
	Delivery Delivery
	Token    Token
	// Barred says that the delivery's guard no longer holds: it must not be sent.
	Barred bool
	// Over says that by the store's clock its end has come: it must not be sent.
	Over bool
	// Shut says that it may not go before the chat writes, and is shown only
	// because that has to be told: it is settled with Held and Shut. A message that
	// nobody tracks waits without.
	Shut bool
}

// Lane names the queues of one account on one channel. Lanes do not wait for
// each other.
func Lane(chat bot.ChatID) string { return chat.Channel + "/" + chat.Bot }

// Pace bounds how often a chat is sent something, over all replicas: one
// message in Every on average, Burst at once. The zero Pace bounds nothing.
type Pace struct {
	Every time.Duration
	Burst int // at least 1 if Every is not zero
}

// Result says how sending a message ended.
type Result uint8

// The results. The zero value is none of them.
const (
	_          Result = iota
	Sent              // the provider has all of it
	Progressed        // the provider has one part more, or an upload is done; the same delivery goes on
	Later             // nothing was sent: again after a while, and what is behind it waits too
	Held              // it waits until the chat writes: with Shut it alone, else nothing goes to the chat
	Dropped           // it is not wanted any more: expired, barred, superseded
	Failed            // it can never be sent: it becomes a dead letter
)

// String returns the result's name, for logs and counters.
func (r Result) String() string {
	if names := [...]string{"none", "sent", "progressed", "later", "held", "dropped", "failed"}; int(r) < len(names) {
		return names[r]
	}
	return "unknown"
}

// Settlement tells an engine how the delivery of a lease ended.
type Settlement struct {
	Result    Result
	Providers []string      // the provider's message ids, with Sent and Progressed
	Sent      int           // with Progressed: parts gone out so far
	Note      []byte        // with Progressed: what to remember, at most MaxNote bytes
	After     time.Duration // with Later
	Uncertain bool          // with Later: it may have been sent all the same; counts as a lapse
	Reason    string        // with Failed: a short name for operators, never what anybody wrote
	Pace      Pace          // of the chat; Sent and Progressed count against it
	Left      *int          // with Sent and Progressed: what the provider says is left of FreeMessages; nil if it does not
	Shut      bool          // with Held: the lease said so, nothing was tried
	// Ended, if not nil, is told to the chat itself in the same step, by a letter
	// due at once, if the message still waited. See [Names.Ended].
	Ended *bot.Ended
}

// Limits of a settlement and a delivery.
const (
	MaxNote   = 4 << 10
	MaxRef    = 4 << 10
	MaxReason = 128
)

// WorkKind says what a [Work] is.
type WorkKind uint8

// The kinds of work.
const (
	_          WorkKind = iota
	WorkLetter          // a letter to be applied in its destination
	WorkCase            // a case whose due time has come
)

// Work is something that became due and is now leased to the caller for
// [LeaseTime].
type Work struct {
	Kind   WorkKind
	Letter Letter // of WorkLetter
	Case   Case   // of WorkCase
}

// Dead is a message or a letter that could not be brought to its chat. It is
// kept for [KeepDead] for an operator to look at, try again or drop.
type Dead struct {
	ID       string // names it for an operator's commands: letters, digits and dashes
	Delivery Delivery
	Letter   Letter // in place of Delivery if Letter.ID is not empty
	Reason   string
	At       time.Time
}

// Reasons of dead letters that the program itself gives.
const (
	ReasonExpired  = "expired"  // nobody could be reached before its end
	ReasonLapsed   = "lapsed"   // several holders in turn died over it
	ReasonRestored = "restored" // it comes from a backup and may have been sent since
	ReasonPoison   = "poison"   // applying it breaks down
)

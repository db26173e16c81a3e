package storetest

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// Store is all that the services and an operator's commands ask of an engine.
// Everything is reckoned on the store's own clock. What has expired is as if it
// were not there, swept or not.
type Store interface {
	exchange.Store
	exchange.Worklist
	delivery.Queue
	delivery.Outbox
	delivery.Limiter
	delivery.Graveyard

	// Counts returns the counters of a day, "2006-01-02".
	Counts(ctx context.Context, day string) (map[string]uint64, error)
	// FindCase returns the case of that code, delivery.ErrNotFound if there is none.
	FindCase(ctx context.Context, code string) (record.Case, error)
	// Ref returns what was to be remembered of the message that the provider
	// knows by that id, delivery.ErrNotFound if nothing was.
	Ref(ctx context.Context, chat bot.ChatID, provider string) ([]byte, error)
	// Key returns the store's own key for one purpose, see record.Names.
	Key(purpose string) []byte

	// Hold takes or renews the named lease for holder, until ttl from now; false
	// if somebody else has it. Holder must not be empty and ttl is at most
	// record.MaxHold, else the error is record.ErrInvalid.
	Hold(ctx context.Context, name, holder string, ttl time.Duration) (held bool, err error)
	// LetGo gives the named lease back if holder has it.
	LetGo(ctx context.Context, name, holder string) error
	// Value returns what is kept under a name, nil if nothing is. It shares no
	// memory with the store.
	Value(ctx context.Context, name string) ([]byte, error)
	// Swap replaces what is kept under a name if it is old, with next; false if
	// it was something else. No bytes, nil or not, are nothing. A swap that took
	// place is durable in the store's class. With an error it may have, or may
	// still: Value tells. What is kept does not end by itself, nor is it in an
	// Export. More than record.MaxKept bytes are record.ErrInvalid.
	Swap(ctx context.Context, name string, old, next []byte) (swapped bool, err error)

	// Backlog tells what waits in the given lanes, in the work list and among
	// the dead letters, at a price that does not rise with the conversations.
	// What has ended and was not met since may be counted, but no dead letter.
	Backlog(ctx context.Context, lanes []string) (record.Backlog, error)
	// Scheduled shows every case that has a due time, leased or not, in no order,
	// until show returns an error, which Scheduled returns.
	Scheduled(ctx context.Context, show func(record.Case) error) error
	// Space tells how much is stored and how much may be, in bytes; a limit of 0
	// is none, or not known.
	Space(ctx context.Context) (used, limit int64, err error)

	// Export shows all that lives, the key of the names first, until show
	// returns an error, which Export returns.
	Export(ctx context.Context, show func(record.Item) error) error
	// Import reads what Export showed into a store that holds nothing, else it
	// returns exchange.ErrNotEmpty. What waited to be sent becomes dead letters:
	// it may have been sent since. Leases and values do not count as something
	// held, and stay as they are.
	Import(ctx context.Context, items iter.Seq2[record.Item, error]) error
	// Retire marks the store as moved to another place: it takes no more saves,
	// and cannot be opened again. Both say *exchange.MovedError.
	Retire(ctx context.Context, to string) error
	// Close ends the engine; later calls get exchange.ErrClosed.
	Close() error
}

// Engine is an engine under test. All fields are required but those that say
// otherwise.
type Engine struct {
	Store
	// Now and Advance are the engine's clock, by which everything lives, comes
	// due and ends; Advance moves it, also back. Now begins at a whole second.
	// Where a server removes what has ended by its own clock, Advance moves the
	// ends it goes by, with a few seconds to spare for the time the test takes.
	Now     func() time.Time
	Advance func(d time.Duration)
	// Reopen ends the running Store as a clean stop does and returns one over
	// the same data, or why there can be none.
	Reopen func() (Store, error)
	// Walk shows every key and value that is stored, in any order.
	Walk func(show func(key, value []byte)) error

	// Sweep removes what has expired; it must not return before that is done.
	// Nil if it goes by itself: a message at the latest with the last of its
	// queue, an index that tells nothing of anybody within [lingers].
	Sweep func(ctx context.Context) error
	// Twin returns one more client over the same data, as another replica would
	// be, which ends with the test. Nil if the engine serves one process alone.
	Twin func() Store
	// OwnClock says that what is stored ends by another clock than the
	// program's, so that it needs no mending after the program's ran ahead.
	OwnClock bool

	fresh func() *Engine // one more, empty, with a clock of its own
}

// test is one rule of the suite.
type test struct {
	name  string
	run   func(t *testing.T, e *Engine)
	needs ability
}

// ability is what some engines have and others do not need.
type ability string

const (
	twins  ability = "a twin"
	mended ability = "a clock of the program"
)

func (e *Engine) can(a ability) bool {
	switch a {
	case twins:
		return e.Twin != nil
	case mended:
		return !e.OwnClock
	default:
		return true
	}
}

// Run runs the whole suite. open returns a fresh, empty engine that ends with t.
func Run(t *testing.T, open func(t *testing.T) *Engine) {
	for _, subject := range [][]test{
		chatTests(), raceTests(), queueTests(), sequenceTests(),
		leaseTests(), claimTests(), delayTests(), collapseTests(), guardTests(), progressTests(),
		paceTests(), permitTests(), caseTests(), codeTests(), workTests(), letterTests(), deadTests(),
		expiryTests(), endTests(), secretTests(), backupTests(), backupFaultTests(), lifeTests(),
		holdTests(), valueTests(), windowTests(), cardTests(), trackTests(), backlogTests(),
	} {
		for _, test := range subject {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				e := open(t)
				if !e.can(test.needs) {
					t.Skipf("not for this engine: the test needs %s", test.needs)
				}
				e.fresh = func() *Engine { return open(t) }
				test.run(t, e)
			})
		}
	}
	t.Run("BehavesLikeTheModel", func(t *testing.T) {
		t.Parallel()
		behavesLikeTheModel(t, open)
	})
}

const day = "2026-11-21"

var chatA = bot.ChatID{Channel: "web", Bot: "main", Chat: "a"}

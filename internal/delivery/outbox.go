package delivery

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Outbox is the queues of chats whose messages are sent. All methods are safe
// for concurrent use.
type Outbox interface {
	// Claim leases up to n queues of a lane ([record.Lane]) whose first message
	// may be sent, the most urgent first: what a person wrote is preferred to
	// what has waited longer, by up to [record.PersonBoost]. A message over which
	// a lease ran out comes with one lapse more. Expired and barred messages are
	// claimed too: whoever claims settles them.
	Claim(ctx context.Context, lane string, n int) ([]record.Lease, error)

	// Settle tells how the delivery of a lease ended, and returns the lease of
	// the chat's next message, if there is one that may be sent at once; after
	// Progressed that is the same delivery. Otherwise the queue is free again, due when
	// its next message may go. If the lease has run out and is somebody else's, Sent and
	// Failed still remove the message, everything else changes nothing, and no
	// lease comes back.
	Settle(ctx context.Context, l record.Lease, s record.Settlement) (*record.Lease, error)

	// Release gives a lease back without a try: the queue is due again at once.
	Release(ctx context.Context, l record.Lease) error
}

// Limiter shares out what an account on a channel may send, over all replicas.
type Limiter interface {
	// Take takes up to n permits of the named bucket, which is refilled at pace.
	// If there is none, wait tells when to ask again.
	Take(ctx context.Context, bucket string, pace record.Pace, n int) (got int, wait time.Duration, err error)
}

// Graveyard holds what could not be sent, for operators.
type Graveyard interface {
	// Dead shows every dead letter, in no order, until show returns an error,
	// which Dead returns.
	Dead(ctx context.Context, show func(record.Dead) error) error
	// Revive queues a dead letter anew, with a fresh end, behind what waits. It
	// returns ErrNotFound if there is none of that id.
	Revive(ctx context.Context, id string) error
	// Bury removes a dead letter for good; ErrNotFound if there is none.
	Bury(ctx context.Context, id string) error
}

// ErrNotFound says that there is no dead letter of that id. It is [record.ErrNotFound].
var ErrNotFound = record.ErrNotFound

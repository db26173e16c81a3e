package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// How often the line is tested while nothing is heard, and how soon it is
// taken up again when it breaks.
const (
	listenQuiet = 2 * time.Second
	listenAgain = 250 * time.Millisecond
)

// Name returns what a chat is called in the store.
func (s *Store) Name(chat bot.ChatID) record.Name { return s.name(chat) }

// Listen calls wake with the name of each chat for which any replica has saved
// something to be fetched, until ctx ends or the store is closed, and returns
// why. Whenever it begins to listen, also again after the line was broken, it
// calls missed: what was saved before has not been heard. Both are called one
// after the other and must not block.
func (s *Store) Listen(ctx context.Context, wake func(record.Name), missed func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		if s.isClosed() {
			return exchange.ErrClosed
		}
		s.listenOnce(ctx, wake, missed)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
			return exchange.ErrClosed
		case <-time.After(listenAgain):
		}
	}
}

// listenOnce listens until the line breaks.
func (s *Store) listenOnce(ctx context.Context, wake func(record.Name), missed func()) {
	client, down := s.layout.Load().node(house).use()
	if down != nil {
		return
	}
	line := client.Subscribe(ctx, s.keys.wake())
	defer func() { _ = line.Close() }()
	// Nothing else interrupts a read that waits.
	defer context.AfterFunc(ctx, func() { _ = line.Close() })()
	for quiet := false; ; {
		heard, err := line.ReceiveTimeout(ctx, listenQuiet)
		switch {
		case err == nil:
			quiet = false
		case isTimeout(err) && ctx.Err() == nil && !quiet:
			quiet = true
			if line.Ping(ctx) != nil {
				return
			}
			continue
		default:
			return
		}
		switch heard := heard.(type) {
		case *redis.Subscription:
			missed()
		case *redis.Message:
			if len(heard.Payload) == len(record.Name{}) {
				wake(record.Name([]byte(heard.Payload)))
			}
		}
	}
}

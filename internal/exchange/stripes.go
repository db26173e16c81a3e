package exchange

import (
	"context"
	"hash/maphash"

	"github.com/doithoai/doithoai/bot"
)

// stripes are a fixed number of mutexes that chats share by their hash. They
// spare most conflicts inside one process; correctness rests on revisions.
// Channels instead of sync.Mutex, because waiting must end with the context.
type stripes struct {
	seed  maphash.Seed
	slots [256]chan struct{}
}

func newStripes() *stripes {
	s := &stripes{seed: maphash.MakeSeed()}
	for i := range s.slots {
		s.slots[i] = make(chan struct{}, 1)
	}
	return s
}

// lock waits for the chat's turn, at most until ctx ends.
func (s *stripes) lock(ctx context.Context, chat bot.ChatID) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	slot := s.slots[maphash.Comparable(s.seed, chat)%uint64(len(s.slots))]
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

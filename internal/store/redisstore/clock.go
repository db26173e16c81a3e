package redisstore

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"
)

// clock tells the store's time: that of the server, so that all replicas agree
// whatever their own clocks say. Scripts ask the server itself; what is only
// read is judged by what the server said last.
type clock struct {
	test func() time.Time // nil: the server's
	said atomic.Pointer[reading]
}

// reading is a time of the server and when it was told; the latter holds a
// monotonic reading, so a step of our own clock does not matter.
type reading struct{ server, here time.Time }

// now returns the time by which what was read is judged.
func (c *clock) now() time.Time {
	if c.test != nil {
		return c.test()
	}
	r := c.said.Load()
	if r == nil {
		return time.Now()
	}
	return r.server.Add(time.Since(r.here))
}

// micros is what a script is told: a test's time, or 0, to ask the server.
func (c *clock) micros() uint64 {
	if c.test == nil {
		return 0
	}
	return uint64(c.test().UnixMicro())
}

// tell notes an answer to TIME.
func (c *clock) tell(answer any) {
	parts, ok := answer.([]any)
	if !ok || len(parts) != 2 {
		return
	}
	secs, err := strconv.ParseInt(text(parts[0]), 10, 64)
	if err != nil {
		return
	}
	micros, err := strconv.ParseInt(text(parts[1]), 10, 64)
	if err != nil {
		return
	}
	c.said.Store(&reading{time.Unix(secs, micros*1000), time.Now()})
}

// timeCall asks a node for its time.
func timeCall(shard int) *call { return &call{shard: shard, args: []any{"time"}} }

func (s *Store) readClock(ctx context.Context) error {
	c := timeCall(house)
	if err := s.do(ctx, c); err != nil {
		return err
	}
	s.clock.tell(c.value)
	return nil
}

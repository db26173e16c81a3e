package redisstore

import (
	"context"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Take implements [delivery.Limiter].
func (s *Store) Take(ctx context.Context, bucket string, pace record.Pace, n int) (got int, wait time.Duration, err error) {
	if n < 1 || pace.Every < time.Microsecond {
		return max(n, 0), 0, ctx.Err()
	}
	shard := int(s.names.Load().Mark("bucket " + bucket)[0])
	c := &call{
		shard:  shard,
		script: &s.tools().take,
		keys:   []string{s.keys.bucket(shard, bucket)},
		args:   []any{s.clock.micros(), pace.Every.Microseconds(), burst(pace), n},
	}
	if err := s.do(ctx, c); err != nil {
		return 0, 0, err
	}
	list, _ := c.value.([]any)
	if len(list) < 2 {
		return 0, 0, record.ErrCorrupt
	}
	given, _ := list[0].(int64)
	us, _ := list[1].(int64)
	return int(given), time.Duration(us) * time.Microsecond, nil
}

package boltstore

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

type permits struct {
	got  int
	wait time.Duration
}

// Take implements [delivery.Limiter].
func (s *Store) Take(ctx context.Context, bucket string, pace record.Pace, n int) (got int, wait time.Duration, err error) {
	p, err := change(ctx, s, func(u *unit) (permits, error) {
		if pace.Every <= 0 || n <= 0 {
			return permits{got: max(n, 0)}, nil
		}
		return u.take(bucket, pace, n)
	})
	return p.got, p.wait, err
}

// take reckons with the time at which the bucket would be full again: each
// permit puts it off by one step of the pace.
func (u *unit) take(bucket string, pace record.Pace, n int) (permits, error) {
	sum := sha256.Sum256([]byte(bucket)) // a key may neither be empty nor of any length
	rec, _, err := u.get(permitBucket, sum[:])
	if err != nil {
		return permits{}, err
	}
	every, full := int64(pace.Every), u.at
	latest := u.at + int64(max(pace.Burst, 1))*every
	if len(rec) == 8 {
		// Later than that only a clock that ran ahead, or another pace, can have left it.
		full = min(max(getNanos(rec), u.at), latest)
	}
	got := min(int64(n), (latest-full)/every)
	if got == 0 {
		return permits{wait: time.Duration(full + every - latest)}, nil
	}
	full += got * every
	return permits{got: int(got)}, u.put(kindPermit, sum[:], upTo(full), putNanos(nil, full))
}

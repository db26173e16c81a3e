package boltstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"math"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// The vault: leases and values under names of the operator's. Its two buckets
// are no part of an export, and an import leaves them as they are: what is in
// them belongs to this machine and its accounts, not to residents. Who makes a
// backup adds the register of officers by itself.

// holding is a lease under a name. Its end is exact, that of the stored value
// is not, and how long it was taken for tells when a clock had run ahead.
type holding struct {
	until  int64 // Unix nanoseconds
	ttl    int64 // nanoseconds
	holder string
}

const holdingHeader = 8 + 8

func (h holding) encode() []byte {
	return append(putNanos(putNanos(nil, h.until), h.ttl), h.holder...)
}

func decodeHolding(rec []byte) (holding, error) {
	if len(rec) < holdingHeader {
		return holding{}, errShort
	}
	return holding{getNanos(rec), getNanos(rec[8:]), string(rec[holdingHeader:])}, nil
}

// Hold takes or renews the named lease for holder, until ttl from now; false if
// somebody else has it.
func (s *Store) Hold(ctx context.Context, name, holder string, ttl time.Duration) (held bool, err error) {
	if err := record.CheckHold(holder, ttl); err != nil {
		return false, err
	}
	return change(ctx, s, func(u *unit) (bool, error) {
		h, key, err := u.holding(name)
		switch {
		case err != nil:
			return false, err
		case h.until > u.at && h.holder != holder:
			return false, u.shorten(key, h)
		}
		return true, u.putHolding(key, holding{u.at + int64(ttl), int64(ttl), holder})
	})
}

// LetGo gives the named lease back if holder has it.
func (s *Store) LetGo(ctx context.Context, name, holder string) error {
	_, err := change(ctx, s, func(u *unit) (struct{}, error) {
		h, key, err := u.holding(name)
		if err != nil || h.holder != holder {
			return struct{}{}, err
		}
		u.wrote = true
		return struct{}{}, u.tx.Bucket(leaseBucket).Delete(key)
	})
	return err
}

// Value returns what is kept under a name, nil if nothing is.
func (s *Store) Value(ctx context.Context, name string) ([]byte, error) {
	return read(ctx, s, func(u *unit) ([]byte, error) {
		rec, _, err := u.get(valueBucket, vaultKey(name))
		return bytes.Clone(rec), err
	})
}

// Swap replaces what is kept under a name if it is old, with next; false if it
// was something else. No bytes are nothing.
func (s *Store) Swap(ctx context.Context, name string, old, next []byte) (swapped bool, err error) {
	if err := record.CheckKept(next); err != nil {
		return false, err
	}
	old, next = bytes.Clone(old), bytes.Clone(next) // the step may outlive this call
	return change(ctx, s, func(u *unit) (bool, error) {
		key := vaultKey(name)
		rec, _, err := u.get(valueBucket, key)
		if err != nil || !bytes.Equal(rec, old) {
			return false, err
		}
		u.wrote = true
		if len(next) == 0 {
			return true, u.tx.Bucket(valueBucket).Delete(key)
		}
		return true, u.tx.Bucket(valueBucket).Put(key, wrap(never(), next))
	})
}

// never is the end of a value, which stays until it is swapped for nothing.
func never() time.Time { return time.UnixMilli(math.MaxInt64) }

// vaultKey returns the key of a name: it may neither be empty nor of any length.
func vaultKey(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:]
}

// holding returns the lease of a name with its key, the zero one if there is none.
func (u *unit) holding(name string) (h holding, key []byte, err error) {
	key = vaultKey(name)
	rec, _, err := u.get(leaseBucket, key)
	if rec == nil || err != nil {
		return holding{}, key, err
	}
	if h, err = decodeHolding(rec); err != nil {
		return holding{}, key, u.damaged(leaseBucket, err)
	}
	return h, key, nil
}

func (u *unit) putHolding(key []byte, h holding) error {
	u.wrote = true
	return u.tx.Bucket(leaseBucket).Put(key, wrap(upTo(h.until), h.encode()))
}

// shorten pulls a lease back that was taken by a clock that ran ahead: it would
// shut everybody else out until that time.
func (u *unit) shorten(key []byte, h holding) error {
	latest := u.at + h.ttl
	if h.until <= latest {
		return nil
	}
	h.until = latest
	return u.putHolding(key, h)
}

// leases removes leases that have run out. They are few, so all are looked at.
func (s *sweep) leases() error {
	for _, key := range s.keys(leaseBucket, nil) {
		ends, rec, err := unwrap(s.tx.Bucket(leaseBucket).Get(key))
		if err == nil && over(ends, s.now) {
			s.removed, s.wrote = s.removed+1, true
			if err := s.tx.Bucket(leaseBucket).Delete(key); err != nil {
				return err
			}
			continue
		}
		var h holding
		if err == nil {
			h, err = decodeHolding(rec)
		}
		if err != nil {
			s.faults = append(s.faults, s.damaged(leaseBucket, err))
			continue
		}
		if err := s.shorten(key, h); err != nil {
			return err
		}
	}
	return nil
}

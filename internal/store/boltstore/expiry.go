package boltstore

import (
	"encoding/binary"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// kind says what an expiry key names.
//
// A value has at least one expiry key that is not later than its end: it is
// written when the value is new and goes with the value where that is removed.
// Only that of a chat is left where it is by a save, which moves the end on
// each time, so that a save does not pay for it: the sweeper moves it when it
// gets there.
type kind byte

// The kinds; their numbers are stored.
const (
	kindChat   kind = 1
	kindQueue  kind = 2
	kindFlow   kind = 3
	kindCase   kind = 4
	kindLetter kind = 5
	kindRef    kind = 6
	kindDead   kind = 7
	kindPermit kind = 8
)

func kinds() []kind {
	return []kind{kindChat, kindQueue, kindFlow, kindCase, kindLetter, kindRef, kindDead, kindPermit}
}

func (k kind) bucket() []byte {
	switch k {
	case kindChat:
		return chatBucket
	case kindQueue:
		return queueBucket
	case kindFlow:
		return flowBucket
	case kindCase:
		return caseBucket
	case kindLetter:
		return letterBucket
	case kindRef:
		return refBucket
	case kindDead:
		return deadBucket
	default:
		return permitBucket
	}
}

// keepLetter is how long a letter is kept at most. Whoever applies letters has
// given it up long before: it is for a store that nobody worked on.
const keepLetter = record.KeepLetter + record.MaxKeep

// longest returns how far off the end of such a value can lie when it is saved;
// 0 if the store's clock does not set it.
func (k kind) longest() time.Duration {
	switch k {
	case kindChat:
		return record.KeepChat
	case kindQueue:
		return 2*record.MaxKeep + record.KeepDelivery
	case kindLetter:
		return keepLetter
	case kindRef, kindDead:
		return record.KeepDead
	default:
		return 0
	}
}

// expiryKey returns the key of a value with that end, which is stored in
// milliseconds. The second is rounded up: when it has come, the value is over.
func expiryKey(k kind, ends time.Time, key []byte) []byte {
	b := make([]byte, 0, 1+8+len(key))
	b = append(b, byte(k))
	b = binary.BigEndian.AppendUint64(b, uint64(max(ends.UnixMilli()+999, 0)/1000))
	return append(b, key...)
}

// splitExpiryKey is the way back from expiryKey; key is memory of e.
func splitExpiryKey(e []byte) (at time.Time, key []byte) {
	return time.Unix(int64(binary.BigEndian.Uint64(e[1:])), 0), e[9:]
}

// put writes a value and sees to its expiry key.
func (u *unit) put(k kind, key []byte, ends time.Time, rec []byte) error {
	b := u.tx.Bucket(k.bucket())
	had, known := endsOf(b.Get(key))
	u.wrote = true
	if err := b.Put(key, wrap(ends, rec)); err != nil {
		return err
	}
	expiry := u.tx.Bucket(expiryBucket)
	if known {
		before, after := expiryKey(k, had, key), expiryKey(k, ends, key)
		if string(before) == string(after) || k == kindChat && ends.After(had) {
			return nil
		}
		if err := expiry.Delete(before); err != nil {
			return err
		}
	}
	return expiry.Put(expiryKey(k, ends, key), nil)
}

// remove removes a value with its expiry key, if there is one.
func (u *unit) remove(k kind, key []byte) error {
	b := u.tx.Bucket(k.bucket())
	had, known := endsOf(b.Get(key))
	if !known {
		return nil
	}
	u.wrote = true
	if err := u.tx.Bucket(expiryBucket).Delete(expiryKey(k, had, key)); err != nil {
		return err
	}
	return b.Delete(key)
}

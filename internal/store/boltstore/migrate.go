package boltstore

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/record"
)

// migrate brings a file of the format before up to today's, inside the transaction
// that opens it. The layout of keys.go is the same in both: every record is written
// anew, so that none of an earlier format is left for the one after this.
func migrate(tx *bbolt.Tx, path string) error {
	for _, part := range []struct {
		bucket []byte
		head   int // bytes of the engine's own before the record
		renew  func(rec []byte) ([]byte, error)
	}{
		{chatBucket, 0, renewing(record.DecodeChat, func(c record.Chat) ([]byte, error) { return record.Newest.EncodeChat(c), nil })},
		{queueBucket, placeSize, renewing(record.DecodeDelivery, record.Newest.EncodeDelivery)},
		{caseBucket, dueSize, renewing(record.DecodeCase, record.Newest.EncodeCase)},
		{letterBucket, dueSize, renewing(record.DecodeLetter, record.Newest.EncodeLetter)},
		{deadBucket, 0, renewing(record.DecodeDead, record.Newest.EncodeDead)},
		{flowBucket, 0, renewFlow},
	} {
		err := rewriteAll(tx.Bucket(part.bucket), func(value []byte) ([]byte, error) {
			ends, rec, err := unwrap(value)
			if err == nil && len(rec) < part.head {
				err = errShort
			}
			if err != nil {
				return nil, &DamagedError{path, fmt.Errorf("bucket %q: %w", part.bucket, err)}
			}
			anew, err := part.renew(rec[part.head:])
			if err != nil {
				return nil, fmt.Errorf("migrate %s: %w", part.bucket, err)
			}
			return wrap(ends, append(bytes.Clone(rec[:part.head]), anew...)), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// renewing returns what reads a record and writes it in today's format.
func renewing[T any](decode func([]byte) (T, error), encode func(T) ([]byte, error)) func([]byte) ([]byte, error) {
	return func(rec []byte) ([]byte, error) {
		v, err := decode(rec)
		if err != nil {
			return nil, err
		}
		return encode(v)
	}
}

func renewFlow(rec []byte) ([]byte, error) {
	f, stamp, err := decodeFlow(rec)
	if err != nil {
		return nil, err
	}
	return f.encode(stamp), nil
}

// rewriteAll replaces every value of a bucket; one that is not there yet has none.
func rewriteAll(b *bbolt.Bucket, change func(value []byte) ([]byte, error)) error {
	if b == nil {
		return nil
	}
	var keys [][]byte // a bucket must not change while a cursor walks it
	err := b.ForEach(func(k, _ []byte) error {
		keys = append(keys, bytes.Clone(k))
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		value, err := change(b.Get(k))
		if err != nil {
			return err
		}
		if err := b.Put(k, value); err != nil {
			return err
		}
	}
	return nil
}

package boltstore

import (
	"bytes"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/record"
)

// migrate brings a file of format 1 up to format 2, inside the transaction
// that opens it. Format 1 had
//
//	chat    name (16)                   record.Chat
//	queue   name (16), sequence (8)     record.Delivery, all to be fetched
//	count   day (10), counter name      number (8)
//	expiry  Unix second (8), name (16)  nothing: one for a chat and its queue
//	house   "format", "key"
//
// with values wrapped as today. All chats and deliveries are written anew, so
// that no record of an earlier version is left for the format after this one.
func migrate(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket(expiryBucket); err != nil {
		return err
	}
	expiry, err := tx.CreateBucket(expiryBucket)
	if err != nil {
		return err
	}
	if err := rewriteAll(tx.Bucket(chatBucket), func(key, value []byte) ([]byte, error) {
		ends, rec, err := unwrap(value)
		if err != nil {
			return nil, err
		}
		c, err := record.DecodeChat(rec)
		if err != nil {
			return nil, err
		}
		return wrap(ends, record.EncodeChat(c)), expiry.Put(expiryKey(kindChat, ends, key), nil)
	}); err != nil {
		return err
	}
	return rewriteAll(tx.Bucket(queueBucket), func(key, value []byte) ([]byte, error) {
		ends, rec, err := unwrap(value)
		if err != nil {
			return nil, err
		}
		d, err := record.DecodeDelivery(rec)
		if err != nil {
			return nil, err
		}
		d.Expires = ends.UTC() // the sweeper of format 1 pulled back only the one outside
		if rec, err = record.EncodeDelivery(d); err != nil {
			return nil, err
		}
		p := place{priority: d.Priority}
		return wrap(ends, append(p.encode(), rec...)), expiry.Put(expiryKey(kindQueue, ends, key), nil)
	})
}

// rewriteAll replaces every value of a bucket.
func rewriteAll(b *bbolt.Bucket, change func(key, value []byte) ([]byte, error)) error {
	var keys [][]byte // a bucket must not change while a cursor walks it
	err := b.ForEach(func(k, _ []byte) error {
		keys = append(keys, bytes.Clone(k))
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		value, err := change(k, b.Get(k))
		if err != nil {
			return err
		}
		if err := b.Put(k, value); err != nil {
			return err
		}
	}
	return nil
}

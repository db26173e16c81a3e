package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

var (
	_ exchange.Store = (*Store)(nil)
	_ delivery.Queue = (*Store)(nil)
)

// Store is an open store. It is safe for concurrent use.
type Store struct {
	path    string
	options Options
	names   record.Names

	dbMu sync.RWMutex // held for reading by readers, for writing while a compaction swaps db
	db   *bbolt.DB    // the committing goroutine, which alone swaps it, reads it without dbMu

	mu     sync.Mutex
	queued []step
	closed bool

	wake    chan struct{} // holds a token while steps are queued
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// Close commits what is queued, stops the sweeper and closes the file. Calls
// that come later get [exchange.ErrClosed]. Closing again does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
	s.dbMu.Lock()
	defer s.dbMu.Unlock()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Load implements [exchange.Store].
func (s *Store) Load(ctx context.Context, chat bot.ChatID) (c record.Chat, err error) {
	name, now := s.names.Chat(chat), s.options.Now()
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		c, _, err = s.loadChat(tx, name, now)
		return err
	})
	if err != nil {
		return record.Chat{}, err
	}
	return c, nil
}

// Save implements [exchange.Store].
func (s *Store) Save(ctx context.Context, save record.Save) (record.Saved, error) {
	if err := save.Check(); err != nil {
		return record.Saved{}, err
	}
	name, mark := s.names.Chat(save.Chat), s.names.Mark(save.Update)
	saved := new(record.Saved) // the step may outlive this call
	err := s.write(ctx, func(tx *bbolt.Tx) (bool, error) {
		now := s.options.Now()
		old, stored, err := s.loadChat(tx, name, now)
		if err != nil {
			return false, err
		}
		chat, outcome := save.Advance(old, mark, now)
		*saved = record.Saved{Outcome: outcome, Revision: chat.Revision, LastSeq: chat.LastSeq}
		if outcome != record.Done {
			return false, nil
		}
		if !stored {
			if err := tx.Bucket(expiryBucket).Put(expiryKey(now.Add(record.KeepChat), name), nil); err != nil {
				return true, err
			}
		}
		return true, s.put(tx, name, old, chat, save, now)
	})
	if err != nil {
		return record.Saved{}, err
	}
	return *saved, nil
}

// put writes all that a save changes but the expiry key; every check has been made.
func (s *Store) put(tx *bbolt.Tx, name record.Name, old, chat record.Chat, save record.Save, now time.Time) error {
	if err := tx.Bucket(chatBucket).Put(name[:], wrap(now.Add(record.KeepChat), record.EncodeChat(chat))); err != nil {
		return err
	}
	// A new life begins its sequences again: nothing of an earlier one may be left under them.
	if newLife := old.Revision == 0; newLife || save.Forget {
		if _, err := dropQueue(tx, name, func([]byte) bool { return true }); err != nil {
			return err
		}
	}
	for i, o := range save.Out {
		d := o.Delivery(save.Chat, old.LastSeq+uint64(i)+1, now)
		rec, err := record.EncodeDelivery(d)
		if err != nil {
			return err
		}
		if err := tx.Bucket(queueBucket).Put(queueKey(name, d.Seq), wrap(d.Expires, rec)); err != nil {
			return err
		}
	}
	return s.count(tx, save.Day, save.Counts)
}

func (s *Store) count(tx *bbolt.Tx, day string, counters []string) error {
	if len(counters) == 0 {
		return nil
	}
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	b := tx.Bucket(countBucket)
	for _, counter := range counters {
		key, n := countKey(day, counter), uint64(0)
		if v := b.Get(key); v != nil {
			_, rec, err := unwrap(v)
			if err != nil {
				return s.damaged(countBucket, err)
			}
			n = binary.BigEndian.Uint64(rec)
		}
		rec := binary.BigEndian.AppendUint64(nil, n+1)
		if err := b.Put(key, wrap(date.Add(record.KeepCounts), rec)); err != nil {
			return err
		}
	}
	return nil
}

// Counts returns the counters of one day ("2006-01-02").
func (s *Store) Counts(ctx context.Context, day string) (map[string]uint64, error) {
	counts, now := map[string]uint64{}, s.options.Now()
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(countBucket).Cursor()
		for k, v := c.Seek([]byte(day)); k != nil && strings.HasPrefix(string(k), day); k, v = c.Next() {
			expires, rec, err := unwrap(v)
			if err != nil {
				return s.damaged(countBucket, err)
			}
			if !over(expires, now) {
				counts[string(k[len(day):])] = binary.BigEndian.Uint64(rec)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// Pending implements [delivery.Queue].
func (s *Store) Pending(ctx context.Context, chat bot.ChatID) (ds []record.Delivery, err error) {
	name, now := s.names.Chat(chat), s.options.Now()
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(queueBucket).Cursor()
		for k, v := c.Seek(name[:]); ofChat(k, name); k, v = c.Next() {
			expires, rec, err := unwrap(v)
			if err != nil {
				return s.damaged(queueBucket, err)
			}
			if over(expires, now) {
				continue
			}
			d, err := record.DecodeDelivery(rec)
			if err != nil {
				return err
			}
			d.Expires = expires.UTC() // the sweeper may have pulled it back
			ds = append(ds, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ds, nil
}

// Ack implements [delivery.Queue].
func (s *Store) Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error {
	name := s.names.Chat(chat)
	return s.write(ctx, func(tx *bbolt.Tx) (bool, error) {
		c, _, err := s.loadChat(tx, name, s.options.Now())
		if err != nil || upTo > c.LastSeq {
			return false, err
		}
		n, err := dropQueue(tx, name, func(k []byte) bool { return seqOf(k) <= upTo })
		return n > 0, err
	})
}

// loadChat returns a chat, or the zero one if it is absent or over; stored
// says whether there is a value, be it over.
func (s *Store) loadChat(tx *bbolt.Tx, name record.Name, now time.Time) (c record.Chat, stored bool, err error) {
	v := tx.Bucket(chatBucket).Get(name[:])
	if v == nil {
		return record.Chat{}, false, nil
	}
	expires, rec, err := unwrap(v)
	if err != nil {
		return record.Chat{}, true, s.damaged(chatBucket, err)
	}
	if over(expires, now) {
		return record.Chat{}, true, nil
	}
	c, err = record.DecodeChat(rec)
	return c, true, err
}

// dropQueue removes the deliveries of a chat, from the first on, for as long
// as drop says so of their keys.
func dropQueue(tx *bbolt.Tx, name record.Name, drop func(k []byte) bool) (n int, err error) {
	c := tx.Bucket(queueBucket).Cursor()
	for k, _ := c.Seek(name[:]); ofChat(k, name) && drop(k); k, _ = c.Seek(name[:]) {
		if err := c.Delete(); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// view runs fn in a read transaction; a fault of the file becomes an error.
func (s *Store) view(ctx context.Context, fn func(tx *bbolt.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.dbMu.RLock()
	defer s.dbMu.RUnlock()
	defer recoverDamage(s.path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if err := s.db.View(fn); errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return exchange.ErrClosed
	} else if err != nil {
		return err
	}
	return nil
}

func (s *Store) damaged(bucket []byte, err error) error {
	return &DamagedError{s.path, fmt.Errorf("bucket %q: %w", bucket, err)}
}

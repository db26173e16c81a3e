package boltstore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// Options are how a store is opened; the zero value is fit for use.
type Options struct {
	// Now is the clock of expiry; time.Now if nil.
	Now func() time.Time
	// SweepEvery is how often expired values are removed; ten minutes if zero,
	// never by itself if negative. They read as absent either way.
	SweepEvery time.Duration
	// Log gets faults of the sweeper; discarded if nil.
	Log *slog.Logger
	// LockWait is how long to wait for another process to let go of the file;
	// 300 ms if zero: a restart overlaps for a moment, a second server stays.
	LockWait time.Duration

	// Unfinished opens also what an import left unfinished, to import anew:
	// nothing else can be done with it.
	Unfinished bool

	maxBatch int // most steps in one commit; tests measure with 1
}

// Open opens the store in the file at path, made if absent (its folder is
// not). Errors are [InUseError], [DamagedError], [FormatError],
// [UnfinishedError], [exchange.MovedError], or those of the file system. A file
// of the format before is brought up to this one, from which there is no way back
// but a backup. The whole file is checked: about a third of a second a gigabyte
// when it is cached.
func Open(path string, options Options) (*Store, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.SweepEvery == 0 {
		options.SweepEvery = 10 * time.Minute
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.LockWait == 0 {
		options.LockWait = 300 * time.Millisecond
	}
	if options.maxBatch == 0 {
		options.maxBatch = 1024
	}
	options.Log = options.Log.With("component", "boltstore")

	db, err := openFile(path, options.LockWait)
	if err != nil {
		return nil, err
	}
	key, err := furnish(db, path, options.Unfinished)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	names := record.NewNames(key)
	ctx, cancel := context.WithCancel(context.Background())
	s := &Store{
		path:    path,
		options: options,
		db:      db,
		whole:   make(chan struct{}, 1),
		wake:    make(chan struct{}, 1),
		cancel:  cancel,
	}
	s.names.Store(&names)
	s.whole <- struct{}{}
	s.running.Go(func() { s.commitLoop(ctx) })
	if options.SweepEvery > 0 {
		s.running.Go(func() { s.sweepLoop(ctx) })
	}
	return s, nil
}

// furnish makes buckets, format and key in a fresh file, brings one of the
// format before up to this one, and returns the key.
func furnish(db *bbolt.DB, path string, unfinished bool) (key []byte, err error) {
	err = db.Update(func(tx *bbolt.Tx) error {
		house, err := tx.CreateBucketIfNotExists(houseBucket)
		if err != nil {
			return err
		}
		if to := house.Get(movedKey); to != nil {
			return &exchange.MovedError{To: string(to)}
		}
		if house.Get(importingKey) != nil && !unfinished {
			return &UnfinishedError{path}
		}
		if err := fitFormat(tx, path); err != nil {
			return err
		}
		for _, name := range append(dataBuckets(), vaultBuckets()...) {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if have := house.Get(nameKey); have != nil {
			key = append([]byte(nil), have...)
			return nil
		}
		key = make([]byte, record.KeySize)
		_, _ = rand.Read(key) // never fails
		return house.Put(nameKey, key)
	})
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return key, nil
}

// fitFormat sees to it that the file has the format of today.
func fitFormat(tx *bbolt.Tx, path string) error {
	house := tx.Bucket(houseBucket)
	have := house.Get(formatKey)
	switch {
	case have == nil:
	case len(have) != 8:
		return &DamagedError{path, errors.New("format unreadable")}
	case binary.BigEndian.Uint64(have) == format:
		return nil
	case binary.BigEndian.Uint64(have) != format-1:
		return &FormatError{Path: path, Have: binary.BigEndian.Uint64(have), Want: format}
	default:
		if err := migrate(tx, path); err != nil {
			return err
		}
	}
	return house.Put(formatKey, binary.BigEndian.AppendUint64(nil, format))
}

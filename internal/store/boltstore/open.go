package boltstore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

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

	maxBatch int // most steps in one commit; tests measure with 1
}

// initialMap is the address space taken at once, which costs no memory. A map
// that must grow waits for every reader, a snapshot included.
const initialMap = 256 << 20

// Open opens the store in the file at path, made if absent (its folder is
// not). Errors are [InUseError], [DamagedError], [FormatError], or those of the
// file system. The whole file is checked: about a third of a second a gigabyte
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
	key, err := furnish(db, path)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Store{
		path:    path,
		options: options,
		names:   record.NewNames(key),
		db:      db,
		wake:    make(chan struct{}, 1),
		cancel:  cancel,
	}
	s.running.Go(func() { s.commitLoop(ctx) })
	if options.SweepEvery > 0 {
		s.running.Go(func() { s.sweepLoop(ctx) })
	}
	return s, nil
}

// openFile opens and locks the database and checks all of it.
func openFile(path string, wait time.Duration) (*bbolt.DB, error) {
	info, err := os.Stat(path)
	fresh := errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
	if err != nil && !fresh {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if !fresh {
		if err := verify(path, wait); err != nil {
			return nil, err
		}
	}
	db, err := openBolt(path, wait, false)
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return db, nil
}

func openBolt(path string, wait time.Duration, readOnly bool) (db *bbolt.DB, err error) {
	var file *os.File
	defer func() {
		if v := recover(); v != nil {
			err = errors.Join(&DamagedError{path, fmt.Errorf("page fault: %v", v)}, file.Close())
		}
	}()
	deadline := time.Now().Add(wait)
	for {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:         max(time.Until(deadline), time.Millisecond),
			ReadOnly:        readOnly,
			NoFreelistSync:  true,
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: initialMap,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				var err error
				file, err = os.OpenFile(name, flag, mode)
				return file, err
			},
		})
		switch {
		case errors.Is(err, berrors.ErrTimeout):
			return nil, &InUseError{path}
		case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
			return nil, &DamagedError{path, err}
		case err != nil:
			return nil, fmt.Errorf("open store: %w", err)
		}
		if same, err := stillAt(path, file); err != nil || same {
			return db, err
		}
		// While this waited for the lock, a compaction put a new file in the
		// place of the one that is now locked.
		if err := db.Close(); err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
	}
}

func stillAt(path string, file *os.File) (bool, error) {
	have, err := file.Stat()
	if err != nil {
		return false, fmt.Errorf("open store: %w", err)
	}
	now, err := os.Stat(path)
	if err != nil {
		return false, fmt.Errorf("open store: %w", err)
	}
	return os.SameFile(have, now), nil
}

// verify reads every page and every value. It comes before the real opening,
// because bbolt rebuilds its list of free pages in a goroutine of its own,
// where a damaged page would end the process instead of making an error.
func verify(path string, wait time.Duration) (err error) {
	db, err := openBolt(path, wait, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	defer recoverDamage(path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a file cut short faults when its map is read
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(bucket []byte, b *bbolt.Bucket) error {
			wrapped := isWrapped(bucket)
			var last []byte
			return b.ForEach(func(k, v []byte) error {
				if last != nil && string(last) >= string(k) {
					return fmt.Errorf("bucket %q: keys out of order", bucket)
				}
				last = k
				if !wrapped {
					return nil
				}
				if _, _, err := unwrap(v); err != nil {
					return fmt.Errorf("bucket %q: %w", bucket, err)
				}
				return nil
			})
		})
	})
	if err != nil {
		return &DamagedError{path, err}
	}
	return nil
}

func isWrapped(bucket []byte) bool {
	return string(bucket) != string(expiryBucket) && string(bucket) != string(houseBucket)
}

// recoverDamage turns a panic of bbolt, which is how it tells of pages that
// are not what they should be, into an error.
func recoverDamage(path string, err *error) {
	if v := recover(); v != nil {
		*err = &DamagedError{path, fmt.Errorf("page fault: %v", v)}
	}
}

// furnish makes buckets, format and key in a fresh file and returns the key.
func furnish(db *bbolt.DB, path string) (key []byte, err error) {
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{chatBucket, queueBucket, countBucket, expiryBucket, houseBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		house := tx.Bucket(houseBucket)
		switch have := house.Get(formatKey); {
		case have == nil:
			if err := house.Put(formatKey, binary.BigEndian.AppendUint64(nil, format)); err != nil {
				return err
			}
		case len(have) != 8:
			return &DamagedError{path, errors.New("format unreadable")}
		case binary.BigEndian.Uint64(have) != format:
			return &FormatError{Path: path, Have: binary.BigEndian.Uint64(have), Want: format}
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

// syncDir makes a file's being in its folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// initialMap is the address space taken at once, which costs no memory. A map
// that must grow waits for every reader, a snapshot included.
const initialMap = 256 << 20

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

// recoverDamage turns a panic of bbolt, which is how it tells of pages that
// are not what they should be, into an error.
func recoverDamage(path string, err *error) {
	if v := recover(); v != nil {
		*err = &DamagedError{path, fmt.Errorf("page fault: %v", v)}
	}
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

package boltstore_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"flag"
	"hash/crc32"
	"io"
	"os"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/storetest"
)

// Before a format is raised, the program of then writes what the next one is held
// to: go test ./internal/store/boltstore -run Past -past testdata/format-N.db.gz
var writePast = flag.String("past", "", "write a store of today's format to this file")

func atTime(now time.Time) boltstore.Options {
	return boltstore.Options{Now: func() time.Time { return now }, SweepEvery: -1}
}

func TestWritePast(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := mustOpen(t, path, atTime(storetest.PastNow()))
	storetest.FillPast(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if *writePast != "" {
		pack(t, path, *writePast)
	}
	s = mustOpen(t, path, atTime(storetest.PastNow().Add(time.Minute)))
	storetest.LivePast(t, s)
}

// What the program of the format before wrote is brought up to today's when it is
// opened, and lives on; a program of then refuses it from now on.
func TestThePastIsReadAndGoesOn(t *testing.T) {
	t.Parallel()
	path := unpacked(t, "testdata/format-2.db.gz")
	for name, now := range map[string]time.Time{"opened": storetest.PastNow(), "opened again": storetest.PastNow()} {
		s := mustOpen(t, path, atTime(now))
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := mustOpen(t, path, atTime(storetest.PastNow().Add(time.Minute)))
	storetest.LivePast(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if formats := formatsOf(t, path); len(formats) != 1 || formats[record.Newest] == 0 {
		t.Errorf("records by format %v, want all of %d", formats, record.Newest)
	}
}

// What cannot be read is not thrown away: the file stays as it was.
func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	path := unpacked(t, "testdata/format-2.db.gz")
	editBolt(t, path, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("dead"))
		k, v := b.Cursor().First()
		v = bytes.Clone(v)
		v[12] = 99
		binary.BigEndian.PutUint32(v, crc32.Checksum(v[4:], crc32.MakeTable(crc32.Castagnoli)))
		return b.Put(k, v)
	})
	for range 2 {
		if _, err := boltstore.Open(path, quiet); !errors.Is(err, record.ErrVersion) {
			t.Fatalf("Open = %v, want %v", err, record.ErrVersion)
		}
	}
	if formats := formatsOf(t, path); formats[2] == 0 || formats[record.Newest] != 0 {
		t.Errorf("records by format %v, want the file as it was", formats)
	}
}

// formatsOf counts the records of a file by their format.
func formatsOf(t *testing.T, path string) map[record.Format]int {
	t.Helper()
	formats := map[record.Format]int{}
	editBolt(t, path, func(tx *bbolt.Tx) error {
		for bucket, head := range map[string]int{"chat": 12, "queue": 12 + 17, "case": 12 + 8, "letter": 12 + 8, "dead": 12} {
			err := tx.Bucket([]byte(bucket)).ForEach(func(_, v []byte) error {
				formats[record.Format(v[head])]++
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return formats
}

// editBolt looks into a file behind the store's back.
func editBolt(t *testing.T, path string, edit func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(edit), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// unpacked is a copy of a file of the past.
func unpacked(t *testing.T, from string) string {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	packed, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	path := newPath(t)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pack compresses a file: a store is mostly empty room.
func pack(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(packed, in); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

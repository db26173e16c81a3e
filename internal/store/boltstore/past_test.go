package boltstore_test

import (
	"compress/gzip"
	"flag"
	"io"
	"os"
	"testing"
	"time"

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

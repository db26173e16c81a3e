package spool_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/spool"
)

// A disk without room is a full spool, until it had room again or some time went by.
func TestAFullDiskIsAFullSpool(t *testing.T) {
	t.Parallel()
	now := noon
	b := newBench(t, spool.Options{Now: func() time.Time { return now }})
	for _, again := range []func(){
		func() { now = now.Add(10 * time.Second) },
		func() { b.append(t, message("a", "3")) },
	} {
		b.append(t, message("a", "1"))
		device, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.WriteTo(device); err != nil {
			t.Fatal(err)
		}
		if b.Full() {
			t.Error("full before anything was refused")
		}
		if err := b.Append(t.Context(), message("a", "2")); !errors.Is(err, spool.ErrFull) || !b.Full() || !b.DiskFull() {
			t.Errorf("Append = %v, full %t", err, b.Full())
		}
		again()
		if b.Full() || b.DiskFull() {
			t.Error("full for ever")
		}
	}
}

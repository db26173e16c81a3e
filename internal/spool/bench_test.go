package spool_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/doithoai/doithoai/internal/spool"
)

// Appends that wait at the same time share a sync.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 100} {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			s, err := spool.Open(filepath.Join(b.TempDir(), "spool"), spool.Options{MaxBytes: 4 << 30})
			if err != nil {
				b.Fatal(err)
			}
			var n atomic.Int64
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					if err := s.Append(b.Context(), message(fmt.Sprint(i%1000), fmt.Sprint(i))); err != nil {
						b.Error(err)
					}
				}
			})
			if err := s.Close(); err != nil {
				b.Error(err)
			}
		})
	}
}

// Open after an outage: every message is read to find its chat.
func BenchmarkOpen(b *testing.B) {
	const messages = 10_000
	dir := filepath.Join(b.TempDir(), "spool")
	s, err := spool.Open(dir, spool.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var callers sync.WaitGroup
	for c := range 200 {
		callers.Go(func() {
			for n := range messages / 200 {
				if err := s.Append(b.Context(), message(fmt.Sprint(c), fmt.Sprint(n))); err != nil {
					b.Error(err)
				}
			}
		})
	}
	callers.Wait()
	b.SetBytes(s.Bytes())
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if s, err = spool.Open(dir, spool.Options{}); err != nil || s.Len() != messages {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

package boltstore_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// answer is about what a conversation and a reply weigh.
var (
	benchState = make([]byte, 400)
	benchReply = bot.Reply{Kind: bot.ReplyAnswer, Text: string(make([]byte, 600)), Entry: "bhyt-ho-can-ngheo"}
)

// benchCallers runs work from a number of callers at once and reports
// throughput, median and 99th percentile.
func benchCallers(b *testing.B, callers int, work func(caller, n int)) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	done := make(chan struct{})
	b.ResetTimer()
	for caller := range callers {
		go func() {
			defer func() { done <- struct{}{} }()
			for n := 0; ; n++ {
				i := next.Add(1) - 1
				if i >= int64(b.N) {
					return
				}
				start := time.Now()
				work(caller, n)
				took[i] = time.Since(start)
			}
		}()
	}
	for range callers {
		<-done
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// Group commit against one commit a save: what it is worth with one caller
// (nothing) and with many.
func BenchmarkSave(b *testing.B) {
	for _, commit := range []struct {
		name string
		max  int
	}{{"single", 1}, {"group", 1024}} {
		for _, callers := range []int{1, 64} {
			b.Run(fmt.Sprintf("commit=%s/callers=%d", commit.name, callers), func(b *testing.B) {
				s := mustOpen(b, newPath(b), boltstore.Options{SweepEvery: -1}.WithMaxBatch(commit.max))
				benchCallers(b, callers, func(caller, n int) {
					chat := bot.ChatID{Channel: "web", Chat: fmt.Sprint(caller, "/", n/10)} // ten messages a chat
					saved, err := s.Save(b.Context(), record.Save{
						Chat: chat, Revision: uint64(n % 10), Update: fmt.Sprint(n), State: benchState,
						Out: []record.Outgoing{{Reply: benchReply}}, Day: "2026-11-21", Counts: []string{"a", "b"},
					})
					if err != nil || saved.Outcome != record.Done {
						b.Errorf("Save = %+v, %v", saved, err)
					}
				})
			})
		}
	}
}

// The whole life of a message inside the program but for understanding it:
// load, decide, save, fetch, acknowledge.
func BenchmarkHandle(b *testing.B) {
	for _, callers := range []int{1, 64} {
		for _, ack := range []bool{false, true} {
			b.Run(fmt.Sprintf("callers=%d/ack=%v", callers, ack), func(b *testing.B) {
				s := mustOpen(b, newPath(b), boltstore.Options{SweepEvery: -1})
				x, err := exchange.New(s, exchange.Talking(echo{}), exchange.Config{Apology: benchReply})
				if err != nil {
					b.Fatal(err)
				}
				benchCallers(b, callers, func(caller, n int) {
					chat := bot.ChatID{Channel: "web", Chat: fmt.Sprint(caller, "/", n/10)}
					if err := x.Handle(b.Context(), bot.Message{Chat: chat, ID: fmt.Sprint(n)}); err != nil {
						b.Error(err)
					}
					if !ack {
						return
					}
					ds, err := s.Pending(b.Context(), chat)
					if err == nil {
						err = s.Ack(b.Context(), chat, ds[len(ds)-1].Seq)
					}
					if err != nil {
						b.Error(err)
					}
				})
			})
		}
	}
}

// The way of an answer that is sent by whoever saved it.
func BenchmarkSend(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := mustOpen(b, newPath(b), boltstore.Options{SweepEvery: -1})
			benchCallers(b, callers, func(caller, n int) {
				saved, err := s.Save(b.Context(), record.Save{
					Chat: pushed(fmt.Sprint(caller, "/", n/10)), Revision: uint64(n % 10), Update: fmt.Sprint(n), State: benchState,
					Out: []record.Outgoing{{Reply: benchReply}}, Way: record.Way{Push: true, Lease: true, Inbound: true},
				})
				if err != nil || saved.Lease == nil {
					b.Errorf("Save = %+v, %v", saved, err)
					return
				}
				if _, err := s.Settle(b.Context(), *saved.Lease, record.Settlement{Result: record.Sent}); err != nil {
					b.Error(err)
				}
			})
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	s := mustOpen(b, newPath(b), boltstore.Options{SweepEvery: -1})
	if _, err := s.Save(b.Context(), record.Save{Chat: alice, Update: "1", State: benchState}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Load(b.Context(), alice); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := newPath(b)
	s, err := boltstore.Open(path, quiet)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error)
	for caller := range 64 {
		go func() {
			var err error
			for n := range 300 {
				_, e := s.Save(b.Context(), record.Save{Chat: bot.ChatID{Chat: fmt.Sprint(caller, "/", n)}, Update: "1", State: benchState, Out: []record.Outgoing{{Reply: benchReply}}})
				if e != nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 64 {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := boltstore.Open(path, quiet)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// What a resident waits for when messages arrive on their own, not as fast as
// the store answers.
func BenchmarkSaveAtRate(b *testing.B) {
	for _, rate := range []int{200, 1000} {
		b.Run(fmt.Sprintf("rate=%d", rate), func(b *testing.B) {
			s := mustOpen(b, newPath(b), boltstore.Options{SweepEvery: -1})
			tick := time.NewTicker(time.Second / time.Duration(rate))
			defer tick.Stop()
			took := make([]time.Duration, b.N)
			var callers sync.WaitGroup
			for i := range b.N {
				due := <-tick.C
				callers.Go(func() {
					_, err := s.Save(b.Context(), record.Save{
						Chat: bot.ChatID{Chat: fmt.Sprint(i)}, Update: "1", State: benchState,
						Out: []record.Outgoing{{Reply: benchReply}}, Day: "2026-11-21", Counts: []string{"a"},
					})
					if err != nil {
						b.Error(err)
					}
					took[i] = time.Since(due)
				})
			}
			callers.Wait()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

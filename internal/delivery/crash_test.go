package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// parts takes messages of n parts.
func parts(n int) func(context.Context, record.Delivery) (delivery.Progress, error) {
	return func(_ context.Context, d record.Delivery) (delivery.Progress, error) {
		return delivery.Progress{
			Provider: fmt.Sprint("part-", d.Sent), More: d.Sent+1 < n, Note: fmt.Appendf(nil, "note-%d", d.Sent),
		}, nil
	}
}

// partsOf tells what each try was asked to send, and with which note.
func partsOf(tries []try) (parts []string) {
	for _, t := range tries {
		s := fmt.Sprint(t.Seq, ".", t.Sent, " ", string(t.Note))
		if t.MaybeSent() {
			s += " maybe sent"
		}
		parts = append(parts, s)
	}
	return parts
}

func TestAMessageOfManyParts(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		b.provider.answer = parts(3)
		out := answer()
		out.Ref = []byte("ref")
		b.save(p, resident(1), out, answer())
		synctest.Wait()
		b.halt(stop)
		want := []string{"1.0 ", "1.1 note-0", "1.2 note-1", "2.0 ", "2.1 note-0", "2.2 note-1"}
		if got := partsOf(b.provider.seen(resident(1))); !slices.Equal(got, want) {
			t.Errorf("tries %q, want %q", got, want)
		}
		for i := range 3 {
			if ref, err := b.store.Ref(t.Context(), resident(1), fmt.Sprint("part-", i)); err != nil || string(ref) != "ref" {
				t.Errorf("Ref of part %d = %q, %v", i, ref, err)
			}
		}
	})
}

// A channel that asks to remember too much is mistaken, and would ask again.
func TestTooLongANoteIsTheEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		b.provider.answer = func(_ context.Context, d record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{More: true, Note: make([]byte, record.MaxNote+d.Sent)}, nil
		}
		b.queue(p, resident(1), 1)
		synctest.Wait()
		b.halt(stop)
		if n := len(b.provider.all()); n != 2 {
			t.Errorf("%d parts were tried, want the one with the longest note and the one after", n)
		}
		if dead := b.dead(); !slices.Equal(dead, []string{delivery.ReasonNote}) {
			t.Errorf("dead letters: %q", dead)
		}
	})
}

// A process dies between two parts. The next one goes on where the store says,
// and only of that part it is unknown whether it went out.
func TestACrashRepeatsAtMostOnePart(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		take := parts(4)
		var crash atomic.Bool
		crash.Store(true)
		store := &faulty{backend: b.store}
		b.provider.answer = func(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
			if d.Sent == 2 && crash.Swap(false) {
				store.away.Store(true) // the process is no more: nothing of it arrives
				<-ctx.Done()
			}
			return take(ctx, d)
		}
		dying := b.pushOver(store, delivery.LaneConfig{}, delivery.Options{})
		kill := b.start(dying)
		b.save(dying, resident(1), answer())
		time.Sleep(time.Second)
		next := b.push(delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(next)
		time.Sleep(time.Minute)
		want := []string{"1.0 ", "1.1 note-0", "1.2 note-1", "1.2 note-1 maybe sent", "1.3 note-2"}
		if got := partsOf(b.provider.seen(resident(1))); !slices.Equal(got, want) {
			t.Errorf("tries %q, want %q", got, want)
		}
		b.halt(stop)
		if err := kill(); !errors.Is(err, delivery.ErrUnsettled) {
			t.Errorf("Run over a store that is away = %v", err)
		}
	})
}

// Several holders in turn die over a message: it is not tried for ever.
func TestAMessageThatKillsIsGivenUp(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		b.queue(p, resident(1), 2)
		for i := range 5 {
			leases, err := b.store.Claim(t.Context(), laneName, 1)
			if err != nil || len(leases) != 1 || leases[0].Delivery.Lapses != uint8(i) {
				t.Fatalf("Claim = %+v, %v", leases, err)
			}
			time.Sleep(record.LeaseTime + time.Second)
		}
		stop := b.start(p)
		synctest.Wait()
		b.halt(stop)
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, []uint64{2}) {
			t.Errorf("tries of %v, want only the one behind it", got)
		}
		if dead := b.dead(); !slices.Equal(dead, []string{record.ReasonLapsed}) {
			t.Errorf("dead letters: %q", dead)
		}
	})
}

// A stop lets sends under way end and gives back the rest, so that another
// replica goes on at once and knows that nothing was sent.
func TestStoppingHandsOver(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.provider.answer = func(context.Context, record.Delivery) (delivery.Progress, error) {
			time.Sleep(2 * time.Second)
			return delivery.Progress{}, nil
		}
		leaving := b.push(delivery.LaneConfig{Workers: 4}, delivery.Options{Drain: 5 * time.Second})
		stop := b.start(leaving)
		for i := range 4 {
			b.queue(leaving, resident(i), 3)
		}
		way := leaving.Way(resident(9))
		time.Sleep(time.Second)
		staying := b.push(delivery.LaneConfig{Workers: 4}, delivery.Options{Every: time.Second})
		stopStaying := b.start(staying)
		left := time.Now()
		b.halt(stop)
		if took := time.Since(left); took != time.Second {
			t.Errorf("stopped after %v, want the second that the sends needed", took)
		}
		if way = leaving.Way(resident(9)); way.Lease || !way.Push {
			t.Errorf("Way after the end = %+v", way)
		}
		time.Sleep(20 * time.Second)
		b.halt(stopStaying)
		for i := range 4 {
			got := b.provider.seen(resident(i))
			if !slices.Equal(seqs(got), upTo(3)) {
				t.Fatalf("chat %d got %v", i, seqs(got))
			}
			for _, try := range got {
				if try.MaybeSent() {
					t.Errorf("chat %d: message %d is said to be sent maybe", i, try.Seq)
				}
			}
			if gap := got[1].at.Sub(left.Add(time.Second)); gap > time.Second {
				t.Errorf("chat %d waited %v for the other replica", i, gap)
			}
		}
	})
}

// A save may be under way while the process stops, and end after it.
func TestALeaseThatComesAfterTheEndIsGivenBack(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		chat := resident(1)
		way := p.Way(chat)
		saved, err := b.store.Save(t.Context(), record.Save{Chat: chat, Update: "u", Out: []record.Outgoing{answer()}, Way: way})
		if err != nil || saved.Lease == nil {
			t.Fatalf("Save = %+v, %v", saved, err)
		}
		b.halt(stop)
		p.Saved(chat, saved.Lease)
		leases, err := b.store.Claim(t.Context(), laneName, 1)
		if err != nil || len(leases) != 1 || leases[0].Delivery.MaybeSent() {
			t.Errorf("Claim = %+v, %v; want the message, surely not sent", leases, err)
		}
		p.Saved(chat, nil)
	})
}

// A sender that does not listen to its context cannot hold up the stop.
func TestStoppingEndsInTime(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		release := make(chan struct{})
		b.provider.answer = func(context.Context, record.Delivery) (delivery.Progress, error) {
			<-release
			return delivery.Progress{}, nil
		}
		p := b.push(delivery.LaneConfig{}, delivery.Options{Drain: 4 * time.Second})
		stop := b.start(p)
		b.queue(p, resident(1), 1)
		synctest.Wait()
		begin := time.Now()
		if err := stop(); !errors.Is(err, delivery.ErrUnsettled) {
			t.Errorf("Run = %v", err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("stopped after %v", took)
		}
		if err := p.Run(t.Context()); err == nil {
			t.Error("Run began again beside what is still running")
		}
		close(release)
		synctest.Wait()
	})
}

func TestAPushRunsAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		for i := range 3 {
			stop := b.start(p)
			b.queue(p, resident(1), 1)
			synctest.Wait()
			b.halt(stop)
			if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, upTo(i+1)) {
				t.Errorf("run %d: sent %v", i, got)
			}
		}
	})
}

// The store goes away in the middle, in each of the ways a store can. Nothing
// is lost; and what this process has sent it does not send again.
func TestAStoreThatGoesAway(t *testing.T) {
	for name, outage := range map[string]func(f *faulty) *atomic.Bool{
		"refuses":         func(f *faulty) *atomic.Bool { return &f.away },
		"hangs":           func(f *faulty) *atomic.Bool { return &f.hang },
		"does not answer": func(f *faulty) *atomic.Bool { return &f.mute },
	} {
		for _, long := range []time.Duration{5 * time.Second, time.Minute} {
			t.Run(fmt.Sprint(name, " for ", long), func(t *testing.T) {
				inBubble(t, func(t *testing.T, b *bench) { outageTest(t, b, outage, long) })
			})
		}
	}
}

func outageTest(t *testing.T, b *bench, outage func(f *faulty) *atomic.Bool, long time.Duration) {
	t.Helper()
	const chats, each = 6, 8
	store := &faulty{backend: b.store}
	b.provider.answer = func(context.Context, record.Delivery) (delivery.Progress, error) {
		time.Sleep(700 * time.Millisecond)
		return delivery.Progress{}, nil
	}
	p := b.pushOver(store, delivery.LaneConfig{Workers: 4, Rate: record.Pace{Every: 50 * time.Millisecond, Burst: 10}}, delivery.Options{})
	stop := b.start(p)
	for i := range chats {
		b.queue(p, resident(i), each/2)
	}
	time.Sleep(time.Second)
	outage(store).Store(true)
	before := store.calls.Load()
	for i := range chats {
		b.queue(p, resident(i), each/2)
	}
	writing := time.Now()
	for time.Since(writing) < long { // somebody writes on, as if the store were back
		b.queue(p, resident(chats), 1)
		time.Sleep(300 * time.Millisecond)
	}
	outage(store).Store(false)
	if calls := store.calls.Load() - before; calls > 40+2*int64(long/time.Second) {
		t.Errorf("%d calls in an outage of %v", calls, long)
	}
	time.Sleep(5 * time.Minute)
	b.halt(stop)
	for i := range chats {
		if got := seqs(b.provider.seen(resident(i))); !slices.Equal(got, upTo(each)) {
			t.Errorf("chat %d got %v", i, got)
		}
		if n := b.waiting(resident(i)); n != 0 {
			t.Errorf("chat %d still waits for %d", i, n)
		}
	}
	if dead := b.dead(); len(dead) > 0 {
		t.Errorf("dead letters: %q", dead)
	}
	for _, line := range []string{"does not answer", "answers again"} {
		if n := strings.Count(b.log.String(), line); n != 1 {
			t.Errorf("%q is logged %d times:\n%s", line, n, b.log)
		}
	}
}

// However much is saved meanwhile, a store that is away is asked now and then.
func TestAStoreThatIsAwayIsLeftAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &faulty{backend: b.store}
		p := b.pushOver(store, delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		store.away.Store(true)
		time.Sleep(5 * time.Second)
		before := store.calls.Load()
		for i := range 100 {
			if way := p.Way(resident(i)); way.Lease {
				t.Fatal("a save was offered a worker")
			}
			b.queue(p, resident(i), 1)
			time.Sleep(300 * time.Millisecond)
		}
		if calls := store.calls.Load() - before; calls > 15 {
			t.Errorf("%d calls within 30 s", calls)
		}
		store.away.Store(false)
		time.Sleep(5 * time.Second)
		if n := len(b.provider.all()); n != 100 {
			t.Errorf("%d messages sent once it was back, want 100", n)
		}
		b.halt(stop)
	})
}

// While a store takes no ends, leases run out over messages that were sent. This
// process knows which, and tells instead of sending again.
func TestWhatWasSentIsNotSentAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &faulty{backend: b.store}
		b.provider.answer = parts(2)
		p := b.pushOver(store, delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		store.deaf.Store(true)
		b.queue(p, resident(1), 2)
		time.Sleep(25 * time.Second)
		store.deaf.Store(false)
		time.Sleep(25 * time.Second)
		b.halt(stop)
		want := []string{"1.0 ", "1.1 note-0", "2.0 ", "2.1 note-0"}
		if got := partsOf(b.provider.seen(resident(1))); !slices.Equal(got, want) {
			t.Errorf("tries %q, want %q", got, want)
		}
	})
}

// Residents write, the process stops and starts, replicas come and go: in the
// end everybody has everything, in order.
func TestReplicasComeAndGo(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		const chats, each = 8, 20
		b.provider.answer = func(_ context.Context, d record.Delivery) (delivery.Progress, error) {
			time.Sleep(time.Duration(d.Seq%7) * 100 * time.Millisecond)
			return delivery.Progress{More: d.Sent < int(d.Seq%3)}, nil
		}
		var replicas sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		for r := range 3 {
			p := b.push(delivery.LaneConfig{Workers: 2}, delivery.Options{Drain: 4 * time.Second})
			replicas.Go(func() {
				for ctx.Err() == nil {
					life, stop := context.WithTimeout(ctx, time.Duration(3+r)*time.Second)
					if err := p.Run(life); err != nil {
						t.Errorf("Run = %v", err)
					}
					stop()
				}
			})
		}
		writer := b.push(delivery.LaneConfig{}, delivery.Options{})
		for range each {
			for i := range chats {
				b.queue(writer, resident(i), 1)
			}
			time.Sleep(2 * time.Second)
		}
		time.Sleep(2 * time.Minute)
		cancel()
		replicas.Wait()
		for i := range chats {
			var want []string
			for seq := range each {
				for part := range (seq+1)%3 + 1 {
					want = append(want, fmt.Sprint(seq+1, ".", part, " "))
				}
			}
			if got := partsOf(b.provider.seen(resident(i))); !slices.Equal(got, want) {
				t.Errorf("chat %d got %q", i, got)
			}
		}
	})
}

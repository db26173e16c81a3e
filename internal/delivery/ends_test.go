package delivery_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func TestAThrottledChatWaitsAndOthersDoNot(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		b.provider.failing(&delivery.SendError{Kind: delivery.Throttled, After: 30 * time.Second})
		begin := time.Now()
		b.queue(p, resident(1), 2)
		synctest.Wait()
		b.provider.failing(nil)
		b.queue(p, resident(2), 1)
		time.Sleep(time.Minute)
		got := b.provider.seen(resident(1))
		if !slices.Equal(seqs(got), []uint64{1, 1, 2}) || got[1].at.Before(begin.Add(30*time.Second)) || got[1].MaybeSent() {
			t.Errorf("the chat's tries: %+v", got)
		}
		if got := b.provider.seen(resident(2)); len(got) != 1 || !got[0].at.Equal(begin) {
			t.Errorf("the other chat waited too: %+v", got)
		}
		b.halt(stop)
	})
}

func TestAThrottledLaneIsSilent(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &watched{backend: b.store}
		p := b.pushOver(store, delivery.LaneConfig{Workers: 2}, delivery.Options{})
		stop := b.start(p)
		b.provider.failing(&delivery.SendError{Kind: delivery.Throttled, After: 40 * time.Second, Lane: true, Reason: "token"})
		begin := time.Now()
		b.queue(p, resident(1), 1)
		synctest.Wait()
		b.provider.failing(nil)
		for i := range 10 {
			b.queue(p, resident(i), 1)
			time.Sleep(3 * time.Second)
		}
		if n := len(b.provider.all()); n != 1 {
			t.Errorf("%d sends in the pause, want only the one that began it", n)
		}
		if n := store.releases.Load(); n != 0 {
			t.Errorf("%d leases were taken for nothing in the pause", n)
		}
		time.Sleep(time.Minute)
		for i, try := range b.provider.all()[1:] {
			if try.at.Before(begin.Add(40 * time.Second)) {
				t.Errorf("send %d after %v", i, try.at.Sub(begin))
			}
		}
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, []uint64{1, 1, 2}) {
			t.Errorf("the chat that met the limit got %v", got)
		}
		b.halt(stop)
		if n := strings.Count(b.log.String(), "reason=token"); n != 1 {
			t.Errorf("the pause is logged %d times:\n%s", n, b.log)
		}
	})
}

// Whoever is sending when the lane is silenced does not begin another message.
func TestAPauseStopsThoseUnderWay(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		b.provider.answer = func(_ context.Context, d record.Delivery) (delivery.Progress, error) {
			if d.Chat == resident(1) || d.Attempts > 0 {
				time.Sleep(2 * time.Second)
				return delivery.Progress{}, nil
			}
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Throttled, After: time.Minute, Lane: true}
		}
		begin := time.Now()
		b.queue(p, resident(1), 2)
		b.queue(p, resident(2), 1)
		time.Sleep(90 * time.Second)
		b.halt(stop)
		got := b.provider.seen(resident(1))
		if !slices.Equal(seqs(got), upTo(2)) || got[1].MaybeSent() || got[1].at.Sub(begin) < time.Minute {
			t.Errorf("tries: %+v", got)
		}
	})
}

// One chat fails again and again, others do not: it is tried at growing
// distances, and in the end given up.
func TestRetriesGrowApartAndEnd(t *testing.T) {
	for name, err := range map[string]error{
		"named":   &delivery.SendError{Kind: delivery.Retry, Err: errors.New("connection refused")},
		"unknown": errors.New("connection refused for secret-id-1"),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				p := b.push(delivery.LaneConfig{MaxAttempts: 14}, delivery.Options{})
				stop := b.start(p)
				b.provider.failing(err)
				b.queue(p, resident(1), 1)
				time.Sleep(2 * time.Hour)
				b.halt(stop)
				got := b.provider.seen(resident(1))
				if len(got) != 14 {
					t.Fatalf("%d tries, want 14", len(got))
				}
				const look = 500 * time.Millisecond
				for i := 1; i < len(got); i++ {
					least := min(time.Second<<(i-1), 400*time.Second)
					gap := got[i].at.Sub(got[i-1].at)
					if gap < least || gap > least*3/2+look || gap > 10*time.Minute+look {
						t.Errorf("try %d came after %v, want %v and half of it again at most", i, gap, least)
					}
				}
				if dead := b.dead(); !slices.Equal(dead, []string{delivery.ReasonAttempts}) {
					t.Errorf("dead letters: %q", dead)
				}
			})
		})
	}
}

// What may have been sent says so, and is not sent for ever.
func TestUncertainSends(t *testing.T) {
	for name, fail := range map[string]func(ctx context.Context) error{
		"named": func(context.Context) error { return &delivery.SendError{Kind: delivery.Uncertain, Reason: "timeout"} },
		"stuck": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"panic": func(context.Context) error { panic("câu trả lời") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				p := b.push(delivery.LaneConfig{}, delivery.Options{})
				stop := b.start(p)
				b.provider.answer = func(ctx context.Context, _ record.Delivery) (delivery.Progress, error) {
					return delivery.Progress{}, fail(ctx)
				}
				b.queue(p, resident(1), 1)
				time.Sleep(time.Second)
				b.queue(p, resident(1), 1)
				time.Sleep(time.Hour)
				b.halt(stop)
				got := b.provider.seen(resident(1))
				if !slices.Equal(seqs(got), []uint64{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}) {
					t.Fatalf("tries of %v", seqs(got))
				}
				for i, try := range got {
					if want := uint8(i % 5); try.Lapses != want || try.MaybeSent() != (want > 0) {
						t.Errorf("try %d has %d lapses, want %d", i, try.Lapses, want)
					}
				}
				if wait := got[4].at.Sub(got[0].at); wait < 10*time.Minute {
					t.Errorf("five copies within %v", wait)
				}
				if dead := b.dead(); !slices.Equal(dead, []string{record.ReasonLapsed, record.ReasonLapsed}) {
					t.Errorf("dead letters: %q", dead)
				}
			})
		})
	}
}

// A send that hangs is cut off while its lease still goes on.
func TestAStuckSendEndsBeforeItsLease(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{Drain: time.Minute})
		stop := b.start(p)
		var took time.Duration
		b.provider.answer = func(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
			if d.Lapses > 0 {
				return delivery.Progress{}, nil
			}
			begin := time.Now()
			<-ctx.Done()
			took = time.Since(begin)
			return delivery.Progress{}, ctx.Err()
		}
		b.queue(p, resident(1), 1)
		time.Sleep(time.Minute)
		b.halt(stop)
		if took < 2*time.Second || took >= record.LeaseTime {
			t.Errorf("a stuck send ended after %v", took)
		}
		if got := b.provider.seen(resident(1)); len(got) != 2 || got[1].Lapses != 1 {
			t.Errorf("tries: %+v, want two, the second after one lapse", got)
		}
	})
}

// A stop does not wait longer than it may for a send that hangs, and settles it.
func TestAStuckSendEndsBeforeTheStop(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{Drain: 4 * time.Second})
		stop := b.start(p)
		b.provider.answer = func(ctx context.Context, _ record.Delivery) (delivery.Progress, error) {
			<-ctx.Done()
			return delivery.Progress{}, ctx.Err()
		}
		b.queue(p, resident(1), 1)
		synctest.Wait()
		b.halt(stop)
		time.Sleep(20 * time.Second)
		leases, err := b.store.Claim(t.Context(), laneName, 1)
		if err != nil || len(leases) != 1 || leases[0].Delivery.Lapses != 1 {
			t.Errorf("Claim = %+v, %v; want the message after one lapse", leases, err)
		}
	})
}

// The provider is away for long: nothing is given up for it, and the lane
// does not hammer.
func TestAProviderThatIsAwayCostsNothing(t *testing.T) {
	for _, kind := range []delivery.Kind{delivery.Retry, delivery.Uncertain} {
		t.Run(kind.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				const chats, away = 100, 2 * time.Hour
				store := &watched{backend: b.store}
				p := b.pushOver(store, delivery.LaneConfig{MaxAttempts: 12}, delivery.Options{}) // half an hour's
				stop := b.start(p)
				b.provider.failing(&delivery.SendError{Kind: kind})
				for i := range chats {
					b.queue(p, resident(i), 1)
				}
				time.Sleep(away)
				tries := len(b.provider.all())
				if most := int(away / (10 * time.Second)); tries > most {
					t.Errorf("%d tries, want %d at most", tries, most)
				}
				if n := store.releases.Load(); n > 8 { // those in hand when it began
					t.Errorf("%d leases were taken for nothing", n)
				}
				b.provider.failing(nil)
				time.Sleep(46 * time.Minute)
				b.halt(stop)
				if dead := b.dead(); len(dead) > 0 {
					t.Errorf("dead letters: %q", dead)
				}
				for i := range chats {
					if n := b.waiting(resident(i)); n != 0 {
						t.Errorf("chat %d still waits for %d", i, n)
					}
				}
				for _, line := range []string{"seems to be away", "is back"} {
					if n := strings.Count(b.log.String(), line); n != 1 {
						t.Errorf("%q is logged %d times:\n%s", line, n, b.log)
					}
				}
			})
		})
	}
}

// A provider that takes everything and whose answers are lost must not make us
// send copies for days.
func TestCopiesAreBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{MaxAttempts: 6}, delivery.Options{Every: 5 * time.Second})
		stop := b.start(p)
		b.provider.failing(&delivery.SendError{Kind: delivery.Uncertain})
		for i := range 5 {
			b.queue(p, resident(i), 1)
		}
		time.Sleep(12 * time.Hour)
		b.halt(stop)
		for i := range 5 {
			if n := len(b.provider.seen(resident(i))); n > 4+6 {
				t.Errorf("chat %d may have got %d copies", i, n)
			}
		}
		if dead := b.dead(); len(dead) != 5 || !slices.Equal(slices.Compact(dead), []string{record.ReasonLapsed}) {
			t.Errorf("dead letters: %q", dead)
		}
	})
}

func TestAClosedWindowOpensWhenThePersonWrites(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		b.provider.failing(&delivery.SendError{Kind: delivery.Window})
		b.queue(p, resident(1), 1)
		synctest.Wait()
		b.queue(p, resident(1), 1) // not the person: an officer's card, a reminder
		time.Sleep(time.Hour)
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, upTo(1)) {
			t.Errorf("tries of %v in a closed window, want one", got)
		}
		b.provider.failing(nil)
		b.saveAs(p, resident(1), true)
		synctest.Wait()
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, []uint64{1, 1, 2}) {
			t.Errorf("tries of %v once the person wrote", got)
		}
		b.halt(stop)
	})
}

func TestWhatCanNeverBeSentBecomesADeadLetter(t *testing.T) {
	for reason, want := range map[string]string{
		"blocked": "blocked", "": "gone", "câu trả lời": "gone", strings.Repeat("x", 200): "gone",
	} {
		t.Run(want, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				p := b.push(delivery.LaneConfig{}, delivery.Options{})
				stop := b.start(p)
				b.provider.answer = func(_ context.Context, d record.Delivery) (delivery.Progress, error) {
					if d.Seq == 1 {
						return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: reason}
					}
					return delivery.Progress{}, nil
				}
				b.queue(p, resident(1), 2)
				synctest.Wait()
				b.halt(stop)
				if dead := b.dead(); !slices.Equal(dead, []string{want}) {
					t.Errorf("dead letters: %q, want %q", dead, want)
				}
				if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, upTo(2)) {
					t.Errorf("tries of %v, want each once", got)
				}
			})
		})
	}
}

func TestSendErrorTells(t *testing.T) {
	t.Parallel()
	cause := errors.New("no route")
	for _, c := range []struct {
		err  *delivery.SendError
		want string
	}{
		{&delivery.SendError{}, "send: retry"},
		{&delivery.SendError{Kind: delivery.Gone, Reason: "blocked"}, "send: gone (blocked)"},
		{&delivery.SendError{Kind: delivery.Uncertain, Reason: "timeout", Err: cause}, "send: uncertain (timeout): no route"},
	} {
		if c.err.Error() != c.want {
			t.Errorf("Error() = %q, want %q", c.err.Error(), c.want)
		}
		if got := errors.Is(c.err, cause); got != (c.err.Err != nil) {
			t.Errorf("%v unwraps to its cause: %v", c.err, got)
		}
	}
}

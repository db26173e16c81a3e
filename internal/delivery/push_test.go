package delivery_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// Whatever the workers do, a chat gets its messages once and in order.
func TestEveryChatGetsItsMessagesInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		const chats, each = 20, 12
		var at atomic.Int64
		b.provider.answer = func(context.Context, record.Delivery) (delivery.Progress, error) {
			time.Sleep(time.Duration(at.Add(37)%200) * time.Millisecond) // no two take equally long
			return delivery.Progress{Provider: "id"}, nil
		}
		one := b.push(delivery.LaneConfig{Workers: 3}, delivery.Options{})
		other := b.push(delivery.LaneConfig{Workers: 5}, delivery.Options{}) // a second replica
		for i := range chats {
			b.queue(one, resident(i), each/2) // before anybody sends
		}
		stopOne, stopOther := b.start(one), b.start(other)
		for range each / 2 {
			for i := range chats {
				b.queue([]outlet{one, other}[i%2], resident(i), 1)
			}
			time.Sleep(300 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		b.halt(stopOne)
		b.halt(stopOther)
		for i := range chats {
			if got := seqs(b.provider.seen(resident(i))); !slices.Equal(got, upTo(each)) {
				t.Errorf("chat %d got %v", i, got)
			}
		}
	})
}

func TestASaveIsSentAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &watched{backend: b.store}
		p := b.pushOver(store, delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		time.Sleep(100 * time.Millisecond) // between two looks of the loop
		claims := store.claims.Load()
		saved := time.Now()
		b.save(p, resident(1), answer(), answer())
		synctest.Wait()
		got := b.provider.seen(resident(1))
		if !slices.Equal(seqs(got), upTo(2)) || !got[1].at.Equal(saved) {
			t.Errorf("sent %v", seqs(got))
		}
		if n := store.claims.Load() - claims; n != 0 {
			t.Errorf("%d claims, want the lease of the save", n)
		}
		b.halt(stop)
	})
}

// When nobody was free, the message goes as soon as somebody is.
func TestAWorkerThatBecomesFreeGoesOn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		b.provider.answer = func(context.Context, record.Delivery) (delivery.Progress, error) {
			time.Sleep(2200 * time.Millisecond)
			return delivery.Progress{}, nil
		}
		p := b.push(delivery.LaneConfig{Workers: 1}, delivery.Options{Every: time.Hour})
		stop := b.start(p)
		begin := time.Now()
		for i := range 3 {
			b.save(p, resident(i), answer())
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Minute)
		for i := range 3 {
			got := b.provider.seen(resident(i))
			if want := begin.Add(time.Duration(i) * 2200 * time.Millisecond); len(got) != 1 || !got[0].at.Equal(want) {
				t.Errorf("chat %d: %d tries, want one at %v", i, len(got), want)
			}
		}
		b.halt(stop)
	})
}

func TestWhatAPersonWroteGoesFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Workers: 1}, delivery.Options{})
		ranked := func(r record.Priority) record.Outgoing {
			o := answer()
			o.Priority = r
			return o
		}
		for _, r := range []record.Priority{record.PriorityReminder, record.PriorityReceipt, record.PriorityReply, record.PriorityPerson} {
			b.save(p, resident(1), ranked(r))
		}
		b.save(p, resident(2), answer())
		time.Sleep(time.Minute)
		b.save(p, resident(3), ranked(record.PriorityPerson))
		stop := b.start(p)
		time.Sleep(time.Second)
		b.halt(stop)
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, []uint64{4, 3, 2, 1}) {
			t.Errorf("one chat got %v", got)
		}
		order := map[bot.ChatID]int{}
		for i, try := range b.provider.all() {
			order[try.Chat] = i
		}
		if order[resident(3)] > order[resident(2)] {
			t.Errorf("an answer of a minute ago went before what a person wrote: %v", order)
		}
	})
}

// A save that fails never comes back to Saved; the worker it kept is free again.
func TestAFailedSaveDoesNotCostAWorker(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Workers: 1}, delivery.Options{})
		stop := b.start(p)
		if way := p.Way(resident(1)); !way.Lease {
			t.Error("a free worker was not offered")
		}
		if way := p.Way(resident(1)); !way.Lease {
			t.Error("the same chat's second save was not offered the worker it has")
		}
		if way := p.Way(resident(2)); way.Lease {
			t.Error("one worker was offered to two chats")
		}
		b.save(p, resident(2), answer())
		time.Sleep(10*time.Second + time.Millisecond) // between two looks of the loop
		if got := b.provider.seen(resident(2)); len(got) != 1 {
			t.Errorf("%d tries", len(got))
		}
		if way := p.Way(resident(2)); !way.Lease {
			t.Error("the worker is lost")
		}
		p.Saved(resident(2), nil)
		if way := p.Way(resident(3)); !way.Lease {
			t.Error("Saved without a lease kept the worker")
		}
		b.halt(stop)
	})
}

// A lease that comes when its time is nearly over is given back, not used.
func TestALateLeaseIsGivenBack(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &watched{backend: b.store}
		p := b.pushOver(store, delivery.LaneConfig{Workers: 1}, delivery.Options{})
		stop := b.start(p)
		chat := resident(1)
		way := p.Way(chat)
		saved, err := b.store.Save(t.Context(), record.Save{Chat: chat, Update: "u", Out: []record.Outgoing{answer()}, Way: way})
		if err != nil || saved.Lease == nil {
			t.Fatalf("Save = %+v, %v", saved, err)
		}
		time.Sleep(record.LeaseTime - 2*time.Second)
		p.Saved(chat, saved.Lease)
		time.Sleep(time.Second)
		got := b.provider.seen(chat)
		if len(got) != 1 || got[0].MaybeSent() {
			t.Errorf("tries = %+v, want one, surely not sent before", got)
		}
		if n := store.releases.Load(); n != 1 {
			t.Errorf("%d leases were given back, want one", n)
		}
		b.halt(stop)
	})
}

func TestPaceOfAChat(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Pace: record.Pace{Every: 3 * time.Second, Burst: 2}}, delivery.Options{})
		stop := b.start(p)
		b.queue(p, resident(1), 6)
		time.Sleep(time.Minute)
		got := b.provider.seen(resident(1))
		if !slices.Equal(seqs(got), upTo(6)) {
			t.Fatalf("sent %v", seqs(got))
		}
		for i := 2; i < len(got); i++ {
			if gap := got[i].at.Sub(got[i-2].at); gap < 3*time.Second {
				t.Errorf("messages %d to %d within %v", i-1, i+1, gap)
			}
		}
		b.halt(stop)
	})
}

func TestWhatNobodyWantsIsNotSent(t *testing.T) {
	for _, c := range []struct {
		name     string
		out      record.Outgoing
		dead     []string
		failed   string
		dropped  string
		priority record.Priority
	}{
		{"an answer that expired", record.Outgoing{Keep: time.Minute}, []string{record.ReasonExpired}, record.ReasonExpired, "", record.PriorityReply},
		{"what a person wrote, expired", record.Outgoing{Keep: time.Minute}, []string{record.ReasonExpired}, record.ReasonExpired, "", record.PriorityPerson},
		{"a receipt that expired", record.Outgoing{Keep: time.Minute}, nil, "", record.ReasonExpired, record.PriorityReceipt},
		{"a reminder that expired", record.Outgoing{Keep: time.Minute}, nil, "", record.ReasonExpired, record.PriorityReminder},
		{"what a case bars", record.Outgoing{Guard: record.Guard{Code: "0001", Epoch: 1}}, nil, "", delivery.DropBarred, record.PriorityPerson},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bench) {
				var ends []string
				p := b.push(delivery.LaneConfig{}, delivery.Options{Observer: delivery.Observer{
					Failed:  func(_, reason string) { ends = append(ends, "failed "+reason) },
					Dropped: func(_, reason string) { ends = append(ends, "dropped "+reason) },
				}})
				out := c.out
				out.Reply, out.Priority = answer().Reply, c.priority
				b.save(p, resident(1), out)
				time.Sleep(2 * time.Minute)
				stop := b.start(p)
				time.Sleep(time.Second)
				b.halt(stop)
				if n := len(b.provider.all()); n != 0 {
					t.Errorf("sent %d times", n)
				}
				if got := b.dead(); !slices.Equal(got, c.dead) {
					t.Errorf("dead letters: %q, want %q", got, c.dead)
				}
				want := "dropped " + c.dropped
				if c.failed != "" {
					want = "failed " + c.failed
				}
				if strings.Join(ends, ", ") != want {
					t.Errorf("observed %q, want %q", ends, want)
				}
			})
		})
	}
}

func TestObserver(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		var seen []string
		note := func(f string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, fmt.Sprintf(f, args...))
		}
		p := b.push(delivery.LaneConfig{Workers: 1}, delivery.Options{Observer: delivery.Observer{
			Sent:  func(lane string, waited time.Duration) { note("sent %s after %v", lane, waited) },
			Later: func(lane string, kind delivery.Kind) { note("later %s %v", lane, kind) },
			Age:   func(lane string, oldest time.Duration) { note("age %s %v", lane, oldest) },
		}})
		b.save(p, resident(1), answer())
		time.Sleep(90 * time.Second)
		b.provider.failing(&delivery.SendError{Kind: delivery.Throttled, After: 30 * time.Second})
		stop := b.start(p)
		b.provider.failing(nil)
		time.Sleep(30*time.Second + time.Millisecond)
		b.halt(stop)
		want := []string{
			"age zalo-oa/main 1m30s", "later zalo-oa/main throttled",
			"age zalo-oa/main 2m0s", "sent zalo-oa/main after 2m0s",
		}
		if !slices.Equal(seen, want) {
			t.Errorf("observed %q, want %q", seen, want)
		}
	})
}

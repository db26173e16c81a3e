package delivery_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// The account's rate holds over all replicas, and costs no trip a message.
func TestTheRateIsSharedInBatches(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		const total, rate = 600, 20
		store := &watched{backend: b.store}
		config := delivery.LaneConfig{Rate: record.Pace{Every: time.Second / rate, Burst: 1}}
		first, second := b.pushOver(store, config, delivery.Options{}), b.pushOver(store, config, delivery.Options{})
		for i := range total {
			b.queue(first, resident(i), 1)
		}
		begin := time.Now()
		stopFirst, stopSecond := b.start(first), b.start(second)
		time.Sleep(2 * total / rate * time.Second)
		b.halt(stopFirst)
		b.halt(stopSecond)
		got := b.provider.all()
		if len(got) != total {
			t.Fatalf("sent %d, want %d", len(got), total)
		}
		for i := range len(got) - 3*rate/2 {
			// A second's worth, half a second's burst, and what a replica still had in hand.
			if window := got[i+3*rate/2].at.Sub(got[i].at); window < 500*time.Millisecond {
				t.Fatalf("%d messages within %v", 3*rate/2+1, window)
			}
		}
		took := got[len(got)-1].at.Sub(begin)
		if most := total / rate * 5 / 4 * time.Second; took > most {
			t.Errorf("%d messages at %d a second took %v, want %v at most", total, rate, took, most)
		}
		if most := int64(2*2*took/time.Second) + 20; store.takes.Load() > most {
			t.Errorf("%d trips for permits of %d messages, want %d at most", store.takes.Load(), total, most)
		}
		if n := store.releases.Load(); n > total/20 {
			t.Errorf("%d leases were taken for nothing", n)
		}
	})
}

// An idle lane takes no permits: they would be missing elsewhere.
func TestAnIdleLaneTakesNoPermits(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &watched{backend: b.store}
		p := b.pushOver(store, delivery.LaneConfig{Rate: record.Pace{Every: time.Second, Burst: 5}}, delivery.Options{})
		stop := b.start(p)
		time.Sleep(5 * time.Second)
		takes := store.takes.Load()
		time.Sleep(time.Minute)
		if n := store.takes.Load() - takes; n != 0 {
			t.Errorf("%d trips for permits while there was nothing to send", n)
		}
		b.halt(stop)
	})
}

// A permit that was not needed is there for the next message.
func TestAPermitIsNotWasted(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Rate: record.Pace{Every: 20 * time.Second, Burst: 1}}, delivery.Options{})
		barred := answer()
		barred.Guard = record.Guard{Code: "0001", Epoch: 1}
		b.save(p, resident(1), barred)
		time.Sleep(time.Second)
		b.save(p, resident(2), answer())
		begin := time.Now()
		stop := b.start(p) // expects work: takes the permit, and nothing needs it at first
		if got := b.provider.seen(resident(2)); len(got) != 1 || !got[0].at.Equal(begin) {
			t.Errorf("behind a barred message: %+v", got)
		}
		b.halt(stop)
		time.Sleep(time.Minute)
		stop = b.start(p)
		time.Sleep(time.Second)
		begin = time.Now()
		b.save(p, resident(3), answer())
		synctest.Wait()
		if got := b.provider.seen(resident(3)); len(got) != 1 || !got[0].at.Equal(begin) {
			t.Errorf("after a look in vain: %+v", got)
		}
		b.halt(stop)
	})
}

// A lane far beyond its rate sends what is most urgent, not what came first.
func TestOverloadKeepsTheOrderOfUrgency(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &watched{backend: b.store}
		p := b.pushOver(store, delivery.LaneConfig{Rate: record.Pace{Every: 600 * time.Millisecond, Burst: 1}, Workers: 40}, delivery.Options{})
		stop := b.start(p)
		for i := range 100 {
			b.queue(p, resident(i), 1)
		}
		officers := answer()
		officers.Priority = record.PriorityPerson
		saved := time.Now()
		b.save(p, resident(200), officers)
		time.Sleep(2 * time.Minute)
		b.halt(stop)
		got := b.provider.seen(resident(200))
		if len(got) != 1 || got[0].at.Sub(saved) > 5*time.Second {
			t.Errorf("what a person wrote: %+v, saved %v", got, saved)
		}
		if n := len(b.provider.all()); n != 101 {
			t.Errorf("sent %d, want 101", n)
		}
		if n := store.releases.Load(); n > 2 {
			t.Errorf("%d leases were taken for nothing", n)
		}
	})
}

// After a long outage nobody is flooded with answers to forgotten questions.
func TestStaleAnswersBecomeOneQuestion(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		again := bot.Reply{Kind: bot.ReplyNotice, Text: "Xin bà con hỏi lại giúp."}
		config := delivery.LaneConfig{Stale: 10 * time.Minute, AskAgain: again, Pace: record.Pace{Every: time.Second, Burst: 1}}
		p := b.push(config, delivery.Options{})
		kinds := []bot.ReplyKind{bot.ReplyAnswer, bot.ReplyUrgent, bot.ReplyChoice, bot.ReplyHandoff, bot.ReplyNotice}
		var out []record.Outgoing
		for _, kind := range kinds {
			out = append(out, record.Outgoing{Reply: bot.Reply{Kind: kind, Text: string(kind)}, Priority: record.PriorityReply})
		}
		person := out[0]
		person.Priority = record.PriorityPerson
		b.save(p, resident(1), out...)
		time.Sleep(time.Minute)
		b.save(p, resident(1), out[0], person)
		b.save(p, resident(2), out[0])
		time.Sleep(10 * time.Minute)
		b.provider.answer = parts(2) // even then
		b.save(p, resident(1), out[0])
		stop := b.start(p)
		time.Sleep(time.Minute)
		b.halt(stop)
		var texts []string
		for _, try := range b.provider.seen(resident(1)) {
			if try.Sent == 0 {
				texts = append(texts, try.Reply.Text)
			}
		}
		want := []string{"answer", again.Text, "urgent", "handoff", "answer"} // first what the person wrote, last what is fresh
		if !slices.Equal(texts, want) {
			t.Errorf("sent %q, want %q", texts, want)
		}
		if got := b.provider.seen(resident(2)); len(got) != 1 || got[0].Reply.Text != again.Text {
			t.Errorf("the other chat got %+v", got)
		}
		if n := b.waiting(resident(1)) + b.waiting(resident(2)); n != 0 {
			t.Errorf("%d still wait", n)
		}
	})
}

// A newer answer replaces one that was not sent yet.
func TestASupersededAnswerIsNotSent(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Supersede: true}, delivery.Options{})
		if way := p.Way(resident(1)); !way.Supersede {
			t.Error("the lane does not ask for it")
		}
		out := answer()
		out.Collapse = "reply"
		for range 3 {
			b.save(p, resident(1), out)
		}
		stop := b.start(p)
		synctest.Wait()
		b.halt(stop)
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, []uint64{3}) {
			t.Errorf("sent %v, want the newest only", got)
		}
	})
}

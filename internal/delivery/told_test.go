package delivery_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// tracked is an answer of the bot, of which somebody wants to know how it ends.
func tracked(track string) record.Outgoing {
	o := answer()
	o.Reply.Track = track
	return o
}

// told returns what the store tells chats of how their messages ended, by track.
func (b *bench) told() map[string]string {
	b.t.Helper()
	all, err := b.store.Work(b.t.Context(), 100)
	if err != nil {
		b.t.Fatal(err)
	}
	ends := map[string]string{}
	for _, w := range all {
		e := w.Letter.Letter.Ended
		ends[e.Track] = strings.TrimSpace(ends[e.Track] + " " + string(e.End) + e.Reason)
		if err := b.store.Finish(b.t.Context(), w, record.Settlement{Result: record.Sent}); err != nil {
			b.t.Fatal(err)
		}
	}
	return ends
}

func (b *bench) wantTold(want map[string]string) {
	b.t.Helper()
	if got := b.told(); !maps.Equal(got, want) {
		b.t.Errorf("told %v, want %v", got, want)
	}
}

// Whatever becomes of a tracked message, the chat hears of it once.
func TestHowATrackedMessageEndsIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*record.Outgoing)
		answer func(ctx context.Context, d record.Delivery) (delivery.Progress, error)
		want   string
	}{
		"sent": {nil, func(context.Context, record.Delivery) (delivery.Progress, error) { return delivery.Progress{}, nil }, "sent"},
		"sent in parts": {nil, func(_ context.Context, d record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{More: d.Sent < 2}, nil
		}, "sent"},
		"gone": {nil, func(context.Context, record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "blocked"}
		}, "failedblocked"},
		"held": {nil, func(context.Context, record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Window}
		}, "failedexpired"},
		"never known": {nil, func(context.Context, record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Uncertain}
		}, "failedlapsed"},
		"barred": {func(o *record.Outgoing) { o.Guard = record.Guard{Code: "0001", Epoch: 1} }, nil, "dropped"},
		"expired": {nil, func(context.Context, record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Throttled, After: 3 * time.Hour}
		}, "failedexpired"},
		"an expired reminder": {func(o *record.Outgoing) { o.Priority = record.PriorityReminder }, func(context.Context, record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Throttled, After: 3 * time.Hour}
		}, "failedexpired"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(_ *testing.T, b *bench) {
				b.provider.answer = c.answer
				p := b.push(delivery.LaneConfig{}, delivery.Options{Every: 10 * time.Second})
				stop := b.start(p)
				o := tracked("t")
				o.Keep = 2 * time.Hour
				if c.change != nil {
					c.change(&o)
				}
				b.save(p, resident(1), o)
				time.Sleep(time.Hour)
				if name == "held" { // and later that it waited in vain
					b.wantTold(map[string]string{"t": "held"})
				}
				time.Sleep(3 * time.Hour)
				b.halt(stop)
				b.wantTold(map[string]string{"t": c.want})
			})
		})
	}
}

// An answer that was not sent, because it had become too old, is not told as sent.
func TestAStaleTrackedAnswerIsDropped(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Stale: time.Minute, AskAgain: bot.Reply{Text: "hỏi lại"}}, delivery.Options{})
		b.save(p, resident(1), tracked("one"), tracked("two"))
		time.Sleep(2 * time.Minute)
		stop := b.start(p)
		time.Sleep(time.Second)
		b.halt(stop)
		if got := b.provider.all(); len(got) != 1 || got[0].Reply.Text != "hỏi lại" {
			t.Errorf("sent %+v", got)
		}
		b.wantTold(map[string]string{"one": "dropped", "two": "dropped"})
	})
}

// zaloWindow is two days, three messages, seven days.
var zaloWindow = record.Window{Free: 48 * time.Hour, FreeMessages: 3, Total: 7 * 24 * time.Hour}

func TestAWindowKeepsWhatMayNotGo(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Window: zaloWindow}, delivery.Options{Every: 10 * time.Minute})
		stop := b.start(p)
		person := tracked("person")
		person.Priority, person.Keep = record.PriorityPerson, 60*24*time.Hour
		b.save(p, resident(1), person) // to somebody who never wrote
		reminder := answer()
		reminder.Priority, reminder.Keep = record.PriorityReminder, 60*24*time.Hour
		b.save(p, resident(1), reminder)
		time.Sleep(time.Minute)
		if got := b.provider.all(); len(got) != 0 {
			t.Errorf("sent %v into a closed window", seqs(got))
		}
		b.wantTold(map[string]string{"person": "held"})
		b.saveAs(p, resident(1), true, answer(), answer())
		time.Sleep(time.Minute)
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, []uint64{1, 3, 4}) {
			t.Errorf("sent %v, want what a person wrote first, and no more than is free", got)
		}
		b.wantTold(map[string]string{"person": "sent"})
		person.Reply.Track = "more"
		b.save(p, resident(1), person)
		time.Sleep(time.Minute)
		if got := seqs(b.provider.seen(resident(1))); !slices.Equal(got, []uint64{1, 3, 4, 5}) {
			t.Errorf("sent %v, want what a person wrote beyond what is free", got)
		}
		time.Sleep(zaloWindow.Total)
		b.save(p, resident(1), person)
		time.Sleep(time.Minute)
		b.halt(stop)
		if n := len(b.provider.all()); n != 4 {
			t.Errorf("%d sends, want none after the window", n)
		}
		if got := b.told()["more"]; got != "sent held" && got != "held sent" {
			t.Errorf("told %q of the last two", got)
		}
	})
}

func TestWhatTheProviderSaysIsLeftCounts(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		p := b.push(delivery.LaneConfig{Window: zaloWindow}, delivery.Options{})
		stop := b.start(p)
		left := 0
		b.provider.answer = func(context.Context, record.Delivery) (delivery.Progress, error) {
			return delivery.Progress{Provider: "id", Left: &left}, nil
		}
		b.saveAs(p, resident(1), true, answer(), answer())
		time.Sleep(time.Minute)
		b.halt(stop)
		c, err := b.store.Load(t.Context(), resident(1))
		if n := len(b.provider.all()); n != 1 || err != nil || c.Window.Sent != 3 {
			t.Errorf("%d sends, %+v, %v", n, c.Window, err)
		}
	})
}

// What the store knows to be over is not sent, whatever our own clock says.
func TestTheStoresClockEndsAMessage(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		behind := func() time.Time { return time.Now().Add(-time.Hour) }
		p := b.push(delivery.LaneConfig{}, delivery.Options{Now: behind})
		o := answer()
		o.Keep = time.Second
		b.save(p, resident(1), o)
		time.Sleep(2 * time.Second)
		stop := b.start(p)
		time.Sleep(time.Second)
		b.halt(stop)
		if n := len(b.provider.all()); n != 0 || !slices.Equal(b.dead(), []string{record.ReasonExpired}) {
			t.Errorf("%d sends, dead letters %v", n, b.dead())
		}
	})
}

// silentRefs is a store that does not tell what it remembers while mute.
type silentRefs struct {
	backend
	mute atomic.Bool
	asks atomic.Int64
}

func (s *silentRefs) Ref(ctx context.Context, chat bot.ChatID, provider string) ([]byte, error) {
	s.asks.Add(1)
	if s.mute.Load() {
		return nil, errAway
	}
	return s.backend.Ref(ctx, chat, provider)
}

func TestACardTakesThePlaceOfTheOneBefore(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		store := &silentRefs{backend: b.store}
		p := b.pushOver(store, delivery.LaneConfig{}, delivery.Options{})
		stop := b.start(p)
		show := func(name string) {
			o := answer()
			o.Reply.Card, o.Collapse = name, record.CardRef(name)
			b.save(p, resident(1), o)
			synctest.Wait()
		}
		b.save(p, resident(1), answer())
		synctest.Wait()
		if store.asks.Load() != 0 {
			t.Error("what is no card was looked up")
		}
		for _, name := range []string{"a", "a", "b", "a"} {
			show(name)
		}
		var got []string
		for _, try := range b.provider.all()[1:] {
			got = append(got, try.Replaces)
		}
		if want := []string{"", "id-2", "", "id-3"}; !slices.Equal(got, want) {
			t.Errorf("cards replace %q, want %q", got, want)
		}
		// A store that does not tell costs time and no copy.
		store.mute.Store(true)
		show("a")
		time.Sleep(5 * time.Second)
		if n := len(b.provider.all()); n != 5 {
			t.Errorf("%d sends, want none that knows not what it replaces", n)
		}
		store.mute.Store(false)
		time.Sleep(30 * time.Second)
		if got := b.provider.all(); len(got) != 6 || got[5].Replaces != "id-5" || got[5].MaybeSent() {
			t.Errorf("sent %+v", got[5:])
		}
		b.halt(stop)
	})
}

// A card that is fetched behind another one is told in fewer words.
func TestFetchedCards(t *testing.T) {
	t.Parallel()
	var q fetched
	for i, r := range []bot.Reply{
		{Text: "1", Card: "c", Update: "u1"}, {Text: "2"}, {Text: "3", Card: "d", Update: "u3"},
		{Text: "4", Card: "c", Update: "u4"}, {Text: "5", Card: "d"},
	} {
		q = append(q, record.Delivery{Seq: uint64(i) + 1, Reply: r})
	}
	ds, err := delivery.NewPull(q).Pending(t.Context(), alice)
	var got []string
	for _, d := range ds {
		got = append(got, d.Reply.Text)
	}
	if want := "[1 2 3 u4 5]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("Pending = %v, %v, want %s", got, err, want)
	}
}

type fetched []record.Delivery

func (f fetched) Pending(context.Context, bot.ChatID) ([]record.Delivery, error) { return f, nil }
func (fetched) Ack(context.Context, bot.ChatID, uint64) error                    { return nil }

package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

func deliveriesInOrder(t *testing.T, e *Engine) {
	var want []string
	for i := range 300 { // past one byte of the sequence
		text := fmt.Sprint("r", i)
		want = append(want, text)
		mustSave(t, e, record.Save{Chat: chatA, Revision: uint64(i), Update: fmt.Sprint(i), Out: replies(text)})
	}
	got := pending(t, e, chatA)
	if !slices.Equal(texts(got), want) {
		t.Errorf("Pending = %q", texts(got))
	}
	for i, d := range got {
		if d.Seq != uint64(i)+1 || d.Chat != chatA || d.Reply.Kind != bot.ReplyAnswer {
			t.Errorf("delivery %d is %+v", i, d)
		}
		if life := d.Expires.Sub(d.At); life <= 0 || life > record.KeepDelivery {
			t.Errorf("delivery %d lives for %v", i, life)
		}
	}
}

func ackIdempotent(t *testing.T, e *Engine) {
	other := bot.ChatID{Channel: "web", Bot: "main", Chat: "b"}
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("1", "2", "3", "4")})
	mustSave(t, e, record.Save{Chat: other, Update: "1", Out: replies("x")})
	for _, step := range []struct {
		upTo uint64
		want []uint64
	}{{0, []uint64{1, 2, 3, 4}}, {2, []uint64{3, 4}}, {2, []uint64{3, 4}}, {1, []uint64{3, 4}}, {4, nil}, {4, nil}} {
		ack(t, e, chatA, step.upTo)
		if got := seqs(pending(t, e, chatA)); !slices.Equal(got, step.want) {
			t.Errorf("after Ack of %d Pending = %v, want %v", step.upTo, got, step.want)
		}
	}
	if got := texts(pending(t, e, other)); !slices.Equal(got, []string{"x"}) {
		t.Errorf("another chat's queue is %q", got)
	}
	mustSave(t, e, record.Save{Chat: chatA, Revision: 1, Update: "2", Out: replies("5")})
	if got := seqs(pending(t, e, chatA)); !slices.Equal(got, []uint64{5}) {
		t.Errorf("the sequence after an emptied queue is %v, want 5", got)
	}
}

func ackBeyond(t *testing.T, e *Engine) {
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", Out: replies("1")})
	ack(t, e, chatA, 57)
	if got := seqs(pending(t, e, chatA)); !slices.Equal(got, []uint64{1}) {
		t.Errorf("Pending = %v, want what was never shown", got)
	}
}

func equalUpdatesRace(t *testing.T, e *Engine) {
	var done, duplicate atomic.Int64
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			saved, err := e.Save(t.Context(), record.Save{Chat: chatA, Update: "1", Out: replies("r"), Day: day, Counts: []string{"c"}})
			switch {
			case err != nil:
				t.Errorf("Save: %v", err)
			case saved.Outcome == record.Done:
				done.Add(1)
			case saved.Outcome == record.Duplicate:
				duplicate.Add(1)
			}
		})
	}
	callers.Wait()
	if done.Load() != 1 || duplicate.Load() != 15 {
		t.Errorf("%d done and %d duplicate, want 1 and 15", done.Load(), duplicate.Load())
	}
	if got := pending(t, e, chatA); len(got) != 1 {
		t.Errorf("Pending = %v", got)
	}
	if got := counts(t, e, day); got["c"] != 1 {
		t.Errorf("Counts = %v", got)
	}
}

func writersRace(t *testing.T, e *Engine) {
	const writers, writes = 4, 25
	var callers sync.WaitGroup
	for w := range writers {
		callers.Go(func() {
			for i := range writes {
				for {
					c, err := e.Load(t.Context(), chatA)
					if err != nil {
						t.Errorf("Load: %v", err)
						return
					}
					saved, err := e.Save(t.Context(), record.Save{
						Chat: chatA, Revision: c.Revision, Update: fmt.Sprint(w, "-", i),
						State: append(c.State, 'x'), Out: replies("r"), Day: day, Counts: []string{"c"},
					})
					if err != nil || saved.Outcome == record.Duplicate {
						t.Errorf("Save = %+v, %v", saved, err)
						return
					}
					if saved.Outcome == record.Done {
						break
					}
				}
			}
		})
	}
	callers.Wait()
	c := load(t, e, chatA)
	if c.Revision != writers*writes || len(c.State) != writers*writes || len(c.Seen) != writers*writes {
		t.Errorf("revision %d, %d bytes of state, %d marks: want %d of each", c.Revision, len(c.State), len(c.Seen), writers*writes)
	}
	if got := counts(t, e, day); got["c"] != writers*writes {
		t.Errorf("Counts = %v", got)
	}
	for i, seq := range seqs(pending(t, e, chatA)) {
		if seq != uint64(i)+1 {
			t.Fatalf("delivery %d has sequence %d", i, seq)
		}
	}
}

func cancelled(t *testing.T, e *Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, loadErr := e.Load(ctx, chatA)
	_, saveErr := e.Save(ctx, record.Save{Chat: chatA, Update: "1"})
	_, pendingErr := e.Pending(ctx, chatA)
	ackErr := e.Ack(ctx, chatA, 1)
	for name, err := range map[string]error{"Load": loadErr, "Save": saveErr, "Pending": pendingErr, "Ack": ackErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
	if got := load(t, e, chatA); got.Revision != 0 {
		t.Errorf("a cancelled save happened: %+v", got)
	}
}

func closed(t *testing.T, e *Engine) {
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatalf("Close: %v", err)
	}
	_, loadErr := e.Load(t.Context(), chatA)
	_, saveErr := e.Save(t.Context(), record.Save{Chat: chatA, Update: "1"})
	_, pendingErr := e.Pending(t.Context(), chatA)
	ackErr := e.Ack(t.Context(), chatA, 1)
	for name, err := range map[string]error{"Load": loadErr, "Save": saveErr, "Pending": pendingErr, "Ack": ackErr} {
		if !errors.Is(err, exchange.ErrClosed) {
			t.Errorf("%s: got %v, want ErrClosed", name, err)
		}
	}
}

func reopening(t *testing.T, e *Engine) {
	if e.Reopen == nil {
		t.Skip("the engine cannot be reopened")
	}
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", State: []byte("one"), Out: replies("1", "2"), Day: day, Counts: []string{"c"}})
	ack(t, e, chatA, 1)
	chat, queue, counted := load(t, e, chatA), pending(t, e, chatA), counts(t, e, day)
	e.Store = e.Reopen()
	if got := load(t, e, chatA); !reflect.DeepEqual(got, chat) {
		t.Errorf("Load = %+v, want %+v", got, chat)
	}
	if got := pending(t, e, chatA); !reflect.DeepEqual(got, queue) {
		t.Errorf("Pending = %+v, want %+v", got, queue)
	}
	if got := counts(t, e, day); !reflect.DeepEqual(got, counted) {
		t.Errorf("Counts = %v, want %v", got, counted)
	}
	if got := save(t, e, record.Save{Chat: chatA, Revision: 1, Update: "1"}); got.Outcome != record.Duplicate {
		t.Errorf("Save of a taken update = %+v", got)
	}
}

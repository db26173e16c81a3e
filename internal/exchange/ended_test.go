package exchange_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// windowed is an outlet of a channel that lets little through.
type windowed struct{ window record.Window }

func (w windowed) Way(bot.ChatID) record.Way {
	return record.Way{Push: true, Lease: true, Window: w.window}
}
func (windowed) Saved(bot.ChatID, *record.Lease) {}

// decider is a Decider made of a function.
type decider func(exchange.Situation) exchange.Outcome

func (decider) Mentions(exchange.Situation) []string { return nil }

func (d decider) Decide(s exchange.Situation) exchange.Outcome { return d(s) }

// How a message ended comes back as a letter of the chat's own. It is decided on
// like any other, and opens no window: the person did not write.
func TestTheEndOfAMessageComesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, answer, nil) // for its store
	resident := bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "tam"}
	window := record.Window{Free: time.Hour, FreeMessages: 8, Total: 2 * time.Hour}
	var heard atomic.Pointer[bot.Ended]
	var before, after record.WindowState
	x, err := exchange.New(b.store, decider(func(s exchange.Situation) exchange.Outcome {
		out := exchange.Outcome{Step: bot.Step{Conversation: s.Conversation}}
		if s.Message.Kind == bot.KindLetter {
			after = s.Chat.Window
			heard.Store(s.Message.Letter.Ended)
			return out
		}
		before = s.Chat.Window
		out.Replies = []bot.Reply{{Text: "Dạ", Track: "t"}}
		return out
	}), exchange.Config{Apology: apology, Outlet: windowed{window}})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now().Truncate(time.Second)
	if err := x.Handle(t.Context(), bot.Message{Chat: resident, ID: "1", Kind: bot.KindText, Text: "chào"}); err != nil {
		t.Fatal(err)
	}
	leases, err := b.store.Claim(t.Context(), record.Lane(resident), 1) // the save gave it to nobody here
	if err != nil || len(leases) != 0 {
		t.Fatalf("Claim = %+v, %v, want the save to have the lease", leases, err)
	}
	ds, err := b.store.Pending(t.Context(), resident)
	if err != nil || len(ds) != 1 {
		t.Fatalf("Pending = %+v, %v", ds, err)
	}
	ended := bot.Ended{Track: "t", End: bot.EndSent}
	sent := record.Settlement{Result: record.Sent, Providers: []string{"m"}, Ended: &ended}
	if _, err := b.store.Settle(t.Context(), record.Lease{Delivery: ds[0]}, sent); err != nil {
		t.Fatal(err)
	}
	b.Exchange = x
	b.work(t, b.store, func() bool { return heard.Load() != nil })
	if *heard.Load() != ended {
		t.Errorf("heard %+v, want %+v", heard.Load(), ended)
	}
	if !before.Since.IsZero() || after.Since.Before(began) || after.Sent != 1 {
		t.Errorf("the window was %+v and then %+v, want it known since the person wrote", before, after)
	}
	c, err := b.store.Load(t.Context(), resident)
	if err != nil || !c.Window.Since.Equal(after.Since) || c.Window.Sent != 1 {
		t.Errorf("afterwards %+v, %v: the letter opened it", c.Window, err)
	}
}

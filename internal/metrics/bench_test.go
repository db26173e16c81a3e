package metrics_test

import (
	"context"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/metrics"
	"github.com/doithoai/doithoai/internal/record"
)

// nothing is a program that does nothing, so that what remains is the counting.
type nothing struct{ metrics.Store }

func (nothing) Load(context.Context, bot.ChatID) (record.Chat, error) { return record.Chat{}, nil }
func (nothing) Save(context.Context, record.Save) (record.Saved, error) {
	return record.Saved{Outcome: record.Done}, nil
}

func (nothing) Settle(context.Context, record.Lease, record.Settlement) (*record.Lease, error) {
	return nil, nil //nolint:nilnil // no next message
}
func (nothing) Mentions(exchange.Situation) []string       { return nil }
func (nothing) Decide(exchange.Situation) exchange.Outcome { return exchange.Outcome{} }
func (nothing) Send(context.Context, record.Delivery) (delivery.Progress, error) {
	return delivery.Progress{}, nil
}

// BenchmarkMessage is all the counting that one message costs from the door to
// its answer's receipt.
func BenchmarkMessage(b *testing.B) {
	m := metrics.New("1.2")
	m.Channels("telegram")
	m.Lanes("telegram/main")
	store, decider, sender, observer := m.Store(nothing{}), m.Decider(nothing{}), m.Sender("telegram/main", nothing{}), m.Observer()
	counts := []string{"decision.answer", bot.Figure(bot.FigureAsked, "y-te", "tinh-khe"), bot.Figure(bot.FigureAnswered, "y-te", "tinh-khe"), "verdict.duoc"}
	msg := message("telegram")
	door := m.Door(handler(func(m bot.Message) error {
		_, _ = store.Load(b.Context(), m.Chat)
		decider.Decide(exchange.Situation{Message: m})
		_, err := store.Save(b.Context(), record.Save{Counts: counts})
		return err
	}))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_ = door.Handle(b.Context(), msg)
			_, _ = sender.Send(b.Context(), record.Delivery{})
			_, _ = store.Settle(b.Context(), record.Lease{}, record.Settlement{})
			observer.Sent("telegram/main", 0)
		}
	})
}

// BenchmarkScrape is what one scrape costs.
func BenchmarkScrape(b *testing.B) {
	m := metrics.New("1.2")
	m.Channels("telegram", "zalo-oa", "zalo-bot", "web")
	m.Lanes("telegram/main", "zalo-oa/main", "zalo-bot/main", "media/telegram", "media/zalo-oa", "media/zalo-bot")
	b.ReportAllocs()
	for b.Loop() {
		scrape(b, m)
	}
}

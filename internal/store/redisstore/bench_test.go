package redisstore_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// BenchmarkMessage is what the store does for one message: load, save, settle.
func BenchmarkMessage(b *testing.B) {
	server := redistest.Single(b)
	s := mustOpen(b, server.URL(), redisstore.Options{})
	state, answer := []byte(conversation), strings.Repeat("Nhà nước đóng ít nhất 70% tiền thẻ. ", 10)
	var chats atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		chat := bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: fmt.Sprint(chats.Add(1))}
		for n := 0; pb.Next(); n++ {
			c, err := s.Load(b.Context(), chat)
			if err != nil {
				b.Error(err)
				return
			}
			if len(c.Seen) == 10 { // another resident
				chat.Chat = fmt.Sprint(chats.Add(1))
				c = record.Chat{}
			}
			saved, err := s.Save(b.Context(), record.Save{
				Chat: chat, Revision: c.Revision, Update: fmt.Sprint(n), State: state,
				Out: []record.Outgoing{{Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: answer}}},
				Day: "2026-11-21", Counts: []string{"message", "answer", "entry.bhyt"},
				Way: record.Way{Push: true, Lease: true, Inbound: true},
			})
			if err != nil || saved.Lease == nil {
				b.Errorf("Save = %+v, %v", saved, err)
				return
			}
			if _, err := s.Settle(b.Context(), *saved.Lease, record.Settlement{Result: record.Sent, Providers: []string{"1"}}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkBacklog is what one look at all that waits costs: five lanes, of which
// one has 5,000 chats, and 1,000 cases. Conversations with nothing to do cost
// nothing here.
func BenchmarkBacklog(b *testing.B) {
	s := mustOpen(b, redistest.Single(b).URL(), redisstore.Options{})
	now := time.Now()
	for i := range 5000 {
		chat := bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: fmt.Sprint(i)}
		save := record.Save{
			Chat: chat, Update: "1", State: []byte(conversation), Way: record.Way{Push: true},
			Out: []record.Outgoing{{Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: "answer"}}},
		}
		if i < 1000 {
			save.Cases = []record.CaseChange{{New: true, Case: record.Case{
				Code: s.Name(chat).CodePrefix() + fmt.Sprint(i), Due: now.Add(time.Hour), Ends: now.Add(24 * time.Hour), Data: []byte(conversation),
			}}}
		}
		if _, err := s.Save(b.Context(), save); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("lists", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Backlog(b.Context(), []string{"zalo-oa/main", "telegram/main", "zalo-bot/main", "media/zalo-oa", "media/telegram"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cases", func(b *testing.B) {
		for b.Loop() {
			if err := s.Scheduled(b.Context(), func(record.Case) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkPlainTrips is three trips of the same bytes that do nothing but that.
func BenchmarkPlainTrips(b *testing.B) {
	server := redistest.Single(b)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), PoolSize: 64, Protocol: 2, DisableIdentity: true})
	defer func() { _ = client.Close() }()
	state, answer := conversation+strings.Repeat("x", 120), strings.Repeat("Nhà nước đóng ít nhất 70% tiền thẻ. ", 10)
	var chats atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		key := fmt.Sprint("c", chats.Add(1))
		for pb.Next() {
			if err := client.Get(b.Context(), key).Err(); err != nil && err != redis.Nil { //nolint:errorlint // never wrapped
				b.Error(err)
				return
			}
			if err := client.Set(b.Context(), key, state+answer, time.Hour).Err(); err != nil {
				b.Error(err)
				return
			}
			if err := client.Set(b.Context(), key, state, time.Hour).Err(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

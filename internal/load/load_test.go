package load_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

var (
	conversations = flag.Int("conversations", 100_000, "the most conversations that lie in a store while it is measured")
	rate          = flag.Int("rate", 1000, "messages a second of the benchmarks at a steady rate")
)

// engine is a store to be measured.
type engine struct {
	name string
	open func(b *testing.B) store
}

func engines() []engine {
	return []engine{
		{name: "bolt", open: func(b *testing.B) store { return openBolt(b) }},
		{name: "redis-everysec", open: func(b *testing.B) store { return openRedis(b, redistest.Single(b, redistest.Fsync("everysec"))) }},
		{name: "redis-always", open: func(b *testing.B) store { return openRedis(b, redistest.Single(b, redistest.Fsync("always"))) }},
	}
}

func openBolt(b *testing.B) *boltstore.Store {
	b.Helper()
	s, err := boltstore.Open(filepath.Join(b.TempDir(), "x.db"), boltstore.Options{SweepEvery: -1})
	if err != nil {
		b.Fatal(err)
	}
	closeAtEnd(b, s)
	return s
}

func openRedis(b *testing.B, server *redistest.Server) *redisstore.Store {
	b.Helper()
	s, err := redisstore.Open(b.Context(), server.URL(), redisstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	closeAtEnd(b, s)
	return s
}

func closeAtEnd(b *testing.B, c io.Closer) {
	b.Cleanup(func() {
		if err := c.Close(); err != nil {
			b.Error(err)
		}
	})
}

// BenchmarkMessage is the whole life of a message, all but its channel and the
// understanding: as many as go through, from 64 callers.
func BenchmarkMessage(b *testing.B) {
	for _, e := range engines() {
		for _, chats := range sizes() {
			b.Run(fmt.Sprintf("%s/conversations=%d", e.name, chats), func(b *testing.B) {
				s := e.open(b)
				fill(b, s, chats)
				st := newStation(b, s, canned{})
				callers(b, 64, func(n int64) error { return st.message(b.Context(), rand.IntN(chats), n) })
			})
		}
	}
}

// BenchmarkSteady is the same at a steady rate with the real engine: what a
// resident waits for inside the program.
func BenchmarkSteady(b *testing.B) {
	brain := newEngine(b)
	for _, e := range engines() {
		for _, decider := range []struct {
			name string
			by   exchange.Talker
		}{{"canned", canned{}}, {"engine", asking{brain}}} {
			b.Run(fmt.Sprintf("%s/%s/rate=%d", e.name, decider.name, *rate), func(b *testing.B) {
				s := e.open(b)
				fill(b, s, 1000)
				st := newStation(b, s, decider.by)
				atRate(b, *rate, func(n int64) error { return st.message(b.Context(), rand.IntN(1000), n) })
			})
		}
	}
}

// BenchmarkTwoReplicas is BenchmarkMessage with two programs over one Redis.
func BenchmarkTwoReplicas(b *testing.B) {
	for _, e := range engines()[1:] {
		b.Run(e.name, func(b *testing.B) {
			var server *redistest.Server
			if e.name == "redis-always" {
				server = redistest.Single(b, redistest.Fsync("always"))
			} else {
				server = redistest.Single(b, redistest.Fsync("everysec"))
			}
			one, two := openRedis(b, server), openRedis(b, server)
			fill(b, one, 1000)
			stations := [...]*station{newStation(b, one, canned{}), newStation(b, two, canned{})}
			callers(b, 64, func(n int64) error { return stations[n%2].message(b.Context(), rand.IntN(1000), n) })
		})
	}
}

// BenchmarkBareHandler is what the same bytes cost without any promise: read a
// conversation, write it with a reply, take the reply away.
func BenchmarkBareHandler(b *testing.B) {
	step := canned{}.Decide(bot.Conversation{}, bot.Message{ID: "1"}, time.Now())
	state, err := record.EncodeConversation(step.Conversation)
	if err != nil {
		b.Fatal(err)
	}
	d := record.Outgoing{Reply: step.Replies[0]}.Delivery(bot.ChatID{Channel: "bench", Bot: "main", Chat: "chat-1"}, 1, time.Now())
	reply, err := record.Newest.EncodeDelivery(d)
	if err != nil {
		b.Fatal(err)
	}
	written := append(state, reply...)
	for _, fsync := range []string{"everysec", "always"} {
		b.Run("redis-"+fsync, func(b *testing.B) {
			server := redistest.Single(b, redistest.Fsync(fsync))
			client := redis.NewClient(&redis.Options{Addr: server.Addr(), PoolSize: 64})
			defer func() { _ = client.Close() }()
			callers(b, 64, func(int64) error {
				key := "c:" + strconv.Itoa(rand.IntN(1000))
				if err := client.Get(b.Context(), key).Err(); err != nil && err != redis.Nil { //nolint:errorlint // as go-redis documents
					return err
				}
				if err := client.Set(b.Context(), key, written, time.Hour).Err(); err != nil {
					return err
				}
				return client.Set(b.Context(), key, state, time.Hour).Err()
			})
		})
	}
}

// sizes are how many conversations lie in a store, from a thousand on.
func sizes() []int {
	out := []int{1000}
	for n := 10_000; n <= *conversations; n *= 10 {
		out = append(out, n)
	}
	return out
}

// fill puts conversations into a store that nobody has written in.
func fill(b *testing.B, s store, chats int) {
	b.Helper()
	saveAll(b, s, chats, 0)
}

// saveAll saves one message more in every chat, with no reply.
func saveAll(b *testing.B, s store, chats, n int) {
	b.Helper()
	step := canned{}.Decide(bot.Conversation{}, bot.Message{ID: "1"}, time.Now())
	state, err := record.EncodeConversation(step.Conversation)
	if err != nil {
		b.Fatal(err)
	}
	const writers = 128
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := w; i < chats; i += writers {
				_, err := s.Save(context.Background(), record.Save{
					Chat:     bot.ChatID{Channel: "bench", Bot: "main", Chat: fmt.Sprint("chat-", i)},
					Revision: uint64(n), Update: fmt.Sprint("fill-", n), State: state, Way: record.Way{Push: true, Inbound: true},
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// newEngine returns the engine that speaks from the built-in base.
func newEngine(tb testing.TB) *bot.Engine {
	tb.Helper()
	base, report := knowledge.Load(quangngai.FS())
	if base == nil {
		tb.Fatal(report)
	}
	return bot.NewEngine(knowledge.NewMatcher(base, nil), time.FixedZone("ICT", 7*3600))
}

// asking asks the real engine a question of a resident, and puts what was
// written, which ends in a number, in front of its answer.
type asking struct{ engine *bot.Engine }

var questions = [...]string{
	"nha e can ngheo mua bhyt dc giam bnh", "Con tôi học lớp 6 có được miễn học phí không?", "vay von lam nha ho ngheo dc bao nhieu",
	"giấy tờ cần có", "ho moi thoat ngheo co dc the bao hiem k", "nop o dau", "tien dien ho ngheo dc ho tro may",
}

func (a asking) Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	id := m.Text
	n, _ := strconv.Atoi(id[strings.LastIndex(id, "-")+1:])
	m.Text = questions[n%len(questions)]
	step := a.engine.Decide(conv, m, now)
	step.Replies[0].Text = id + " " + step.Replies[0].Text
	step.Replies[0].Kind = bot.ReplyUrgent // or a later answer would take its place in the queue
	return step
}

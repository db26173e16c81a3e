// Command asynq measures the way a reply would take if the outbox were a task
// queue library instead of a part of the store step: load the conversation,
// save it, enqueue the reply as a task, and let the library's workers "send"
// it. It prints messages a second, round trips of the client a message and the
// time from the first load to the send.
//
//	go run . -redis 127.0.0.1:6379 -messages 20000 -callers 64
//
// Beside it, BenchmarkMessage of the folder above takes the same bytes through
// the program's own store on the same server. Saving and enqueuing are two
// steps here: a kill between them loses a reply, which is why this is measured
// and not used; docs/adr/0005 tells more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// The sizes of a conversation and of a reply as the program stores them.
const (
	stateBytes = 600
	replyBytes = 800
)

func main() {
	address := flag.String("redis", "127.0.0.1:6379", "address of a Redis server whose data may be deleted")
	messages := flag.Int("messages", 20_000, "how many messages")
	callers := flag.Int("callers", 64, "how many at a time")
	workers := flag.Int("workers", 64, "asynq's concurrency")
	flag.Parse()
	if err := run(*address, *messages, *callers, *workers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// trips counts the commands and pipelines of a client.
type trips struct{ n atomic.Int64 }

func (t *trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (t *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { t.n.Add(1); return next(ctx, cmd) }
}

func (t *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { t.n.Add(1); return next(ctx, cmds) }
}

func run(address string, messages, callers, workers int) error {
	ctx := context.Background()
	store := redis.NewClient(&redis.Options{Addr: address, PoolSize: callers})
	queue := redis.NewClient(&redis.Options{Addr: address, PoolSize: callers + workers})
	counted := &trips{}
	store.AddHook(counted)
	queue.AddHook(counted)
	if err := store.FlushDB(ctx).Err(); err != nil {
		return fmt.Errorf("empty the server: %w", err)
	}
	client := asynq.NewClientFromRedisClient(queue)
	began := make([]time.Time, messages)
	took := make([]time.Duration, messages)
	var left sync.WaitGroup
	left.Add(messages)
	server := asynq.NewServerFromRedisClient(queue, asynq.Config{
		Concurrency: workers, LogLevel: asynq.FatalLevel, TaskCheckInterval: 100 * time.Millisecond,
		BaseContext: context.Background,
	})
	err := server.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		i, err := strconv.Atoi(string(t.Payload()[:10]))
		if err != nil {
			return err
		}
		took[i] = time.Since(began[i])
		left.Done()
		return nil
	}))
	if err != nil {
		return fmt.Errorf("start workers: %w", err)
	}
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))

	state, reply := make([]byte, stateBytes), make([]byte, replyBytes)
	counted.n.Store(0)
	start := time.Now()
	var next atomic.Int64
	errs := make([]error, callers)
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(messages); i = next.Add(1) - 1 {
				began[i] = time.Now()
				key := fmt.Sprint("c:", i%1000)
				if err := store.Get(ctx, key).Err(); err != nil && !errors.Is(err, redis.Nil) {
					errs[c] = err
					return
				}
				if err := store.Set(ctx, key, state, 72*time.Hour).Err(); err != nil {
					errs[c] = err
					return
				}
				payload := slices.Concat([]byte(fmt.Sprintf("%010d", i)), reply)
				if _, err := client.EnqueueContext(ctx, asynq.NewTask("reply", payload)); err != nil {
					errs[c] = err
					return
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	left.Wait()
	elapsed := time.Since(start)
	server.Shutdown()
	slices.Sort(took)
	fmt.Printf("%d messages, %d callers: %.0f msg/s, %.1f trips a message, p50 %v, p99 %v\n",
		messages, callers, float64(messages)/elapsed.Seconds(), float64(counted.n.Load())/float64(messages),
		took[messages/2].Round(time.Microsecond), took[messages*99/100].Round(time.Microsecond))
	return nil
}

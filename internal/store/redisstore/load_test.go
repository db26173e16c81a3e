package redisstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
)

// load is writers that save one update after the other, each in a chat of its
// own, and send each again, under the same id, until it is told as done: as a
// platform does. What was told as done must be there, once.
type load struct {
	stores []*redisstore.Store
	chats  []bot.ChatID
	stop   context.CancelFunc
	done   sync.WaitGroup

	mu    sync.Mutex
	acked []int // updates told as done, by chat
	fresh chan struct{}
}

// startLoad starts writers over stores, as many as there are chats.
func startLoad(t *testing.T, chats []bot.ChatID, stores ...*redisstore.Store) *load {
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{stores: stores, chats: chats, stop: cancel, acked: make([]int, len(chats)), fresh: make(chan struct{}, 1)}
	for i := range chats {
		l.done.Go(func() { l.write(ctx, i) })
	}
	t.Cleanup(l.end)
	return l
}

func manyChats(n int) []bot.ChatID {
	chats := make([]bot.ChatID, n)
	for i := range chats {
		chats[i] = bot.ChatID{Channel: "telegram", Bot: "main", Chat: fmt.Sprint(i)}
	}
	return chats
}

func (l *load) write(ctx context.Context, i int) {
	for n := 1; ctx.Err() == nil; {
		store := l.stores[(i+n)%len(l.stores)]
		if !l.save(ctx, store, l.chats[i], n) {
			continue // again, under the same id
		}
		l.mu.Lock()
		l.acked[i] = n
		l.mu.Unlock()
		select {
		case l.fresh <- struct{}{}:
		default:
		}
		n++
	}
}

// save takes one update as the exchange does, and reports whether it is done.
func (l *load) save(ctx context.Context, store *redisstore.Store, chat bot.ChatID, n int) bool {
	chatNow, err := store.Load(ctx, chat)
	if err != nil {
		return false
	}
	text := fmt.Sprint("update ", n)
	saved, err := store.Save(ctx, record.Save{
		Chat: chat, Revision: chatNow.Revision, Update: text, State: []byte(text),
		Out: []record.Outgoing{{Reply: bot.Reply{Text: text}}},
		Day: "2026-11-21", Counts: []string{"taken"},
		Way: record.Way{Push: true, Lease: n%2 == 0},
	})
	return err == nil && (saved.Outcome == record.Done || saved.Outcome == record.Duplicate)
}

// more waits until n more updates are done.
func (l *load) more(t *testing.T, n int) {
	t.Helper()
	want := l.total() + n
	timeout := time.After(time.Minute)
	for l.total() < want {
		select {
		case <-l.fresh:
		case <-timeout:
			t.Fatalf("the writers stand still: %d of %d", l.total(), want)
		}
	}
}

func (l *load) total() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := 0
	for _, n := range l.acked {
		sum += n
	}
	return sum
}

// end stops the writers.
func (l *load) end() {
	l.stop()
	l.done.Wait()
}

// check compares what is stored with what was told as done. One more may be
// there: that one was never answered.
func (l *load) check(t *testing.T, store *redisstore.Store) {
	t.Helper()
	l.end()
	stored := 0
	for i, chat := range l.chats {
		c, err := store.Load(t.Context(), chat)
		if err != nil {
			t.Fatalf("Load: %v", err)
		}
		ds, err := store.Pending(t.Context(), chat)
		if err != nil {
			t.Fatalf("Pending: %v", err)
		}
		stored += len(ds)
		if len(ds) != l.acked[i] && len(ds) != l.acked[i]+1 {
			t.Errorf("chat %d: %d updates are done and %d stored", i, l.acked[i], len(ds))
		}
		if c.Revision != uint64(len(ds)) || c.LastSeq != uint64(len(ds)) || len(c.Seen) != len(ds) {
			t.Errorf("chat %d: revision %d, sequence %d, %d marks, %d messages", i, c.Revision, c.LastSeq, len(c.Seen), len(ds))
		}
		for n, d := range ds {
			if want := fmt.Sprint("update ", n+1); d.Reply.Text != want || d.Seq != uint64(n)+1 {
				t.Errorf("chat %d: message %d is %q with sequence %d, want %q", i, n, d.Reply.Text, d.Seq, want)
			}
		}
	}
	counts, err := store.Counts(t.Context(), "2026-11-21")
	if err != nil || counts["taken"] != uint64(stored) {
		t.Errorf("%d are counted and %d stored (%v)", counts["taken"], stored, err)
	}
	if stored == 0 {
		t.Error("nothing was stored: the test tested nothing")
	}
}

// eventually repeats try until it returns no error.
func eventually(t *testing.T, try func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("it never came about: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

package redisstore_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// inOneSlot returns chats of one shard, and a key of that shard.
func inOneSlot(s *redisstore.Store, n int) (chats []bot.ChatID, key string) {
	shard := s.Name(bot.ChatID{Channel: "telegram", Chat: "first"}).Shard()
	for i := 0; len(chats) < n; i++ {
		chat := bot.ChatID{Channel: "telegram", Bot: "main", Chat: fmt.Sprint("slot ", i)}
		if s.Name(chat).Shard() == shard {
			chats = append(chats, chat)
		}
	}
	return chats, fmt.Sprintf("dt:{s%03d}:", shard)
}

// A slot is moved to another node and back while its chats are written to, each
// time with a pause in the middle, when a script finds its keys on two nodes.
func TestASlotThatMoves(t *testing.T) {
	cluster := redistest.NewCluster(t)
	s := mustOpen(t, cluster.URL(), redisstore.Options{})
	other := mustOpen(t, cluster.URL(), redisstore.Options{})
	for _, shard := range []int{0, 7, 99, 255, 256} {
		if got, want := redisstore.KeySlot(shard), cluster.Slot(t, redisstore.KeyOf(shard)); got != want {
			t.Errorf("shard %d is taken to lie in slot %d, it is %d", shard, got, want)
		}
	}
	chats, key := inOneSlot(s, 6)
	elsewhere := manyChats(4)
	l := startLoad(t, append(chats, elsewhere...), s, other)
	for range 4 {
		l.more(t, 60)
		cluster.MoveSlot(t, key, func() {
			l.more(t, 20) // of those elsewhere: what is written here has to wait
			for _, chat := range chats {
				if _, err := s.Load(t.Context(), chat); err != nil {
					t.Errorf("Load while the slot moves: %v", err)
				}
				if _, err := s.Pending(t.Context(), chat); err != nil {
					t.Errorf("Pending while the slot moves: %v", err)
				}
			}
		})
	}
	l.more(t, 60)
	l.check(t, mustOpen(t, cluster.URL(), redisstore.Options{}.ForTests()))
}

// P2: a replica takes over, in good order and after its master was killed. With
// one replica waited for, nothing that was told as done is lost.
func TestAFailoverInACluster(t *testing.T) {
	cluster := redistest.NewCluster(t, redistest.Config("--min-replicas-to-write", "1"))
	s := mustOpen(t, cluster.URL(), redisstore.Options{})
	chats, key := inOneSlot(s, 6)
	l := startLoad(t, append(chats, manyChats(16)...), s) // some of them on the other masters
	l.more(t, 100)
	cluster.Failover(t, key)
	l.more(t, 100)
	cluster.Well(t)
	killed := cluster.Kill(t, key)
	l.more(t, 10) // of the other masters
	killed.Restart(t)
	cluster.Well(t)
	l.more(t, 200)
	l.check(t, mustOpen(t, cluster.URL(), redisstore.Options{}.ForTests()))
}

// P2: the same behind Sentinels.
func TestAFailoverBehindSentinels(t *testing.T) {
	sentinels := redistest.NewSentinels(t, redistest.Password("secret"), redistest.Config("--min-replicas-to-write", "1"))
	s := mustOpen(t, sentinels.URL(), redisstore.Options{})
	l := startLoad(t, manyChats(8), s)
	l.more(t, 100)
	sentinels.Failover(t)
	l.more(t, 100)
	sentinels.Well(t)
	killed := sentinels.Kill(t)
	killed.Restart(t) // it is made a replica
	l.more(t, 100)
	l.check(t, mustOpen(t, sentinels.URL(), redisstore.Options{}.ForTests()))
}

// Without a replica nothing is told as done where one is to be waited for; what
// comes again when there is one is a duplicate, and as safe.
func TestTooFewReplicas(t *testing.T) {
	sentinels := redistest.NewSentinels(t)
	s := mustOpen(t, sentinels.URL(), redisstore.Options{})
	replica := sentinels.Replica(t)
	replica.Pause()
	first := record.Save{Chat: someone, Update: "1", Out: []record.Outgoing{{Reply: bot.Reply{Text: "r"}}}, Way: record.Way{Push: true, Lease: true}}
	saved, err := s.Save(t.Context(), first)
	if !errors.Is(err, exchange.ErrUnavailable) {
		t.Errorf("Save without a replica = %+v, %v, want ErrUnavailable", saved, err)
	}
	replica.Resume()
	eventually(t, func() error {
		saved, err = s.Save(t.Context(), first)
		return err
	})
	if saved.Outcome != record.Duplicate || saved.Revision != 1 {
		t.Errorf("the same again = %+v, want a duplicate", saved)
	}
	off := mustOpen(t, sentinels.URL()+"?wait=0", redisstore.Options{})
	replica.Pause()
	if err := saveOnce(off, "2")(t.Context()); err != nil {
		t.Errorf("Save that waits for none: %v", err)
	}
	replica.Resume()
}

package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// However the chats lie in the shards, those are claimed first that wait longest,
// and never fewer than are asked for and due.
func TestClaimOfABacklog(t *testing.T) {
	t.Parallel()
	clock := standin.NewClock(time.Now().Truncate(time.Second))
	store := mustOpen(t, redistest.Single(t).URL(), redisstore.Options{Now: clock.Now})
	const chats = 4 * record.Shards
	for n := range chats {
		clock.Advance(time.Millisecond)
		_, err := store.Save(t.Context(), record.Save{
			Chat: bot.ChatID{Channel: "c", Bot: "main", Chat: fmt.Sprint(n)}, Update: "1", State: []byte("{}"),
			Out: []record.Outgoing{{Reply: bot.Reply{Text: fmt.Sprint(n)}}}, Way: record.Way{Push: true, Inbound: true},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := 0
	for _, n := range []int{1, 2, 50, record.Shards, chats} {
		leases, err := store.Claim(t.Context(), "c/main", n)
		if want := min(n, chats-got); err != nil || len(leases) != want {
			t.Fatalf("claimed %d of %d: %v", len(leases), want, err)
		}
		for _, l := range leases {
			if l.Delivery.Reply.Text != fmt.Sprint(got) {
				t.Fatalf("%q came in the place of %d", l.Delivery.Reply.Text, got)
			}
			got++
		}
	}
}

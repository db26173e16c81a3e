package escalation_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
)

// newChannels brings everybody of parties to their platforms, and runs the channels.
func newChannels(t *testing.T) *channels {
	c := &channels{
		clock: standin.NewClock(time.Date(2026, 11, 23, 8, 0, 0, 0, zone())),
		chats: parties(), taken: make(chan bot.Message, 16), got: map[string]int{},
	}
	tg, oa := newTelegram(t, c), newZalo(t, c)
	for _, name := range slices.Sorted(maps.Keys(c.chats)) {
		chat := c.chats[name]
		switch chat.Channel {
		case "telegram":
			chat.Chat = tg.join(name, chat.Chat)
		case "zalo-oa":
			chat.Chat = oa.join(t, name)
			<-c.taken // that they follow the account: without, it may not write to them
		}
		c.chats[name] = chat
	}
	c.faces = map[string]face{"telegram": tg, "zalo-oa": oa}
	return c
}

// Handle implements the intake of both channels.
func (c *channels) Handle(_ context.Context, m bot.Message) error {
	c.taken <- m
	return nil
}

// running runs a channel until the test ends, and then closes what it stands on.
func running(t *testing.T, run func(context.Context) error, closing ...func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var all sync.WaitGroup
	all.Go(func() { _ = run(ctx) })
	t.Cleanup(func() {
		cancel()
		all.Wait()
		for _, f := range closing {
			f()
		}
	})
}

// otherThings says how the things beside a reply are not those that are seen.
func otherThings(r bot.Reply, things []string) string {
	var want []string
	for _, a := range r.Attachments {
		want = append(want, string(a.Kind))
	}
	if !slices.Equal(want, things) {
		return fmt.Sprintf("sees %v beside it, want %v", things, want)
	}
	return ""
}

package delivery_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func TestTheRouterTellsTheWays(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bench) {
		pull := delivery.NewPull(b.store)
		push := b.push(delivery.LaneConfig{Supersede: true}, delivery.Options{})
		router, err := delivery.NewRouter(pull, push, "web")
		if err != nil {
			t.Fatal(err)
		}
		stop := b.start(push)
		changed, unwatch := pull.Watch(alice)
		defer unwatch()
		<-changed
		elsewhere := bot.ChatID{Channel: "telegram", Bot: "main", Chat: "secret-id-1"}
		for _, chat := range []bot.ChatID{alice, resident(1), elsewhere, elsewhere} {
			b.save(router, chat, answer())
		}
		synctest.Wait()
		if !token(changed) {
			t.Error("the page was not woken")
		}
		if got := seqs(b.provider.all()); !slices.Equal(got, upTo(1)) {
			t.Errorf("sent %v, want only what is pushed", got)
		}
		if a, e := b.waiting(alice), b.waiting(elsewhere); a != 1 || e != 2 {
			t.Errorf("%d wait for the page, %d for the lane nobody serves", a, e)
		}
		if way := router.Way(elsewhere); !way.Push || way.Lease {
			t.Errorf("Way of a lane nobody serves = %+v", way)
		}
		if way := router.Way(alice); way != (record.Way{}) {
			t.Errorf("Way of a page = %+v", way)
		}
		b.halt(stop)
		if n := strings.Count(b.log.String(), "telegram/main"); n != 1 {
			t.Errorf("the lane nobody serves is logged %d times:\n%s", n, b.log)
		}
		if _, err := delivery.NewRouter(pull, push, "web", "zalo-oa"); err == nil {
			t.Error("a channel that fetches was given a lane")
		}
	})
}

func TestMistakesInALaneAreRefused(t *testing.T) {
	t.Parallel()
	sender := &provider{}
	fine := delivery.LaneConfig{Lane: laneName, Sender: sender}
	with := func(change func(c *delivery.LaneConfig)) []delivery.LaneConfig {
		c := fine
		change(&c)
		return []delivery.LaneConfig{c}
	}
	for name, c := range map[string]struct {
		lanes   []delivery.LaneConfig
		options delivery.Options
		ok      bool
	}{
		"no lanes":             {nil, delivery.Options{}, true},
		"a lane":               {[]delivery.LaneConfig{fine}, delivery.Options{}, true},
		"twice":                {[]delivery.LaneConfig{fine, fine}, delivery.Options{}, false},
		"no name":              {with(func(c *delivery.LaneConfig) { c.Lane = "" }), delivery.Options{}, false},
		"no sender":            {with(func(c *delivery.LaneConfig) { c.Sender = nil }), delivery.Options{}, false},
		"no workers":           {with(func(c *delivery.LaneConfig) { c.Workers = -1 }), delivery.Options{}, false},
		"no burst":             {with(func(c *delivery.LaneConfig) { c.Pace.Every = time.Second }), delivery.Options{}, false},
		"rate without limiter": {with(func(c *delivery.LaneConfig) { c.Rate = record.Pace{Every: 1, Burst: 1} }), delivery.Options{}, false},
		"nothing to ask":       {with(func(c *delivery.LaneConfig) { c.Stale = time.Minute }), delivery.Options{}, false},
		"no time to stop":      {[]delivery.LaneConfig{fine}, delivery.Options{Drain: time.Second}, false},
	} {
		if _, err := delivery.NewPush(nil, nil, c.lanes, c.options); (err == nil) != c.ok {
			t.Errorf("%s: NewPush = %v", name, err)
		}
	}
}

package zalobot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/internal/record"
)

// polled is a bench that polls, with a desk behind it.
func polled(t *testing.T, change func(*zalobot.Config, *desk)) (*bench, *desk) {
	t.Helper()
	d := &desk{}
	b := newBench(t, setting{config: func(c *zalobot.Config) {
		c.Intake = d
		if change != nil {
			change(c, d)
		}
	}})
	return b, d
}

// polls returns how often was asked for updates, the poll under way included.
func (b *bench) polls() int { return len(b.fake.Calls("getUpdates")) + b.fake.Polling() }

func TestPollingSetsUp(t *testing.T) {
	t.Parallel()
	b, _ := polled(t, nil)
	b.ready()
	var calls []string
	for _, c := range b.fake.Calls() {
		calls = append(calls, c.Method)
	}
	if got := strings.Join(calls, " "); got != "getMe deleteWebhook" {
		t.Errorf("calls before the first poll: %s", got)
	}
}

// A poll that ends without an update is how quiet hours look.
func TestEmptyPollsAreNoTrouble(t *testing.T) {
	t.Parallel()
	b, d := polled(t, nil)
	b.eventually("poll many times", func() bool {
		b.clock.Advance(time.Second)
		return len(b.fake.Calls("getUpdates")) > 10
	})
	if strings.Contains(b.log.String(), "level=WARN") {
		t.Errorf("told of a trouble:\n%s", b.log)
	}
	b.fake.Person("Tám").Type("còn đó không")
	b.eventually("take a message", func() bool {
		b.clock.Advance(time.Second)
		return len(d.all()) == 1
	})
}

// A platform that answers every poll at once is asked once a second.
func TestPollsNotInACircle(t *testing.T) {
	t.Parallel()
	d := &desk{}
	b := prepareBench(t, setting{config: func(c *zalobot.Config) { c.Intake = d }})
	b.fake.Fail("getUpdates", 1_000_000, zbfake.Fault{Code: 408, Description: "Request timeout"})
	b.run()
	for n := range 5 { // time stands still until the channel waits for it
		b.eventually("wait after a poll", func() bool { return len(b.naps()) > n })
		b.clock.Advance(time.Second)
	}
	b.stop()
	polls, naps := len(b.fake.Calls("getUpdates")), b.naps()
	if polls > len(naps)+1 {
		t.Errorf("%d polls with %d waits between them", polls, len(naps))
	}
	for _, nap := range naps {
		if nap <= 0 || nap > time.Second {
			t.Errorf("waited %v", nap)
		}
	}
}

// What the platform has handed over it does not have any more: it is given to
// the intake until that takes it, and nothing else is asked for meanwhile.
func TestKeepsWhatItWasHanded(t *testing.T) {
	t.Parallel()
	b, d := polled(t, func(_ *zalobot.Config, d *desk) {
		d.fail = func(call int) error {
			if call < 30 {
				return errors.New("store is away")
			}
			return nil
		}
	})
	b.ready()
	p := b.fake.Person("Tám")
	p.Type("một")
	p.Type("hai")
	b.eventually("fail a few times", func() bool {
		b.clock.Advance(time.Second)
		return d.called() > 5
	})
	if n := b.fake.Waiting(); n != 1 || b.fake.Polling() != 0 {
		t.Errorf("%d messages wait at the platform, %d polls; want the second message, and no poll", n, b.fake.Polling())
	}
	b.eventually("take both", func() bool {
		b.clock.Advance(5 * time.Second)
		return len(d.all()) == 2
	})
	if m := d.all(); m[0].Text != "một" || m[1].Text != "hai" {
		t.Errorf("took %q, %q", m[0].Text, m[1].Text)
	}
	if log := b.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "trouble is over") {
		t.Errorf("want the trouble told once, and its end:\n%s", log)
	}
}

// The end of the program does not cut off a poll: what came to it would be lost.
func TestEndsWithThePollUnderWay(t *testing.T) {
	t.Parallel()
	b, d := polled(t, nil)
	b.ready()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		b.stop()
	}()
	b.fake.Person("Tám").Type("tin cuối")
	<-stopped
	if m := d.all(); len(m) != 1 || b.fake.Lost() != 0 {
		t.Errorf("took %d messages, %d lost", len(m), b.fake.Lost())
	}
	if n := b.fake.Polling(); n != 0 {
		t.Errorf("%d polls go on", n)
	}
}

// A message in hand is tried a few times more after the end.
func TestEndsWithAMessageInHand(t *testing.T) {
	t.Parallel()
	for name, works := range map[string]bool{"taken at last": true, "lost": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			ending := 0
			d := &desk{}
			b := newBench(t, setting{config: func(c *zalobot.Config) { c.Intake = d }})
			d.mu.Lock()
			d.fail = func(int) error {
				mu.Lock()
				defer mu.Unlock()
				if ending++; works && ending > 3 {
					return nil
				}
				return errors.New("store is away")
			}
			d.mu.Unlock()
			b.ready()
			b.fake.Person("Tám").Type("tin cuối")
			b.eventually("be handed it", func() bool { return d.called() > 0 })
			b.stop()
			if got := len(d.all()) == 1; got != works {
				t.Errorf("taken %t, want %t", got, works)
			}
			if lost := b.counts.get("zalo-bot.lost") == 1; lost == works || works == strings.Contains(b.log.String(), "level=ERROR") {
				t.Errorf("counted as lost %t:\n%s", lost, b.log)
			}
			if n := d.called(); n > 10 {
				t.Errorf("tried %d times", n)
			}
		})
	}
}

// Polling goes on after whatever it meets, and tells what somebody has to do.
func TestPollingMeetsTrouble(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault zbfake.Fault
		told  string
	}{
		"conflict":      {zbfake.Fault{Code: 409, Description: "Conflict"}, "có chương trình khác đang lấy tin"},
		"refused token": {zbfake.Fault{Code: 401, Description: "Unauthorized"}, "Zalo không nhận mã bot"},
		"plan used up":  {zbfake.Fault{Code: 429, Description: "Quota exceeded"}, "hết hạn mức"},
		"outage":        {zbfake.Fault{Code: 403, Description: "Internal server error"}, "Zalo không trả lời"},
		"proxy":         {zbfake.Fault{Status: 502, Body: "<html>"}, "Zalo không trả lời"},
		"no JSON":       {zbfake.Fault{Status: 200, Body: "<html>"}, "Zalo không trả lời"},
		"broken line":   {zbfake.Fault{Drop: true}, "Zalo không trả lời"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{}
			b := prepareBench(t, setting{config: func(c *zalobot.Config) { c.Intake = d }})
			b.fake.Fail("getUpdates", 3, test.fault)
			b.run()
			b.eventually("tell", func() bool { return strings.Contains(b.log.String(), test.told) })
			b.fake.Person("Tám").Type("còn đó không")
			b.eventually("take a message", func() bool {
				b.clock.Advance(5 * time.Second)
				return len(d.all()) == 1
			})
			if n := strings.Count(b.log.String(), "level=WARN"); n != 1 {
				t.Errorf("told of it %d times:\n%s", n, b.log)
			}
		})
	}
}

// An event that can never be taken does not stop those after it.
func TestGivesUpPoison(t *testing.T) {
	t.Parallel()
	b, d := polled(t, func(_ *zalobot.Config, d *desk) {
		d.fail = func(call int) error {
			if call == 1 {
				return fmt.Errorf("save: %w", record.ErrInvalid)
			}
			return nil
		}
	})
	b.ready()
	p := b.fake.Person("Tám")
	p.Type("thuốc độc")
	p.Type("sau đó")
	b.eventually("take the second", func() bool { return len(d.all()) == 1 })
	if m := d.all()[0]; m.Text != "sau đó" || b.counts.get("zalo-bot.poison") != 1 {
		t.Errorf("took %q, counted %d", m.Text, b.counts.get("zalo-bot.poison"))
	}
}

// lease is one that a test gives and takes.
type lease struct {
	mu    sync.Mutex
	held  bool
	err   error
	asked []string
}

func (l *lease) Hold(_ context.Context, name string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, fmt.Sprint(name, " ", ttl))
	return l.held, l.err
}

func (l *lease) set(held bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held, l.err = held, err
}

func TestPollsOnlyUnderTheLease(t *testing.T) {
	t.Parallel()
	l := &lease{}
	b, d := polled(t, func(c *zalobot.Config, _ *desk) { c.Lease = l })
	b.eventually("ask for the lease", func() bool {
		b.clock.Advance(time.Second)
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.asked) > 3
	})
	if n := b.polls(); n != 0 {
		t.Fatalf("%d polls without the lease", n)
	}
	if l.asked[0] != "zalo-bot/main/poll 30s" {
		t.Errorf("asked for %q", l.asked[0])
	}
	l.set(true, nil)
	b.eventually("poll", func() bool {
		b.clock.Advance(time.Second)
		return b.fake.Polling() > 0
	})
	b.fake.Person("Tám").Type("một")
	b.eventually("take a message", func() bool { return len(d.all()) == 1 })
	for _, err := range []error{nil, errors.New("store is away")} {
		l.set(false, err)
		quiet := 0
		b.eventually("stop polling", func() bool {
			b.clock.Advance(time.Second)
			if quiet++; b.fake.Polling() > 0 {
				quiet = 0
			}
			return quiet > 30
		})
		l.set(true, nil)
		b.eventually("poll again", func() bool {
			b.clock.Advance(time.Second)
			return b.fake.Polling() > 0
		})
	}
	if b.fake.Lost() != 0 {
		t.Errorf("%d lost", b.fake.Lost())
	}
}

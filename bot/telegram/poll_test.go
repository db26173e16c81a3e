package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

// intake takes by a function.
type intake func(ctx context.Context, m bot.Message) error

func (f intake) Handle(ctx context.Context, m bot.Message) error { return f(ctx, m) }

func TestPollingBeginsWithoutAWebhook(t *testing.T) {
	t.Parallel()
	post := channeltest.NewPost(silent)
	b := prepareBench(t, func(c *telegram.Config) { c.Intake = post })
	b.fake.SetWebhook("https://doithoai.example/old")
	b.fake.Person("Tám").Type("tới lúc còn webhook") // waits: nobody is there
	b.run()
	b.eventually("take what waited", func() bool { return len(post.Taken()) == 1 })
	if calls := b.fake.Calls("deleteWebhook"); len(calls) == 0 || calls[0].Params["drop_pending_updates"] != "false" {
		t.Errorf("deleteWebhook %+v, want one that keeps what waits", calls)
	}
	poll := b.fake.Calls("getUpdates")[0].Params
	if want := `["message","edited_message","callback_query","my_chat_member","chat_member"]`; poll["allowed_updates"] != want {
		t.Errorf("allowed_updates %s, want %s", poll["allowed_updates"], want)
	}
}

func TestMenuIsSet(t *testing.T) {
	t.Parallel()
	b, _ := listening(t, silent, nil)
	for _, language := range []string{"", "vi"} {
		b.eventually("set the menu", func() bool { return len(b.fake.Commands(language)) == 4 })
		if c := b.fake.Commands(language)[1]; c.Command != "danhmuc" || c.Description != "Xem các việc" {
			t.Errorf("second entry %+v", c)
		}
	}
}

// One chat that cannot be saved holds up neither the others nor, for ever, the
// offset; and nothing that was taken is taken again.
func TestOffsetWaitsForTheSlowest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	down, taken := true, map[string]int{}
	b := prepareBench(t, func(c *telegram.Config) {
		c.Intake = intake(func(_ context.Context, m bot.Message) error {
			mu.Lock()
			defer mu.Unlock()
			if down && strings.HasPrefix(m.Text, "kẹt") {
				return errors.New("store is away")
			}
			taken[m.Text]++
			return nil
		})
	})
	stuck, free := b.fake.Person("Tám"), b.fake.Person("Chín")
	free.Type("trước")
	stuck.Type("kẹt một")
	first := b.fake.LastUpdate()
	stuck.Type("kẹt hai")
	free.Type("sau")
	b.run()
	b.eventually("poll again", func() bool {
		b.clock.Advance(time.Second)
		return len(b.fake.Calls("getUpdates")) >= 3
	})
	if got := b.fake.Offset(); got != first {
		t.Errorf("offset %s, want %s: the first that is not taken", got, first)
	}
	mu.Lock()
	down = false
	mu.Unlock()
	b.eventually("take all", func() bool {
		b.clock.Advance(time.Second)
		return b.fake.Waiting() == 0
	})
	mu.Lock()
	defer mu.Unlock()
	for _, text := range []string{"trước", "kẹt một", "kẹt hai", "sau"} {
		if taken[text] != 1 {
			t.Errorf("%q taken %d times, want once", text, taken[text])
		}
	}
	if n := strings.Count(b.log.String(), "level=WARN msg=trouble"); n != 1 {
		t.Errorf("the trouble was told %d times, want once:\n%s", n, b.log)
	}
	if !strings.Contains(b.log.String(), "trouble is over") {
		t.Error("nobody was told that it is over")
	}
}

// sleeps records how long the channel waits, and lets the waiting pass at once.
type sleeps struct {
	mu    sync.Mutex
	times []time.Duration
}

func (s *sleeps) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times = append(s.times, d)
	return ctx.Err()
}

func (s *sleeps) all() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Duration(nil), s.times...)
}

func TestHowLongThePollerWaits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		fault    tgfake.Fault
		min, max time.Duration
		told     string
	}{
		{"throttled", tgfake.Fault{Code: 429, Description: "Too Many Requests: retry after 7", RetryAfter: 7}, 7 * time.Second, 7 * time.Second, ""},
		{"a second poller", tgfake.Fault{Code: 409, Description: "Conflict: terminated by other getUpdates request"}, 7 * time.Second, 23 * time.Second, "another program polls"},
		{"a wrong token", tgfake.Fault{Code: 401, Description: "Unauthorized"}, 30 * time.Second, 90 * time.Second, "the token is refused"},
		{"an outage", tgfake.Fault{Code: 502, Body: "Bad Gateway"}, 500 * time.Millisecond, 90 * time.Second, "does not answer"},
		{"a broken line", tgfake.Fault{Drop: true}, 500 * time.Millisecond, 90 * time.Second, "does not answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			const many = 5
			post := channeltest.NewPost(silent)
			b := prepareBench(t, func(c *telegram.Config) { c.Intake = post })
			s := &sleeps{}
			b.bot.SetSleep(s.sleep)
			b.fake.Fail("getUpdates", many, test.fault)
			b.fake.Person("Tám").Type("còn đó")
			b.run()
			b.eventually("take the message after all", func() bool { return len(post.Taken()) == 1 })
			times := s.all()
			if len(times) != many {
				t.Fatalf("waited %v, want %d times", times, many)
			}
			for _, d := range times {
				if d < test.min || d > test.max {
					t.Errorf("waited %v, want %v to %v", d, test.min, test.max)
				}
			}
			if n := strings.Count(b.log.String(), "level=WARN"); test.told != "" && n != 1 || !strings.Contains(b.log.String(), test.told) {
				t.Errorf("told %d times, want once with %q:\n%s", n, test.told, b.log)
			}
		})
	}
}

// A server without long polling is not asked in a circle.
func TestEmptyAnswersAreApart(t *testing.T) {
	t.Parallel()
	b := prepareBench(t, func(c *telegram.Config) { c.Intake = channeltest.NewPost(silent) })
	s := &sleeps{}
	b.bot.SetSleep(s.sleep)
	b.fake.AnswerAtOnce()
	b.run()
	b.eventually("poll a few times", func() bool { return len(s.all()) >= 3 })
	for _, d := range s.all() {
		if d != time.Second { // the clock stands still, so each poll took no time
			t.Errorf("waited %v between empty answers, want 1 s", d)
		}
	}
}

// What can never be confirmed, because it has no id, is not asked for in a circle.
func TestUpdatesWithoutAnIDAreApart(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/getUpdates") {
			fmt.Fprint(w, `{"ok":true,"result":[{"message":{}}]}`)
			return
		}
		fmt.Fprint(w, `{"ok":true,"result":true}`)
	}))
	defer api.Close()
	b := prepareBench(t, func(c *telegram.Config) { c.API, c.Intake = api.URL, channeltest.NewPost(silent) })
	s := &sleeps{}
	b.bot.SetSleep(s.sleep)
	b.run()
	b.eventually("poll a few times", func() bool { return len(s.all()) >= 3 })
	for _, d := range s.all()[1:] { // the first one moved past 0
		if d != time.Second {
			t.Errorf("waited %v, want 1 s", d)
		}
	}
	if b.counts.get("telegram.malformed") < 3 {
		t.Errorf("counted %v", b.counts.n)
	}
}

// lease is one that a test gives and takes.
type lease struct {
	mu    sync.Mutex
	held  bool
	err   error
	asked int
	name  string
	ttl   time.Duration
}

func (l *lease) Hold(_ context.Context, name string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	l.name, l.ttl = name, ttl
	return l.held, l.err
}

func (l *lease) set(held bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held, l.err = held, err
}

func (l *lease) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

func TestOnlyTheHolderPolls(t *testing.T) {
	t.Parallel()
	l, post := &lease{}, channeltest.NewPost(silent)
	b := newBench(t, func(c *telegram.Config) { c.Intake, c.Lease = post, l })
	p := b.fake.Person("Tám")
	p.Type("một")
	again := func(n int) func() bool {
		return func() bool {
			b.clock.Advance(5 * time.Second)
			return l.count() >= n
		}
	}
	b.eventually("ask for the lease again", again(3))
	if n := len(b.fake.Calls("getUpdates")); n != 0 {
		t.Fatalf("polled %d times without the lease", n)
	}
	if l.name != "telegram/main/poll" || l.ttl < 20*time.Second {
		t.Errorf("asked for %q for %v", l.name, l.ttl)
	}
	l.set(true, nil)
	b.eventually("take the message", func() bool {
		b.clock.Advance(5 * time.Second)
		return len(post.Taken()) == 1
	})
	for _, trouble := range []error{nil, errors.New("store is away")} {
		l.set(false, trouble)
		n := l.count()
		b.eventually("lose the lease", again(n+2))
		p.Type("ai nghe")
		n = l.count()
		b.eventually("ask for it again", again(n+3))
		if b.fake.Waiting() == 0 {
			t.Error("polled although the lease was lost")
		}
		l.set(true, nil)
		b.eventually("take the message", func() bool {
			b.clock.Advance(5 * time.Second)
			return b.fake.Waiting() == 0
		})
	}
}

// The end of the context ends everything, but a message that is being saved is
// saved first.
func TestStopping(t *testing.T) {
	t.Parallel()
	begun, release, saved := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	b := prepareBench(t, func(c *telegram.Config) {
		c.Intake = intake(func(ctx context.Context, _ bot.Message) error {
			close(begun)
			<-release
			saved <- ctx.Err()
			return nil
		})
	})
	b.fake.Person("Tám").Type("đang lưu")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.bot.Run(ctx) }()
	<-begun
	cancel()
	close(release)
	if err := <-saved; err != nil {
		t.Errorf("the save that was begun met %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

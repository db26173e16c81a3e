package zalooa_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/delivery"
)

// tick lets a channel look at its tokens, which has to go well.
func tick(t *testing.T, c *zalooa.Channel) {
	t.Helper()
	if err := c.Tick(t.Context()); err != nil {
		t.Fatalf("tick: %v", err)
	}
}

// hello is any short answer.
func hello() bot.Reply { return bot.Reply{Kind: bot.ReplyAnswer, Text: "Dạ, chào cô bác."} }

// The configured pair is used up at once: from then on we know how old ours is.
func TestSeed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "zalo.json")
	b := newBench(t, options{config: func(c *zalooa.Config) { c.TokenFile = file }})
	b.open(t)
	sendAll(t, b.c, b.to(b.tam, hello()))
	access, refresh := b.z.Tokens()
	stored, _ := b.vault.Load(t.Context())
	if stored.Access != access || stored.Refresh != refresh || stored.Expires.Sub(stored.Issued) != 25*time.Hour {
		t.Errorf("stored %v, issued %v, expires %v; want what counts, for 25 hours", stored, stored.Issued, stored.Expires)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v; want mode 0600", info, err)
	}
	var copied zalooa.Pair
	if data, err := os.ReadFile(file); err != nil || json.Unmarshal(data, &copied) != nil || !copied.Same(stored) {
		t.Errorf("the copy is %v, want %v (%v)", copied, stored, err)
	}
}

// What is stored wins over the settings, unless they are new.
func TestSeedAgainstStore(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	access, refresh := b.z.Tokens()

	// A restart with the same settings, whose tokens are dead by now.
	again := b.channel(t, nil)
	tick(t, again)
	if now, _ := b.vault.Load(t.Context()); now.Refresh != refresh {
		t.Fatal("dead tokens of the settings replaced the stored ones")
	}
	// New settings, as after pasting tokens from the console.
	newer := b.channel(t, func(c *zalooa.Config) { c.AccessToken, c.RefreshToken = access, refresh })
	tick(t, newer)
	if n := b.z.Refreshed(); n != 2 {
		t.Fatalf("refreshed %d times, want the new seed used", n)
	}
	// A replica that still has the old settings must not bring them back.
	late := b.channel(t, nil)
	tick(t, late)
	if n := b.z.Refreshed(); n != 2 {
		t.Errorf("refreshed %d times, want the old settings left alone", n)
	}
	if err := late.Health(); err != nil {
		t.Errorf("the late replica is unwell: %v", err)
	}
}

// A pair is refreshed after four fifths of its life, before anything fails.
func TestRefreshInTime(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	tick(t, b.c)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {19*time.Hour + 59*time.Minute, 1}, {time.Minute, 2}, {time.Hour, 2}, {19 * time.Hour, 3}} {
		b.clock.Advance(step.after)
		tick(t, b.c)
		if n := b.z.Refreshed(); n != step.want {
			t.Errorf("after %v more: refreshed %d times, want %d", step.after, n, step.want)
		}
	}
}

// However many replicas there are and whatever they notice, one refreshes.
func TestOneRefreshes(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	b.open(t)
	replicas := []*zalooa.Channel{b.c}
	for range 3 {
		c := b.channel(t, nil)
		run(t, c)
		replicas = append(replicas, c)
	}
	for round := range 3 {
		b.z.Revoke()
		var all sync.WaitGroup
		for _, c := range replicas {
			for range 4 {
				all.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					for {
						_, err := c.Send(ctx, b.to(b.tam, hello()))
						fail, _ := errors.AsType[*delivery.SendError](err)
						if fail == nil || fail.Kind != delivery.Throttled {
							if err != nil {
								t.Errorf("send: %v", err)
							}
							return
						}
					}
				})
			}
		}
		all.Wait()
		if n := b.z.Refreshed(); n != round+2 {
			t.Errorf("refreshed %d times after %d revocations, want one each", n, round+1)
		}
	}
}

// Another replica has refreshed: its pair is read from the store, none is used up.
func TestAnotherRefreshed(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	b.open(t)
	tick(t, b.c)
	other := b.channel(t, nil)
	tick(t, other)
	b.clock.Advance(20 * time.Hour)
	tick(t, other)
	if n := b.z.Refreshed(); n != 2 {
		t.Fatalf("refreshed %d times, want 2", n)
	}
	sendAll(t, b.c, b.to(b.tam, hello())) // nobody runs b.c: it can only have asked the store
	if n := b.z.Refreshed(); n != 2 || b.tally.of("token.refused") != 1 {
		t.Errorf("refreshed %d times, refused %d", n, b.tally.of("token.refused"))
	}
}

// The answer to a refresh never arrived: nobody knows, so it is tried again; if
// it had been acted upon, that costs a login, and it is said loudly.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault oafake.Fault
		login bool
	}{
		"before it was read": {oafake.Fault{Drop: true}, false},
		"a proxy's page":     {oafake.Fault{Status: 502}, false},
		"after it was done":  {oafake.Fault{Break: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{idle: true})
			b.z.Fail(oafake.Refresh, 1, c.fault)
			err := b.c.Tick(t.Context())
			if err == nil || !strings.Contains(err.Error(), "doithoai zalo login") || b.c.Health() == nil {
				t.Fatalf("the lost answer is told as %v", err)
			}
			if err := b.c.Tick(t.Context()); err != nil { // not at once again
				t.Fatal(err)
			}
			b.clock.Advance(time.Minute)
			err = b.c.Tick(t.Context())
			if got := errors.Is(err, zalooa.ErrLogin); got != c.login {
				t.Fatalf("then %v; login needed: want %t", err, c.login)
			}
			if !c.login {
				if b.c.Health() != nil || b.z.Refreshed() != 1 {
					t.Errorf("unwell (%v) after %d refreshes", b.c.Health(), b.z.Refreshed())
				}
				return
			}
			if !strings.Contains(b.c.Health()[0].Error(), "Cần đăng nhập lại") {
				t.Errorf("health says %v", b.c.Health())
			}
			// Left alone for an hour, in which nothing makes it worse.
			for range 10 {
				b.clock.Advance(time.Minute)
				_ = b.c.Tick(t.Context())
			}
			if n := len(b.z.Complaints()); n != 1 {
				t.Errorf("%d complaints, want the one second use", n)
			}
			login(t, b)
			if err := b.c.Tick(t.Context()); err != nil || b.c.Health() != nil {
				t.Errorf("after the login: %v, %v", err, b.c.Health())
			}
			b.open(t)
			sendAll(t, b.c, b.to(b.tam, hello()))
			b.z.Forgive()
		})
	}
}

// login consents anew and stores the pair, as the command does.
func login(t *testing.T, b *bench) {
	t.Helper()
	o := b.z.Options()
	l := zalooa.Login{AppID: o.AppID, AppSecret: o.AppSecret, API: b.url, OAuth: b.url, Now: b.clock.Now}
	verifier := zalooa.NewVerifier()
	pair, err := l.Exchange(within(t), b.z.Grant(zalooa.Challenge(verifier)), verifier)
	if err != nil {
		t.Fatal(err)
	}
	if err := zalooa.Keep(within(t), b.vault, "", zalooa.Pair{}, pair); err != nil {
		t.Fatal(err)
	}
}

// Without tokens nothing is sent and nothing is lost: the lane waits.
func TestNoTokens(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{config: func(c *zalooa.Config) { c.AccessToken, c.RefreshToken = "", "" }})
	b.open(t)
	eventually(t, "ask for a login", func() bool { return b.c.Health() != nil })
	fail := refusedSend(t, b.c, b.to(b.tam, hello()))
	if fail.Kind != delivery.Throttled || !fail.Lane || fail.After < 10*time.Second || fail.Reason != "login" {
		t.Errorf("got %v after %v, lane %t", fail, fail.After, fail.Lane)
	}
	if !strings.Contains(b.tally.logged(), "doithoai zalo login") {
		t.Errorf("nothing tells the cure:\n%s", b.tally.logged())
	}
	login(t, b)
	sendAll(t, b.c, b.to(b.tam, hello())) // without a restart
	if err := b.c.Health(); err != nil {
		t.Error(err)
	}
}

// What only a person can end is told again every hour, not with every look.
func TestLoginIsAskedForLoudly(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{config: func(c *zalooa.Config) { c.AccessToken, c.RefreshToken = "", "" }})
	asked := func() int { return strings.Count(b.tally.logged(), "level=ERROR msg=\"zalo oa needs a login") }
	eventually(t, "ask for a login", func() bool { return asked() == 1 })
	for hour := range 3 {
		b.clock.Advance(time.Hour)
		eventually(t, "ask again", func() bool { b.c.Look(); return asked() == hour+2 })
	}
	login(t, b)
	b.c.Look()
	eventually(t, "find the new pair", func() bool { return b.c.Health() == nil })
	if n := asked(); n != 4 || !strings.Contains(b.tally.logged(), `cure="doithoai zalo login"`) {
		t.Errorf("asked %d times, want once and once an hour:\n%s", n, b.tally.logged())
	}
}

// Zalo refuses even the fresh token: that is told, and not tried for ever.
func TestTokenRefusedTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	b.open(t)
	b.z.Fail(oafake.Messages, 2, oafake.Fault{Code: -216, Message: "Access token is invalid"})
	fail := refusedSend(t, b.c, b.to(b.tam, hello()))
	if fail.Kind != delivery.Throttled || !fail.Lane || b.c.Health() == nil {
		t.Errorf("got %v, lane %t, health %v", fail, fail.Lane, b.c.Health())
	}
	if n := b.z.Refreshed(); n != 2 {
		t.Errorf("refreshed %d times, want once more", n)
	}
	sendAll(t, b.c, b.to(b.tam, hello()))
	if err := b.c.Health(); err != nil {
		t.Errorf("still unwell: %v", err)
	}
}

// The store fails between a refresh and its saving: the copy is what is left.
func TestStoreFailsWhileSaving(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "zalo.json")
	b := newBench(t, options{idle: true, config: func(c *zalooa.Config) { c.TokenFile = file }})
	b.open(t)
	if err := b.c.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(20 * time.Hour)
	b.vault.set(func(v *vault) { v.noSwap = errors.New("disk full") })
	if err := b.c.Tick(t.Context()); err == nil {
		t.Error("nothing tells that the new pair is not stored")
	}
	sendAll(t, b.c, b.to(b.tam, hello()))

	// A crash now, and a start with nothing but the old pair in the store.
	b.vault.set(func(v *vault) { v.noSwap = nil })
	again := b.channel(t, func(c *zalooa.Config) { c.TokenFile = file })
	if err := again.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, refresh := b.z.Tokens()
	if stored, _ := b.vault.Load(t.Context()); stored.Refresh != refresh || b.z.Refreshed() != 2 {
		t.Errorf("stored %v after %d refreshes, want the copy brought back", stored, b.z.Refreshed())
	}
	sendAll(t, again, b.to(b.tam, hello()))
}

// The store was emptied, as by a restore: a running replica brings its pair back.
func TestStoreForgets(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	_ = b.c.Tick(t.Context())
	b.vault.set(func(v *vault) { v.pair = zalooa.Pair{} })
	if err := b.c.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, refresh := b.z.Tokens()
	if stored, _ := b.vault.Load(t.Context()); stored.Refresh != refresh {
		t.Errorf("stored %v", stored)
	}
}

// While the store is away nothing is refreshed, and what works goes on working.
func TestStoreIsAway(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "zalo.json")
	keep := func(c *zalooa.Config) { c.TokenFile = file }
	b := newBench(t, options{idle: true, config: keep})
	b.open(t)
	_ = b.c.Tick(t.Context())
	b.vault.set(func(v *vault) { v.down = errors.New("no route to host") })
	b.clock.Advance(21 * time.Hour)
	if err := b.c.Tick(t.Context()); err == nil {
		t.Error("nothing tells that the store is away")
	}
	sendAll(t, b.c, b.to(b.tam, hello()))
	started := b.channel(t, keep) // and so does one that starts now
	_ = started.Tick(t.Context())
	sendAll(t, started, b.to(b.tam, hello()))
	if n := b.z.Refreshed(); n != 1 {
		t.Errorf("refreshed %d times without the store", n)
	}
	b.vault.set(func(v *vault) { v.down = nil })
	if err := b.c.Tick(t.Context()); err != nil || b.z.Refreshed() != 2 {
		t.Errorf("then %v, refreshed %d times", err, b.z.Refreshed())
	}
}

// Another replica holds the lock: it refreshes, we wait.
func TestLockIsHeld(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	unlock, ok, err := b.vault.Lock(t.Context(), time.Minute)
	if err != nil || !ok {
		t.Fatal(err)
	}
	if err := b.c.Tick(t.Context()); err != nil || b.z.Refreshed() != 0 {
		t.Errorf("%v, refreshed %d times under another's lock", err, b.z.Refreshed())
	}
	unlock()
	if err := b.c.Tick(t.Context()); err != nil || b.z.Refreshed() != 1 {
		t.Errorf("%v, refreshed %d times", err, b.z.Refreshed())
	}
}

// No way of printing a pair or a config shows what is in it.
func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	pair := zalooa.Pair{Access: "geheim-a", Refresh: "geheim-r", Number: 3}
	cfg := zalooa.Config{AppID: "1", AppSecret: "geheim-s", OASecret: "geheim-o", AccessToken: "geheim-a", RefreshToken: "geheim-r"}
	var told tally
	told.logger().Info("x", "pair", pair, "config", cfg, "pointer", &pair)
	printed := told.logged() + fmt.Sprintf("%v %+v %#v %s %v %+v %#v", pair, pair, pair, &pair, cfg, cfg, cfg)
	if strings.Contains(printed, "geheim") {
		t.Errorf("printed: %s", printed)
	}
}

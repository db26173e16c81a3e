package zalobot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/internal/flood"
)

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	const body = `{"event_name":"message.text.received","message":{"message_id":"1","chat":{"id":"77"},"text":"a"}}`
	for name, test := range map[string]struct {
		method, secret string
		want           int
	}{
		"as it should be":  {http.MethodPost, secret, http.StatusOK},
		"without a secret": {http.MethodPost, "", http.StatusForbidden},
		"a wrong secret":   {http.MethodPost, strings.ToUpper(secret), http.StatusForbidden},
		"half a secret":    {http.MethodPost, secret[:20], http.StatusForbidden},
		"the token":        {http.MethodPost, token, http.StatusForbidden},
		"a look":           {http.MethodGet, secret, http.StatusMethodNotAllowed},
	} {
		before := d.called()
		r := httptest.NewRequest(test.method, "/hooks/zalo-bot", strings.NewReader(body))
		r.Header.Set("X-Bot-Api-Secret-Token", test.secret)
		w := httptest.NewRecorder()
		b.bot.ServeHTTP(w, r)
		if w.Code != test.want || (d.called() > before) != (test.want == http.StatusOK) {
			t.Errorf("%s: status %d, %d messages handled", name, w.Code, d.called()-before)
		}
	}
	if n := b.counts.get("zalo-bot.forged"); n != 4 {
		t.Errorf("counted %d forged calls, want 4", n)
	}
}

func TestNoWebhookWhenPolling(t *testing.T) {
	t.Parallel()
	d := &desk{}
	b := prepareBench(t, setting{config: func(c *zalobot.Config) { c.Intake = d }})
	r := httptest.NewRequest(http.MethodPost, "/hooks/zalo-bot", strings.NewReader(`{}`))
	r.Header.Set("X-Bot-Api-Secret-Token", secret)
	w := httptest.NewRecorder()
	b.bot.ServeHTTP(w, r)
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d, want 404", w.Code)
	}
}

// What was not taken is not acknowledged, and a body that breaks off is none.
func TestWebhookRefuses(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	d.fail = func(int) error { return errors.New("store is away") }
	const body = `{"event_name":"message.text.received","message":{"message_id":"1","chat":{"id":"77"},"text":"a"}}`
	if status := b.bring(body); status != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", status)
	}
	if n := b.counts.get("zalo-bot.not-taken"); n != 1 || len(d.all()) != 0 {
		t.Errorf("counted %d, took %d", n, len(d.all()))
	}
	r := httptest.NewRequest(http.MethodPost, "/", &broken{})
	r.Header.Set("X-Bot-Api-Secret-Token", secret)
	w := httptest.NewRecorder()
	b.bot.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest || d.called() != 1 {
		t.Errorf("status %d, %d calls", w.Code, d.called())
	}
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, errors.New("line broke") }

// A message that is being taken is taken although Zalo hangs up.
func TestWebhookFinishesWhatItBegan(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var alive error
	d := &desk{}
	d.fail = func(int) error { cancel(); return nil }
	b := prepareBench(t, setting{config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, watching{d, &alive} }})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/",
		strings.NewReader(`{"event_name":"message.text.received","message":{"message_id":"1","chat":{"id":"77"},"text":"a"}}`))
	r.Header.Set("X-Bot-Api-Secret-Token", secret)
	b.bot.ServeHTTP(httptest.NewRecorder(), r)
	if len(d.all()) != 1 || alive != nil {
		t.Errorf("took %d, context %v", len(d.all()), alive)
	}
}

// What we could not take does not count as the resident's writing too much.
func TestFailuresAreNoFlood(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	d.fail = func(call int) error {
		if call <= 100 {
			return errors.New("store is away")
		}
		return nil
	}
	status := 0
	for range 101 {
		status = b.bring(`{"event_name":"message.text.received","message":{"message_id":"1","chat":{"id":"77"},"text":"a"}}`)
	}
	if status != http.StatusOK || len(d.all()) != 1 || b.counts.get("zalo-bot.flood") != 0 {
		t.Errorf("status %d, took %d, %d counted as flood", status, len(d.all()), b.counts.get("zalo-bot.flood"))
	}
}

// A body that begins and does not come is not waited for, whoever sends it.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	d := &desk{}
	b := prepareBench(t, setting{config: func(c *zalobot.Config) {
		c.Mode, c.Intake, c.BodyTime = zalobot.Webhook, d, 20*time.Millisecond
	}})
	for header, want := range map[string]string{secret: "HTTP/1.1 408", "wrong": "HTTP/1.1 403"} {
		if got := channeltest.Stall(t, b.bot, "X-Bot-Api-Secret-Token: "+header, `{"event_name":`); !strings.HasPrefix(got, want) {
			t.Errorf("answered %q, want %s", got, want)
		}
	}
	if b.counts.get("zalo-bot.slow") != 1 || b.counts.get("zalo-bot.forged") != 1 || d.called() != 0 {
		t.Errorf("counted %v, handled %d; want one slow, one forged, none", b.counts.n, d.called())
	}
}

func TestSetsTheWebhook(t *testing.T) {
	t.Parallel()
	b, _ := hooked(t, zbfake.Options{})
	b.eventually("say that it is set", func() bool { return strings.Contains(b.log.String(), "webhook set") })
	calls := b.fake.Calls("getMe", "setWebhook")
	if len(calls) != 2 || calls[0].Method != "getMe" {
		t.Fatalf("calls %+v, want getMe, then setWebhook", calls)
	}
	if p := calls[1].Params; p["url"] != b.config.URL || p["secret_token"] != secret {
		t.Errorf("setWebhook with %v", p)
	}
	if n := b.counts.get("zalo-bot.empty"); n != 1 {
		t.Errorf("%d empty bodies, want that of Zalo's try", n)
	}
	if strings.Contains(b.log.String(), "level=WARN") {
		t.Errorf("told of a trouble:\n%s", b.log)
	}
	b.fake.Hijack("https://elsewhere.example/")
	b.eventually("set it again", func() bool {
		b.clock.Advance(time.Minute)
		return len(b.fake.Calls("setWebhook")) == 2
	})
	b.eventually("see that it stays", func() bool {
		b.clock.Advance(time.Minute)
		return strings.Contains(b.log.String(), "trouble is over")
	})
}

// Zalo keeps an address that it cannot reach, so an operator has to hear of it.
func TestTellsWhyTheWebhookIsNotReached(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		http.StatusForbidden:          "tường lửa (WAF)",
		http.StatusNotFound:           "trả 404",
		http.StatusBadGateway:         "5xx",
		http.StatusMovedPermanently:   "chuyển hướng",
		http.StatusServiceUnavailable: "5xx",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			refuse := true
			b := newBench(t, setting{
				config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, &desk{} },
				hook: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if refuse {
						w.Header().Set("Location", "/elsewhere")
						w.WriteHeader(status)
					}
				}),
			})
			b.eventually("tell", func() bool { return strings.Contains(b.log.String(), want) })
			if n := b.counts.get("zalo-bot.webhook.unverified"); n != 1 {
				t.Errorf("counted %d times", n)
			}
		})
	}
	for _, outcome := range []string{"webhook.err.tls", "webhook.err.unreachable", "webhook.http.403", "webhook.http.404", "webhook.http.5xx", "webhook.http.other"} {
		if zalobot.Explain(outcome) == zalobot.Explain("") {
			t.Errorf("no words of its own for %s", outcome)
		}
	}
	if secret := "token-in-outcome"; strings.Contains(zalobot.Explain(secret), secret) {
		t.Error("repeats what the platform says")
	}
}

// The first call that comes through shows that the webhook is reached after all.
func TestTroubleOfTheWebhookEnds(t *testing.T) {
	t.Parallel()
	d, refuse := &desk{}, make(chan struct{})
	var b *bench
	b = newBench(t, setting{
		config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, d },
		hook: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-refuse:
				b.bot.ServeHTTP(w, r)
			default:
				w.WriteHeader(http.StatusNotFound)
			}
		}),
	})
	b.eventually("tell", func() bool { return strings.Contains(b.log.String(), "trả 404") })
	close(refuse)
	b.fake.Person("Tám").Type("nghe không")
	b.eventually("take it", func() bool { return len(d.all()) == 1 })
	if !strings.Contains(b.log.String(), "trouble is over") {
		t.Errorf("did not say that it is over:\n%s", b.log)
	}
}

func TestSetUpIsTriedUntilItWorks(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]zbfake.Fault{
		"outage":         {Code: 403, Description: "Internal server error"},
		"proxy":          {Status: 502, Body: "<html>"},
		"broken line":    {Drop: true},
		"refused":        {Code: 401, Description: "Unauthorized"},
		"used up, unset": {Code: 426, Description: "Daily quota exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{}
			b := prepareBench(t, setting{config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, d }})
			b.fake.Fail("setWebhook", 2, fault)
			b.fake.Fail("getMe", 1, zbfake.Fault{Code: 401, Description: "Unauthorized"})
			b.run()
			b.eventually("set the webhook", func() bool {
				b.clock.Advance(10 * time.Second)
				calls := b.fake.Calls("setWebhook")
				return len(calls) > 0 && calls[len(calls)-1].Error == ""
			})
			if !strings.Contains(b.log.String(), "Zalo không nhận mã bot") {
				t.Errorf("did not tell that the token was refused:\n%s", b.log)
			}
		})
	}
}

// With the day's tries used up, a webhook that is set stays as it is.
func TestWebhookThatIsSetAlready(t *testing.T) {
	t.Parallel()
	d := &desk{}
	b := newBench(t, setting{config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, d }})
	b.ready()
	b.eventually("set it", func() bool { return strings.Contains(b.log.String(), "webhook set") })
	b.stop()
	b.fake.Fail("setWebhook", 1000, zbfake.Fault{Code: 426, Description: "Daily quota exceeded"})
	b.another()
	b.run()
	b.eventually("find it kept", func() bool { return strings.Contains(b.log.String(), "hết lượt thử webhook") })
	b.fake.Person("Tám").Type("nghe không")
	b.eventually("take a message", func() bool { return len(d.all()) == 1 })
	if n := len(b.fake.Calls("getWebhookInfo")); n != 1 {
		t.Errorf("asked %d times for the webhook, want once", n)
	}
}

// Without an answer about its try, the webhook is taken for set.
func TestOlderPlatform(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{Form: zbfake.Form{Old: true}})
	b.eventually("set it", func() bool { return strings.Contains(b.log.String(), "webhook set") })
	b.fake.Person("Tám").Type("nghe không")
	b.eventually("take a message", func() bool { return len(d.all()) == 1 })
}

func FuzzWebhook(f *testing.F) {
	for _, body := range []string{
		"", "{}", "null", `{"ok":true,"result":null}`, `[[]]`, `{"ok":false,"error_code":5}`,
		`{"ok":true,"result":{"event_name":"message.text.received","message":{"message_id":"2d758cb5e222177a4e35","date":1750316131602,"from":{"id":"6ede9afa66b88fe6d6a9","display_name":"Ted","is_bot":false},"chat":{"id":"6ede9afa66b88fe6d6a9","chat_type":"PRIVATE"},"text":"Xin chào"}}}`,
		`{"event_name":"message.image.received","message":{"message_id":"1","date":1750316131,"from":{"id":"6","name":"Ted"},"chat":{"id":"6"},"photo_url":"https://a.zdn.vn/x.jpg","caption":"a\u0301"}}`,
		`{"event_name":"message.unsupported.received","message":{"from":{"id":"6"}}}`,
		`{"event_name":"message.voice.received","message":{"chat":{"id":6},"voice_url":"http://a.zdn.vn/x.aac"}}`,
	} {
		f.Add([]byte(body))
	}
	d := &desk{}
	c, err := zalobot.New(zalobot.Config{
		Token: token, Secret: secret, Mode: zalobot.Webhook, URL: "https://hoi.example.vn/", Intake: d, Now: start,
		Choose: "Chọn:", Limits: flood.Limits{Burst: 1 << 30, Every: time.Nanosecond},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d.forget()
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("X-Bot-Api-Secret-Token", secret)
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
		for _, m := range d.all() {
			checkTaken(t, m)
		}
	})
}

package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/internal/record"
)

func inWebhookMode(in telegram.Intake) func(*telegram.Config) {
	return func(c *telegram.Config) { c.Mode, c.Intake = telegram.Webhook, in }
}

func TestWebhookIsSet(t *testing.T) {
	t.Parallel()
	b := newBench(t, inWebhookMode(channeltest.NewPost(silent)))
	b.eventually("check the webhook", func() bool { return len(b.fake.Calls("getWebhookInfo")) == 1 })
	set := b.fake.Calls("setWebhook")[0].Params
	for key, want := range map[string]string{
		"url": b.config.URL, "secret_token": secret, "max_connections": "40",
		"allowed_updates": `["message","edited_message","callback_query","my_chat_member","chat_member"]`,
	} {
		if set[key] != want {
			t.Errorf("%s = %q, want %q", key, set[key], want)
		}
	}
	if _, drops := set["drop_pending_updates"]; drops {
		t.Error("what waits would be dropped")
	}
	if len(b.fake.Calls("getUpdates")) > 0 {
		t.Error("polled in webhook mode")
	}
}

func TestWebhookIsLookedAfter(t *testing.T) {
	t.Parallel()
	b := newBench(t, inWebhookMode(channeltest.NewPost(silent)))
	b.eventually("set it", func() bool { return len(b.fake.Calls("getWebhookInfo")) == 1 })
	b.fake.SetWebhook("https://doithoai.example/somebody-else")
	b.eventually("set it again", func() bool {
		b.clock.Advance(time.Minute)
		return len(b.fake.Calls("setWebhook")) >= 2
	})
	b.eventually("tell of it", func() bool { return strings.Contains(b.log.String(), "somebody else has changed the webhook") })
}

func update(text string) string {
	return fmt.Sprintf(`{"update_id":10,"message":{"message_id":1,"date":1,"from":{"id":7700000077},"chat":{"id":7700000077,"type":"private"},"text":%q}}`, text)
}

func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	fails := func(err error) telegram.Intake {
		return intake(func(context.Context, bot.Message) error { return err })
	}
	for _, test := range []struct {
		name, method, secret, body string
		intake                     telegram.Intake
		want                       int
		count                      string
	}{
		{"taken", "POST", secret, update("chào"), fails(nil), 200, ""},
		{"not taken", "POST", secret, update("chào"), fails(errors.New("store is away")), 503, "telegram.not-taken"},
		{"never to be taken", "POST", secret, update("chào"), fails(fmt.Errorf("save: %w", record.ErrInvalid)), 200, "telegram.poison"},
		{"of a newer program", "POST", secret, update("chào"), fails(fmt.Errorf("load: %w", record.ErrVersion)), 200, "telegram.poison"},
		{"no secret", "POST", "", update("chào"), fails(errors.New("was asked")), 403, "telegram.forged"},
		{"half a secret", "POST", secret[:10], update("chào"), fails(errors.New("was asked")), 403, "telegram.forged"},
		{"another method", "GET", secret, "", fails(errors.New("was asked")), 405, ""},
		{"no update", "POST", secret, `{"update_id":10,"mess`, fails(errors.New("was asked")), 200, "telegram.malformed"},
		{"empty", "POST", secret, "", fails(errors.New("was asked")), 200, "telegram.malformed"},
		{"an array", "POST", secret, "[1,2]", fails(errors.New("was asked")), 200, "telegram.malformed"},
		{"too large", "POST", secret, update(strings.Repeat("a", 1<<20)), fails(errors.New("was asked")), 200, "telegram.malformed"},
		{"unknown", "POST", secret, `{"update_id":10,"business_message":{}}`, fails(errors.New("was asked")), 200, "telegram.unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := prepareBench(t, inWebhookMode(test.intake))
			r := httptest.NewRequest(test.method, "/hooks/telegram", strings.NewReader(test.body))
			r.Header.Set("X-Telegram-Bot-Api-Secret-Token", test.secret)
			w := httptest.NewRecorder()
			b.bot.ServeHTTP(w, r)
			if w.Code != test.want {
				t.Errorf("status %d, want %d", w.Code, test.want)
			}
			if again := w.Header().Get("Retry-After"); (again == "2") != (test.want == 503) {
				t.Errorf("Retry-After %q with %d", again, w.Code)
			}
			if test.count != "" && b.counts.get(test.count) != 1 {
				t.Errorf("counted %v, want %s", b.counts.n, test.count)
			}
			if told := b.log.String(); strings.Contains(told, "chào") || strings.Contains(told, "7700000077") {
				t.Errorf("the log holds a message or a chat:\n%s", told)
			}
		})
	}
}

func TestNoWebhookWhenPolling(t *testing.T) {
	t.Parallel()
	b := prepareBench(t, func(c *telegram.Config) {
		c.Intake = intake(func(context.Context, bot.Message) error { t.Error("was asked"); return nil })
	})
	r := httptest.NewRequest("POST", "/hooks/telegram", strings.NewReader(update("chào")))
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	w := httptest.NewRecorder()
	b.bot.ServeHTTP(w, r)
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d, want 404", w.Code)
	}
}

// A body that breaks off is not an update that is settled.
func TestBrokenBodiesComeAgain(t *testing.T) {
	t.Parallel()
	b := prepareBench(t, inWebhookMode(intake(func(context.Context, bot.Message) error { t.Error("was asked"); return nil })))
	server := httptest.NewServer(b.bot)
	defer server.Close()
	line, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(line, "POST / HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: 500\r\n\r\n{\"update", secret)
	if err := line.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 100)
	n, _ := line.Read(answer)
	_ = line.Close()
	if got := string(answer[:n]); strings.HasPrefix(got, "HTTP/1.1 2") {
		t.Errorf("answered %q", got)
	}
}

// A body that begins and does not come is not waited for, whoever sends it.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	b := prepareBench(t, func(c *telegram.Config) {
		c.Mode, c.BodyTime = telegram.Webhook, 20*time.Millisecond
		c.Intake = intake(func(context.Context, bot.Message) error { t.Error("was asked"); return nil })
	})
	for header, want := range map[string]string{secret: "HTTP/1.1 408", "wrong": "HTTP/1.1 403"} {
		if got := channeltest.Stall(t, b.bot, "X-Telegram-Bot-Api-Secret-Token: "+header, `{"update_id":10,`); !strings.HasPrefix(got, want) {
			t.Errorf("answered %q, want %s", got, want)
		}
	}
	if b.counts.get("telegram.slow") != 1 || b.counts.get("telegram.forged") != 1 {
		t.Errorf("counted %v, want one slow and one forged", b.counts.n)
	}
}

// Kinds of updates that we do not ask for, or that nobody has invented yet, are
// settled and counted: refused, they would hold up their chat for a day.
func TestUnknownUpdates(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{
		"message_reaction", "message_reaction_count", "channel_post", "edited_channel_post", "business_connection", "business_message",
		"deleted_business_messages", "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media",
		"poll", "poll_answer", "chat_join_request", "chat_boost", "removed_chat_boost", "dream",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := prepareBench(t, inWebhookMode(intake(func(context.Context, bot.Message) error { t.Error("was asked"); return nil })))
			for _, inside := range []string{
				`{}`, `7`, `[null]`,
				`{"chat":{"id":7700000077,"type":"private"},"user":{"id":7700000077},"message_id":1,"date":1,"old_reaction":[],"new_reaction":[{"type":"emoji","emoji":"👍"}]}`,
			} {
				r := httptest.NewRequest(http.MethodPost, "/hooks/telegram", strings.NewReader(`{"update_id":10,"`+kind+`":`+inside+`}`))
				r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
				w := httptest.NewRecorder()
				if b.bot.ServeHTTP(w, r); w.Code != http.StatusOK {
					t.Errorf("%s is answered %d", inside, w.Code)
				}
			}
			if n := b.counts.get("telegram.unknown"); n != 4 {
				t.Errorf("counted %d times, want 4", n)
			}
		})
	}
}

package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

// platform is one of the three, with a person on its far side.
type platform struct {
	settings []string // of the program
	limit    int      // of one message, in UTF-16 units

	write func(text string)
	photo func()
	next  func(context.Context) (shown, error) // what the person sees next
	taken func() bool                          // all that the person did is acknowledged
	again func()                               // brings the update taken last once more
	// falter lets the next message through and refuses the one after it for a
	// moment.
	falter func()
	expire func() // ends the time of the account's token; nil if it has none
	// check complains of what the program did against the platform's rules.
	check func(t *testing.T)
}

// shown is a message as the person sees it.
type shown struct {
	text    string
	choices []string // in the order of their numbers
}

func onTelegram(t *testing.T, hook *gate) platform {
	t.Helper()
	fake := tgfake.New(tgfake.Options{Token: botToken})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	person := fake.Person("Sáu")
	return platform{
		settings: []string{
			"DOITHOAI_TELEGRAM_TOKEN=" + botToken, "DOITHOAI_TELEGRAM_API=" + api.URL, "DOITHOAI_TELEGRAM_MODE=webhook",
			"DOITHOAI_TELEGRAM_SECRET=0123456789abcdef", "DOITHOAI_PUBLIC_URL=" + hook.url,
		},
		limit: 4096,
		write: func(text string) { person.Type(text) },
		photo: func() { person.Photo("") },
		next: func(ctx context.Context) (shown, error) {
			m, err := person.Next(ctx)
			s := shown{text: m.Text}
			if m.Keyboard != nil {
				for _, row := range m.Keyboard.Rows {
					s.choices = append(s.choices, row[0].Text)
				}
			}
			return s, err
		},
		taken: func() bool { return fake.Waiting() == 0 },
		again: fake.Redeliver,
		falter: func() {
			fake.Fail("sendMessage", 1, tgfake.Fault{Code: http.StatusTooManyRequests, Description: "Too Many Requests: retry after 2", RetryAfter: 2, Skip: 1})
		},
		check: func(t *testing.T) {
			for _, call := range fake.Calls("sendMessage") {
				if call.Error != "" && !strings.HasPrefix(call.Error, "Too Many Requests") {
					t.Errorf("Telegram refused a message: %s", call.Error)
				}
			}
		},
	}
}

func onZaloOA(t *testing.T, hook *gate) platform {
	t.Helper()
	fake := oafake.New(oafake.Options{})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	fake.SetWebhook(hook.url + "/hooks/zalo-oa")
	o := fake.Options()
	access, refresh := fake.Tokens()
	person := fake.Person()
	must := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	return platform{
		settings: []string{
			"DOITHOAI_ZALO_OA_APP_ID=" + o.AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + o.AppSecret, "DOITHOAI_ZALO_OA_OA_SECRET=" + o.OASecret,
			"DOITHOAI_ZALO_OA_ACCESS_TOKEN=" + access, "DOITHOAI_ZALO_OA_REFRESH_TOKEN=" + refresh,
			"DOITHOAI_ZALO_OA_API=" + api.URL, "DOITHOAI_ZALO_OA_OAUTH=" + api.URL,
		},
		limit: 2000,
		write: func(text string) { must(person.Type(t.Context(), text)) },
		photo: func() {
			must(person.Send(t.Context(), "image", "", map[string]any{"url": "https://f20-zpc.zdn.vn/jpg/1.jpg", "thumbnail": "https://f20-zpc.zdn.vn/jpg/2.jpg"}))
		},
		next: func(ctx context.Context) (shown, error) {
			m, err := person.Next(ctx)
			s := shown{text: m.Text}
			for _, b := range m.Buttons {
				s.choices = append(s.choices, b.Title)
			}
			return s, err
		},
		// Zalo comes again after half a minute at the earliest: nothing may need that.
		taken: func() bool { return fake.Pending() == 0 },
		again: func() { must(fake.Again(t.Context())) },
		falter: func() {
			refused := oafake.Fault{Status: http.StatusTooManyRequests, Skip: 1}
			if *freeze >= time.Minute { // there is time until the minute is over
				refused = oafake.Fault{Code: -32, Message: "OA reached limit call api per minute", Skip: 1}
			}
			fake.Fail(oafake.Messages, 1, refused)
		},
		expire: fake.Expire,
		check: func(t *testing.T) {
			if fake.Pending() > 0 || fake.Refreshed() == 0 || len(fake.Complaints()) > 0 {
				t.Errorf("%d events to be repeated, %d tokens renewed, complaints %q", fake.Pending(), fake.Refreshed(), fake.Complaints())
			}
		},
	}
}

func onZaloBot(t *testing.T, hook *gate) platform {
	t.Helper()
	fake := zbfake.New(zbfake.Options{Token: botToken})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	person := fake.Person("Sáu")
	return platform{
		settings: []string{
			"DOITHOAI_ZALO_BOT_TOKEN=" + botToken, "DOITHOAI_ZALO_BOT_API=" + api.URL, "DOITHOAI_ZALO_BOT_MODE=webhook",
			"DOITHOAI_ZALO_BOT_SECRET=0123456789abcdef", "DOITHOAI_PUBLIC_URL=" + hook.url,
		},
		limit: 2000,
		write: person.Type,
		photo: func() { person.Photo("") },
		next: func(ctx context.Context) (shown, error) {
			m, err := person.Next(ctx)
			s := shown{text: m.Text}
			for line := range strings.SplitSeq(m.Text, "\n") {
				if number, label, ok := strings.Cut(line, ". "); ok && len(number) == 1 && number >= "1" && number <= "9" {
					s.choices = append(s.choices, label)
				}
			}
			return s, err
		},
		taken: func() bool { return fake.Waiting() == 0 },
		again: fake.Redeliver,
		// 403 is the platform's word for «not now». Its 429 says that the month's
		// messages are used up, and the account rests for ten minutes.
		falter: func() {
			fake.Fail("sendMessage", 1, zbfake.Fault{Code: http.StatusForbidden, Description: "Internal server error", Skip: 1})
		},
		check: func(t *testing.T) {
			if fake.Lost() > 0 {
				t.Errorf("%d events were not taken, and the platform does not come again", fake.Lost())
			}
		},
	}
}

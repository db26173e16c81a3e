package telegram_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/internal/trouble"
)

// A webhook that Telegram fails to call is a fault of now, then a word of warning.
func TestExamineTellsOfFailedCalls(t *testing.T) {
	t.Parallel()
	b := prepareBench(t, func(c *telegram.Config) { c.Mode, c.Intake = telegram.Webhook, channeltest.NewPost(silent) })
	b.fake.SetWebhook(b.config.URL) // without the secret, so every call is refused
	b.fake.Person("Tám").Type("chào")
	b.eventually("a call is refused", func() bool {
		return telegram.Examine(t.Context(), b.config, true)[1].Grade != trouble.Good
	})
	for _, c := range []struct {
		after time.Duration
		grade trouble.Grade
	}{{0, trouble.Fault}, {time.Hour, trouble.Warning}} {
		now := func() time.Time { return b.clock.Now().Add(c.after) }
		set := b.config
		set.Now = now
		if f := telegram.Examine(t.Context(), set, true)[1]; f.Code != trouble.ChannelWebhook || f.Grade != c.grade || !strings.Contains(f.Text, "403") {
			t.Errorf("%v later: %+v", c.after, f)
		}
	}
}

// What doctor tells of the bot and its webhook.
func TestExamine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode    telegram.Mode
		running bool
		before  func(b *bench)
		code    trouble.Code
		grade   trouble.Grade
		says    string
	}{
		"polling":             {telegram.Polling, true, func(*bench) {}, "", trouble.Good, "tự hỏi tin"},
		"polling, but a hook": {telegram.Polling, true, func(b *bench) { b.fake.SetWebhook("https://else.example") }, trouble.ChannelConflict, trouble.Fault, "hỏi tin không được"},
		"before the start":    {telegram.Polling, false, func(b *bench) { b.fake.SetWebhook("https://else.example") }, trouble.ChannelConflict, trouble.Warning, "hỏi tin không được"},
		"webhook":             {telegram.Webhook, true, func(b *bench) { b.fake.SetWebhook(b.config.URL) }, "", trouble.Good, "gọi tới được"},
		"disabled":            {telegram.Webhook, true, func(*bench) {}, trouble.ChannelWebhook, trouble.Fault, "không có webhook"},
		"hijacked":            {telegram.Webhook, true, func(b *bench) { b.fake.SetWebhook("https://else.example") }, trouble.ChannelConflict, trouble.Fault, "địa chỉ khác"},
		"wrong token": {telegram.Polling, true, func(b *bench) { b.config.Token = "1:" + strings.Repeat("x", 35) },
			trouble.ChannelToken, trouble.Fault, "không nhận mã bot"},
		"proxy in between": {telegram.Polling, true, func(b *bench) {
			b.fake.Fail("getMe", 1, tgfake.Fault{Code: http.StatusBadGateway, Body: "<html>"})
		}, trouble.ChannelDown, trouble.Fault, "không hỏi được"},
		"silence": {telegram.Polling, true, func(b *bench) { b.fake.Fail("getWebhookInfo", 1, tgfake.Fault{Drop: true}) },
			trouble.ChannelDown, trouble.Fault, "không hỏi được"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := prepareBench(t, func(set *telegram.Config) { set.Mode, set.Intake = c.mode, channeltest.NewPost(silent) })
			c.before(b)
			found := telegram.Examine(t.Context(), b.config, c.running)
			last := found[len(found)-1]
			if last.Code != c.code || last.Grade != c.grade || !strings.Contains(last.Text, c.says) {
				t.Errorf("got %+v", found)
			}
			for _, f := range found {
				if strings.Contains(f.Text+f.Cure, b.config.Token) {
					t.Errorf("tells the token: %+v", f)
				}
			}
		})
	}
}

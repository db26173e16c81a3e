package zalobot_test

import (
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/internal/trouble"
)

// What doctor tells of the bot and its webhook.
func TestExamine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode    zalobot.Mode
		running bool
		before  func(b *bench)
		code    trouble.Code
		grade   trouble.Grade
		says    string
	}{
		"polling":             {zalobot.Polling, true, func(*bench) {}, "", trouble.Good, "tự hỏi tin"},
		"polling, but a hook": {zalobot.Polling, true, func(b *bench) { b.fake.Hijack("https://else.example") }, trouble.ChannelConflict, trouble.Fault, "hỏi tin không được"},
		"before the start":    {zalobot.Webhook, false, func(*bench) {}, trouble.ChannelWebhook, trouble.Warning, "không có webhook"},
		"webhook":             {zalobot.Webhook, true, func(b *bench) { b.fake.Hijack(b.config.URL) }, "", trouble.Good, "đúng địa chỉ"},
		"disabled":            {zalobot.Webhook, true, func(*bench) {}, trouble.ChannelWebhook, trouble.Fault, "không có webhook"},
		"hijacked":            {zalobot.Webhook, true, func(b *bench) { b.fake.Hijack("https://else.example") }, trouble.ChannelConflict, trouble.Fault, "địa chỉ khác"},
		"wrong token":         {zalobot.Polling, true, func(b *bench) { b.config.Token = "1:other" }, trouble.ChannelToken, trouble.Fault, "không nhận mã bot"},
		"proxy in between": {zalobot.Polling, true, func(b *bench) { b.fake.Fail("getMe", 1, zbfake.Fault{Body: "<html>", Status: 502}) },
			trouble.ChannelDown, trouble.Fault, "không hỏi được"},
		"silence": {zalobot.Polling, true, func(b *bench) { b.fake.Fail("getWebhookInfo", 1, zbfake.Fault{Drop: true}) },
			trouble.ChannelDown, trouble.Fault, "không hỏi được"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := prepareBench(t, setting{config: func(set *zalobot.Config) { set.Mode, set.Intake = c.mode, &desk{} }})
			c.before(b)
			found := zalobot.Examine(t.Context(), b.config, c.running)
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

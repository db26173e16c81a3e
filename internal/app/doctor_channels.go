package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/trouble"
)

// called reports whether a platform calls us at the public address.
func (x *examination) called() bool {
	s := x.settings
	return s.ZaloOA.AppID != "" ||
		s.Telegram.Token != "" && s.Telegram.Mode == config.ModeWebhook ||
		s.ZaloBot.Token != "" && s.ZaloBot.Mode == config.ModeWebhook
}

func (x *examination) telegram(ctx context.Context) []trouble.Finding {
	t := x.settings.Telegram
	if t.Token == "" {
		return nil
	}
	found := telegram.Examine(ctx, telegram.Config{
		Token: t.Token, API: t.API, Mode: telegram.Mode(t.Mode), URL: x.settings.PublicURL + telegramPath,
		Log: slog.New(slog.DiscardHandler),
	}, x.running())
	if t.Mode != config.ModeWebhook {
		return found
	}
	return append(found, x.lately(telegram.Name)...)
}

func (x *examination) zaloBot(ctx context.Context) []trouble.Finding {
	z := x.settings.ZaloBot
	if z.Token == "" {
		return nil
	}
	found := zalobot.Examine(ctx, zalobot.Config{
		Token: z.Token, API: z.API, Mode: zalobot.Mode(z.Mode), URL: x.settings.PublicURL + zaloBotPath,
		Log: slog.New(slog.DiscardHandler),
	}, x.running())
	if z.Mode != config.ModeWebhook {
		return found
	}
	return append(found, x.lately(zalobot.Name)...)
}

// zaloOA asks about the account with the tokens that are stored: of the running
// server, which has the store in a file, through it. Whether the webhook is
// switched on Zalo does not tell.
func (x *examination) zaloOA(ctx context.Context) []trouble.Finding {
	z := x.settings.ZaloOA
	if z.AppID == "" {
		return nil
	}
	var stored zalooa.Pair
	if x.storeErr == nil {
		safe, ok := x.store.Operator.(control.Safe)
		if !ok {
			return one(failed(zalooa.Name, "Token Zalo OA", trouble.StoreBroken, control.ErrUnsupported))
		}
		var err error
		if stored, err = (zaloVault{safe}).Load(ctx); err != nil {
			return one(failed(zalooa.Name, "Token Zalo OA", trouble.StoreBroken, Explain(err)))
		}
	}
	ask := zalooa.Login{AppID: z.AppID, AppSecret: z.AppSecret, API: z.API, OAuth: z.OAuth}
	configured := zalooa.Pair{Access: z.AccessToken, Refresh: z.RefreshToken}
	found := zalooa.Examine(ctx, ask, stored, zaloTokenFile(x.settings.Data), configured)
	return append(found, x.lately(zalooa.Name)...)
}

// silence is how long nothing may come from a platform before that is worth a
// word: a weekend of a small commune.
const silence = 48 * time.Hour

// lately tells when a platform last called the running server.
func (x *examination) lately(channel string) []trouble.Finding {
	const name = "Tin tới gần nhất"
	if !x.running() || x.statusErr != nil {
		return nil
	}
	for _, c := range x.status.Channels {
		if channelOf(c.Lane) != channel {
			continue
		}
		since, told := c.Heard, "lúc "+x.at(c.Heard)
		if c.Heard.IsZero() {
			since, told = x.status.Started, "chưa có gì từ lúc chạy, "+x.at(x.status.Started)
		}
		if x.now.Sub(since) > silence {
			return one(trouble.Found(channel, name, trouble.ChannelSilent, told, ""))
		}
		return one(trouble.Well(channel, name, told))
	}
	return one(trouble.Found(channel, name, trouble.ChannelSilent, "chương trình đang chạy chưa có kênh này", "Khởi động lại chương trình để nó đọc thiết đặt mới"))
}

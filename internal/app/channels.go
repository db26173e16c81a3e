package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/control"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/media"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/staff"
)

// The webhooks.
const (
	telegramPath = "/hooks/telegram"
	zaloOAPath   = "/hooks/zalo-oa"
	zaloBotPath  = "/hooks/zalo-bot"
)

// safe is what channels keep in the store beside conversations: who polls, and
// an account's tokens.
type safe interface {
	control.Safe
	// Hold takes or renews the named lease for holder, false if another has it.
	Hold(ctx context.Context, name, holder string, ttl time.Duration) (bool, error)
	// LetGo gives the lease back if holder has it.
	LetGo(ctx context.Context, name, holder string) error
}

// wiring is what every channel is made with.
type wiring struct {
	settings *config.Config
	doors    Doors
	safe     safe
	texts    bot.ChannelTexts
	count    func(name string)
	quota    func(channel, kind string, left int)
	log      *slog.Logger

	shelf     *shelf
	published *media.Public     // nil without a public address
	fetch     media.FetchConfig // but for the hosts
}

// channelTable lists the channels of the settings: whether one is set, and how it is made.
func channelTable() []struct {
	set  func(*config.Config) bool
	open func(wiring) (Channel, error)
} {
	return []struct {
		set  func(*config.Config) bool
		open func(wiring) (Channel, error)
	}{
		{func(c *config.Config) bool { return c.Telegram.Token != "" }, openTelegram},
		{func(c *config.Config) bool { return c.ZaloOA.AppID != "" }, openZaloOA},
		{func(c *config.Config) bool { return c.ZaloBot.Token != "" }, openZaloBot},
	}
}

// openChannels opens every channel of the settings, and those given beside.
func openChannels(w wiring, more []ChannelOpener) ([]Channel, error) {
	var channels []Channel
	for _, row := range channelTable() {
		if !row.set(w.settings) {
			continue
		}
		c, err := row.open(w)
		if err != nil {
			return nil, channelProblem(err)
		}
		channels = append(channels, c)
	}
	for _, opener := range more {
		c, err := opener(w.doors)
		if err != nil {
			return nil, fmt.Errorf("open channel: %w", err)
		}
		channels = append(channels, c)
	}
	return channels, nil
}

// channelProblem tells of settings that config could not judge alone.
func channelProblem(err error) error {
	return &Problem{What: "Thiết đặt của kênh chưa đúng", Cure: "Sửa theo lời sau", Err: err}
}

// Telegram allows about one message a second in a chat, with short bursts, and
// about thirty a second over all (channels' own FAQ).
var (
	telegramChat = record.Pace{Every: time.Second, Burst: 5}
	telegramAll  = record.Pace{Every: time.Second / 30, Burst: 30}
)

func openTelegram(w wiring) (Channel, error) {
	t := w.settings.Telegram
	var start func(string) (string, bool)
	if w.settings.Desks != "" {
		start = staff.StartPayload
	}
	c, err := telegram.New(telegram.Config{
		Token: t.Token, API: t.API, Mode: telegram.Mode(t.Mode), Secret: t.Secret, URL: w.settings.PublicURL + telegramPath,
		Intake: w.doors.Direct,
		Lease:  poller{w.safe, rand.Text()},
		Media:  telegramMedia{w.shelf},
		Start:  start,
		Labels: telegram.Labels{Start: w.texts.Start, Menu: w.texts.Menu, Officer: w.texts.Officer, Forget: w.texts.Forget},
		Flood:  w.texts.Flood,
		Count:  w.count, Log: w.log,
	})
	if err != nil {
		return Channel{}, err
	}
	return Channel{
		Lane: delivery.LaneConfig{Lane: c.Lane(), Sender: c, Pace: telegramChat, Rate: telegramAll, Workers: 16},
		Path: telegramPath, Hook: c, Run: c.Run, Health: c.Health, Files: c,
	}, nil
}

// poller lets one replica at a time poll.
type poller struct {
	safe   safe
	holder string
}

// Hold implements [upkeep.Lease].
func (p poller) Hold(ctx context.Context, name string, ttl time.Duration) (bool, error) {
	return p.safe.Hold(ctx, name, p.holder, ttl)
}

// zaloStale is the age from which an answer of the bot is not worth one of the
// few messages that the account may send.
const zaloStale = 10 * time.Minute

func openZaloOA(w wiring) (Channel, error) {
	z := w.settings.ZaloOA
	c, err := zalooa.New(zalooa.Config{
		Intake: w.doors.Quick, Tokens: zaloTokens{zaloVault{w.safe}, w.safe, rand.Text()}, Logger: w.log,
		AppID: z.AppID, AppSecret: z.AppSecret, OASecret: z.OASecret,
		AccessToken: z.AccessToken, RefreshToken: z.RefreshToken, API: z.API, OAuth: z.OAuth,
		TokenFile: zaloTokenFile(w.settings.Data), PerMinute: z.PerMinute, Numbered: z.Numbered,
		Flood: w.texts.Flood, Anonymous: w.texts.Anonymous, Count: w.count, Media: zaloMedia{w.shelf},
		Quota: func(_ bot.ChatID, q zalooa.Quota) {
			if q.Type != zalooa.QuotaReply { // which each chat has its own of
				w.quota(zalooa.Name, string(q.Type), q.Remain)
			}
		},
		// A request to Zalo to have one's data deleted is «quên tôi».
		Withdraw: func(ctx context.Context, chat bot.ChatID) error {
			id := "withdraw:" + time.Now().UTC().Format(time.DateOnly)
			return w.doors.Direct.Handle(ctx, bot.Message{Chat: chat, ID: id, At: time.Now(), Kind: bot.KindPress, Payload: bot.PayloadForget})
		},
	})
	if err != nil {
		return Channel{}, err
	}
	files, err := filesOf(zalooa.FileHosts(), w.fetch)
	if err != nil {
		return Channel{}, err
	}
	return Channel{
		Lane: delivery.LaneConfig{
			Lane: c.Lane(), Sender: c, Rate: c.Rate(), Window: zalooa.Window(z.FreeMessages), Supersede: true,
			Stale: zaloStale, AskAgain: w.texts.AskAgain, Workers: 16,
		},
		Path: zaloOAPath, Hook: c, Run: c.Run, Health: c.Health, Files: files,
		Stored: func(name string) {
			if name == zaloPair {
				c.Look()
			}
		},
	}, nil
}

// openZaloBot makes the channel of a Zalo bot. Pictures need an address of ours
// that Zalo can fetch them from; without one they are told in words.
func openZaloBot(w wiring) (Channel, error) {
	z := w.settings.ZaloBot
	set := zalobot.Config{
		Token: z.Token, API: z.API, Mode: zalobot.Mode(z.Mode), Secret: z.Secret, URL: w.settings.PublicURL + zaloBotPath,
		Intake: w.doors.Quick, // nobody knows whether Zalo comes again
		Lease:  poller{w.safe, rand.Text()},
		Flood:  w.texts.Flood, Choose: w.texts.Choose,
		Count: w.count, Log: w.log,
	}
	if w.published != nil {
		set.Media = w.published
	}
	c, err := zalobot.New(set)
	if err != nil {
		return Channel{}, err
	}
	files, err := filesOf(zalobot.FileHosts(), w.fetch)
	if err != nil {
		return Channel{}, err
	}
	return Channel{
		Lane: delivery.LaneConfig{Lane: c.Lane(), Sender: c, Pace: zalobot.Pace(), Rate: zalobot.Rate()},
		Path: zaloBotPath, Hook: c, Run: c.Run, Health: c.Health, Files: files,
	}, nil
}

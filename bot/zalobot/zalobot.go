package zalobot

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trouble"
	"github.com/doithoai/doithoai/internal/upkeep"
	"github.com/doithoai/doithoai/internal/webhook"
)

// Channel is one bot. It is safe for concurrent use.
type Channel struct {
	config Config
	api    *api
	intake Intake
	log    *slog.Logger
	now    func() time.Time
	count  func(name string) // of a name without the channel's
	sleep  func(ctx context.Context, d time.Duration) error

	troubles *upkeep.Troubles
	chores   *upkeep.Chores
	calls    webhook.Reader
	floods   *flood.Guard
	quota    quota
}

var (
	_ delivery.Sender = (*Channel)(nil)
	_ http.Handler    = (*Channel)(nil)
)

// New returns a bot that does nothing before [Channel.Run].
func New(c Config) (*Channel, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Intake == nil || strings.TrimSpace(c.Choose) == "" {
		return nil, errors.New("set up zalo bot: an intake and the line over lists are needed")
	}
	c = c.withDefaults()
	log := c.Log.With("component", Name)
	made := &Channel{
		config:   c,
		api:      &api{base: c.API, token: c.Token, client: c.Client},
		intake:   c.Intake,
		log:      log,
		now:      c.Now,
		count:    func(name string) { c.Count(Name + "." + name) },
		sleep:    upkeep.Sleep,
		troubles: upkeep.NewTroubles(log),
		calls:    webhook.Reader{Known: webhook.BySecret(secretHeader, c.Secret), Within: c.BodyTime},
		floods:   flood.New(c.Limits),
	}
	made.chores = upkeep.NewChores(choreTime, func() { made.count("chore.dropped") })
	return made, nil
}

// Health returns what is wrong now, nothing if messages come and go.
func (c *Channel) Health() []trouble.Trouble {
	return c.troubles.Now(map[string]trouble.Code{
		troubleSetup:    trouble.ChannelDown,
		troublePoll:     trouble.ChannelDown,
		troubleToken:    trouble.ChannelToken,
		troubleVerify:   trouble.ChannelWebhook,
		troubleTakeover: trouble.ChannelConflict,
		troubleConflict: trouble.ChannelConflict,
		troubleQuota:    trouble.ChannelQuota,
		troubleIntake:   trouble.ChannelUnanswered,
	})
}

// Lane names the queues that this bot sends.
func (c *Channel) Lane() string { return record.Lane(bot.ChatID{Channel: Name, Bot: c.config.Account}) }

// Pace is how often one chat should be sent something. The platform publishes
// no limit; this is what bots in production keep to.
func Pace() record.Pace { return record.Pace{Every: time.Second, Burst: 1} }

// Rate is how much the bot as a whole should send.
func Rate() record.Pace { return record.Pace{Every: time.Second / 10, Burst: 10} }

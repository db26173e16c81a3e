package telegram

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/recent"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trouble"
	"github.com/doithoai/doithoai/internal/upkeep"
	"github.com/doithoai/doithoai/internal/webhook"
)

// Channel is one Telegram bot. It is safe for concurrent use.
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
	latest   *recent.Map[int64, int]      // by chat: the number of the last message a resident wrote
	moved    *recent.Map[int64, int64]    // by chat: where a room has gone
	files    *recent.Map[string, string]  // by kind and key: what Telegram calls a file of ours
	cards    *recent.Map[shown, struct{}] // messages that show a card, as far as this process sent them
}

// shown names one message in a chat.
type shown struct {
	chat    int64
	message int
}

var (
	_ delivery.Sender = (*Channel)(nil)
	_ http.Handler    = (*Channel)(nil)
)

// remembered bounds each thing kept in memory for convenience.
const remembered = 20_000

// New returns a bot that does nothing before [Channel.Run].
func New(c Config) (*Channel, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Intake == nil {
		return nil, errors.New("set up telegram: no intake")
	}
	c = c.withDefaults()
	log := c.Log.With("component", "telegram")
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
		latest:   recent.New[int64, int](remembered),
		moved:    recent.New[int64, int64](remembered),
		files:    recent.New[string, string](remembered),
		cards:    recent.New[shown, struct{}](remembered),
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
		troubleWebhook:  trouble.ChannelWebhook,
		troubleTakeover: trouble.ChannelConflict,
		troubleConflict: trouble.ChannelConflict,
		troubleIntake:   trouble.ChannelUnanswered,
	})
}

// Lane names the queues that this bot sends.
func (c *Channel) Lane() string { return record.Lane(bot.ChatID{Channel: Name, Bot: c.config.Account}) }

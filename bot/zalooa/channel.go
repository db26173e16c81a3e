package zalooa

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/upkeep"
	"github.com/doithoai/doithoai/internal/webhook"
)

// Channel is one official account. It is safe for concurrent use.
type Channel struct {
	cfg      Config
	log      *slog.Logger
	api      *api
	keeper   *keeper
	calls    webhook.Reader
	floods   *flood.Guard
	visitors *visitors
	echoes   *echoes
	chores   *upkeep.Chores
	refusals rate.Sometimes // bounds what strangers can write into the log

	troubles troubles

	mu    sync.Mutex
	until time.Time // nothing may be sent before
}

// New returns the channel, or an error that names everything wrong with cfg.
// Nothing is asked of Zalo before [Channel.Run].
func New(cfg Config) (*Channel, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("set up zalo oa: %w", err)
	}
	cfg = cfg.withDefaults()
	log := cfg.Logger.With("component", "zalooa")
	c := &Channel{
		cfg: cfg, log: log,
		api:      &api{cfg.Client, cfg.API},
		keeper:   newKeeper(cfg, newOAuth(cfg), log),
		calls:    webhook.Reader{Known: signed, Within: cfg.BodyTime},
		floods:   flood.New(cfg.Limits),
		visitors: newVisitors(),
		echoes:   newEchoes(),
		refusals: rate.Sometimes{Interval: time.Minute},
	}
	c.chores = upkeep.NewChores(callTime, func() { c.count("chore.dropped") })
	return c, nil
}

// Lane names the queues that this channel sends; see [record.Lane].
func (c *Channel) Lane() string { return record.Lane(bot.ChatID{Channel: Name, Bot: account}) }

// Rate is what the account's package allows, over all replicas.
func (c *Channel) Rate() record.Pace {
	return record.Pace{Every: time.Minute / time.Duration(c.cfg.PerMinute), Burst: max(1, c.cfg.PerMinute/10)}
}

func (c *Channel) count(name string) { c.cfg.Count(Name + "." + name) }

// Run keeps the tokens fresh and sends what the channel says by itself, until
// ctx ends. Its error is always nil: whatever goes wrong is told, and tried
// again.
func (c *Channel) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { c.chores.Run(ctx) })
	var last told
	for {
		last = c.tell(ctx, c.keeper.tick(ctx), last)
		look := time.NewTimer(c.keeper.wait())
		select {
		case <-ctx.Done():
			look.Stop()
			return nil
		case <-c.keeper.looks:
			look.Stop()
		case <-look.C:
		}
	}
}

// Look asks Run to look at once whether newer tokens are stored, as after a login.
func (c *Channel) Look() { c.keeper.look() }

// told is what was last said about the tokens.
type told struct {
	text string
	at   time.Time
}

// tellAgain is how often the log says that nothing can be sent before somebody
// logs in.
const tellAgain = time.Hour

// tell logs trouble with the tokens when it is new, and what only a person can
// end every hour.
func (c *Channel) tell(ctx context.Context, err error, last told) told {
	now := c.cfg.Now()
	if err == nil {
		if c.keeper.health() == nil {
			return told{}
		}
		return last
	}
	login := errors.Is(err, ErrLogin)
	if ctx.Err() != nil || err.Error() == last.text && (!login || now.Sub(last.at) < tellAgain) {
		return last
	}
	c.count("token.trouble")
	if login {
		c.log.ErrorContext(ctx, "zalo oa needs a login: nobody gets an answer before that", "cure", "doithoai zalo login", "error", err)
	} else {
		c.log.ErrorContext(ctx, "zalo oa tokens", "error", err)
	}
	return told{err.Error(), now}
}

// pause lets nothing out for a while.
func (c *Channel) pause(d time.Duration) {
	c.count("rate.empty")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = c.cfg.Now().Add(d)
}

func (c *Channel) paused() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return max(0, c.until.Sub(c.cfg.Now()))
}

// notice is a line that the channel itself says; it is not stored and not
// repeated.
type notice struct {
	recipient recipient
	text      string
}

// say leaves a notice to Run.
func (c *Channel) say(n notice) {
	if n.text = beginning(n.text); n.text != "" {
		c.chores.Later(func(ctx context.Context) { c.sayNotice(ctx, n) })
	}
}

func (c *Channel) sayNotice(ctx context.Context, n notice) {
	path := pathMessage
	if n.recipient.AnonymousID != "" {
		path = pathAnonymous
	}
	_, err := c.call(ctx, func(ctx context.Context, token string) (answer, error) {
		return c.api.post(ctx, path, token, request{n.recipient, message{Text: n.text}})
	})
	if err != nil {
		c.count("notice.failed")
		return
	}
	c.count("notice.sent")
}

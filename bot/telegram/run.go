package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/internal/upkeep"
)

// Troubles of setting up.
const (
	troubleSetup    = "telegram cannot be set up"
	troubleWebhook  = "telegram cannot reach the webhook; see its own words with getWebhookInfo"
	troubleTakeover = "somebody else has changed the webhook; it is set again"
)

// watchTime is how often the webhook is looked after.
const watchTime = 5 * time.Minute

// Run receives updates and does chores until ctx ends; it returns nil then.
// Nothing that goes wrong ends it sooner: it is told in the log and tried again.
func (c *Channel) Run(ctx context.Context) error {
	var working sync.WaitGroup
	working.Go(func() { c.chores.Run(ctx) })
	c.prepare(ctx)
	if c.config.Mode == Webhook {
		c.watchWebhook(ctx)
	} else {
		c.inTurn(ctx)
	}
	working.Wait()
	c.config.Client.CloseIdleConnections()
	return nil
}

// prepare sets up what has to be before updates can come, and tries until it is.
func (c *Channel) prepare(ctx context.Context) {
	for fails := 0; ctx.Err() == nil; fails = min(fails+1, 6) {
		err := c.setUp(ctx)
		if err == nil {
			c.troubles.Over(ctx, troubleSetup, troubleToken)
			break
		}
		wait := upkeep.Jitter(min(time.Second<<fails, longestGap))
		if e := failed(err); e.code == http.StatusUnauthorized || e.code == http.StatusNotFound {
			c.troubles.Met(ctx, troubleToken, err)
			wait = upkeep.Jitter(refusedGap)
		} else if ctx.Err() == nil {
			c.troubles.Met(ctx, troubleSetup, err)
		}
		_ = c.sleep(ctx, max(wait, failed(err).retryAfter))
	}
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := c.setCommands(limited); err != nil && ctx.Err() == nil {
		c.log.WarnContext(ctx, "menu of the bot not set", "error", err)
	}
}

// callTime bounds a call that is neither a poll nor an upload.
const callTime = 8 * time.Second

func (c *Channel) setUp(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if c.config.Mode == Webhook {
		return c.setWebhook(limited)
	}
	// What waits there is kept: it comes by polling then.
	_, err := c.api.call(limited, "deleteWebhook", tgbotapi.Params{"drop_pending_updates": "false"})
	return err
}

func (c *Channel) setWebhook(ctx context.Context) error {
	_, err := c.api.call(ctx, "setWebhook", tgbotapi.Params{
		"url": c.config.URL, "secret_token": c.config.Secret, "allowed_updates": wanted,
		"max_connections": strconv.Itoa(c.config.Connections),
	})
	if err != nil {
		return err
	}
	info, err := c.webhookInfo(ctx)
	if err != nil {
		return err
	}
	if info.URL != c.config.URL {
		return &callError{method: "getWebhookInfo", err: errors.New("the webhook was not kept")}
	}
	c.log.InfoContext(ctx, "webhook set", "waiting", info.Waiting)
	return nil
}

// webhookInfo is what Telegram knows of the webhook.
type webhookInfo struct {
	URL       string `json:"url"`
	Waiting   int    `json:"pending_update_count"`
	ErrorDate int64  `json:"last_error_date"`
	Error     string `json:"last_error_message"`
}

func (c *Channel) webhookInfo(ctx context.Context) (webhookInfo, error) {
	return askWebhook(ctx, c.api)
}

func askWebhook(ctx context.Context, a *api) (webhookInfo, error) {
	var info webhookInfo
	result, err := a.call(ctx, "getWebhookInfo", nil)
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(result, &info); err != nil {
		return info, &callError{method: "getWebhookInfo", err: errMalformed}
	}
	return info, nil
}

// watchWebhook looks after the webhook until ctx ends.
func (c *Channel) watchWebhook(ctx context.Context) {
	for c.sleep(ctx, watchTime) == nil {
		limited, cancel := context.WithTimeout(ctx, callTime)
		c.checkWebhook(limited)
		cancel()
	}
}

func (c *Channel) checkWebhook(ctx context.Context) {
	info, err := c.webhookInfo(ctx)
	switch {
	case err != nil:
		c.troubles.Met(ctx, troubleSetup, err)
		return
	case info.URL != c.config.URL:
		c.troubles.Met(ctx, troubleTakeover, c.setWebhook(ctx))
		return
	}
	c.troubles.Over(ctx, troubleSetup, troubleTakeover)
	if info.ErrorDate > 0 && c.now().Sub(time.Unix(info.ErrorDate, 0)) < 2*watchTime {
		c.troubles.Met(ctx, troubleWebhook, errors.New(info.Error))
	} else {
		c.troubles.Over(ctx, troubleWebhook)
	}
}

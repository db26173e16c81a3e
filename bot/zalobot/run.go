package zalobot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/upkeep"
)

const (
	watchTime = 5 * time.Minute // how often the webhook is looked after
	callTime  = 8 * time.Second // bounds a call that is no poll
)

// Run receives updates and does chores until ctx ends, and returns nil then: at
// once in webhook mode, after the poll under way otherwise. Nothing that goes
// wrong ends it sooner: it is told in the log and tried again.
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
			return
		}
		wait := upkeep.Jitter(min(time.Second<<fails, longestGap))
		if failed(err).is(http.StatusUnauthorized) {
			c.troubles.Met(ctx, troubleToken, err)
			wait = upkeep.Jitter(refusedGap)
		} else if ctx.Err() == nil {
			c.troubles.Met(ctx, troubleSetup, err)
		}
		_ = c.sleep(ctx, wait)
	}
}

func (c *Channel) setUp(ctx context.Context) error {
	if err := c.introduce(ctx); err != nil {
		return err
	}
	if c.config.Mode == Webhook {
		return c.setWebhook(ctx)
	}
	_, err := c.quick(ctx, "deleteWebhook", params{})
	return err
}

// quick makes a call that is no poll.
func (c *Channel) quick(ctx context.Context, method string, p params) (json.RawMessage, error) {
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return c.api.call(limited, method, p)
}

// introduce asks who we are, which proves the token.
func (c *Channel) introduce(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	who, err := c.api.whoAmI(limited)
	if err != nil {
		return err
	}
	c.log.InfoContext(ctx, "bot is known", "plan", bot.Clean(string(who.Plan)), "groups", who.Groups)
	return nil
}

// setWebhook tells Zalo where to call. It keeps the address even if it cannot
// reach it, so that is told and is no error.
func (c *Channel) setWebhook(ctx context.Context) error {
	result, err := c.quick(ctx, "setWebhook", params{"url": c.config.URL, "secret_token": c.config.Secret})
	if err != nil && failed(err).is(codeTestsUsedUp) {
		c.troubles.Met(ctx, troubleTests, err)
		return c.keptWebhook(ctx)
	}
	if err != nil {
		return err
	}
	c.troubles.Over(ctx, troubleTests)
	var set struct {
		Verification struct {
			OK      *bool `json:"ok"`
			Outcome text  `json:"outcome"`
		} `json:"verification"`
	}
	_ = json.Unmarshal(result, &set) // the older answer has no such thing
	v := set.Verification
	if v.OK != nil && !*v.OK {
		c.count("webhook.unverified")
		c.troubles.Met(ctx, troubleVerify, errors.New(explain(string(v.Outcome))))
		return nil
	}
	c.troubles.Over(ctx, troubleVerify)
	c.log.InfoContext(ctx, "webhook set", "verified", v.OK != nil)
	return nil
}

// codeTestsUsedUp says that the webhook was tried too often on one day.
const codeTestsUsedUp = http.StatusUpgradeRequired

// keptWebhook returns nil if Zalo calls us at our address already.
func (c *Channel) keptWebhook(ctx context.Context) error {
	kept, err := c.webhookURL(ctx)
	if err == nil && kept != c.config.URL {
		err = &callError{method: "getWebhookInfo", err: errors.New("another address is set")}
	}
	return err
}

// webhookURL returns where Zalo calls; empty for nowhere.
func (c *Channel) webhookURL(ctx context.Context) (string, error) {
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return c.api.webhookURL(limited)
}

func (a *api) webhookURL(ctx context.Context) (string, error) {
	result, err := a.call(ctx, "getWebhookInfo", params{})
	if err != nil {
		if failed(err).code == http.StatusNotFound { // so it answers if none is set
			return "", nil
		}
		return "", err
	}
	var info struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(result, &info); err != nil {
		return "", &callError{method: "getWebhookInfo", err: errMalformed}
	}
	return info.URL, nil
}

// watchWebhook looks after the webhook until ctx ends.
func (c *Channel) watchWebhook(ctx context.Context) {
	for c.sleep(ctx, watchTime) == nil {
		switch url, err := c.webhookURL(ctx); {
		case ctx.Err() != nil:
		case err != nil:
			c.troubles.Met(ctx, troubleSetup, err)
		case url != c.config.URL:
			c.troubles.Met(ctx, troubleTakeover, c.setWebhook(ctx))
		default:
			c.troubles.Over(ctx, troubleSetup, troubleTakeover)
		}
	}
}

// explain says what the outcome of Zalo's try of the webhook means and what to
// do, for an operator.
func explain(outcome string) string {
	switch outcome {
	case "webhook.http.403":
		return "máy chủ trả 403. Nếu có tường lửa (WAF) phía trước, cho qua các lượt gọi của Zalo (User-Agent Java/…)"
	case "webhook.http.404":
		return "máy chủ trả 404. Kiểm public_url và máy chủ trang: lượt gọi POST phải tới được chương trình này"
	case "webhook.http.5xx":
		return "máy chủ trả lỗi 5xx. Xem máy chủ trang có nối được tới chương trình này không"
	case "webhook.http.other":
		return "máy chủ trả mã lạ, thường là chuyển hướng mà Zalo không đi theo. Ghi vào public_url địa chỉ cuối cùng"
	case "webhook.err.tls":
		return "chứng chỉ HTTPS không dùng được. Kiểm hạn, tên miền và chứng chỉ trung gian"
	case "webhook.err.unreachable":
		return "không tới được máy chủ. Kiểm tên miền, tường lửa; trả lời chậm cũng bị báo như vậy"
	}
	return "Zalo không nói rõ vì sao. Thử mở public_url từ một máy ngoài mạng"
}

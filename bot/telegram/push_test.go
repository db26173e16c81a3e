package telegram_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, mode := range []telegram.Mode{telegram.Polling, telegram.Webhook} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			abilities := channeltest.PushAbilities{
				Redelivers: true, Ordered: true, Secret: mode == telegram.Webhook, Photos: true, Blocks: true,
				Limit: 4096, Flood: telegram.FloodText,
			}
			channeltest.TestPush(t, abilities, func(t *testing.T, line channeltest.Line) (channeltest.Platform, channeltest.Sender) {
				b := prepareBench(t, func(c *telegram.Config) {
					c.Mode, c.Intake, c.Log, c.Count = mode, line.Intake, line.Log, line.Count
				})
				b.run()
				if mode == telegram.Webhook {
					b.eventually("set the webhook", func() bool { return len(b.fake.Calls("getWebhookInfo")) > 0 })
				}
				return platform{b}, b.bot
			})
		})
	}
}

// platform shows the fake to the suite.
type platform struct{ *bench }

func (p platform) Resident() channeltest.Resident { return resident{p.fake.Person("Tám")} }

func (p platform) Meet(f channeltest.Fault, n int) {
	p.fake.Fail(tgfake.AnyMessage, n, map[channeltest.Fault]tgfake.Fault{
		channeltest.Throttle: {Code: 429, Description: "Too Many Requests: retry after 3", RetryAfter: 3},
		channeltest.Outage:   {Code: 502, Body: "<html>Bad Gateway</html>"},
		channeltest.Hang:     {Hang: true},
		channeltest.Break:    {Break: true},
	}[f])
}

func (p platform) Redeliver(context.Context) error {
	p.fake.Redeliver()
	return nil
}

func (p platform) Unknown(context.Context) (bool, error) {
	p.fake.Inject(tgfake.Unheard, map[string]any{"what": "ever"})
	p.eventually("acknowledge an unknown update", func() bool {
		p.clock.Advance(time.Second)
		return p.fake.Waiting() == 0
	})
	return true, nil
}

func (p platform) Forge(context.Context) (bool, error) {
	body := []byte(`{"update_id":1,"message":{"message_id":1,"date":1,"from":{"id":77},"chat":{"id":77,"type":"private"},"text":"giả"}}`)
	for _, wrong := range []string{"", "wrong", secret + "x", secret[1:]} {
		if status, err := p.fake.Deliver(wrong, body); err != nil || status != http.StatusForbidden {
			return false, err
		}
	}
	return true, nil
}

func (p platform) Quiet(context.Context) error {
	p.eventually("acknowledge all updates", func() bool { return p.fake.Waiting() == 0 })
	return nil
}

func (p platform) Pass(d time.Duration) { p.clock.Advance(d) }

func (p platform) Secrets() []string { return []string{token, token[7:], secret} }

// resident shows one of its people to the suite.
type resident struct{ *tgfake.Person }

func (r resident) Type(_ context.Context, text string) error {
	r.Person.Type(text)
	return nil
}

func (r resident) Photo(context.Context) error {
	r.Person.Photo("")
	return nil
}

func (r resident) Choose(_ context.Context, label string) error { return r.Press(label) }

func (r resident) Next(ctx context.Context) (string, error) {
	m, err := r.Person.Next(ctx)
	return m.Text + m.Caption, err
}

func (r resident) Block(context.Context) error {
	r.Person.Block()
	return nil
}

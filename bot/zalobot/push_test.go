package zalobot_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	const many = 1000
	live := zbfake.Form{Bare: true, Live: true, Untyped: true, Statuses: true, Old: true}
	for name, test := range map[string]struct {
		mode       zalobot.Mode
		fake       zbfake.Options
		redelivers bool
	}{
		"polling":                      {zalobot.Polling, zbfake.Options{}, true},
		"polling, live form":           {zalobot.Polling, zbfake.Options{Form: live}, true},
		"webhook that is not repeated": {zalobot.Webhook, zbfake.Options{}, false},
		"webhook that is repeated":     {zalobot.Webhook, zbfake.Options{Form: live, Retries: many}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			abilities := channeltest.PushAbilities{
				Redelivers: test.redelivers, Ordered: test.redelivers, Secret: test.mode == zalobot.Webhook, Photos: true,
				Limit: 2000, Flood: words().Flood,
			}
			channeltest.TestPush(t, abilities, func(t *testing.T, line channeltest.Line) (channeltest.Platform, channeltest.Sender) {
				b := newBench(t, setting{fake: test.fake, config: func(c *zalobot.Config) {
					c.Mode, c.Intake, c.Log, c.Count = test.mode, line.Intake, line.Log, line.Count
				}})
				b.ready()
				return platform{b}, b.bot
			})
		})
	}
}

// platform shows the fake to the suite.
type platform struct{ *bench }

func (p platform) Resident() channeltest.Resident { return resident{p.fake.Person("Tám")} }

func (p platform) Meet(f channeltest.Fault, n int) {
	p.fake.Fail(zbfake.AnyMessage, n, map[channeltest.Fault]zbfake.Fault{
		channeltest.Throttle: {Code: 429, Description: "Quota exceeded"},
		channeltest.Outage:   {Code: 403, Description: "Internal server error"},
		channeltest.Hang:     {Hang: true},
		channeltest.Break:    {Break: true},
	}[f])
}

func (p platform) Redeliver(context.Context) error {
	p.fake.Redeliver()
	return nil
}

func (p platform) Unknown(context.Context) (bool, error) {
	p.fake.Inject(map[string]any{"event_name": "message.dream.received", "message": map[string]any{"message_id": "1", "chat": map[string]any{"id": "1"}}})
	p.eventually("take an unknown event off the platform", func() bool { return p.fake.Waiting() == 0 })
	return p.fake.Lost() == 0, nil
}

func (p platform) Forge(ctx context.Context) (bool, error) {
	body := []byte(`{"event_name":"message.text.received","message":{"message_id":"1","date":1,"from":{"id":"77"},"chat":{"id":"77","chat_type":"PRIVATE"},"text":"giả"}}`)
	for _, wrong := range []string{"", "wrong", secret + "x", secret[1:]} {
		if status, err := p.fake.Deliver(ctx, wrong, body); err != nil || status != http.StatusForbidden {
			return false, err
		}
	}
	return true, nil
}

func (p platform) Quiet(context.Context) error {
	p.eventually("take all events", func() bool { return p.fake.Waiting() == 0 })
	return nil
}

func (p platform) Pass(d time.Duration) { p.clock.Advance(d) }

func (p platform) Secrets() []string { return []string{token, token[7:], secret} }

// resident shows one of its people to the suite.
type resident struct{ *zbfake.Person }

func (r resident) Type(_ context.Context, text string) error {
	r.Person.Type(text)
	return nil
}

func (r resident) Photo(context.Context) error {
	r.Person.Photo("")
	return nil
}

func (r resident) Choose(_ context.Context, label string) error { return r.Person.Choose(label) }

func (r resident) Next(ctx context.Context) (string, error) {
	m, err := r.Person.Next(ctx)
	text, _, _ := strings.Cut(m.Text+m.Caption, words().Choose)
	return strings.TrimSpace(text), err
}

// Block is not called: the platform has no way to tell.
func (r resident) Block(context.Context) error { return nil }

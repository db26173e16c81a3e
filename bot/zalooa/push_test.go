package zalooa_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

func TestPush(t *testing.T) {
	t.Parallel()
	for name, numbered := range map[string]bool{"buttons": false, "numbers": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			channeltest.TestPush(t, channeltest.PushAbilities{
				Redelivers: true, Secret: true, Photos: true, Blocks: true, Limit: 2000, Flood: "Chậm lại chút.",
			}, func(t *testing.T, line channeltest.Line) (channeltest.Platform, channeltest.Sender) {
				b := newBench(t, options{fake: oafake.Options{Echo: true}, config: func(c *zalooa.Config) {
					c.Intake, c.Logger, c.Count, c.Numbered = line.Intake, line.Log, line.Count, numbered
				}})
				return platform{b}, b.c
			})
		})
	}
}

// platform is the fake as the suite sees it.
type platform struct{ *bench }

func (p platform) Resident() channeltest.Resident { return resident{p.bench, p.z.Person()} }

func (p platform) Meet(f channeltest.Fault, n int) {
	faults := map[channeltest.Fault]oafake.Fault{
		channeltest.Throttle: {Code: -32, Message: "OA reached limit call api"},
		channeltest.Outage:   {Status: http.StatusBadGateway},
		channeltest.Hang:     {Hang: true},
		channeltest.Break:    {Break: true},
	}
	p.z.Fail(oafake.Messages, n, faults[f])
}

func (p platform) Redeliver(ctx context.Context) error { return p.z.Again(ctx) }

func (p platform) Unknown(ctx context.Context) (bool, error) {
	status, err := p.z.Post(ctx, []byte(`{"app_id":"`+p.z.Options().AppID+`","event_name":"user_dreams","timestamp":"`+stamp(p.clock.Now())+`"}`), "")
	return status == http.StatusOK, err
}

func (p platform) Forge(ctx context.Context) (bool, error) {
	body := textEvent(p.z.Options(), p.clock.Now(), "giả")
	status, err := p.z.Post(ctx, body, "mac="+strings.Repeat("0", 64))
	return status == http.StatusForbidden, err
}

func (p platform) Pass(d time.Duration) {
	p.clock.Advance(d)
	p.z.Tick(context.Background())
}

func (p platform) Secrets() []string {
	access, refresh := p.z.Tokens()
	return []string{access, refresh, p.z.Options().AppSecret, p.z.Options().OASecret}
}

type resident struct {
	b *bench
	p *oafake.Person
}

func (r resident) Type(ctx context.Context, text string) error { return r.p.Type(ctx, text) }

func (r resident) Photo(ctx context.Context) error {
	return r.p.Send(ctx, "image", "", map[string]any{"url": "https://photo.zdn.vn/a.jpg", "thumbnail": "https://photo.zdn.vn/a_s.jpg"})
}

func (r resident) Choose(ctx context.Context, label string) error {
	for _, m := range r.p.Seen() {
		for line := range strings.SplitSeq(m.Text, "\n") {
			if number, ok := strings.CutSuffix(line, ". "+label); ok {
				return r.p.Type(ctx, number)
			}
		}
	}
	return r.p.Press(ctx, label)
}

func (r resident) Next(ctx context.Context) (string, error) {
	m, err := r.p.Next(ctx)
	text, menu, found := strings.Cut(m.Text, "\n\n1. Giấy tờ")
	if found && !strings.Contains(menu, "\n\n") {
		return text, err
	}
	return m.Text, err
}

func (r resident) Block(context.Context) error {
	r.p.Refuse(-217, "User refuses invitations")
	return nil
}

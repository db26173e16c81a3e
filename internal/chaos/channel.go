package chaos

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// The two accounts of a replica of ours: one on a platform that repeats a message
// until it is taken, one on a platform that gives up.
const (
	patientPath   = "/hooks/patient"
	impatientPath = "/hooks/impatient"
	channelName   = "chaos"
	patientBot    = "patient"
	impatientBot  = "impatient"
	// casesChannel is what it is called in a run with officers: the file of the
	// desks knows only real ones.
	casesChannel = "telegram"
)

// sendTimeout bounds one call to the platform. It is long, because on a loaded
// machine an answer that came too late looks like a fault of the program.
const sendTimeout = 8 * time.Second

// channel speaks to a [Platform]. It is as simple as a channel can be and keeps
// all the rules: a message is acknowledged when the door has taken it, and an
// answer that did not come says that nobody knows.
type channel struct {
	name     string
	account  string
	replica  string
	platform string
	door     app.Door
	client   *http.Client
}

// openers returns the channels of that name of a replica that sends to platform.
func openers(name, replica, platform string) []app.ChannelOpener {
	open := func(account, path string, quick bool) app.ChannelOpener {
		return func(doors app.Doors) (app.Channel, error) {
			c := &channel{name: name, account: account, replica: replica, platform: platform, door: doors.Direct, client: &http.Client{Timeout: sendTimeout}}
			if quick {
				c.door = doors.Quick
			}
			return app.Channel{
				Lane: delivery.LaneConfig{Lane: name + "/" + account, Sender: c, Workers: 32},
				Path: path,
				Hook: http.HandlerFunc(c.take),
			}, nil
		}
	}
	return []app.ChannelOpener{open(patientBot, patientPath, false), open(impatientBot, impatientPath, true)}
}

// take is the webhook.
func (c *channel) take(w http.ResponseWriter, r *http.Request) {
	var u update
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&u); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), hookTimeout-time.Second)
	defer cancel()
	m := bot.Message{
		Chat: bot.ChatID{Channel: c.name, Bot: c.account, Chat: u.Chat}, ID: u.ID, At: time.Now(),
		Kind: bot.KindText, Text: cmp.Or(u.Text, u.ID), Sender: u.Sender, Room: u.Sender != "" && u.Sender != u.Chat, ReplyTo: u.ReplyTo,
	}
	if u.Press != "" {
		m.Kind, m.Text, m.Payload = bot.KindPress, "", u.Press
	}
	if err := c.door.Handle(ctx, m); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// Send implements delivery.Sender.
func (c *channel) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	body, err := json.Marshal(arrival{Reply: d.Reply, Chat: d.Chat.Chat, ID: d.Replaces, By: c.replica})
	if err != nil {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "encoding"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.platform, bytes.NewReader(body))
	if err != nil {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "address"}
	}
	resp, err := c.client.Do(r)
	if err != nil {
		if fault, ok := err.(*url.Error); ok && fault.Op == "dial" { //nolint:errorlint // what Do documents
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Retry, Err: err}
		}
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Uncertain, Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Throttled, After: time.Duration(seconds) * time.Second}
	default:
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Uncertain, Err: fmt.Errorf("status %d", resp.StatusCode)}
	}
	var answer struct {
		ID string `json:"message_id"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Uncertain, Err: err}
	}
	return delivery.Progress{Provider: answer.ID}, nil
}

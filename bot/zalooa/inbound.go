package zalooa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/record"
)

// The events we do something about, and the beginnings of those that come in
// families. All others are counted.
const (
	eventText     = "user_send_text"
	eventFollow   = "follow"
	eventReceived = "user_received_message"
	eventSeen     = "user_seen_message"
	eventWithdraw = "user_withdraw"

	fromUser      = "user_send_"
	fromGroup     = "user_send_group_"
	fromAnonymous = "anonymous_send_"
	toAnonymous   = "oa_send_anonymous_"
	toGroup       = "oa_send_group_"
	fromAccount   = "oa_send_"
)

// counted are events that are known and not acted upon: they have a counter of
// their own. What a resident fills into a form is among them: it is not kept.
func counted() []string {
	return []string{
		"unfollow", "user_submit_info", "update_user_info", "user_reacted_message", "oa_reacted_message",
		"user_click_chatnow", "user_feedback", "add_user_to_tag", "remove_user_from_tag", "remove_tag",
		"oa_send_consent", "user_reply_consent", "user_call_oa", "oa_call_user", "permission_revoked",
		"change_oa_daily_quota", "change_oa_template_tags", "change_template_quota", "change_template_quality",
		"change_template_status", "event_expired", "extension_purchased", "widget_interaction_accepted",
		"widget_failed_to_sync_user_external_id",
	}
}

// take does what follows from one event. An error means it was not taken.
func (c *Channel) take(ctx context.Context, e event) error {
	switch name := e.Name; {
	case strings.HasPrefix(name, fromGroup), strings.HasPrefix(name, toGroup):
		c.count("event.group")
	case strings.HasPrefix(name, fromUser):
		return c.takeMessage(ctx, e)
	case name == eventFollow:
		c.count("event.follow")
		return c.hand(ctx, e, bot.Message{Kind: bot.KindOpen})
	case strings.HasPrefix(name, fromAnonymous):
		c.count("event.anonymous")
		c.answerAnonymous(e)
	case strings.HasPrefix(name, toAnonymous):
		c.count("event.echo-anonymous")
	case name == "oa_send_consent":
		c.count("event." + name)
	case strings.HasPrefix(name, fromAccount):
		c.takeEcho(e)
	case name == eventReceived:
		c.count("event.received")
	case name == eventSeen:
		c.count("event.seen")
	case name == eventWithdraw:
		c.count("event." + name)
		if e.user() != "" {
			if err := c.cfg.Withdraw(ctx, c.chat(e.user())); err != nil {
				return fmt.Errorf("withdraw: %w", err)
			}
		}
	case slices.Contains(counted(), name):
		c.count("event." + name)
	default:
		c.count("event.unknown")
	}
	return nil
}

func (c *Channel) chat(user string) bot.ChatID {
	return bot.ChatID{Channel: Name, Bot: account, Chat: user}
}

// takeMessage hands over what a resident sent, unless it is part of a flood.
func (c *Channel) takeMessage(ctx context.Context, e event) error {
	c.count("event.message")
	user := e.user()
	if user == "" {
		c.count("event.malformed")
		return nil
	}
	switch c.floods.Judge(user, c.cfg.Now()) {
	case flood.Tell:
		c.count("flood")
		c.say(notice{recipient: recipient{UserID: user}, text: c.cfg.Flood})
		return nil
	case flood.Drop:
		c.count("flood")
		return nil
	}
	err := c.hand(ctx, e, messageOf(e))
	if err != nil {
		c.floods.GiveBack(user)
	}
	return err
}

// hand gives a message to the intake.
func (c *Channel) hand(ctx context.Context, e event, m bot.Message) error {
	user := e.user()
	if user == "" {
		c.count("event.malformed")
		return nil
	}
	m.Chat, m.ID, m.At, m.Sender, m.ReplyTo = c.chat(user), e.id(), c.cfg.Now(), user, string(e.Message.Quoted)
	err := c.cfg.Intake.Handle(ctx, m)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, record.ErrInvalid), errors.Is(err, record.ErrVersion):
		// It would fail as often as it came, and in the end take the webhook with it.
		c.count("event.poison")
		c.log.ErrorContext(ctx, "message given up", "error", err)
		return nil
	default:
		return fmt.Errorf("handle message: %w", err)
	}
}

// messageOf reads what a resident sent: a press, a text with or without things
// beside it, or things alone.
func messageOf(e event) bot.Message {
	text := bot.Clean(e.Message.Text)
	if e.Name == eventText {
		if payload, ok := pressed(text); ok {
			return bot.Message{Kind: bot.KindPress, Payload: payload}
		}
		return bot.Message{Kind: bot.KindText, Text: text}
	}
	m := bot.Message{Kind: bot.KindOther, Text: text, Attachments: attachmentsOf(e)}
	if text != "" {
		m.Kind = bot.KindText
	}
	return m
}

// takeEcho remembers what the account sent by a program, which may be a message
// of ours that nobody knows the fate of; what a person sent there is counted.
func (c *Channel) takeEcho(e event) {
	c.count("event.echo")
	id := string(e.Message.ID)
	if e.user() == "" || id == "" {
		return
	}
	at, ok := e.at()
	if !ok {
		at = c.cfg.Now()
	}
	if e.Sender.AdminID != "" {
		c.count("event.agent")
		return
	}
	c.echoes.put(e.user(), e.Message.Text, id, at)
}

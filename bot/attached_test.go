package bot_test

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
)

func sent(key string) bot.Message {
	return bot.Message{
		Chat: bot.ChatID{Channel: "telegram", Bot: "main", Chat: "7"}, ID: key, Kind: bot.KindOther,
		Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: key, Source: "FILE-7", Name: key + ".jpg"}},
	}
}

func keys(attached []bot.Attachment) (keys []string) {
	for _, a := range attached {
		keys = append(keys, a.Key)
	}
	return keys
}

// What was sent can go along with a case for as long as one speaks of it, and is
// found again for a day by who asks to be forgotten.
func TestWhatWasReceivedIsRemembered(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	var conv bot.Conversation
	for _, key := range []string{"a1", "a2", "a3", "a4", "a5", "a6"} {
		now = now.Add(time.Minute)
		conv = channeltest.BuiltIn().Decide(conv, sent(key), now).Conversation
	}
	if got := keys(conv.Attached); !slices.Equal(got, []string{"a2", "a3", "a4", "a5", "a6"}) {
		t.Errorf("attached %q, want the last five", got)
	}
	if a := conv.Attached[0]; a.Source != "" || a.Name != "a2.jpg" || a.Kind != bot.AttachPhoto {
		t.Errorf("remembered %+v", a)
	}
	now = now.Add(bot.ContextFor + time.Minute)
	conv = channeltest.BuiltIn().Decide(conv, bot.Message{Kind: bot.KindText, Text: "chào"}, now).Conversation
	if len(conv.Attached) != 0 {
		t.Errorf("attached %q after the conversation ended", keys(conv.Attached))
	}
	forgetting := bot.Message{Chat: sent("").Chat, Kind: bot.KindPress, Payload: bot.PayloadForget}
	step := channeltest.BuiltIn().Decide(conv, forgetting, now)
	var dropped []string
	for _, l := range step.Letters {
		if l.To.Channel != bot.MediaChannel || l.To.Bot != "telegram" || l.Replies[0].Kind != bot.ReplyDrop {
			t.Errorf("letter %+v", l)
		}
		dropped = append(dropped, l.To.Chat)
	}
	if !step.Forget || !slices.Equal(dropped, []string{"a1", "a2", "a3", "a4", "a5", "a6"}) {
		t.Errorf("dropped %q, want all six", dropped)
	}
	now = now.Add(25 * time.Hour)
	conv = channeltest.BuiltIn().Decide(conv, bot.Message{Kind: bot.KindText, Text: "chào"}, now).Conversation
	if step := channeltest.BuiltIn().Decide(conv, forgetting, now); len(step.Letters) != 0 {
		t.Errorf("%d letters about copies that have ended", len(step.Letters))
	}
}

// A picture under a question that can be answered is kept all the same.
func TestAPictureBesideAQuestion(t *testing.T) {
	t.Parallel()
	m := sent("a1")
	m.Kind, m.Text = bot.KindText, "hộ nghèo được cấp thẻ bảo hiểm y tế không"
	step := channeltest.BuiltIn().Decide(bot.Conversation{}, m, time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	if got := keys(step.Conversation.Attached); !slices.Equal(got, []string{"a1"}) || step.Replies[0].Kind != bot.ReplyAnswer {
		t.Errorf("attached %q, answered with %q", got, step.Replies[0].Kind)
	}
}

package exchange

import (
	"slices"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// maxFetched is of how much of one message copies are made; no channel shows
// more things together.
const maxFetched = 10

// named returns what came with m, each thing of which a copy is to be made with
// the key of that: the same when m comes again.
func (x *Exchange) named(m bot.Message) []bot.Attachment {
	if x.config.MediaKey == nil || !fromChat(m) || len(m.Attachments) == 0 {
		return m.Attachments
	}
	named := slices.Clone(m.Attachments)
	for i := range named[:min(len(named), maxFetched)] {
		if a := &named[i]; a.Kind.Kept() && a.Source != "" {
			a.Key = record.MediaKey(x.config.MediaKey, m.Chat, m.ID, i)
		}
	}
	return named
}

// fetches are the letters that have the copies made. Each goes to a chat of its
// own, where fetching is a delivery like any other: leased, tried again, and in
// the end a dead letter.
func fetches(m bot.Message) []bot.Letter {
	var letters []bot.Letter
	for _, a := range m.Attachments {
		if a.Key != "" && a.Source != "" && fromChat(m) {
			letters = append(letters, bot.FetchMedia(m.Chat.Channel, a))
		}
	}
	return letters
}

// errands is the step of a letter about a copy: nobody decides there. With what
// is deleted goes all that was still to be done about it, and a letter that was
// overtaken by that one is not heeded any more: nothing brings the copy back.
// That a copy was deleted is all that the conversation of such a chat holds.
func errands(s Situation) Outcome {
	step := bot.Step{Conversation: s.Conversation}
	if s.Message.Letter == nil {
		return Outcome{Step: step}
	}
	replies := s.Message.Letter.Replies
	switch {
	case slices.ContainsFunc(replies, func(r bot.Reply) bool { return r.Kind == bot.ReplyDrop }):
		step.Forget, step.Replies, step.Conversation.UpdatedAt = true, replies, s.Now
	case step.Conversation.UpdatedAt.IsZero():
		step.Replies = replies
	}
	return Outcome{Step: step}
}

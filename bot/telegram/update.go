package telegram

import (
	"encoding/json"
	"errors"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// wanted are the updates we ask for. Telegram keeps the list from call to call,
// so it is given each time.
const wanted = `["message","edited_message","callback_query","my_chat_member","chat_member"]`

// update is the library's, with what Telegram has added since.
type update struct {
	ID       int                         `json:"update_id"`
	Message  *message                    `json:"message"`
	Edited   *message                    `json:"edited_message"`
	Callback *callback                   `json:"callback_query"`
	MyMember *tgbotapi.ChatMemberUpdated `json:"my_chat_member"`
	Member   *tgbotapi.ChatMemberUpdated `json:"chat_member"`
}

// message is the library's with newer fields; the outer ones win.
type message struct {
	tgbotapi.Message
	Thread        int             `json:"message_thread_id"`
	InTopic       bool            `json:"is_topic_message"`
	ForwardOrigin json.RawMessage `json:"forward_origin"`
	Story         json.RawMessage `json:"story"`

	// What Telegram says about the chat, and nobody wrote.
	WriteAccess   json.RawMessage `json:"write_access_allowed"`
	Background    json.RawMessage `json:"chat_background_set"`
	Boost         json.RawMessage `json:"boost_added"`
	TopicCreated  json.RawMessage `json:"forum_topic_created"`
	TopicEdited   json.RawMessage `json:"forum_topic_edited"`
	TopicClosed   json.RawMessage `json:"forum_topic_closed"`
	TopicReopened json.RawMessage `json:"forum_topic_reopened"`
	VideoChat     json.RawMessage `json:"video_chat_started"`
	VideoChatEnd  json.RawMessage `json:"video_chat_ended"`
}

type callback struct {
	ID      string         `json:"id"`
	From    *tgbotapi.User `json:"from"`
	Message *message       `json:"message"`
	Data    string         `json:"data"`
}

// errMalformed says that bytes are no update at all.
var errMalformed = errors.New("malformed update")

// decode reads one update. A field of another type than expected is left out,
// not the whole update: Telegram adds to its types without asking. The errors
// do not quote what was read.
func decode(raw []byte) (update, error) {
	var u update
	err := json.Unmarshal(raw, &u)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); odd {
		err = nil
	}
	if err != nil || u.ID <= 0 {
		return update{ID: u.ID}, errMalformed
	}
	return u, nil
}

// notice reports whether m says something about the chat, rather than being
// something that somebody wrote.
func (m *message) notice() bool {
	for _, raw := range []json.RawMessage{
		m.WriteAccess, m.Background, m.Boost, m.TopicCreated, m.TopicEdited, m.TopicClosed, m.TopicReopened, m.VideoChat, m.VideoChatEnd,
	} {
		if raw != nil {
			return true
		}
	}
	return m.PinnedMessage != nil || m.MessageAutoDeleteTimerChanged != nil || len(m.NewChatMembers) > 0 ||
		m.LeftChatMember != nil || m.NewChatTitle != "" || len(m.NewChatPhoto) > 0 || m.DeleteChatPhoto ||
		m.GroupChatCreated || m.SuperGroupChatCreated || m.ChannelChatCreated || m.SuccessfulPayment != nil ||
		m.ConnectedWebsite != "" || m.ProximityAlertTriggered != nil
}

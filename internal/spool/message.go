package spool

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// version is the encoding written and the newest one read. It is the first byte
// of a body, the rest is JSON. A field that may be missing needs no new one: a
// program from before it, put back after an upgrade, reads the files without it.
const version = 1

// entryJSON fixes the stored names. A frame is a message or the mark that one
// is done; ids are bytes because JSON would not keep every string as it is.
type entryJSON struct {
	Channel string    `json:"channel,omitempty"`
	Bot     string    `json:"bot,omitempty"`
	Chat    []byte    `json:"chat,omitempty"`
	ID      []byte    `json:"id,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Kind    bot.Kind  `json:"kind,omitempty"`
	Text    string    `json:"text,omitempty"`
	Payload string    `json:"payload,omitempty"`
	Sender  []byte    `json:"sender,omitempty"`
	Room    bool      `json:"room,omitempty"`
	ReplyTo []byte    `json:"reply_to,omitempty"`
	// What came beside the text; what a picture is said to show is masked too.
	Attachments []bot.Attachment `json:"attachments,omitempty"`
	Trace       string           `json:"trace,omitempty"`
	Spooled     time.Time        `json:"spooled,omitzero"`
	Reason      string           `json:"reason,omitempty"` // why it was set aside
	Done        *int64           `json:"done,omitempty"`   // where the frame of a message begins that is done
}

// spooled is a message with what the spool itself notes of it.
type spooled struct {
	bot.Message
	at     time.Time // when it was appended
	reason string
}

// encodeMessage returns the frame of a message. Its text is masked here and
// nowhere else, so no caller can forget to.
func encodeMessage(s spooled) ([]byte, error) {
	if s.Kind == bot.KindLetter || s.Kind == bot.KindDue || s.Letter != nil {
		return nil, fmt.Errorf("%w: kind %q", ErrUnfit, s.Kind)
	}
	return encode(entryJSON{
		Channel: s.Chat.Channel, Bot: s.Chat.Bot, Chat: []byte(s.Chat.Chat), ID: []byte(s.ID),
		At: s.At.UTC(), Kind: s.Kind, Text: record.Mask(s.Text), Payload: s.Payload, Attachments: masked(s.Attachments),
		Sender: []byte(s.Sender), Room: s.Room, ReplyTo: []byte(s.ReplyTo), Trace: s.Trace,
		Spooled: s.at.UTC(), Reason: s.reason,
	})
}

func masked(attachments []bot.Attachment) []bot.Attachment {
	out := slices.Clone(attachments)
	for i := range out {
		out[i].Text, out[i].Name = record.Mask(out[i].Text), record.Mask(out[i].Name)
	}
	return out
}

// encodeDone returns the frame that marks the message at an offset as done.
func encodeDone(at int64) ([]byte, error) { return encode(entryJSON{Done: &at}) }

func encode(j entryJSON) ([]byte, error) {
	raw, err := json.Marshal(j)
	if err != nil { // a year beyond 9999; the words may quote nothing else
		return nil, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	if len(raw) >= maxBody {
		return nil, fmt.Errorf("%w: %d bytes", ErrUnfit, len(raw))
	}
	return appendFrame(nil, append([]byte{version}, raw...)), nil
}

// decode reads a body: a message, or the offset of one that is done.
func decode(body []byte) (m spooled, done *int64, err error) {
	switch {
	case len(body) == 0 || body[0] == 0:
		return spooled{}, nil, errCorrupt
	case body[0] > version:
		return spooled{}, nil, errUnknown
	}
	var j entryJSON
	if json.Unmarshal(body[1:], &j) != nil {
		return spooled{}, nil, errCorrupt // the decoder's own words may quote what a resident wrote
	}
	return spooled{
		Message: bot.Message{
			Chat: bot.ChatID{Channel: j.Channel, Bot: j.Bot, Chat: string(j.Chat)},
			ID:   string(j.ID), At: j.At.UTC(), Kind: j.Kind, Text: j.Text, Payload: j.Payload, Attachments: j.Attachments,
			Sender: string(j.Sender), Room: j.Room, ReplyTo: string(j.ReplyTo), Trace: j.Trace,
		},
		at: j.Spooled.UTC(), reason: j.Reason,
	}, j.Done, nil
}

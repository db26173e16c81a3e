package zalobot

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// update is one event. Documents and traffic do not agree on all names: where
// both are known, both are read.
type update struct {
	Event   string   `json:"event_name"`
	Message *message `json:"message"`
}

type message struct {
	ID   text   `json:"message_id"`
	Date number `json:"date"`
	From *struct {
		ID    text `json:"id"`
		IsBot bool `json:"is_bot"`
	} `json:"from"`
	Chat *struct {
		ID   text `json:"id"`
		Type text `json:"chat_type"`
	} `json:"chat"`
	Text     text `json:"text"`
	Caption  text `json:"caption"`
	Photo    text `json:"photo"`     // says the documentation
	PhotoURL text `json:"photo_url"` // says the traffic
	Sticker  text `json:"sticker"`
	URL      text `json:"url"`
	VoiceURL text `json:"voice_url"`
}

// errMalformed says that bytes are no event at all.
var errMalformed = errors.New("malformed event")

// unwrap returns the events in a webhook's body or a poll's result: bare, or in
// the envelope of an answer, or several of them in a list.
func unwrap(raw []byte) []json.RawMessage {
	raw = bytes.TrimSpace(raw)
	var e envelope
	if err := json.Unmarshal(raw, &e); err == nil && e.OK != nil && len(e.Result) > 0 {
		raw = bytes.TrimSpace(e.Result)
	}
	var list []json.RawMessage
	switch {
	case len(raw) == 0 || string(raw) == "null" || string(raw) == "{}":
		return nil
	case raw[0] == '[' && json.Unmarshal(raw, &list) == nil:
		return list
	}
	return []json.RawMessage{raw}
}

// decode reads one event. A field of another type than expected is left out,
// not the whole event. The errors do not quote what was read.
func decode(raw []byte) (update, error) {
	var u update
	err := json.Unmarshal(raw, &u)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); odd {
		err = nil
	}
	if err != nil || u.Event == "" {
		return update{}, errMalformed
	}
	return u, nil
}

// date is when the platform got the message; zero if it does not say.
func (m *message) date() time.Time {
	const inSeconds = 1e12 // below, it can only be seconds
	switch {
	case m.Date <= 0:
		return time.Time{}
	case m.Date < inSeconds:
		return time.Unix(int64(m.Date), 0)
	}
	return time.UnixMilli(int64(m.Date))
}

// text is text; a number is taken for its digits, anything else for nothing.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	*t = ""
	switch {
	case len(raw) > 0 && raw[0] == '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = text(s)
	case len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'):
		*t = text(raw)
	}
	return nil
}

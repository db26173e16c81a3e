package zalooa

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// label is a string that some events write as a number: ids go beyond what a
// float keeps, so the digits are taken as they stand.
type label string

// UnmarshalJSON takes a string or a number; anything else is as if it were not
// there.
func (l *label) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = label(s)
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'):
		*l = label(b)
	}
	return nil
}

func (l label) float() float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(string(l)), 64)
	if err != nil || f != f || f > 1e15 || f < -1e15 {
		return 0
	}
	return f
}

// head is what has to be known to check a signature.
type head struct {
	AppID     label `json:"app_id"`
	Timestamp label `json:"timestamp"`
}

// at is when the event happened, by Zalo's clock.
func (h head) at() (time.Time, bool) {
	ms, err := strconv.ParseInt(string(h.Timestamp), 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}, false
	}
	return time.UnixMilli(ms), true
}

type party struct {
	ID      label `json:"id"`
	AdminID label `json:"admin_id"`
}

// event is one call of the webhook, all kinds in one. What it does not name is
// not looked at.
type event struct {
	head
	Name      string  `json:"event_name"`
	OA        label   `json:"oa_id"`
	Sender    party   `json:"sender"`
	Recipient party   `json:"recipient"`
	Follower  party   `json:"follower"`
	User      label   `json:"user_id"`
	Message   content `json:"message"`
}

type content struct {
	ID           label        `json:"msg_id"`
	Quoted       label        `json:"quote_msg_id"` // the message that is answered
	Conversation label        `json:"conversation_id"`
	Text         string       `json:"text"`
	Attachments  []attachment `json:"attachments"`
}

type attachment struct {
	Type    string  `json:"type"`
	Payload payload `json:"payload"`
}

// payload is what one attachment holds, all kinds in one.
type payload struct {
	URL         string      `json:"url"`
	Thumbnail   string      `json:"thumbnail"`
	Name        string      `json:"name"`
	Type        string      `json:"type"`
	Description string      `json:"description"`
	ID          label       `json:"id"`
	Size        label       `json:"size"`
	Coordinates coordinates `json:"coordinates"`
}

type coordinates struct {
	Latitude  label `json:"latitude"`
	Longitude label `json:"longitude"`
}

// decodeHead reads what the signature needs, and nothing else.
func decodeHead(body []byte) (head, error) {
	var h head
	return h, decode(body, &h)
}

// decodeEvent reads a whole event.
func decodeEvent(body []byte) (event, error) {
	var e event
	if err := decode(body, &e); err != nil {
		return event{}, err
	}
	if e.Name == "" {
		return event{}, errors.New("event without a name")
	}
	return e, nil
}

// decode reads an object. A field of another type than ours is left out: an
// odd event is still one that arrived. The error never quotes the body.
func decode(body []byte, to any) error {
	err := json.Unmarshal(body, to)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); odd {
		return nil
	}
	if err != nil {
		return errors.New("event is not JSON")
	}
	return nil
}

// user is the resident the event is about: who sends it, is sent to, follows, or
// is named alone.
func (e event) user() string {
	order := []label{e.Follower.ID, e.Sender.ID, e.User}
	if e.outward() {
		order = []label{e.Recipient.ID, e.User}
	}
	for _, id := range order {
		if id != "" {
			return string(id)
		}
	}
	return ""
}

// outward reports whether sender and recipient have changed places: what the
// account sent, and what tells of it.
func (e event) outward() bool {
	return strings.HasPrefix(e.Name, "oa_send_") || e.Name == eventReceived || e.Name == eventSeen
}

// id names the event when it comes again: the message's id, or else name, time
// and person.
func (e event) id() string {
	if e.Message.ID != "" && !e.outward() {
		return string(e.Message.ID)
	}
	return e.Name + ":" + string(e.Timestamp) + ":" + e.user()
}

package bot

import (
	"time"

	"github.com/doithoai/doithoai/knowledge"
)

// ContextFor is how long a conversation may rest before the next message
// starts afresh: what was said half an hour ago may have been another member of
// the family, on the same phone.
const ContextFor = 30 * time.Minute

// Conversation is what is remembered of a chat between two messages. It is
// plain data: it goes through JSON unchanged. What a resident wrote stands only in
// Fragment, Question, Turns and Draft, masked when stored, and for as long as the
// context lasts.
type Conversation struct {
	UpdatedAt  time.Time       `json:"updated_at,omitzero"`
	Frame      knowledge.Frame `json:"frame,omitzero"`
	Shown      []string        `json:"shown,omitempty"` // facets of Frame.Entry already sent
	List       []Option        `json:"list,omitempty"`  // the choices numbers refer to, only of the latest reply
	Asked      bool            `json:"asked,omitempty"` // the latest reply was a question back
	Misses     int             `json:"misses,omitempty"`
	LastHash   uint64          `json:"last_hash,omitempty"` // of the latest text, to notice repetition
	Repeats    int             `json:"repeats,omitempty"`
	Introduced bool            `json:"introduced,omitempty"` // it was said that this is a machine
	WantPlace  bool            `json:"want_place,omitempty"` // the next message may be the name of a commune
	Place      string          `json:"place,omitempty"`      // commune id, or "-" of who would not say

	// Of what goes to an officer. Question and Turns hold what was typed, for as
	// long as the context lasts, so that who then wants a person need not type it
	// again.
	Question  string `json:"question,omitempty"`
	Turns     []Turn `json:"turns,omitempty"`
	Draft     *Draft `json:"draft,omitempty"`
	Matter    Matter `json:"matter,omitempty"`     // of a cry for help or a complaint a moment ago
	Telling   string `json:"telling,omitempty"`    // code of the case that the next message belongs to
	Lately    string `json:"lately,omitempty"`     // code of the case that the latest message was added to
	Aside     bool   `json:"aside,omitempty"`      // the bot is asked although an officer waits for a reply
	Apart     bool   `json:"apart,omitempty"`      // it was said that answers are not the officer's
	WantPhone bool   `json:"want_phone,omitempty"` // the next message may be a phone number

	// Attached is what was received besides text since the conversation began, the
	// last few of it, without Source: a case opened next can take it along.
	Attached []Attachment `json:"attached,omitempty"`
	Copies   Copies       `json:"copies,omitzero"`

	// Fragment is the masked beginning of a question typed in pieces; see
	// fragment.go for what may stand in it and for how long.
	Fragment   string    `json:"fragment,omitempty"`
	FragmentAt time.Time `json:"fragment_at,omitzero"`
}

// Option is one choice of a numbered list, bound to what it will do.
type Option struct {
	Label  string `json:"label"`
	Action string `json:"action"` // a payload, see action.go
}

// Offered returns the conversation after something was said in it that was
// decided elsewhere: numbers now count for its buttons.
func (c Conversation) Offered(r Reply, now time.Time) Conversation {
	if len(r.Buttons) == 0 {
		return c
	}
	if c.UpdatedAt.IsZero() || now.Sub(c.UpdatedAt) > ContextFor {
		c = c.rested(now)
	}
	c.UpdatedAt, c.List, c.Asked = now, optionsOf(r.Buttons), false
	return c
}

// rested is what is left of a conversation after its context has ended.
func (c Conversation) rested(now time.Time) Conversation {
	return Conversation{
		Introduced: c.Introduced && now.Sub(c.UpdatedAt) < 24*time.Hour, Place: c.Place, Copies: c.Copies.lasting(now),
	}
}

// optionsOf is what typed numbers stand for under these buttons: the officer is
// 0 and has no place in the list.
func optionsOf(buttons []Button) []Option {
	var out []Option
	for _, b := range buttons {
		if b.Payload != actionOfficer {
			out = append(out, Option{b.Label, b.Payload})
		}
	}
	return out
}

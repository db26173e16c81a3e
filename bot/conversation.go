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
// plain data: it goes through JSON unchanged. But for Fragment it holds nothing
// a resident wrote.
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
	Place      string          `json:"place,omitempty"`      // commune id

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

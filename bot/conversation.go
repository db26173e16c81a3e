package bot

import "time"

// Conversation is what is remembered of a chat between two messages. It is
// plain data: it goes through JSON unchanged.
type Conversation struct {
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// How long things are kept. Nothing about a resident outlives these.
const (
	// KeepChat is how long a chat stays after its last save.
	KeepChat = 72 * time.Hour
	// KeepSeen is how long an update id is remembered: Telegram redelivers for
	// 24 h, a spooled duplicate may come after any outage up to 48 h.
	KeepSeen = 72 * time.Hour
	// KeepDelivery is how long a message waits to be fetched or sent, unless
	// its [Outgoing] says otherwise.
	KeepDelivery = 72 * time.Hour
	// MaxKeep is the longest any message may wait: an officer's answer that the
	// channel does not let through before the resident writes again.
	MaxKeep = 90 * 24 * time.Hour
	// KeepLetter is how long a letter is tried. It is less than KeepSeen, so a
	// letter that is applied twice meets its own mark.
	KeepLetter = 48 * time.Hour
	// KeepDead is how long an operator can look at what could not be sent.
	KeepDead = 30 * 24 * time.Hour
	// KeepCounts is how long the counts of one day stay. They name nobody.
	KeepCounts = 400 * 24 * time.Hour
)

// Errors of every decoder in this package.
var (
	// ErrVersion says the bytes were written by a version of the program that
	// this one cannot read. They are intact: never overwrite them.
	ErrVersion = errors.New("unknown record version")
	// ErrCorrupt says the bytes are not what was written.
	ErrCorrupt = errors.New("corrupt record")
	// ErrNotFound says that nothing is stored under what was asked for.
	ErrNotFound = errors.New("not found")
)

// Chat is one chat as stored. The zero value is a chat nothing is known of.
type Chat struct {
	Revision uint64 // raised by one at every save; 0 means nothing is stored
	LastSeq  uint64 // the last delivery sequence given out; survives «quên tôi»
	Seen     Seen
	State    []byte      // the conversation, see [EncodeConversation]; nil when there is none
	Cases    []Case      // every case of this chat, by rising code; not part of [Format.EncodeChat]
	Window   WindowState // where the chat stands in its channel's window; not part of [Format.EncodeChat]
}

// The layout, all big endian, is flat so that a script inside a store can
// check revision and marks without decoding the rest:
//
//	byte 0       version
//	bytes 1–8    revision
//	bytes 9–16   last sequence
//	bytes 17–20  number of marks n
//	n × 12       marks: 8 bytes hash, 4 bytes Unix seconds
//	rest         state
const (
	chatHeader = 1 + 8 + 8 + 4
	markSize   = 8 + 4
)

// EncodeChat returns the stored form of c.
func (f Format) EncodeChat(c Chat) []byte {
	b := make([]byte, 0, chatHeader+markSize*len(c.Seen)+len(c.State))
	b = append(b, byte(f))
	b = binary.BigEndian.AppendUint64(b, c.Revision)
	b = binary.BigEndian.AppendUint64(b, c.LastSeq)
	b = binary.BigEndian.AppendUint32(b, uint32(len(c.Seen)))
	for _, s := range c.Seen {
		b = append(b, s.Mark[:]...)
		b = binary.BigEndian.AppendUint32(b, s.At)
	}
	return append(b, c.State...)
}

// DecodeChat reads what [Format.EncodeChat] wrote. The result shares no memory with b.
func DecodeChat(b []byte) (Chat, error) {
	if err := Newest.Reads(b); err != nil {
		return Chat{}, fmt.Errorf("decode chat: %w", err)
	}
	if len(b) < chatHeader {
		return Chat{}, fmt.Errorf("decode chat: %w: %d bytes", ErrCorrupt, len(b))
	}
	c := Chat{
		Revision: binary.BigEndian.Uint64(b[1:]),
		LastSeq:  binary.BigEndian.Uint64(b[9:]),
	}
	n, rest := uint64(binary.BigEndian.Uint32(b[17:])), b[chatHeader:]
	if n*markSize > uint64(len(rest)) {
		return Chat{}, fmt.Errorf("decode chat: %w: %d marks in %d bytes", ErrCorrupt, n, len(rest))
	}
	if n > 0 {
		c.Seen = make(Seen, n)
		for i := range c.Seen {
			copy(c.Seen[i].Mark[:], rest)
			c.Seen[i].At = binary.BigEndian.Uint32(rest[8:])
			rest = rest[markSize:]
		}
	}
	if len(rest) > 0 {
		c.State = bytes.Clone(rest)
	}
	return c, nil
}

// The first byte of a conversation. It is not a [Format]: whoever decides does not
// know what the store is at. Fields that are added need no new one, because JSON
// leaves out what is unknown; a field that changes its meaning does, and a
// conversation that cannot be read begins anew, so it has to be read first by a
// version that still writes the one before.
const (
	conversationVersion       = 2
	oldestConversationVersion = 1
)

// EncodeConversation returns the state to store for c: every text in it has
// gone through [Mask].
func EncodeConversation(c bot.Conversation) ([]byte, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode conversation: %w", err)
	}
	return maskJSON([]byte{conversationVersion}, raw), nil
}

// DecodeConversation reads what [EncodeConversation] wrote. No bytes at all
// are a conversation that has not begun.
func DecodeConversation(state []byte) (bot.Conversation, error) {
	var c bot.Conversation
	if len(state) == 0 {
		return c, nil
	}
	if v := state[0]; v < oldestConversationVersion || v > conversationVersion {
		return c, fmt.Errorf("decode conversation: %w: %d", ErrVersion, v)
	}
	if err := json.Unmarshal(state[1:], &c); err != nil {
		// The decoder's own words may quote what a resident wrote.
		return bot.Conversation{}, fmt.Errorf("decode conversation: %w", ErrCorrupt)
	}
	return c, nil
}

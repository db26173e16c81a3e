package record

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/doithoai/doithoai/bot"
)

// Name is what a chat is called in a store's keys. Its first byte picks the
// shard in an engine that has shards.
type Name [16]byte

// Shards is how many shards an engine that has them splits its chats into.
const Shards = 256

// Shard returns the shard of everything that belongs to the chat of that name.
func (n Name) Shard() uint8 { return n[0] }

// Names turns identities into names that nobody without the key can turn back
// or recognise. The key is made once in each store, so two stores share no
// names. Safe for concurrent use.
type Names struct{ key []byte }

// KeySize is the length of a key for [NewNames], in bytes.
const KeySize = 32

// NewNames returns the names under key, which the caller leaves unchanged.
func NewNames(key []byte) Names { return Names{key: key} }

// Chat returns the name of a chat. The three parts are told apart whatever
// characters they hold.
func (n Names) Chat(c bot.ChatID) Name {
	sum := n.sum("chat", c.Channel, c.Bot, c.Chat)
	return Name(sum[:16])
}

// Mark returns what stands for an update id in a chat's [Seen].
func (n Names) Mark(update string) Mark {
	sum := n.sum("update", update)
	return Mark(sum[:8])
}

// Letter returns the id of the i-th letter that a step wrote: the same each time
// the step is decided again.
func (n Names) Letter(c bot.ChatID, update string, i int) string {
	sum := n.sum("letter", c.Channel, c.Bot, c.Chat, update, strconv.Itoa(i))
	return hex.EncodeToString(sum[:16])
}

// Ended returns the id of the letter that tells how the message of that sequence
// ended: the same each time it is told.
func (n Names) Ended(c bot.ChatID, seq uint64, end bot.End) string {
	return n.Letter(c, "ended:"+strconv.FormatUint(seq, 10)+":"+string(end), 0)
}

// Key returns a key of its own for one purpose, 32 bytes. It stays the same
// for as long as the store, and goes with it into a backup.
func (n Names) Key(purpose string) []byte { return n.sum("key", purpose) }

func (n Names) sum(parts ...string) []byte {
	h := hmac.New(sha256.New, n.key)
	b := make([]byte, 0, 96)
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	h.Write(b)
	return h.Sum(nil)
}

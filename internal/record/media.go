package record

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/doithoai/doithoai/bot"
)

// MediaKey returns the key under which a copy is kept of the i-th thing that
// came with a message: the same whenever that message comes again, and nothing
// that can be guessed without secret. It has 32 characters 0-9 a-f, the first of
// them a letter, so that it is never taken for a number of somebody's.
func MediaKey(secret []byte, chat bot.ChatID, message string, i int) string {
	h := hmac.New(sha256.New, secret)
	for _, part := range []string{chat.Channel, chat.Bot, chat.Chat, message} {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part))) // a hash takes everything
		h.Write([]byte(part))
	}
	_ = binary.Write(h, binary.BigEndian, uint64(i))
	sum := h.Sum(nil)[:16]
	sum[0] |= 0xa0
	return hex.EncodeToString(sum)
}

// isMediaKey reports whether text has the form of what [MediaKey] returns.
func isMediaKey(text string) bool {
	if len(text) != 32 || text[0] < 'a' {
		return false
	}
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

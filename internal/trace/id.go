package trace

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/doithoai/doithoai/bot"
)

// idBytes is the size of a trace id of the W3C, https://www.w3.org/TR/trace-context/#trace-id.
const idBytes = 16

// Of returns the id of a message: m.Trace if it has one, else a hash of its chat
// and id under key, which is a secret of the store. It is 32 lower-case hexadecimal
// digits.
func Of(key []byte, m bot.Message) string {
	if valid(m.Trace) {
		return m.Trace
	}
	mac := hmac.New(sha256.New, key)
	var size [4]byte
	for _, part := range []string{m.Chat.Channel, m.Chat.Bot, m.Chat.Chat, m.ID} {
		binary.BigEndian.PutUint32(size[:], uint32(len(part)))
		mac.Write(size[:])
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil)[:idBytes])
}

// valid reports whether s can be an id: what a store or a spool holds may be of
// another version.
func valid(s string) bool {
	if len(s) != 2*idBytes {
		return false
	}
	zero := true
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
		zero = zero && c == '0'
	}
	return !zero // the W3C has no such trace
}

type contextKey struct{}

// With returns a context that carries the id; ctx itself if it is none.
func With(ctx context.Context, id string) context.Context {
	if !valid(id) || ID(ctx) == id {
		return ctx
	}
	return context.WithValue(ctx, contextKey{}, id)
}

// ID returns the id that the context carries, empty if there is none.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(contextKey{}).(string)
	return id
}

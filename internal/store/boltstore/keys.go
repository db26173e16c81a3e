package boltstore

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// The buckets. All values but those of house and expiry are wrapped, see value.go.
//
//	chat    name (16)                   record.Chat       72 h after the last save
//	queue   name (16), sequence (8)     record.Delivery   72 h after it was saved
//	count   day (10), counter name      number (8)        400 days after the day
//	expiry  Unix second (8), name (16)  nothing           with the chat: exactly one a chat
//	house   "format", "key"             the exceptions that stay for good
//
// A name is an HMAC, so no key tells who a resident is. Numbers are big endian:
// keys sort by sequence and by time.
//
// An expiry key may be earlier than the end of its chat, never later than that
// or than the end of any of its deliveries: a save leaves it where it is, and
// the sweeper, when it gets there, moves it on. So a save does not pay for it.
var (
	chatBucket   = []byte("chat")
	queueBucket  = []byte("queue")
	countBucket  = []byte("count")
	expiryBucket = []byte("expiry")
	houseBucket  = []byte("house")

	formatKey = []byte("format")
	nameKey   = []byte("key")
)

// format is the layout above; a file of a later format is refused.
const format = 1

func queueKey(name record.Name, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(name[:len(name):len(name)], seq)
}

func seqOf(queueKey []byte) uint64 { return binary.BigEndian.Uint64(queueKey[len(record.Name{}):]) }

func countKey(day, counter string) []byte { return append([]byte(day), counter...) }

func expiryKey(at time.Time, name record.Name) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(max(at.Unix(), 0))), name[:]...)
}

// splitExpiryKey is the way back from expiryKey.
func splitExpiryKey(k []byte) (at time.Time, name record.Name) {
	copy(name[:], k[8:])
	return time.Unix(int64(binary.BigEndian.Uint64(k)), 0), name
}

// ofChat reports whether a key of the queue belongs to the chat of that name.
func ofChat(k []byte, name record.Name) bool { return bytes.HasPrefix(k, name[:]) }

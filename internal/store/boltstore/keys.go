package boltstore

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// The buckets. All values but those of due, expiry and house are wrapped, see
// value.go, and end on their own.
//
//	chat    name (16)                 record.Chat                  72 h after the last save
//	queue   name (16), sequence (8)   place, record.Delivery       with the delivery; 72 h later if it is sent, so
//	                                                               that whoever claims the queue can settle it
//	flow    name (16)                 flow                         with the last of its queue, or once the pace is forgotten
//	                                                               and the window is over
//	case    name (16), code           due (8), record.Case         when it says
//	code    code                      name (16)                    with its case
//	letter  id                        due (8), record.Letter       KeepDead after nobody may apply it any more
//	ref     name (16), mark (8)       what the answer needs        30 days after it was sent
//	dead    id                        record.Dead                  30 days after it was given up
//	permit  SHA-256 of its name       arrival time (8)             when all permits are back
//	count   day (10), counter name    number (8)                   400 days after the day
//	lease   SHA-256 of its name       until (8), ttl (8), holder   when it runs out
//	value   SHA-256 of its name       what is kept, a secret       never: the exception, see below
//	due     list, time (8), member    nothing                      with what it names: exactly one a member
//	expiry  kind (1), second (8), key nothing                      with what it names
//	house   "format", "key", "moved", "importing"                  the exceptions that stay for good
//
// A value is the token of an account on a channel: it tells of no resident, and
// without it somebody has to log the account in again. It stays until it is
// swapped for nothing. Only leases and values are not in a backup.
//
// A name is an HMAC, so no key tells who a resident is. Numbers are big endian:
// keys sort by sequence and by time. Times are Unix nanoseconds, 0 for none,
// but for those that say seconds.
var (
	chatBucket   = []byte("chat")
	queueBucket  = []byte("queue")
	flowBucket   = []byte("flow")
	caseBucket   = []byte("case")
	codeBucket   = []byte("code")
	letterBucket = []byte("letter")
	refBucket    = []byte("ref")
	deadBucket   = []byte("dead")
	permitBucket = []byte("permit")
	countBucket  = []byte("count")
	leaseBucket  = []byte("lease")
	valueBucket  = []byte("value")
	dueBucket    = []byte("due")
	expiryBucket = []byte("expiry")
	houseBucket  = []byte("house")

	formatKey    = []byte("format")
	nameKey      = []byte("key")
	movedKey     = []byte("moved")     // where to
	importingKey = []byte("importing") // there while an import is not complete
)

// format is that of the file: of the layout above and, which is why it has the same
// number, of the records in it. A file of a later one is refused, one of the format
// before is brought up to it by [migrate].
const format = uint64(record.Newest)

// vaultBuckets returns those of the vault, which an import leaves as they are.
func vaultBuckets() [][]byte { return [][]byte{leaseBucket, valueBucket} }

// dataBuckets returns every bucket but house and those of the vault.
func dataBuckets() [][]byte {
	return [][]byte{
		chatBucket, queueBucket, flowBucket, caseBucket, codeBucket, letterBucket, refBucket,
		deadBucket, permitBucket, countBucket, dueBucket, expiryBucket,
	}
}

func isWrapped(bucket []byte) bool {
	return !bytes.Equal(bucket, dueBucket) && !bytes.Equal(bucket, expiryBucket) && !bytes.Equal(bucket, houseBucket)
}

const nameSize = len(record.Name{})

func queueKey(name record.Name, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(name[:nameSize:nameSize], seq)
}

func seqOf(queueKey []byte) uint64 { return binary.BigEndian.Uint64(queueKey[nameSize:]) }

func caseKey(name record.Name, code string) []byte {
	return append(name[:nameSize:nameSize], code...)
}

func refKey(name record.Name, mark record.Mark) []byte {
	return append(name[:nameSize:nameSize], mark[:]...)
}

func countKey(day, counter string) []byte { return append([]byte(day), counter...) }

// nameOf returns the chat that a key of chat, queue, flow, case or ref belongs to.
func nameOf(k []byte) record.Name { return record.Name(k[:nameSize]) }

// ofChat reports whether such a key belongs to the chat of that name.
func ofChat(k []byte, name record.Name) bool { return bytes.HasPrefix(k, name[:]) }

// nanos returns t as it is stored; the zero time is 0.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func putNanos(b []byte, n int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }
func getNanos(b []byte) int64           { return int64(binary.BigEndian.Uint64(b)) }

// sortable makes times before 1970, too, sort as bytes.
func sortable(n int64) uint64 { return uint64(n) ^ (1 << 63) }

// upTo returns n as a time that ends no earlier, to the millisecond.
func upTo(n int64) time.Time {
	return time.Unix(0, min(n, math.MaxInt64-int64(time.Millisecond))+int64(time.Millisecond)-1)
}

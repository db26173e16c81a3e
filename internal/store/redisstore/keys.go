package redisstore

import (
	"encoding/hex"
	"fmt"

	"github.com/doithoai/doithoai/internal/record"
)

// Every key in Redis. All begin with <prefix>:{sNNN}: – NNN is the shard of the
// chat – so that what one script touches lies in one slot of a Cluster. <name>
// is a [record.Name], 16 raw bytes: an HMAC, so no key tells who a resident is.
//
//	key               type    holds                                   gone after
//	c:<name>          string  record.Chat                             72 h without a save
//	q:<name>          hash    deliveries and state of a queue, see    the end of its last delivery, where it
//	                          value.go; the window of the chat        is sent 72 h more: a sender settles late;
//	                                                                  at least the end of the window
//	k:<name>          hash    code → record.Case                      the end of the last case
//	x:<code>          string  name, end: whose case a code is         the end of the case
//	m:<name><mark>    string  end, reference of a message sent, or    30 days
//	                          which message shows a card
//	l                 hash    letter id → letter                      30 days without a new one
//	due:<lane>        zset    name → when its queue is due            the last of its queues, and a day
//	work              zset    l<id> or k<name><code> → when due       the last of them, and a day
//	d:<id>            string  a dead letter                           30 days
//	dd                zset    dead letter id → its end                the last of them
//	n:<day>           hash    counter → number                        400 days after the day
//	p:<bucket>        string  when a bucket of permits is full again  then
//	gone              string  the store was moved elsewhere           never: see below
//
// What belongs to no chat lies in the slot of the house. <name> is one of the
// operator's here, of an account on a channel:
//
//	<prefix>:{house}               hash    key of the names, format, import, moved  never
//	<prefix>:{house}:lease:<name>  string  end, for how long, holder                then
//	<prefix>:{house}:replicas      hash    program → sign of life, what it reads    minutes after the last one
//	<prefix>:{house}:value:<name>  string  mark of the swap, what is kept           never; a minute after it was
//	                                                                                swapped for nothing
//
// The house key and the marks of a moved store name nobody and must not
// expire: without the key no name can be made again, and a store that has
// forgotten that it was moved would answer from the past. A value is the token
// of an account or the register of officers: it tells of no resident. A token is
// no part of a backup: without it somebody has to log the account in again.
//
// <prefix>:wake is the channel that tells replicas of new messages.
type keys struct{ prefix string }

// house is the number that stands for the shard of the house key.
const house = record.Shards

// tag returns the part of a key that decides its slot.
func tag(shard int) string {
	if shard == house {
		return "{house}"
	}
	return fmt.Sprintf("{s%03d}", shard)
}

func (k keys) shard(n int) string            { return k.prefix + ":" + tag(n) + ":" }
func (k keys) of(n record.Name) string       { return k.shard(int(n.Shard())) }
func (k keys) house() string                 { return k.prefix + ":" + tag(house) }
func (k keys) lease(name string) string      { return k.house() + ":lease:" + name }
func (k keys) value(name string) string      { return k.house() + ":value:" + name }
func (k keys) replicas() string              { return k.house() + ":replicas" }
func (k keys) wake() string                  { return k.prefix + ":wake" }
func (k keys) chat(n record.Name) string     { return k.of(n) + "c:" + string(n[:]) }
func (k keys) queue(n record.Name) string    { return k.of(n) + "q:" + string(n[:]) }
func (k keys) cases(n record.Name) string    { return k.of(n) + "k:" + string(n[:]) }
func (k keys) letters(shard int) string      { return k.shard(shard) + "l" }
func (k keys) work(shard int) string         { return k.shard(shard) + "work" }
func (k keys) graves(shard int) string       { return k.shard(shard) + "dd" }
func (k keys) gone(shard int) string         { return k.shard(shard) + "gone" }
func (k keys) due(s int, lane string) string { return k.shard(s) + "due:" + lane }
func (k keys) counts(s int, day string) string {
	return k.shard(s) + "n:" + day
}
func (k keys) bucket(s int, name string) string { return k.shard(s) + "p:" + name }
func (k keys) grave(s int, id string) string    { return k.shard(s) + "d:" + id }
func (k keys) code(shard int, code string) string {
	return k.shard(shard) + "x:" + code
}
func (k keys) ref(n record.Name, m record.Mark) string {
	return k.of(n) + "m:" + string(n[:]) + string(m[:])
}

// graveShard returns the shard of a dead letter, which its id begins with, and
// false for what is no id.
func graveShard(id string) (shard int, ok bool) {
	if len(id) < 2 {
		return 0, false
	}
	b, err := hex.DecodeString(id[:2])
	if err != nil {
		return 0, false
	}
	return int(b[0]), true
}

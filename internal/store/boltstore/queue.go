package boltstore

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// line is a chat's queue inside one step.
type line struct {
	name    record.Name
	waiting []place // by rising sequence
	flow    flow
	was     flow  // as it is stored, if it is
	stamp   int64 // when it was
	stored  bool
}

// place is what an engine must know of a delivery to tell when it goes. It
// stands before the delivery, so that nobody reads all of it for that.
type place struct {
	seq      uint64
	priority record.Priority
	from     int64       // not before that
	collapse record.Mark // stands for the collapse key; zero for none
	tracked  bool        // somebody is told how it ends
	waits    bool        // it was told that it waits until the chat writes
	ends     time.Time
}

// The layout: priority (1) with two flags, from (8), collapse (8).
const (
	placeSize = 1 + 8 + 8

	flagTracked byte = 0x80
	flagWaits   byte = 0x40
)

func (p place) encode() []byte {
	b := make([]byte, 0, placeSize)
	first := byte(p.priority)
	if p.tracked {
		first |= flagTracked
	}
	if p.waits {
		first |= flagWaits
	}
	b = append(b, first)
	b = putNanos(b, p.from)
	return append(b, p.collapse[:]...)
}

// splitPlace returns the two parts of a value of the queue.
func splitPlace(seq uint64, ends time.Time, b []byte) (p place, rec []byte, err error) {
	if len(b) < placeSize {
		return place{}, nil, errShort
	}
	p = place{
		seq: seq, priority: record.Priority(b[0] &^ (flagTracked | flagWaits)), from: getNanos(b[1:]), collapse: record.Mark(b[9:placeSize]),
		tracked: b[0]&flagTracked != 0, waits: b[0]&flagWaits != 0, ends: ends,
	}
	return p, b[placeSize:], nil
}

func (p place) before(other place) bool {
	if p.priority != other.priority {
		return p.priority < other.priority
	}
	return p.seq < other.seq
}

// line reads a chat's queue and drops what is over of it.
func (u *unit) line(name record.Name) (*line, error) {
	q := &line{name: name}
	if err := u.loadFlow(q); err != nil {
		return nil, err
	}
	var gone [][]byte // a bucket must not change while a cursor walks it
	c := u.tx.Bucket(queueBucket).Cursor()
	for k, v := c.Seek(name[:]); ofChat(k, name); k, v = c.Next() {
		ends, rec, err := unwrap(v)
		if err != nil {
			return nil, u.damaged(queueBucket, err)
		}
		if over(ends, u.now) {
			gone = append(gone, bytes.Clone(k))
			continue
		}
		p, _, err := splitPlace(seqOf(k), ends, rec)
		if err != nil {
			return nil, u.damaged(queueBucket, err)
		}
		q.waiting = append(q.waiting, p)
	}
	for _, k := range gone {
		if err := u.remove(kindQueue, k); err != nil {
			return nil, err
		}
	}
	if len(q.waiting) == 0 && q.flow.closes() <= u.at {
		q.flow.window, q.flow.opened = record.Window{}, record.WindowState{}
	}
	return q, nil
}

// lastSeq returns the highest sequence that waits.
func (q *line) lastSeq() uint64 {
	if len(q.waiting) == 0 {
		return 0
	}
	return q.waiting[len(q.waiting)-1].seq
}

// next returns what goes next, and when it may. Where the time is later than
// now, more may come before it until then. Nothing that waits goes never: what is
// shut out comes when its end has come, to be settled.
func (q *line) next(now int64) (head place, at int64) {
	at = math.MaxInt64
	for _, p := range q.waiting {
		switch from := q.from(p, now); {
		case from > now:
			at = min(at, from)
		case at > now || p.before(head):
			head, at = p, now
		}
	}
	return head, max(at, q.flow.gate())
}

// from returns from when on a message may be leased: to be sent, or to tell that
// it waits until the chat writes, or else when it is over.
func (q *line) from(p place, now int64) int64 {
	if p.waits || !p.tracked && q.flow.shut(p.priority, max(now, p.from)) {
		return max(p.from, nanos(p.ends.Add(-record.KeepDelivery)))
	}
	return p.from
}

func (q *line) find(seq uint64) (i int, ok bool) {
	return slices.BinarySearchFunc(q.waiting, seq, func(p place, seq uint64) int { return cmp.Compare(p.seq, seq) })
}

// add puts a delivery last, not to go before from.
func (u *unit) add(q *line, d record.Delivery, from time.Time, pushed bool) error {
	p := place{seq: d.Seq, priority: d.Priority, from: nanos(from), tracked: d.Reply.Track != "", ends: d.Expires}
	if d.Collapse != "" {
		p.collapse = u.names.Mark(d.Collapse)
	}
	if pushed {
		p.ends = p.ends.Add(record.KeepDelivery)
	}
	q.waiting = append(q.waiting, p)
	return u.putDelivery(q.name, p, d)
}

func (u *unit) putDelivery(name record.Name, p place, d record.Delivery) error {
	rec, err := record.Newest.EncodeDelivery(d)
	if err != nil {
		return err
	}
	return u.put(kindQueue, queueKey(name, p.seq), p.ends, append(p.encode(), rec...))
}

// delivery reads one that waits; false if it does not.
func (u *unit) delivery(q *line, seq uint64) (d record.Delivery, p place, ok bool, err error) {
	i, ok := q.find(seq)
	if !ok {
		return d, p, false, nil
	}
	_, rec, err := unwrap(u.tx.Bucket(queueBucket).Get(queueKey(q.name, seq)))
	if err != nil {
		return d, p, false, u.damaged(queueBucket, err)
	}
	p = q.waiting[i]
	d, err = record.DecodeDelivery(rec[placeSize:])
	return d, p, err == nil, err
}

// setWaits notes of a message whether it was told that it waits until the chat
// writes.
func (u *unit) setWaits(q *line, seq uint64, waits bool) error {
	d, p, ok, err := u.delivery(q, seq)
	if !ok || err != nil || p.waits == waits {
		return err
	}
	p.waits = waits
	i, _ := q.find(seq)
	q.waiting[i] = p
	return u.putDelivery(q.name, p, d)
}

// freeAll lets go whatever waited for the chat to write.
func (u *unit) freeAll(q *line) error {
	for _, p := range q.waiting {
		if !p.waits {
			continue
		}
		if err := u.setWaits(q, p.seq, false); err != nil {
			return err
		}
	}
	return nil
}

// drop removes what waits and gone says so of.
func (u *unit) drop(q *line, gone func(p place) bool) error {
	var err error
	q.waiting = slices.DeleteFunc(q.waiting, func(p place) bool {
		if err != nil || !gone(p) {
			return false
		}
		err = u.remove(kindQueue, queueKey(q.name, p.seq))
		return true
	})
	return err
}

func (u *unit) dropSeq(q *line, seq uint64) error {
	return u.drop(q, func(p place) bool { return p.seq == seq })
}

// collapse removes what a new message of that key replaces: what waits under
// it from before first, unless somebody may be sending it.
func (u *unit) collapse(q *line, key string, first uint64) error {
	if key == "" {
		return nil
	}
	mark := u.names.Mark(key)
	return u.drop(q, func(p place) bool {
		sending := q.flow.leased() && p.seq == q.flow.seq
		return p.collapse == mark && p.seq < first && !sending
	})
}

// latest is the sequence that a chat's next delivery comes after, which may
// outlive the chat in its queue.
func (q *line) latest(c record.Chat) uint64 { return max(c.LastSeq, q.lastSeq()) }

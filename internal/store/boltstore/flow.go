package boltstore

import (
	"encoding/binary"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// flow is how a queue that is sent stands, beside what waits in it. A queue
// that is fetched has none. Times are as stored.
type flow struct {
	lane    string
	due     int64 // its place in the lane's list
	token   record.Token
	seq     uint64 // what is leased
	until   int64  // how long the lease lasts; 0 if nobody has it
	blocked int64  // nothing goes before that
	held    bool   // nothing goes before the chat itself writes
	tat     int64  // when the next message would be due at an even pace
	every   int64  // the pace, as it was told last
	burst   int64
}

// The layout: stamp (8), due (8), token (8), sequence (8), until (8), blocked
// (8), arrival (8), every (8), burst (8), held (1), lane. The stamp is when it
// was written.
const flowHeader = 9*8 + 1

func (f flow) encode(stamp int64) []byte {
	b := make([]byte, 0, flowHeader+len(f.lane))
	b = putNanos(b, stamp)
	b = putNanos(b, f.due)
	b = append(b, f.token[:]...)
	b = binary.BigEndian.AppendUint64(b, f.seq)
	for _, n := range []int64{f.until, f.blocked, f.tat, f.every, f.burst} {
		b = putNanos(b, n)
	}
	held := byte(0)
	if f.held {
		held = 1
	}
	return append(append(b, held), f.lane...)
}

func decodeFlow(b []byte) (f flow, stamp int64, err error) {
	if len(b) < flowHeader {
		return flow{}, 0, errShort
	}
	f = flow{
		due: getNanos(b[8:]), token: record.Token(b[16:24]), seq: binary.BigEndian.Uint64(b[24:]),
		until: getNanos(b[32:]), blocked: getNanos(b[40:]), tat: getNanos(b[48:]),
		every: getNanos(b[56:]), burst: getNanos(b[64:]), held: b[72] != 0, lane: string(b[flowHeader:]),
	}
	return f, getNanos(b), nil
}

// mended returns f as it would be had it been written at now, if it was
// written by a clock that ran ahead. Where it is listed stays as it is.
func (f flow) mended(stamp, now int64) flow {
	ahead := stamp - now
	if ahead <= 0 {
		return f
	}
	for _, t := range []*int64{&f.until, &f.blocked, &f.tat} {
		if *t != 0 {
			*t -= ahead
		}
	}
	return f
}

func (f *flow) leased() bool { return f.until != 0 }

func (f *flow) free() { f.token, f.seq, f.until = record.Token{}, 0, 0 }

func (f *flow) setPace(p record.Pace) { f.every, f.burst = int64(p.Every), int64(max(p.Burst, 1)) }

// sent counts a message against the pace.
func (f *flow) sent(p record.Pace, now int64) {
	if p.Every > 0 {
		f.setPace(p)
		f.tat = max(f.tat, now) + f.every
	}
}

// gate returns the earliest time at which anything may go.
func (f *flow) gate() int64 {
	if f.every <= 0 {
		return f.blocked
	}
	return max(f.blocked, f.tat-(f.burst-1)*f.every)
}

// loadFlow fills in how a queue stands.
func (u *unit) loadFlow(q *line) error {
	v := u.tx.Bucket(flowBucket).Get(q.name[:])
	if v == nil {
		return nil
	}
	ends, rec, err := unwrap(v)
	if err == nil {
		q.was, q.stamp, err = decodeFlow(rec)
	}
	if err != nil {
		return u.damaged(flowBucket, err)
	}
	q.stored = true
	if q.flow = q.was.mended(q.stamp, u.at); over(ends, u.now) {
		q.flow = flow{lane: q.was.lane}
	}
	return nil
}

// keep writes how a queue stands after a change, with its place in the list.
// Of a queue in which nothing waits nothing is kept but the pace.
func (u *unit) keep(q *line) error {
	f := &q.flow
	f.due = 0
	switch {
	case len(q.waiting) == 0:
		if f.tat <= u.at {
			return u.dropFlow(q)
		}
		*f = flow{lane: f.lane, tat: f.tat, every: f.every, burst: f.burst}
	case f.until > u.at:
		f.due = f.until
	case !f.held:
		f.due = q.score(u.at)
	}
	if q.stored && *f == q.was && q.stamp <= u.at {
		return nil
	}
	if err := u.moveDue(laneList(f.lane), q.name[:], q.was.due, f.due); err != nil {
		return err
	}
	if err := u.put(kindFlow, q.name[:], q.ends(), f.encode(u.at)); err != nil {
		return err
	}
	q.was, q.stored, q.stamp = *f, true, u.at
	return nil
}

// dropFlow removes how a queue stands.
func (u *unit) dropFlow(q *line) error {
	if !q.stored {
		return nil
	}
	if err := u.moveDue(laneList(q.was.lane), q.name[:], q.was.due, 0); err != nil {
		return err
	}
	q.flow, q.was, q.stored = flow{lane: q.flow.lane}, flow{}, false
	return u.remove(kindFlow, q.name[:])
}

// score returns where in its list a queue belongs of which something waits.
// One that is due already keeps its place: what it waits for is not newer
// because more came.
func (q *line) score(now int64) int64 {
	head, at := q.next(now)
	if at > now {
		return at
	}
	score := now
	if head.priority == record.PriorityPerson {
		score -= int64(record.PersonBoost)
	}
	if q.was.due == 0 {
		return score
	}
	return min(score, q.was.due)
}

// ends returns when it is of no use any more how a queue stands.
func (q *line) ends() time.Time {
	last := max(q.flow.tat, q.flow.until)
	for _, p := range q.waiting {
		last = max(last, nanos(p.ends))
	}
	return upTo(last)
}

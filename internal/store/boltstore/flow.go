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
	window  record.Window
	opened  record.WindowState
	tat     int64 // when the next message would be due at an even pace
	every   int64 // the pace, as it was told last
	burst   int64
}

// The layout: stamp (8), due (8), token (8), sequence (8), until (8), blocked
// (8), arrival (8), every (8), burst (8), flags (1), the window if there is one
// ([record.Format.EncodeWindow]), lane. The stamp is when it was written.
const (
	flowHeader = 9*8 + 1

	flagHeld     byte = 1
	flagWindowed byte = 2
)

// flowWindow is how long a stored window is.
func flowWindow() int { return len(record.Newest.EncodeWindow(record.Window{}, record.WindowState{})) }

func (f flow) encode(stamp int64) []byte {
	b := make([]byte, 0, flowHeader+len(f.lane))
	b = putNanos(b, stamp)
	b = putNanos(b, f.due)
	b = append(b, f.token[:]...)
	b = binary.BigEndian.AppendUint64(b, f.seq)
	for _, n := range []int64{f.until, f.blocked, f.tat, f.every, f.burst} {
		b = putNanos(b, n)
	}
	flags, window := byte(0), []byte(nil)
	if f.held {
		flags |= flagHeld
	}
	if f.windowed() {
		flags, window = flags|flagWindowed, record.Newest.EncodeWindow(f.window, f.opened)
	}
	b = append(append(b, flags), window...)
	return append(b, f.lane...)
}

func decodeFlow(b []byte) (f flow, stamp int64, err error) {
	if len(b) < flowHeader {
		return flow{}, 0, errShort
	}
	f = flow{
		due: getNanos(b[8:]), token: record.Token(b[16:24]), seq: binary.BigEndian.Uint64(b[24:]),
		until: getNanos(b[32:]), blocked: getNanos(b[40:]), tat: getNanos(b[48:]),
		every: getNanos(b[56:]), burst: getNanos(b[64:]), held: b[72]&flagHeld != 0,
	}
	rest := b[flowHeader:]
	if b[72]&flagWindowed != 0 {
		if len(rest) < flowWindow() {
			return flow{}, 0, errShort
		}
		if f.window, f.opened, err = record.DecodeWindow(rest[:flowWindow()]); err != nil {
			return flow{}, 0, err
		}
		rest = rest[flowWindow():]
	}
	f.lane = string(rest)
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
	if !f.opened.Since.IsZero() {
		f.opened.Since = f.opened.Since.Add(-time.Duration(ahead)).Truncate(time.Millisecond)
	}
	return f
}

func (f *flow) windowed() bool { return f.window != record.Window{} }

// closes returns when nothing is known any more of when the chat wrote; 0 if
// nothing is.
func (f *flow) closes() int64 { return nanos(f.window.Ends(f.opened)) }

// shut reports whether nothing of that priority goes at that time before the
// chat writes.
func (f *flow) shut(p record.Priority, at int64) bool {
	return f.held || !f.window.Lets(f.opened, p, time.Unix(0, at))
}

// wrote takes note that the chat itself wrote.
func (f *flow) wrote(now time.Time) {
	f.held = false
	if f.windowed() {
		f.opened = record.WindowState{Since: now.Truncate(time.Millisecond).UTC()}
	}
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
// Of a queue in which nothing waits nothing is kept but the pace and the window.
func (u *unit) keep(q *line) error {
	f := &q.flow
	f.due = 0
	switch {
	case len(q.waiting) == 0:
		bare := flow{lane: f.lane}
		if f.tat > u.at {
			bare.tat, bare.every, bare.burst = f.tat, f.every, f.burst
		}
		if f.closes() > u.at {
			bare.window, bare.opened = f.window, f.opened
		}
		if bare == (flow{lane: f.lane}) {
			return u.dropFlow(q)
		}
		*f = bare
	case f.until > u.at:
		f.due = f.until
	default:
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
	last := max(q.flow.tat, q.flow.until, q.flow.closes())
	for _, p := range q.waiting {
		last = max(last, nanos(p.ends))
	}
	return upTo(last)
}

// standing returns where a chat stands in its window, if it is not over.
func (u *unit) standing(name record.Name) (record.WindowState, error) {
	q := &line{name: name}
	if err := u.loadFlow(q); err != nil || q.flow.closes() <= u.at {
		return record.WindowState{}, err
	}
	return q.flow.opened, nil
}

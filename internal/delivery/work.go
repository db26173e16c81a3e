package delivery

import (
	"context"
	"errors"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trace"
)

const (
	// minLease is what must be left of a lease for a send to begin.
	minLease = 3 * time.Second
	// settleTime is what is left of a lease, or of the time for stopping, when a
	// send is cut off: enough to settle it.
	settleTime = time.Second
	// minDrain gives a send two seconds.
	minDrain = minLease
)

// work brings jobs to their end until there are no more.
func (l *lane) work(ctx, work context.Context, jobs <-chan job) {
	for j := range jobs {
		l.carry(ctx, work, j)
		if j.slot {
			l.mu.Lock()
			l.freed(1)
			l.mu.Unlock()
		}
	}
}

// carry sends the message of a job, and then whatever the store gives it next
// for the same chat.
func (l *lane) carry(ctx, work context.Context, j job) {
	for {
		work := trace.With(work, j.lease.Delivery.Trace)
		settlement, ok := l.handle(ctx, work, &j)
		l.decided(&j)
		if j.permit {
			l.permits.give(1)
		}
		if !ok {
			l.store.release(work, j.lease)
			l.left()
			return
		}
		l.tell(work, settlement)
		next, from := l.settle(work, j.lease, settlement)
		if next == nil {
			return
		}
		j = job{lease: *next, from: from}
	}
}

// tell logs how a try ended.
func (l *lane) tell(ctx context.Context, s record.Settlement) {
	if s.Result == record.Failed {
		l.log.WarnContext(ctx, "message given up", "reason", s.Reason)
		return
	}
	l.log.DebugContext(ctx, "message settled", "result", s.Result, "after", s.After)
}

// handle returns how the message of a job ended; false means that it was not
// tried, for want of time or of a permit.
func (l *lane) handle(ctx, work context.Context, j *job) (record.Settlement, bool) {
	if ctx.Err() != nil || time.Until(j.end()) < minLease {
		return record.Settlement{}, false
	}
	if settlement, ok := l.untold(j.lease.Delivery); ok {
		return settlement, true
	}
	if settlement, ok := l.verdict(j.lease); ok {
		return settlement, true
	}
	if settlement, ok := l.findCard(work, &j.lease.Delivery); !ok {
		return settlement, true
	}
	if !l.permitted(ctx, j) {
		return record.Settlement{}, false
	}
	return l.send(work, *j), true
}

// findCard looks up the message whose place a card takes. If the store does not
// tell, ok is false and the card waits: sent now, it would be one copy more.
func (l *lane) findCard(work context.Context, d *record.Delivery) (s record.Settlement, ok bool) {
	if d.Reply.Card == "" {
		return s, true
	}
	replaces, err := l.store.ref(work, d.Chat, record.CardRef(d.Reply.Card))
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return l.later(Retry, record.Settlement{Result: record.Later, After: backoff(int(d.Attempts))}), false
	}
	d.Replaces = string(replaces)
	return s, true
}

// ending is how a try of a message ended of which the store has not heard yet.
type ending struct {
	seq        uint64
	sent       int
	settlement record.Settlement
}

// settle tells the store how a message ended. If the store is away for longer
// than the lease, the same message may be claimed again meanwhile: it is then
// settled with what is known of it, and not sent once more.
func (l *lane) settle(work context.Context, lease record.Lease, s record.Settlement) (*record.Lease, time.Time) {
	d := lease.Delivery
	s = told(d, s)
	l.mu.Lock()
	l.endings[d.Chat] = ending{d.Seq, d.Sent, s}
	l.mu.Unlock()
	next, from := l.store.settle(work, lease, s)
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.endings[d.Chat]; e.seq == d.Seq && e.sent == d.Sent {
		delete(l.endings, d.Chat)
	}
	return next, from
}

// untold returns the end of a try of d that the store has not heard of.
func (l *lane) untold(d record.Delivery) (record.Settlement, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.endings[d.Chat]
	return e.settlement, ok && e.seq == d.Seq && e.sent == d.Sent
}

// end is when the lease has run out at the latest.
func (j job) end() time.Time { return j.from.Add(record.LeaseTime) }

// permitted waits for the permit to send, and reports whether there is one and
// time enough to use it.
func (l *lane) permitted(ctx context.Context, j *job) bool {
	for l.open() {
		if j.permit {
			j.permit = false // used up, whatever comes of it
			l.decided(j)
			return true
		}
		got, wait, err := l.permits.get(ctx, 1)
		if err != nil {
			return false
		}
		j.permit = got > 0
		if time.Until(j.end())-wait < minLease {
			return false
		}
		if !j.permit && !sleep(ctx, wait) {
			return false
		}
	}
	return false
}

// send makes one try and returns what to tell the store.
func (l *lane) send(work context.Context, j job) record.Settlement {
	d := j.lease.Delivery
	asking := l.stale(d)
	if asking {
		d.Reply = l.config.AskAgain
	}
	ctx, cancel := context.WithTimeout(work, min(time.Until(j.end()), l.options.Drain)-settleTime)
	defer cancel()
	progress, err := l.safely(ctx, d)
	if err != nil {
		return l.failed(d, sendError(err, ctx.Err() != nil))
	}
	l.answered()
	if asking {
		progress.More = false // it has one part; a second would be the answer's
		l.askedAgain(d.Chat)
	}
	s := l.progressed(d, progress)
	if track := j.lease.Delivery.Reply.Track; asking && track != "" { // the answer itself did not go out
		s.Ended = &bot.Ended{Track: track, End: bot.EndDropped}
	}
	return s
}

// sendError returns what is known of a send that failed.
func sendError(err error, late bool) *SendError {
	if e, ok := errors.AsType[*SendError](err); ok && e != nil {
		return e
	}
	if late {
		return &SendError{Kind: Uncertain, Reason: "timeout"}
	}
	return &SendError{Kind: Retry, Reason: "unknown"}
}

// safely is Send. If it panics, the message may have gone out before, so that
// counts as any other send of unknown end: it is tried again, a few times.
func (l *lane) safely(ctx context.Context, d record.Delivery) (p Progress, err error) {
	defer func() {
		if v := recover(); v != nil {
			l.log.ErrorContext(ctx, "panic while sending", "panic", describe(v), "at", panicSite())
			err = &SendError{Kind: Uncertain, Reason: "panic"}
		}
	}()
	return l.config.Sender.Send(ctx, d)
}

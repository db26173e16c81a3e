package delivery

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// maxLapses is how many sends of unknown end a message gets: what comes after
// would be one copy too many, or one more process that dies over it.
const maxLapses = 5

// maxPause is the longest that a provider can silence a chat or a lane.
const maxPause = 24 * time.Hour

// Reasons of dead letters, beside those in package record.
const (
	ReasonAttempts = "attempts" // it failed too often while others got through
	ReasonNote     = "note"     // the channel asked to remember too much: a mistake in it
)

// Reasons why a message is dropped, for the Observer.
const (
	DropBarred = "barred" // its guard no longer holds
	DropStale  = "stale"  // the person was asked to ask again instead
)

// verdict decides about a message before anything is sent: ok means that it is
// settled without.
func (l *lane) verdict(lease record.Lease) (s record.Settlement, ok bool) {
	d := lease.Delivery
	switch {
	case lease.Barred:
		return l.drop(DropBarred), true
	case l.over(lease) && d.Priority > record.PriorityReply:
		return l.drop(record.ReasonExpired), true
	case l.over(lease):
		return l.giveUp(record.ReasonExpired), true
	case d.Lapses >= maxLapses:
		return l.giveUp(record.ReasonLapsed), true
	case l.stale(d) && l.covered(d):
		return l.drop(DropStale), true
	case lease.Shut:
		return l.later(Window, record.Settlement{Result: record.Held, Shut: true}), true
	}
	return record.Settlement{}, false
}

// over reports whether the end of a message has come, by the store's clock or by ours.
func (l *lane) over(lease record.Lease) bool {
	return lease.Over || !l.options.Now().Before(lease.Delivery.Expires)
}

// told is s with what somebody who tracks d is to hear of it.
func told(d record.Delivery, s record.Settlement) record.Settlement {
	end := map[record.Result]bot.End{
		record.Sent: bot.EndSent, record.Held: bot.EndHeld, record.Failed: bot.EndFailed, record.Dropped: bot.EndDropped,
	}[s.Result]
	if d.Reply.Track == "" || end == "" || s.Ended != nil {
		return s
	}
	s.Ended = &bot.Ended{Track: d.Reply.Track, End: end}
	if s.Reason != "" { // dropped with one: it came to its end unsent
		s.Ended.End, s.Ended.Reason = bot.EndFailed, s.Reason
	}
	return s
}

// progressed tells the store of a part that went out.
func (l *lane) progressed(d record.Delivery, p Progress) record.Settlement {
	s := record.Settlement{Result: record.Sent, Pace: l.config.Pace, Left: p.Left}
	if p.Provider != "" {
		s.Providers = []string{p.Provider}
	}
	if !p.More {
		l.options.Observer.sent(l.config.Lane, l.options.Now().Sub(d.At))
		return s
	}
	if len(p.Note) > record.MaxNote || d.Sent+1 >= maxParts {
		return l.giveUp(ReasonNote)
	}
	s.Result, s.Sent, s.Note = record.Progressed, d.Sent+1, p.Note
	return s
}

// maxParts is what a stored delivery can count.
const maxParts = 1 << 16

// failed tells the store of a try that failed.
func (l *lane) failed(d record.Delivery, e *SendError) record.Settlement {
	after := min(e.After, maxPause)
	switch e.Kind {
	case Window:
		l.answered()
		return l.later(Window, record.Settlement{Result: record.Held})
	case Gone:
		l.answered()
		return l.giveUp(shortReason(e.Reason, Gone.String()))
	case Throttled:
		if after <= 0 {
			after = backoff(int(d.Attempts))
		}
		if e.Lane {
			l.throttled(after, shortReason(e.Reason, "none"))
		}
		return l.later(Throttled, record.Settlement{Result: record.Later, After: after})
	case Uncertain:
		return l.uncertain(d, after)
	default:
		if trouble := l.missed(d.Chat); !trouble && int(d.Attempts)+1 >= l.config.MaxAttempts {
			return l.giveUp(ReasonAttempts)
		}
		after = max(after, backoff(int(d.Attempts)+int(d.Lapses)))
		return l.later(Retry, record.Settlement{Result: record.Later, After: after})
	}
}

// awayWait is how long a message waits that had all its sends of unknown end
// while the provider was away.
const awayWait = 30 * time.Minute

// uncertain is failed for a send of unknown end. A second copy is worse than
// a late one, so the waits grow faster: the fifth send comes after a quarter of
// an hour. If the provider is away by then, the message is not given up yet, for
// nobody's can be sent; but it may be that each copy arrives and only the answers
// are lost, so this has an end too.
func (l *lane) uncertain(d record.Delivery, after time.Duration) record.Settlement {
	trouble := l.missed(d.Chat)
	if d.Lapses+1 < maxLapses {
		after = max(after, backoff(2+3*int(d.Lapses)+int(d.Attempts)))
		return l.later(Uncertain, record.Settlement{Result: record.Later, After: after, Uncertain: true})
	}
	if !trouble || int(d.Attempts)+1 >= l.config.MaxAttempts {
		return l.giveUp(record.ReasonLapsed)
	}
	// Not counted as the last lapse; it stays «maybe sent» by those before.
	return l.later(Uncertain, record.Settlement{Result: record.Later, After: max(after, jitter(awayWait))})
}

func (l *lane) later(kind Kind, s record.Settlement) record.Settlement {
	l.options.Observer.later(l.config.Lane, kind)
	return s
}

func (l *lane) giveUp(reason string) record.Settlement {
	l.options.Observer.failed(l.config.Lane, reason)
	return record.Settlement{Result: record.Failed, Reason: reason}
}

func (l *lane) drop(reason string) record.Settlement {
	l.options.Observer.dropped(l.config.Lane, reason)
	s := record.Settlement{Result: record.Dropped}
	if reason == record.ReasonExpired {
		s.Reason = reason
	}
	return s
}

// missed takes note of a send that failed for now, and reports whether the
// provider seems to be away.
func (l *lane) missed(chat bot.ChatID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trouble.failed(chat, time.Now()) {
		l.log.Warn("the provider seems to be away, one message at a time tries the way")
	}
	return l.trouble.on()
}

// answered takes note that the provider took or refused a message.
func (l *lane) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trouble.answered() {
		l.log.Info("the provider is back")
		l.wake()
	}
}

// throttled keeps the whole lane from beginning anything for d.
func (l *lane) throttled(d time.Duration, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !now.Before(l.paused) {
		l.log.Warn("the provider wants the lane to pause", "reason", reason, "for", d)
	}
	if until := now.Add(d); until.After(l.paused) {
		l.paused = until
	}
}

// shortReason returns reason if it can be one: a channel must not get what
// somebody wrote into a log by mistake.
func shortReason(reason, otherwise string) string {
	if reason == "" || len(reason) > 64 {
		return otherwise
	}
	for _, c := range []byte(reason) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (c < '0' || c > '9') && c != '-' {
			return otherwise
		}
	}
	return reason
}

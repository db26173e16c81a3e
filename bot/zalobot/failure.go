package zalobot

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
)

// tokenWait is how long the whole account rests when its token is refused:
// somebody has to do something about it.
const tokenWait = 5 * time.Minute

// sendError says what a failed call means for the delivery. The platform's
// codes are not those of HTTP: 403 is its word for an error of its own, and none
// says that a resident has shut the bot out.
func sendError(e *callError) *delivery.SendError {
	fail := func(kind delivery.Kind, reason string) *delivery.SendError {
		return &delivery.SendError{Kind: kind, Reason: reason, Err: e}
	}
	switch {
	case e.is(http.StatusTooManyRequests):
		f := fail(delivery.Throttled, "plan-quota")
		f.After, f.Lane = firstPause, true
		return f
	case e.is(http.StatusUnauthorized):
		f := fail(delivery.Throttled, "token-refused")
		f.After, f.Lane = tokenWait, true
		return f
	case e.code == http.StatusForbidden:
		return fail(delivery.Retry, "server-error")
	case e.code == http.StatusRequestTimeout, e.code >= 500:
		return fail(delivery.Uncertain, "server-error")
	case e.code != 0:
		return fail(delivery.Gone, e.reason())
	case e.status >= 500, e.status/100 == 2: // not in the platform's own form: it may have gone through
		return fail(delivery.Uncertain, "not-the-platform")
	case e.status != 0: // somebody in between answered
		return fail(delivery.Retry, "not-the-platform")
	case e.connected:
		return fail(delivery.Uncertain, lineReason(e))
	}
	return fail(delivery.Retry, lineReason(e))
}

func lineReason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	return "line-broke"
}

// How long the account rests when the plan's quota is used up. The platform
// does not say for how long that is, so it is tried less and less often.
const (
	firstPause = 10 * time.Minute
	maxPause   = time.Hour
)

// quota remembers how long the account rests. It is safe for concurrent use.
type quota struct {
	mu    sync.Mutex
	pause time.Duration
	until time.Time
}

// met returns how long to rest. Refusals of sends that were under way together
// count as one.
func (q *quota) met(now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if left := q.until.Sub(now); left > 0 {
		return left
	}
	q.pause = min(max(firstPause, 2*q.pause), maxPause)
	q.until = now.Add(q.pause)
	return q.pause
}

// over ends a rest.
func (q *quota) over() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pause, q.until = 0, time.Time{}
}

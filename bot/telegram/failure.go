package telegram

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
)

// laneWait is how long the whole account rests when its token is refused:
// somebody has to do something about it.
const laneWait = time.Minute

// sendError says what a failed call means for the delivery.
func sendError(err error) *delivery.SendError {
	e := failed(err)
	fail := func(kind delivery.Kind, reason string) *delivery.SendError {
		return &delivery.SendError{Kind: kind, Reason: reason, Err: e}
	}
	switch {
	case e.code == http.StatusTooManyRequests || e.status == http.StatusTooManyRequests:
		f := fail(delivery.Throttled, "too-many")
		f.After = max(e.retryAfter, time.Second)
		return f
	case e.code == http.StatusUnauthorized, e.code == http.StatusNotFound:
		f := fail(delivery.Throttled, "token-refused")
		f.After, f.Lane = laneWait, true
		return f
	case e.code == http.StatusForbidden:
		return fail(delivery.Gone, goneReason(e))
	case e.is("chat not found", "peer_id_invalid", "user not found", "user_deactivated"):
		return fail(delivery.Gone, "chat-not-found")
	case e.code >= 400 && e.code < 500:
		return fail(delivery.Gone, e.reason())
	case e.code >= 500 || e.status >= 500:
		return fail(delivery.Uncertain, "server-error")
	case e.status != 0 && e.status < 500: // somebody in between answered
		return fail(delivery.Retry, "not-the-api")
	case e.connected:
		return fail(delivery.Uncertain, lineReason(err))
	}
	return fail(delivery.Retry, lineReason(err))
}

func goneReason(e *callError) string {
	switch {
	case e.is("blocked by the user"):
		return "blocked"
	case e.is("deactivated"):
		return "deactivated"
	case e.is("can't initiate"):
		return "not-started"
	case e.is("kicked"):
		return "kicked"
	case e.is("not a member"):
		return "not-a-member"
	case e.is("not enough rights", "have no rights"):
		return "no-rights"
	}
	return "forbidden"
}

func lineReason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	return "line-broke"
}

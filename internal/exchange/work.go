package exchange

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trace"
)

const (
	// workEvery is how often the work list is asked when nothing nudges: what
	// another replica left behind is found within that and a lease.
	workEvery = 500 * time.Millisecond
	// workAtOnce bounds how many pieces of work this process has in its hands.
	workAtOnce = 16
	// A letter that could not be applied is tried again after a while that
	// doubles, from the first to the second of these.
	workBackoff    = time.Second
	workBackoffMax = 5 * time.Minute
)

// errPoison says that deciding about a letter or due work breaks down: trying
// it again would break down again.
var errPoison = errors.New("deciding broke down")

// Work applies letters and handles cases whose time has come, until ctx ends
// and what it had begun is done. It never fails: a store that does not answer
// is asked again.
func (x *Exchange) Work(ctx context.Context, list Worklist) error {
	tick := time.NewTicker(workEvery)
	defer tick.Stop()
	down := false
	for {
		full, err := x.WorkDue(ctx, list)
		if failed := err != nil && ctx.Err() == nil; failed != down {
			down = failed
			if failed {
				x.config.Log.ErrorContext(ctx, "work list does not answer", "error", err)
			} else {
				x.config.Log.InfoContext(ctx, "work list answers again")
			}
		}
		if full && err == nil {
			continue // there was more than fitted
		}
		select {
		case <-tick.C:
		case <-x.nudge:
		case <-ctx.Done():
			return nil
		}
	}
}

// WorkDue does what is due now, as far as it fits in one go; full says that there
// may be more. [Exchange.Work] calls it for as long as the program runs.
func (x *Exchange) WorkDue(ctx context.Context, list Worklist) (full bool, err error) {
	due, err := list.Work(ctx, workAtOnce)
	if err != nil {
		return false, fmt.Errorf("ask for work: %w", err)
	}
	var parts sync.WaitGroup
	errs := make([]error, len(due))
	for i, w := range due {
		parts.Go(func() { errs[i] = x.doWork(context.WithoutCancel(ctx), list, w) })
	}
	parts.Wait()
	return len(due) == workAtOnce, errors.Join(errs...)
}

// doWork handles one piece and says so to the list. What is not finished here
// comes again when its lease has run out.
func (x *Exchange) doWork(ctx context.Context, list Worklist, w record.Work) error {
	ctx, cancel := context.WithTimeout(ctx, record.LeaseTime/2)
	defer cancel()
	m := x.message(w)
	m.Trace = trace.Of(x.config.TraceKey, m)
	ctx = trace.With(ctx, m.Trace)
	end, err := x.settle(ctx, w, x.Handle(ctx, m))
	if err != nil {
		return err
	}
	if end.Result == record.Failed {
		x.config.Log.ErrorContext(ctx, "work given up", "kind", w.Kind, "reason", end.Reason)
	}
	if err := list.Finish(ctx, w, end); err != nil {
		return fmt.Errorf("finish work: %w", err)
	}
	return nil
}

// message is what a piece of work is to the chat it concerns.
func (x *Exchange) message(w record.Work) bot.Message {
	if w.Kind == record.WorkLetter {
		letter := w.Letter.Letter
		letter.From = w.Letter.From
		return bot.Message{Chat: letter.To, ID: "letter:" + w.Letter.ID, At: x.config.Now(), Kind: bot.KindLetter, Letter: &letter, Trace: letter.Trace}
	}
	due := strconv.FormatInt(w.Case.Due.UnixMilli(), 10)
	return bot.Message{Chat: w.Case.Chat, ID: "due:" + w.Case.Code + ":" + due, At: x.config.Now(), Kind: bot.KindDue, Payload: w.Case.Code}
}

// settle says what becomes of a piece of work that ended with err. An error
// means that nothing can be said: the store did not answer.
func (x *Exchange) settle(ctx context.Context, w record.Work, err error) (record.Settlement, error) {
	later := record.Settlement{Result: record.Later, After: backoff(w.Letter.Attempts)}
	switch {
	case err == nil:
		return record.Settlement{Result: record.Sent}, nil
	case errors.Is(err, errPoison), errors.Is(err, record.ErrInvalid):
		return record.Settlement{Result: record.Failed, Reason: record.ReasonPoison}, nil
	case w.Kind == record.WorkLetter && x.config.Now().Sub(w.Letter.At) >= record.KeepLetter:
		return record.Settlement{Result: record.Failed, Reason: record.ReasonExpired}, nil
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrClosed):
		return record.Settlement{}, err
	}
	x.config.Log.WarnContext(ctx, "work put off", "kind", w.Kind, "error", err)
	return later, nil
}

// backoff is how long to wait after so many failed tries, spread out so that
// what failed together does not come back together.
func backoff(attempts uint16) time.Duration {
	d := workBackoffMax
	if attempts < 9 {
		d = min(workBackoff<<attempts, workBackoffMax)
	}
	return d/2 + rand.N(d/2) //nolint:gosec // spreading, not secrecy
}

// wakeWork makes the work loop look for letters at once.
func (x *Exchange) wakeWork() {
	select {
	case x.nudge <- struct{}{}:
	default: // it will look anyway
	}
}

package zalobot

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/internal/upkeep"
)

const (
	// pollTime is how long the platform keeps a poll without an answer. It is
	// much less than it offers, because a poll is never cut off: what is handed to
	// a request that has gone is lost, so stopping and giving up the lease
	// wait for its end.
	pollTime    = 5 * time.Second
	pollSlack   = 5 * time.Second // how much later we give it up
	pollGap     = time.Second     // between polls that end at once
	conflictGap = 15 * time.Second
	refusedGap  = time.Minute
	longestGap  = time.Minute
	lastTries   = 5 // to hand over a message, after the end
)

// inTurn polls whenever it is our turn, until ctx ends.
func (c *Channel) inTurn(ctx context.Context) {
	upkeep.Turn{
		Lease: c.config.Lease, Name: c.Lane() + "/poll", Do: c.poll, Sleep: c.sleep,
		Troubles: c.troubles, Trouble: troubleLease,
	}.Run(ctx)
}

// poll takes updates until ctx ends; a poll under way and the message it brings
// come to their end.
func (c *Channel) poll(ctx context.Context) {
	fails := 0
	for ctx.Err() == nil {
		wait, err := c.pollOnce(ctx)
		if err == nil {
			fails = 0
		} else {
			wait = c.afterPoll(ctx, err, fails)
			fails = min(fails+1, 10)
		}
		if wait > 0 {
			_ = c.sleep(ctx, wait)
		}
	}
}

// pollOnce asks once, takes what came, and returns how long to wait before the
// next time.
func (c *Channel) pollOnce(ctx context.Context) (time.Duration, error) {
	began := c.now()
	events, err := c.updates(ctx)
	if err != nil {
		return 0, err
	}
	c.troubles.Over(ctx, troublePoll, troubleConflict, troubleToken)
	for _, raw := range events {
		if e := c.open(ctx, raw); e.m != nil {
			c.handOver(ctx, e)
		}
	}
	if len(events) > 0 {
		return 0, nil
	}
	// A server that answers at once with nothing is not to be asked in a circle.
	return pollGap - min(c.now().Sub(began), pollGap), nil
}

// updates asks for the next update: none, one, or, should that ever change, several.
func (c *Channel) updates(ctx context.Context) ([]json.RawMessage, error) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), pollTime+pollSlack)
	defer cancel()
	result, err := c.api.call(limited, "getUpdates", params{"timeout": strconv.Itoa(int(pollTime / time.Second))})
	if err != nil && failed(err).is(http.StatusRequestTimeout) {
		return nil, nil // nobody wrote
	}
	return unwrap(result), err
}

// afterPoll says how long to wait after a poll that failed so often before.
func (c *Channel) afterPoll(ctx context.Context, err error, fails int) time.Duration {
	e := failed(err)
	switch {
	case e.is(http.StatusConflict):
		c.troubles.Met(ctx, troubleConflict, err)
		return upkeep.Jitter(conflictGap)
	case e.is(http.StatusUnauthorized):
		c.troubles.Met(ctx, troubleToken, err)
		return upkeep.Jitter(refusedGap)
	case e.is(http.StatusTooManyRequests):
		c.troubles.Met(ctx, troubleQuota, err)
		return upkeep.Jitter(refusedGap)
	}
	c.troubles.Met(ctx, troublePoll, err)
	return upkeep.Jitter(min(time.Second<<fails, longestGap))
}

// handOver gives a message to the intake until that takes it: nobody else has
// it. Only the end of the program ends that, after a few more tries.
func (c *Channel) handOver(ctx context.Context, e event) {
	tries := 0
	for fails := 0; ; fails = min(fails+1, 10) {
		err := c.handle(ctx, e)
		if err == nil {
			c.troubles.Over(ctx, troubleIntake)
			return
		}
		c.troubles.Met(ctx, troubleIntake, err)
		if ctx.Err() == nil {
			_ = c.sleep(ctx, upkeep.Jitter(min(500*time.Millisecond<<fails, 10*time.Second)))
			continue
		}
		if tries++; tries >= lastTries {
			c.count(countLost)
			c.log.ErrorContext(ctx, "a message was lost: it could not be saved before the end", "error", err)
			return
		}
		_ = c.sleep(context.WithoutCancel(ctx), time.Second)
	}
}

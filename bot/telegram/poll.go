package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/internal/upkeep"
)

const (
	pollTime    = 25 * time.Second // how long Telegram keeps a poll without an answer
	pollSlack   = 10 * time.Second // and how much later we give it up
	pollGap     = time.Second      // between polls while answers are empty
	pollWorkers = 8                // chats of one batch at once
	conflictGap = 15 * time.Second
	refusedGap  = time.Minute
	longestGap  = time.Minute
)

// Troubles of polling.
const (
	troublePoll     = "telegram does not answer"
	troubleConflict = "another program polls for this bot, or its webhook is set: stop that one"
	troubleToken    = "the token is refused: get a new one from @BotFather and put it into the settings" //nolint:gosec // no token
	troubleIntake   = "messages cannot be saved; they will come again"
	troubleLease    = "the lease cannot be renewed"
)

// poller asks for updates and remembers how far it came.
type poller struct {
	*Channel
	offset int          // every update below is settled
	done   map[int]bool // settled above the offset, behind one that is not
	fails  int          // in a row
}

// inTurn polls whenever it is our turn, until ctx ends.
func (c *Channel) inTurn(ctx context.Context) {
	upkeep.Turn{
		Lease: c.config.Lease, Name: c.Lane() + "/poll", Do: c.poll, Sleep: c.sleep,
		Troubles: c.troubles, Trouble: troubleLease,
	}.Run(ctx)
}

// poll takes updates until ctx ends.
func (c *Channel) poll(ctx context.Context) {
	p := &poller{Channel: c, done: map[int]bool{}}
	for ctx.Err() == nil {
		if wait := p.once(ctx); wait > 0 {
			_ = c.sleep(ctx, wait)
		}
	}
}

// once asks once, settles what came, and returns how long to wait before the
// next time.
func (p *poller) once(ctx context.Context) time.Duration {
	began := p.now()
	batch, err := p.updates(ctx)
	if err != nil {
		return p.failed(ctx, err)
	}
	p.troubles.Over(ctx, troublePoll, troubleConflict, troubleToken)
	before := p.offset
	if err := p.settle(ctx, batch); err != nil {
		if ctx.Err() == nil {
			p.troubles.Met(ctx, troubleIntake, err)
		}
		return p.backOff()
	}
	p.fails = 0
	if len(batch) > 0 {
		p.troubles.Over(ctx, troubleIntake)
	}
	if p.offset > before {
		return 0
	}
	// A server that answers at once with nothing new is not to be asked in a circle.
	return pollGap - min(p.now().Sub(began), pollGap)
}

// updates asks for what is there from the offset on.
func (p *poller) updates(ctx context.Context) ([]json.RawMessage, error) {
	limited, cancel := context.WithTimeout(ctx, pollTime+pollSlack)
	defer cancel()
	params := tgbotapi.Params{
		"timeout": strconv.Itoa(int(pollTime / time.Second)), "limit": "100", "allowed_updates": wanted,
	}
	params.AddNonZero("offset", p.offset)
	result, err := p.api.call(limited, "getUpdates", params)
	if err != nil {
		return nil, err
	}
	var batch []json.RawMessage
	if err := json.Unmarshal(result, &batch); err != nil {
		return nil, &callError{method: "getUpdates", err: errMalformed}
	}
	return batch, nil
}

// failed says how long to wait after a poll that failed.
func (p *poller) failed(ctx context.Context, err error) time.Duration {
	e := failed(err)
	switch {
	case ctx.Err() != nil:
		return 0
	case e.retryAfter > 0:
		return e.retryAfter
	case e.code == http.StatusConflict:
		p.troubles.Met(ctx, troubleConflict, err)
		return upkeep.Jitter(conflictGap)
	case e.code == http.StatusUnauthorized, e.code == http.StatusNotFound:
		p.troubles.Met(ctx, troubleToken, err)
		return upkeep.Jitter(refusedGap)
	}
	p.troubles.Met(ctx, troublePoll, err)
	return p.backOff()
}

func (p *poller) backOff() time.Duration {
	p.fails = min(p.fails+1, 10)
	return upkeep.Jitter(min(time.Second<<(p.fails-1), longestGap))
}

// settle takes the updates of a batch, each chat's in order and several chats
// at once, and raises the offset over all that are settled without a gap.
func (p *poller) settle(ctx context.Context, batch []json.RawMessage) error {
	var ids []int
	var chats []int64
	events := map[int64][]event{}
	for _, raw := range batch {
		e := p.open(ctx, raw)
		ids = append(ids, e.id)
		if p.done[e.id] {
			continue
		}
		if events[e.chat] == nil {
			chats = append(chats, e.chat)
		}
		events[e.chat] = append(events[e.chat], e)
	}
	var mu sync.Mutex
	var faults []error
	var working sync.WaitGroup
	slots := make(chan struct{}, pollWorkers)
	for _, chat := range chats {
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			settled, err := p.takeInOrder(ctx, events[chat])
			mu.Lock()
			defer mu.Unlock()
			for _, id := range settled {
				p.done[id] = true
			}
			faults = append(faults, err)
		})
	}
	working.Wait()
	p.raise(ids)
	return errors.Join(faults...)
}

// takeInOrder takes events of one chat up to the first that is not taken, and
// returns the ids of those that are settled. Items of one album go together.
func (p *poller) takeInOrder(ctx context.Context, events []event) (settled []int, err error) {
	for len(events) > 0 {
		e, n := events[0], 1
		for n < len(events) && sameAlbum(e, events[n]) {
			e = join(e, events[n])
			n++
		}
		if err := ctx.Err(); err != nil {
			return settled, err
		}
		if err := p.take(ctx, e); err != nil {
			return settled, err
		}
		for _, one := range events[:n] {
			settled = append(settled, one.id)
		}
		events = events[n:]
	}
	return settled, nil
}

func sameAlbum(a, b event) bool {
	return a.m != nil && b.m != nil && a.album != "" && a.album == b.album && a.m.Chat == b.m.Chat
}

// raise moves the offset past every settled update that has no unsettled one
// before it; ids are those of the batch, rising.
func (p *poller) raise(ids []int) {
	for _, id := range ids {
		if id > 0 && !p.done[id] {
			return
		}
		p.offset = max(p.offset, id+1)
		delete(p.done, id)
	}
}

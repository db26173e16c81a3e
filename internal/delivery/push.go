package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// LaneConfig is how one account on one channel sends.
type LaneConfig struct {
	// Lane is its name, see [record.Lane]. Required.
	Lane string
	// Sender speaks to the provider. Required.
	Sender Sender
	// Pace bounds what one chat is sent.
	Pace record.Pace
	// Window is what the channel lets through after a chat wrote.
	Window record.Window
	// Rate bounds what the account sends, over all replicas; zero for no bound.
	// Half a second's worth is taken at a time, so Burst is raised to that.
	Rate record.Pace
	// Supersede says that an answer not sent yet gives way to a newer one.
	Supersede bool
	// Stale is the age from which the bot's own answers are not sent any more:
	// AskAgain goes out once in their place. Zero for never.
	Stale    time.Duration
	AskAgain bot.Reply // one part on this channel; required with Stale
	// Workers is how many chats are sent to at once; 8 if zero.
	Workers int
	// MaxAttempts is how often a message is tried that fails with [Retry] while
	// others get through; 30 if zero, which takes about three hours.
	MaxAttempts int
}

// Options are what all lanes share; the zero value is fit for use.
type Options struct {
	// Every is how often each lane looks for what is due; 500 ms if zero.
	Every time.Duration
	// Drain is how long Run may take after its context ended; 10 s if zero. It
	// bounds every single send, so that each can be settled before Run returns.
	Drain time.Duration
	// Now tells a message's age; time.Now if nil.
	Now func() time.Time
	// Log gets what an operator must know: lanes, kinds and numbers, never what
	// is sent nor to whom. Discarded if nil.
	Log *slog.Logger
	// Observer is told how sends end.
	Observer Observer
}

// Push sends what lies in an Outbox. It is safe for concurrent use. While it
// does not run, saves are queued and nothing is sent.
type Push struct {
	options Options
	store   *keeper
	lanes   map[string]*lane
	log     *slog.Logger

	mu      sync.Mutex
	running bool
	strange map[string]struct{} // lanes without a sender that the log knows of
}

// NewPush returns a Push over the given lanes. Errors are mistakes in them.
// limiter may be nil if no lane has a Rate.
func NewPush(outbox Outbox, limiter Limiter, lanes []LaneConfig, options Options) (*Push, error) {
	if options.Every <= 0 {
		options.Every = 500 * time.Millisecond
	}
	if options.Drain == 0 {
		options.Drain = 10 * time.Second
	}
	if options.Drain < minDrain {
		return nil, fmt.Errorf("delivery: drain of %v, want %v at least", options.Drain, minDrain)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	p := &Push{
		options: options,
		log:     options.Log.With("component", "delivery"),
		lanes:   map[string]*lane{},
		strange: map[string]struct{}{},
	}
	p.store = &keeper{outbox: outbox, limiter: limiter, log: p.log}
	for _, c := range lanes {
		if err := c.check(limiter); err != nil {
			return nil, fmt.Errorf("delivery: lane %q: %w", c.Lane, err)
		}
		if p.lanes[c.Lane] != nil {
			return nil, fmt.Errorf("delivery: lane %q twice", c.Lane)
		}
		p.lanes[c.Lane] = newLane(c, p.store, options, p.log.With("lane", c.Lane))
	}
	return p, nil
}

// check fills in defaults and finds mistakes.
func (c *LaneConfig) check(limiter Limiter) error {
	if c.Workers == 0 {
		c.Workers = 8
	}
	if c.MaxAttempts == 0 {
		c.MaxAttempts = 30
	}
	if err := c.Window.Check(); err != nil {
		return err
	}
	switch {
	case c.Lane == "":
		return errors.New("no name")
	case c.Sender == nil:
		return errors.New("no sender")
	case c.Workers < 0 || c.MaxAttempts < 0 || c.Stale < 0:
		return errors.New("a negative number")
	case c.Pace.Every < 0 || c.Pace.Every > 0 && c.Pace.Burst < 1:
		return errors.New("pace without burst")
	case c.Rate.Every < 0 || c.Rate.Every > 0 && limiter == nil:
		return errors.New("rate without limiter")
	case c.Stale > 0 && c.AskAgain.Text == "":
		return errors.New("stale without a reply that asks again")
	}
	return nil
}

// Way implements exchange.Outlet for chats that are sent to. It asks for the
// lease if a worker is free, and keeps that worker for this chat until Saved.
func (p *Push) Way(chat bot.ChatID) record.Way {
	name := record.Lane(chat)
	if l := p.lanes[name]; l != nil {
		return l.way(chat)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, told := p.strange[name]; !told && len(p.strange) < 100 {
		p.strange[name] = struct{}{}
		p.log.Warn("messages wait for a lane that nobody serves", "lane", name)
	}
	return record.Way{Push: true} // its channel may be back with the next start
}

// Saved implements exchange.Outlet: the worker kept by Way takes the lease, or
// is free again. It blocks only while Push does not run, to give back a lease
// that came too late.
func (p *Push) Saved(chat bot.ChatID, lease *record.Lease) {
	l := p.lanes[record.Lane(chat)]
	if l != nil && l.saved(chat, lease) || lease == nil {
		return
	}
	p.store.release(context.Background(), *lease)
}

// ErrUnsettled is what [Push.Run] returns when senders did not come to an end
// in time: what they were sending counts as may-have-been-sent.
var ErrUnsettled = errors.New("delivery: sends did not end in time")

// Run sends until ctx ends. Then nothing new is begun, sends under way come to
// their end, leases over what was not begun are given back so that another
// replica goes on at once, and Run returns nil. After Options.Drain it returns
// ErrUnsettled in any case. Only one Run goes at a time.
func (p *Push) Run(ctx context.Context) error {
	if !p.begin() {
		return errors.New("delivery: running already")
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		defer p.end()
		var lanes sync.WaitGroup
		for _, l := range p.lanes {
			lanes.Go(func() { l.run(ctx, work) })
		}
		lanes.Wait()
	}()
	<-ctx.Done()
	drained := time.NewTimer(p.options.Drain)
	defer drained.Stop()
	select {
	case <-settled:
		return nil
	case <-drained.C:
	}
	stop() // what still talks to the store gives up
	drained.Reset(settleTime)
	select {
	case <-settled:
	case <-drained.C: // a sender does not listen to its context
	}
	return ErrUnsettled
}

func (p *Push) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	began := !p.running
	p.running = true
	return began
}

func (p *Push) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = false
}

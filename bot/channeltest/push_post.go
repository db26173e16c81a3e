package channeltest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// Sender is the sending half of a pushed channel.
type Sender = delivery.Sender

// Post is an [Exchange] that also brings its replies to where they are for, in
// place of package delivery: chat by chat in order, part by part, each error as
// the channel says. It is safe for concurrent use.
type Post struct {
	*Exchange

	wake chan struct{}

	mu       sync.Mutex
	chats    []bot.ChatID     // that may have something waiting
	poison   map[string]error // by text: what Handle answers to it
	failures []error
}

// NewPost returns a Post that answers every message with the script.
func NewPost(script func(bot.Message) []bot.Reply) *Post {
	return &Post{Exchange: NewExchange(script), wake: make(chan struct{}, 1), poison: map[string]error{}}
}

// Poison makes Handle answer err to every message of that text.
func (p *Post) Poison(text string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.poison[text] = err
}

// Handle takes m as [Exchange.Handle] does and sends what follows.
func (p *Post) Handle(ctx context.Context, m bot.Message) error {
	p.mu.Lock()
	err := p.poison[m.Text]
	p.mu.Unlock()
	if err != nil {
		return err
	}
	if err := p.Exchange.Handle(ctx, m); err != nil {
		return err
	}
	p.due(m.Chat)
	return nil
}

// Push sends replies that nobody asked for just now.
func (p *Post) Push(chat bot.ChatID, at time.Time, replies ...bot.Reply) {
	p.Exchange.Push(chat, at, replies...)
	p.due(chat)
}

func (p *Post) due(chat bot.ChatID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.chats, chat) {
		p.chats = append(p.chats, chat)
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Failures returns the errors of all sends that failed.
func (p *Post) Failures() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.failures)
}

// Start sends through s until the test ends. Where a message has to wait, time
// passes by pass.
func (p *Post) Start(t *testing.T, s Sender, pass func(time.Duration)) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var sending sync.WaitGroup
	sending.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-p.wake:
			}
			for chat, ok := p.next(); ok; chat, ok = p.next() {
				p.send(ctx, s, chat, pass)
			}
		}
	})
	t.Cleanup(func() {
		cancel()
		sending.Wait()
	})
}

func (p *Post) next() (bot.ChatID, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.chats) == 0 {
		return bot.ChatID{}, false
	}
	chat := p.chats[0]
	p.chats = p.chats[1:]
	return chat, true
}

// send brings all that waits for a chat to it.
func (p *Post) send(ctx context.Context, s Sender, chat bot.ChatID, pass func(time.Duration)) {
	waiting, _ := p.Pending(ctx, chat)
	for _, d := range waiting {
		for done, held := false, false; !done; {
			if d, done, held = p.step(ctx, s, d, pass); held || ctx.Err() != nil {
				return
			}
		}
		_ = p.Ack(ctx, chat, d.Seq)
	}
}

// step makes one call of the sender. Done: the delivery is gone. Held: the
// chat's queue rests until the person writes.
func (p *Post) step(ctx context.Context, s Sender, d record.Delivery, pass func(time.Duration)) (_ record.Delivery, done, held bool) {
	sending, cancel := context.WithTimeout(ctx, patience)
	progress, err := s.Send(sending, d)
	cancel()
	if err == nil {
		d.Sent++
		d.Lapses, d.Note = 0, progress.Note
		return d, !progress.More, false
	}
	p.mu.Lock()
	p.failures = append(p.failures, err)
	p.mu.Unlock()
	fail, ok := errors.AsType[*delivery.SendError](err)
	if !ok {
		fail = &delivery.SendError{Kind: delivery.Retry}
	}
	switch fail.Kind {
	case delivery.Gone:
		return d, true, false
	case delivery.Window:
		return d, false, true
	case delivery.Uncertain:
		d.Lapses++
	default:
		d.Attempts++
	}
	pass(max(fail.After, time.Second))
	return d, false, false
}

// counts collects what a channel counts.
type counts struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counts) raise(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[name]++
}

// sum returns how often anything was counted.
func (c *counts) sum() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := 0
	for _, n := range c.n {
		sum += n
	}
	return sum
}

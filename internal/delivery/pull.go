package delivery

import (
	"context"
	"sync"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Queue holds the deliveries of each chat. Both methods are safe for
// concurrent use.
type Queue interface {
	// Pending returns what waits for chat and has not expired, by rising Seq.
	Pending(ctx context.Context, chat bot.ChatID) ([]record.Delivery, error)

	// Ack removes the deliveries of chat with Seq <= upTo, durably, and in the same
	// step tells the chat of tracked ones that they were sent. Doing it
	// again changes nothing. A sequence that was never given out comes from a
	// life of the chat that has expired since; it acknowledges nothing.
	Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error
}

// Namer is a queue that several programs share: it calls chats by names, and
// so does what it tells of saves elsewhere. See [Pull.WakeName].
type Namer interface {
	Name(chat bot.ChatID) record.Name
}

// Pull serves chats that fetch their messages. It is safe for concurrent use.
type Pull struct {
	queue Queue
	namer Namer // nil if nobody calls chats by name

	mu       sync.Mutex
	watchers map[bot.ChatID]map[chan struct{}]struct{}
	named    map[record.Name]bot.ChatID // those watched, if there is a namer
}

// NewPull returns a Pull over queue. Something must call [Pull.Wake] after
// each save; without it watchers learn of new messages only by asking.
func NewPull(queue Queue) *Pull {
	p := &Pull{queue: queue, watchers: map[bot.ChatID]map[chan struct{}]struct{}{}}
	if namer, ok := queue.(Namer); ok {
		p.namer, p.named = namer, map[record.Name]bot.ChatID{}
	}
	return p
}

// Pending returns every message not yet acknowledged, by rising Seq. A card
// behind another of the same name is shown as its update, if it has one: which
// were fetched before is not known here, and such a card comes whole.
func (p *Pull) Pending(ctx context.Context, chat bot.ChatID) ([]record.Delivery, error) {
	waiting, err := p.queue.Pending(ctx, chat)
	shown := map[string]bool{}
	for i := range waiting {
		r := &waiting[i].Reply
		if shown[r.Card] && r.Update != "" {
			r.Text, r.Attachments = r.Update, nil
		}
		if r.Card != "" {
			shown[r.Card] = true
		}
	}
	return waiting, err
}

// Ack removes the messages with Seq <= upTo; see [Queue.Ack]. Tracked ones have
// arrived with it. What is never fetched ends untold.
func (p *Pull) Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error {
	return p.queue.Ack(ctx, chat, upTo)
}

// Watch returns a channel that holds a token whenever something new may be
// pending for chat, beginning with one right away: receive, ask Pending,
// repeat, and nothing is missed. Many saves may make one token. A chat may have
// any number of watchers, each gets its own tokens. The channel is never
// closed; stop ends the watch and may be called more than once.
func (p *Pull) Watch(chat bot.ChatID) (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	c <- struct{}{}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watchers[chat] == nil {
		p.watchers[chat] = map[chan struct{}]struct{}{}
		if p.namer != nil {
			p.named[p.namer.Name(chat)] = chat
		}
	}
	p.watchers[chat][c] = struct{}{}
	return c, func() { p.unwatch(chat, c) }
}

// Way implements exchange.Outlet: what is fetched needs no rules.
func (p *Pull) Way(bot.ChatID) record.Way { return record.Way{} }

// Saved implements exchange.Outlet.
func (p *Pull) Saved(chat bot.ChatID, _ *record.Lease) { p.Wake(chat) }

// Wake gives every watcher of chat a token. It never blocks. Call it after the
// save committed, not before: a watcher asks the store at once.
func (p *Pull) Wake(chat bot.ChatID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake(chat)
}

// wake does it; the caller holds mu.
func (p *Pull) wake(chat bot.ChatID) {
	for c := range p.watchers[chat] {
		select {
		case c <- struct{}{}:
		default: // the token it has not taken yet stands for this one too
		}
	}
}

// WakeName is Wake for a chat that another program saved something for.
func (p *Pull) WakeName(name record.Name) {
	p.mu.Lock()
	chat, ok := p.named[name]
	p.mu.Unlock()
	if ok {
		p.Wake(chat)
	}
}

// WakeAll gives every watcher a token: what happened elsewhere was missed.
func (p *Pull) WakeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for chat := range p.watchers {
		p.wake(chat)
	}
}

func (p *Pull) unwatch(chat bot.ChatID, c chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.watchers[chat], c)
	if len(p.watchers[chat]) == 0 {
		delete(p.watchers, chat)
		if p.namer != nil {
			delete(p.named, p.namer.Name(chat))
		}
	}
}

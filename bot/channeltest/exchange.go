package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// ErrDown is what a broken [Exchange] answers.
var ErrDown = errors.New("exchange is down")

// Exchange is an intake and an outbox in memory: it takes each message id of a
// chat once, answers with what its script says, and keeps every reply until it
// is acknowledged. It is safe for concurrent use.
type Exchange struct {
	script func(bot.Message) []bot.Reply

	mu       sync.Mutex
	taken    []bot.Message
	calls    []bot.Message
	chats    map[bot.ChatID]*waiting
	failures map[Part]int
}

type waiting struct {
	last     uint64
	acked    uint64
	pending  []record.Delivery
	watchers map[chan struct{}]struct{}
}

// Part is one of the things an [Exchange] does.
type Part int

// The parts of an exchange that [Exchange.Fail] breaks.
const (
	Handling Part = iota
	Fetching
	Acking
)

// NewExchange returns an exchange that answers every message with the script.
func NewExchange(script func(bot.Message) []bot.Reply) *Exchange {
	return &Exchange{script: script, chats: map[bot.ChatID]*waiting{}, failures: map[Part]int{}}
}

// Fail makes the next n calls of a part answer [ErrDown]; n below 0 means until
// it is set to 0.
func (x *Exchange) Fail(p Part, n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.failures[p] = n
}

// down uses up one failure.
func (x *Exchange) down(p Part) error {
	switch n := x.failures[p]; {
	case n == 0:
		return nil
	case n > 0:
		x.failures[p]--
	}
	return ErrDown
}

func (x *Exchange) chat(id bot.ChatID) *waiting {
	c, ok := x.chats[id]
	if !ok {
		c = &waiting{watchers: map[chan struct{}]struct{}{}}
		x.chats[id] = c
	}
	return c
}

// Handle takes m unless its id was taken before.
func (x *Exchange) Handle(_ context.Context, m bot.Message) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.calls = append(x.calls, m)
	if err := x.down(Handling); err != nil {
		return err
	}
	if slices.ContainsFunc(x.taken, func(t bot.Message) bool { return t.Chat == m.Chat && t.ID == m.ID }) {
		return nil
	}
	x.taken = append(x.taken, m)
	x.push(m.Chat, m.At, x.script(m))
	return nil
}

// Push lets replies come that nobody asked for just now.
func (x *Exchange) Push(chat bot.ChatID, at time.Time, replies ...bot.Reply) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.push(chat, at, replies)
}

func (x *Exchange) push(chat bot.ChatID, at time.Time, replies []bot.Reply) {
	c := x.chat(chat)
	for _, r := range replies {
		c.last++
		c.pending = append(c.pending, record.Delivery{
			Chat: chat, Seq: c.last, Reply: r, At: at, Expires: at.Add(record.KeepDelivery),
		})
	}
	for w := range c.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Pending returns what is not acknowledged.
func (x *Exchange) Pending(_ context.Context, chat bot.ChatID) ([]record.Delivery, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.down(Fetching); err != nil {
		return nil, err
	}
	return slices.Clone(x.chat(chat).pending), nil
}

// Ack removes all up to a sequence.
func (x *Exchange) Ack(_ context.Context, chat bot.ChatID, upTo uint64) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.down(Acking); err != nil {
		return err
	}
	c := x.chat(chat)
	c.acked = max(c.acked, upTo)
	c.pending = slices.DeleteFunc(c.pending, func(d record.Delivery) bool { return d.Seq <= upTo })
	return nil
}

// Watch gives a token after every push.
func (x *Exchange) Watch(chat bot.ChatID) (changed <-chan struct{}, stop func()) {
	token := make(chan struct{}, 1)
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.chat(chat)
	c.watchers[token] = struct{}{}
	return token, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(c.watchers, token)
	}
}

// Watching counts the watchers of all chats.
func (x *Exchange) Watching() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := 0
	for _, c := range x.chats {
		n += len(c.watchers)
	}
	return n
}

// Taken returns the messages taken, each once, in order.
func (x *Exchange) Taken() []bot.Message {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.taken)
}

// Calls returns every call of Handle, also failed and repeated ones.
func (x *Exchange) Calls() []bot.Message {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.calls)
}

// Acked returns up to where a chat has acknowledged.
func (x *Exchange) Acked(chat bot.ChatID) uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.chat(chat).acked
}

// PushAll lets replies come to every chat that is known.
func (x *Exchange) PushAll(at time.Time, replies ...bot.Reply) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for chat := range x.chats {
		x.push(chat, at, replies)
	}
}

// Kept returns m as package exchange gives it to whoever decides: what can be
// fetched has a key.
func Kept(m bot.Message) bot.Message {
	m.Attachments = slices.Clone(m.Attachments)
	for i := range m.Attachments {
		if a := &m.Attachments[i]; a.Source != "" && a.Kind.Kept() {
			a.Key = fmt.Sprintf("a%031d", i)
		}
	}
	return m
}

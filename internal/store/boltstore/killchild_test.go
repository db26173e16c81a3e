package boltstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// The environment variables that make this test binary the child.
const (
	childStore = "DOITHOAI_TEST_KILL_STORE"
	childRound = "DOITHOAI_TEST_KILL_ROUND"
)

// echo replies with the id of the message: the queue is the list of what was
// taken. Several replies a message show whether a step can be half done: three
// to a chat that fetches, two and a letter to one that is sent to.
type echo struct{}

func (echo) Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	conv.UpdatedAt = now
	step := bot.Step{
		Conversation: conv,
		Replies:      []bot.Reply{{Text: m.ID}, {Text: m.ID}, {Text: m.ID}},
		Counts:       []string{"taken"},
	}
	if m.Chat.Channel == pushed("").Channel {
		step.Replies = step.Replies[:2]
		step.Letters = []bot.Letter{{To: bot.ChatID{Channel: "office"}, Replies: step.Replies}}
	}
	return step
}

// child is the process that is killed.
type child struct {
	store *boltstore.Store
	round int
	lease chan record.Lease

	mu sync.Mutex // keeps lines whole
}

// killedChild takes messages, sends and applies letters until it is killed,
// and tells each thing it does.
func killedChild(path, round string) {
	n, err := strconv.Atoi(round)
	must(err)
	s, err := boltstore.Open(path, killOptions(n))
	must(err)
	c := &child{store: s, round: n, lease: make(chan record.Lease, killChats)}
	x, err := exchange.New(s, exchange.Talking(echo{}), exchange.Config{Apology: bot.Reply{Text: "x"}, Outlet: c})
	must(err)
	for i := range killChats {
		go c.take(x, i)
	}
	go c.send()
	go c.work()
	select {}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

func (c *child) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Printf(format+"\n", args...)
}

// Way implements exchange.Outlet.
func (c *child) Way(chat bot.ChatID) record.Way {
	if chat.Channel != pushed("").Channel {
		return record.Way{}
	}
	return record.Way{Push: true, Lease: rand.IntN(2) == 0}
}

// Saved implements exchange.Outlet. A lease that nobody has time for is lost.
func (c *child) Saved(_ bot.ChatID, l *record.Lease) {
	if l == nil {
		return
	}
	select {
	case c.lease <- *l:
	default:
	}
}

// take handles messages. As a platform would, it sends each again, now and
// then, also those of the rounds before.
func (c *child) take(x *exchange.Exchange, chat int) {
	for n := 0; ; n++ {
		id := fmt.Sprintf("%d-%d", c.round, n)
		if n%3 == 2 {
			id = fmt.Sprintf("%d-%d", rand.IntN(n+1)%3, rand.IntN(n)) // perhaps new, mostly a redelivery
		}
		must(x.Handle(context.Background(), bot.Message{Chat: killChat(chat), ID: id}))
		c.say("took %d %s", chat, id)
	}
}

// send sends what is due. Now and then it forgets that it has.
func (c *child) send() {
	for {
		ls, err := c.store.Claim(context.Background(), record.Lane(pushed("")), 3)
		must(err)
		select {
		case l := <-c.lease:
			ls = append(ls, l)
		case <-time.After(time.Millisecond):
		}
		for _, l := range ls {
			for next := &l; next != nil; {
				c.say("sending %s %d %d", l.Delivery.Chat.Chat, next.Delivery.Seq, next.Delivery.Lapses)
				if rand.IntN(20) == 0 {
					break
				}
				d := next.Delivery
				next, err = c.store.Settle(context.Background(), *next, record.Settlement{Result: record.Sent})
				must(err)
				c.say("sent %s %d", d.Chat.Chat, d.Seq)
			}
		}
	}
}

// work applies letters, which is to say that it does.
func (c *child) work() {
	for {
		ws, err := c.store.Work(context.Background(), 3)
		must(err)
		for _, w := range ws {
			c.say("working %s", w.Letter.ID)
			must(c.store.Finish(context.Background(), w, record.Settlement{Result: record.Sent}))
			c.say("worked %s", w.Letter.ID)
		}
		time.Sleep(time.Millisecond)
	}
}

package console

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"golang.org/x/term"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// Channel is the name of this channel in a [bot.ChatID].
const Channel = "terminal"

const (
	maxLine    = 1 << 20 // bytes of one input line
	attempts   = 4       // to hand one message over
	firstPause = 200 * time.Millisecond
)

// Intake takes one message: nil means saved, also for an ID taken before.
type Intake interface {
	Handle(ctx context.Context, m bot.Message) error
}

// Outbox holds what waits for the chat, in order of Seq, until it is
// acknowledged. Watch gives a token whenever something new may be pending.
type Outbox interface {
	Pending(ctx context.Context, chat bot.ChatID) ([]record.Delivery, error)
	Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error
	Watch(chat bot.ChatID) (changed <-chan struct{}, stop func())
}

// Config is what [Run] needs; In, Out, Intake and Outbox are compulsory.
type Config struct {
	In     io.Reader
	Out    io.Writer
	Intake Intake
	Outbox Outbox

	// IsTerminal says that a person reads: greeting, prompt, wrapped lines.
	IsTerminal bool
	// NoColor leaves the colours out on a terminal.
	NoColor bool
	// Width returns the columns of the terminal; nil means 80.
	Width func() int
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
}

// Terminal reports whether a person sits at in and out, and how wide out is.
func Terminal(in, out *os.File) (isTerminal bool, width func() int) {
	fd := int(out.Fd())
	return term.IsTerminal(int(in.Fd())) && term.IsTerminal(fd), func() int {
		columns, _, err := term.GetSize(fd)
		if err != nil {
			return 0
		}
		return columns
	}
}

// Run talks until the input or the context ends, which is no error. In a pipe
// a message that cannot be handed over is one; on a terminal the resident is
// told and may try again.
//
// When the context ends first, one goroutine stays in In.Read until that
// returns: a terminal cannot be interrupted.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &conversation{
		Config: cfg,
		screen: newScreen(cfg),
		chat:   bot.ChatID{Channel: Channel, Bot: "main", Chat: rand.Text()},
	}
	changed, stop := cfg.Outbox.Watch(c.chat)
	defer stop()
	if !cfg.IsTerminal {
		changed = nil // replies come with the line that asked for them
	}
	err := c.talk(ctx, readLines(ctx, cfg.In), changed)
	if ctx.Err() != nil {
		err = nil
	}
	return errors.Join(err, c.screen.err)
}

type conversation struct {
	Config
	screen *screen
	chat   bot.ChatID
	shown  uint64       // the last reply printed
	list   []bot.Button // the latest choices
}

// line is one line of input, or the end of it.
type line struct {
	text string
	end  bool
	err  error // why it ended, nil when there simply was no more
}

func readLines(ctx context.Context, in io.Reader) <-chan line {
	lines := make(chan line)
	go func() {
		scanner := bufio.NewScanner(in)
		scanner.Buffer(nil, maxLine)
		next := func(l line) bool {
			select {
			case lines <- l:
				return true
			case <-ctx.Done():
				return false
			}
		}
		for scanner.Scan() {
			if !next(line{text: scanner.Text()}) {
				return
			}
		}
		next(line{end: true, err: scanner.Err()})
	}()
	return lines
}

func (c *conversation) talk(ctx context.Context, lines <-chan line, changed <-chan struct{}) error {
	if c.IsTerminal {
		c.screen.greet()
		if err := c.say(ctx, bot.Message{Kind: bot.KindOpen}); err != nil {
			return err
		}
		c.screen.prompt()
	}
	for c.screen.err == nil {
		select {
		case <-ctx.Done():
			c.screen.end()
			return nil
		case <-changed:
			if err := c.show(ctx, false); err != nil {
				return err
			}
		case l := <-lines:
			if l.end {
				return c.finish(ctx, l.err)
			}
			text := clean(l.text)
			if c.IsTerminal && vietnamese.Fold(text) == "thoat" {
				return nil
			}
			if text != "" {
				if err := c.say(ctx, c.message(text)); err != nil {
					return err
				}
			}
			c.screen.prompt()
		}
	}
	return nil
}

// finish shows what came last. The prompt's line ends first.
func (c *conversation) finish(ctx context.Context, cause error) error {
	c.screen.end()
	if cause != nil {
		return fmt.Errorf("read input: %w", cause)
	}
	if c.IsTerminal {
		return nil
	}
	return c.show(ctx, false)
}

// clean composes what was typed and drops control characters.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(vietnamese.Compose(s))
}

// message makes a press of a number on the latest list, and text of all else.
func (c *conversation) message(text string) bot.Message {
	numbers := bot.Numbers(c.list)
	for i, b := range c.list {
		if text == numbers[i] {
			return bot.Message{Kind: bot.KindPress, Text: b.Label, Payload: b.Payload}
		}
	}
	return bot.Message{Kind: bot.KindText, Text: text}
}

// say hands a message over and shows what came of it.
func (c *conversation) say(ctx context.Context, m bot.Message) error {
	m.Chat, m.ID, m.At = c.chat, rand.Text(), c.Now()
	if err := c.hand(ctx, m); err != nil {
		if c.IsTerminal && ctx.Err() == nil {
			c.screen.notice("Chưa gửi được. Cô bác gõ lại giúp.")
			return nil
		}
		return fmt.Errorf("hand message over: %w", err)
	}
	return c.show(ctx, true)
}

// hand tries a few times, always under the same id.
func (c *conversation) hand(ctx context.Context, m bot.Message) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := c.Intake.Handle(ctx, m)
		if err == nil || attempt == attempts {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		pause *= 2
	}
}

// show prints what waits and acknowledges it. An acknowledgement that fails is
// made up for by the next; what was printed is not printed again. With asked
// there is a block even if it is empty.
func (c *conversation) show(ctx context.Context, asked bool) error {
	waiting, err := c.Outbox.Pending(ctx, c.chat)
	if err != nil {
		return fmt.Errorf("fetch replies: %w", err)
	}
	var replies []bot.Reply
	for _, d := range waiting {
		if d.Seq <= c.shown {
			continue
		}
		c.shown = d.Seq
		replies = append(replies, d.Reply)
		if len(d.Reply.Buttons) > 0 {
			c.list = d.Reply.Buttons
		}
	}
	if asked || len(replies) > 0 {
		c.screen.block(replies, asked)
	}
	if len(waiting) > 0 && c.screen.err == nil {
		_ = c.Outbox.Ack(ctx, c.chat, c.shown)
	}
	return nil
}

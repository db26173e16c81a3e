package app_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

var freeze = flag.Duration("freeze", 3*time.Second, "how long Redis is frozen in a conversation")

// A conversation as a person has it, on each platform, with the whole program,
// the built-in base and Redis; and what goes wrong on the way.
func TestConversation(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]func(*testing.T, *gate) platform{
		"telegram": onTelegram, "zalo-oa": onZaloOA, "zalo-bot": onZaloBot,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Single(t, redistest.Fsync("always"))
			hook := newGate(t)
			c := &conversation{platform: on(t, hook), t: t, server: server}
			environ := append([]string{"DOITHOAI_REDIS=" + server.URL()}, c.settings...)
			c.program = startWith(t, builtIn(t, environ...), t.Output(), app.Options{Around: around})
			hook.lead(c.program.url)
			c.ask()
			c.readWhole()
			c.comeTwice()
			c.surviveFreeze()
			c.check(t)
		})
	}
}

// conversation is one person who writes and reads.
type conversation struct {
	platform
	t       *testing.T
	server  *redistest.Server
	program *running
	heard   []string // all that was read so far
	counted int      // of countings
}

// ask asks a question without accents, goes on from its answer in half a
// sentence, chooses by number, and sends a picture.
func (c *conversation) ask() {
	c.write(question)
	first := c.read()
	if !strings.Contains(first.text, "Được một phần") || len(first.choices) < 2 {
		c.t.Errorf("to the question came %+v", first)
	}
	c.write("nop o dau")
	place := c.read()
	if !strings.Contains(place.text, "Trung tâm Phục vụ hành chính công") || len(place.choices) < 2 {
		c.t.Fatalf("to «nop o dau» came %+v", place)
	}
	c.write("2")
	if chosen := c.read(); !strings.Contains(chosen.text, place.choices[1]) {
		c.t.Errorf("to number 2, «%s», came %+v", place.choices[1], chosen)
	}
	before := slices.Clone(c.heard)
	c.photo()
	if reply := c.read(); reply.text == "" || slices.Contains(before, reply.text) {
		c.t.Errorf("to a picture came %+v", reply)
	}
}

// readWhole gets an answer that is longer than a message, while the platform
// refuses for a moment and the token runs out.
func (c *conversation) readWhole() {
	c.falter()
	c.write(recite)
	var got []string
	for len(strings.Fields(strings.Join(got, " "))) < len(strings.Fields(recital())) {
		part := c.read()
		if n := bot.Units(part.text); n > c.limit {
			c.t.Errorf("a part of %d units", n)
		}
		if got = append(got, part.text); len(got) == 1 && c.expire != nil {
			c.expire()
		}
	}
	if len(got) < 2 || !slices.Equal(strings.Fields(strings.Join(got, " ")), strings.Fields(recital())) {
		c.t.Errorf("a text of %d units came as %d parts with other words", bot.Units(recital()), len(got))
	}
	c.count() // and nothing came behind it
}

// comeTwice has the platform bring an update once more.
func (c *conversation) comeTwice() {
	c.count()
	c.await("the update is acknowledged", c.taken)
	c.again()
	c.count() // the next answer is to this
	c.await("all updates are acknowledged", c.taken)
}

// surviveFreeze writes while Redis does not answer. Each message gets its answer
// afterwards, once and in order.
func (c *conversation) surviveFreeze() {
	from := c.counted
	over := time.NewTimer(*freeze)
	defer over.Stop()
	c.server.Pause()
	defer c.server.Resume()
	c.counted++
	c.write(counting(c.counted))
	c.await("the program has noticed", func() bool {
		var ready struct{ Status string }
		getJSON(c.t, http.DefaultClient, c.program.url+"/readyz", &ready)
		return ready.Status == "degraded"
	})
	typing := time.NewTicker(max(*freeze/15, 500*time.Millisecond)) // slower than a flood
	defer typing.Stop()
	for frozen := true; frozen; {
		select {
		case <-over.C:
			frozen = false
		case <-typing.C:
			c.counted++
			c.write(counting(c.counted))
		}
	}
	c.server.Resume()
	for n := from + 1; n <= c.counted; n++ {
		if got := c.read(); got.text != counted(n) {
			c.t.Errorf("message %d of the freeze was answered %q", n, got.text)
		}
	}
	c.t.Logf("%d messages in a freeze of %v", c.counted-from, *freeze)
	c.count()
}

// count writes a message that has its own answer, which must be the next to come.
func (c *conversation) count() {
	c.t.Helper()
	c.counted++
	c.write(counting(c.counted))
	if got := c.read(); got.text != counted(c.counted) {
		c.t.Fatalf("%q was answered %q", counting(c.counted), got.text)
	}
}

// patience is longer than any platform or pause keeps an answer back.
const patience = 2 * time.Minute

func (c *conversation) read() shown {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	s, err := c.next(ctx)
	if err != nil {
		c.t.Fatalf("nothing came: %v", err)
	}
	c.heard = append(c.heard, s.text)
	return s
}

func (c *conversation) await(what string, is func() bool) {
	c.t.Helper()
	ctx := within(c.t)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-ctx.Done():
			c.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// What the engine is not asked.
const (
	recite  = "đọc cho nghe hết"
	numeral = "đếm "
)

func counting(n int) string { return numeral + fmt.Sprint(n) }
func counted(n int) string  { return fmt.Sprintf("Dạ, số %d.", n) }

// recital is a text of 5,000 characters.
func recital() string {
	var text strings.Builder
	for n := 1; bot.Units(text.String()) < 5000; n++ {
		fmt.Fprintf(&text, "Dòng thứ %d của bài dài, ai cũng đọc được trọn vẹn.\n", n)
	}
	return string([]rune(text.String())[:4999]) + "."
}

// around stands before the engine and answers some words itself. It counts with
// urgency, or on an account whose messages are few a number would take the place
// of the one before it.
func around(engine exchange.Decider) exchange.Decider { return mouthpiece{engine} }

type mouthpiece struct{ engine exchange.Decider }

// Mentions implements [exchange.Decider].
func (m mouthpiece) Mentions(s exchange.Situation) []string { return m.engine.Mentions(s) }

// Decide implements [exchange.Decider].
func (m mouthpiece) Decide(s exchange.Situation) exchange.Outcome {
	step := bot.Step{Conversation: s.Conversation}
	step.Conversation.UpdatedAt = s.Now
	var n int
	switch _, err := fmt.Sscanf(s.Message.Text, numeral+"%d", &n); {
	case err == nil:
		step.Replies = []bot.Reply{{Kind: bot.ReplyUrgent, Text: counted(n)}}
	case s.Message.Text == recite:
		step.Replies = []bot.Reply{{Kind: bot.ReplyAnswer, Text: recital()}}
	default:
		return m.engine.Decide(s)
	}
	return exchange.Outcome{Step: step}
}

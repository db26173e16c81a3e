package channeltest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Platform is the fake of a messenger's server that a pushed channel talks to:
// it brings events to the channel as the real one would – by webhook or when
// polled – and takes what the channel sends. Calls end with an error when the
// context does.
type Platform interface {
	// Resident returns one more person who has a chat with our account and has
	// written nothing yet.
	Resident() Resident
	// Meet lets the next n of our sends meet a fault; only calls that bring the
	// resident a message count, no typing signs. n = 0 ends what is left of it.
	Meet(f Fault, n int)
	// Redeliver brings the last event once more, as after a lost acknowledgement.
	// Called only with PushAbilities.Redelivers.
	Redeliver(ctx context.Context) error
	// Unknown brings an event of a kind that the channel has never heard of, and
	// reports whether the channel acknowledged it.
	Unknown(ctx context.Context) (acknowledged bool, err error)
	// Forge brings a message with a wrong secret or signature, and reports
	// whether the channel refused it. Called only with PushAbilities.Secret.
	Forge(ctx context.Context) (refused bool, err error)
	// Pass lets time pass, for the platform and for the channel.
	Pass(d time.Duration)
	// Secrets returns all that must never be logged or told: tokens and keys.
	Secrets() []string
}

// Quieter is what a platform is too if it brings events in its own time.
type Quieter interface {
	// Quiet waits until all that people did so far has come to the channel and
	// was acknowledged.
	Quiet(ctx context.Context) error
}

// Resident is one person at the far end of a pushed channel. What they do is
// taken by the platform at once and comes to the channel by itself.
type Resident interface {
	// Type sends a line.
	Type(ctx context.Context, text string) error
	// Photo sends a picture without words. Called only with PushAbilities.Photos.
	Photo(ctx context.Context) error
	// Choose takes the choice of that label from the last message that had any:
	// by its button where there are buttons, else by typing its number.
	Choose(ctx context.Context, label string) error
	// Next waits for the next message that the resident sees, and returns its
	// text as it stands there. Where choices are part of the text they are
	// left out, and so is every mark of the channel's own like "(1/3)".
	Next(ctx context.Context) (text string, err error)
	// Block makes everything we send to this person fail for good. Called only
	// with PushAbilities.Blocks.
	Block(ctx context.Context) error
}

// Fault is what may happen to a message that we send.
type Fault int

// The faults of a platform.
const (
	Throttle Fault = iota // refused: too many, ask again after 3 seconds, if the platform says how long
	Outage                // an error of the server's own, without the message being sent
	Hang                  // taken from the line, never answered, not sent
	Break                 // sent, but the line breaks before the answer
)

// PushAbilities says which tests apply to a channel.
type PushAbilities struct {
	Redelivers bool // the platform repeats what was not acknowledged
	Ordered    bool // and brings nothing later of the same chat before it
	Secret     bool // events carry a secret or a signature
	Photos     bool // residents can send pictures
	Blocks     bool // residents can shut us out, and the platform tells
	Limit      int  // longest text the platform takes, in UTF-16 units
	// Flood is the text a resident gets who writes too much; empty if the
	// channel has no such limit.
	Flood string
}

// Line is what a pushed channel under test is built on.
type Line struct {
	Intake interface {
		Handle(ctx context.Context, m bot.Message) error
	}
	Log   *slog.Logger
	Count func(name string)
}

// Open builds a channel over line together with its platform, starts it, and
// cleans both up with t.Cleanup.
type Open func(t *testing.T, line Line) (Platform, Sender)

// TestPush runs every test that applies.
func TestPush(t *testing.T, abilities PushAbilities, open Open) {
	t.Helper()
	for _, test := range []struct {
		name string
		on   bool
		run  func(*testing.T, *pushBench)
	}{
		{"takes what is typed", true, pushTakesText},
		{"answers in order and once", true, pushAnswersInOrder},
		{"keeps chats apart", true, pushKeepsChatsApart},
		{"takes a picture", abilities.Photos, pushTakesPhoto},
		{"lets a choice be made", true, pushChooses},
		{"takes a repeated event once", abilities.Redelivers, pushTakesOnce},
		{"acknowledges nothing that is not taken", abilities.Redelivers, pushNotTaken},
		{"keeps the order over a failure", abilities.Ordered, pushKeepsOrder},
		{"skips what can never be taken", true, pushSkipsPoison},
		{"accepts an unknown event", true, pushUnknown},
		{"refuses a forged event", abilities.Secret, pushForged},
		{"splits a long answer", true, pushSplits},
		{"waits when throttled", true, pushThrottled},
		{"tries again after an outage", true, pushOutage},
		{"does not know after a hang", true, pushHang},
		{"does not know after a broken line", true, pushBreak},
		{"gives up who has gone", abilities.Blocks, pushBlocked},
		{"answers a flood with one text", abilities.Flood != "", pushFlood},
		{"sends what nobody asked for", true, pushUnasked},
	} {
		if !test.on {
			continue
		}
		t.Run(test.name, func(t *testing.T) { runPush(t, abilities, open, test.run) })
	}
}

// pushBench is one channel with its platform, and what they log and count.
type pushBench struct {
	abilities PushAbilities
	post      *Post
	platform  Platform
	sender    Sender
	log       logBuffer
	counts    counts
}

func runPush(t *testing.T, abilities PushAbilities, open Open, run func(*testing.T, *pushBench)) {
	b := &pushBench{abilities: abilities, post: NewPost(pushScript)}
	log := slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.platform, b.sender = open(t, Line{Intake: b.post, Log: log, Count: b.counts.raise})
	b.post.Start(t, b.sender, b.platform.Pass)
	run(t, b)

	// Whatever a test was about: nothing that was written and no secret is told.
	told := b.log.String() + fmt.Sprint(b.post.Failures())
	for _, secret := range b.platform.Secrets() {
		if strings.Contains(told, secret) {
			t.Errorf("a secret was told:\n%s", told)
		}
	}
	if strings.Contains(told, private) {
		t.Errorf("the words of a resident were told:\n%s", told)
	}
	for _, m := range b.post.Taken() {
		if len(m.Chat.Chat) > 3 && strings.Contains(told, m.Chat.Chat) {
			t.Errorf("the chat of a resident was told:\n%s", told)
			break
		}
	}
}

// private stands in texts of the tests; no log may repeat it.
const private = "riêngtư"

func (b *pushBench) resident(t *testing.T) (Resident, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return b.platform.Resident(), ctx
}

// typed returns what was taken apart from greetings.
func (b *pushBench) typed() []bot.Message {
	var out []bot.Message
	for _, m := range b.post.Taken() {
		if m.Kind != bot.KindOpen {
			out = append(out, m)
		}
	}
	return out
}

// chat lets r write something, and returns the chat that it is.
func (b *pushBench) chat(ctx context.Context, t *testing.T, r Resident) bot.ChatID {
	t.Helper()
	typeLine(ctx, t, r, "ai đó")
	wantNext(ctx, t, r, "nghe: ai đó")
	taken := b.typed()
	return taken[len(taken)-1].Chat
}

// delivery is a message to chat that the tests send by themselves.
func (b *pushBench) delivery(chat bot.ChatID, text string) record.Delivery {
	now := time.Now()
	return record.Delivery{
		Chat: chat, Seq: 1, Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: text}, Priority: record.PriorityReply,
		At: now, Expires: now.Add(record.KeepDelivery),
	}
}

func typeLine(ctx context.Context, t *testing.T, r Resident, text string) {
	t.Helper()
	if err := r.Type(ctx, text); err != nil {
		t.Fatalf("type: %v", err)
	}
}

func wantNext(ctx context.Context, t *testing.T, r Resident, texts ...string) {
	t.Helper()
	for _, w := range texts {
		got, err := r.Next(ctx)
		if err != nil {
			t.Fatalf("wait for %q: %v", w, err)
		}
		if got != w {
			t.Fatalf("got message %q, want %q", got, w)
		}
	}
}

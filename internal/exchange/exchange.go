package exchange

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trace"
)

// Decider decides what follows from a message. It does no I/O, is a function of
// the situation, and may be called more than once for one message.
type Decider interface {
	// Mentions returns the codes of cases of other chats that deciding needs; few,
	// and usually none. Nothing is in s.Mentioned yet.
	Mentions(s Situation) []string
	Decide(s Situation) Outcome
}

// Situation is all that a decision rests on.
type Situation struct {
	Chat         record.Chat // as loaded, with its cases; State is left unread
	Conversation bot.Conversation
	Message      bot.Message
	Now          time.Time
	// Mentioned holds what was found of the cases that the message mentions, as
	// they stood a moment ago.
	Mentioned map[string]record.Case
	// Window is what the chat's channel lets through, where Chat.Window stands in it.
	Window record.Window
	// CodePrefix is how the code of a case opened for this chat must begin, and
	// Random what makes it differ from others: another draw each time.
	CodePrefix string
	Random     uint64
}

// Outcome is what was decided.
type Outcome struct {
	bot.Step
	Cases []record.CaseChange
}

// Talker decides by what was said alone; [bot.Engine] is one.
type Talker interface {
	Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step
}

// Talking makes a decider of a talker. It opens no cases.
func Talking(t Talker) Decider { return talking{t} }

type talking struct{ Talker }

func (talking) Mentions(Situation) []string { return nil }

func (t talking) Decide(s Situation) Outcome {
	return Outcome{Step: t.Talker.Decide(s.Conversation, s.Message, s.Now)}
}

// Counters that Handle raises itself, beside those of a step.
const (
	CountPanic      = "exchange.panic"      // a decision broke down, the resident got the apology
	CountUnreadable = "exchange.unreadable" // a stored conversation could not be read and was begun anew
)

// ErrBusy says that other writers to the same chat were faster every time. The
// message is not taken; the channel redelivers it.
var ErrBusy = errors.New("chat is busy")

// maxReloads is how often a message is decided again after a conflict. With
// the mutex below only another process can cause one.
const maxReloads = 5

// Config is what an Exchange needs beside its store and its decider.
type Config struct {
	// Apology is sent when deciding breaks down. It must hold a next step, for
	// the resident's message got none. Required.
	Apology bot.Reply
	// Graves, if not nil, loses what it holds of a chat that is forgotten.
	Graves Graves
	// MediaKey names the copies of what comes with messages; they are made by
	// whoever serves the lanes of [bot.MediaChannel]. None are if it is nil.
	MediaKey []byte
	// TraceKey is the secret under which messages get their trace, see [trace.Of]:
	// the same in all replicas.
	TraceKey []byte
	// Location says where a day of the counts begins; UTC if nil.
	Location *time.Location
	// Outlet is where saved replies leave; nil if every chat fetches and
	// nobody needs to be woken.
	Outlet Outlet
	// Log gets what an operator must know, never what a resident wrote and
	// never who it was; discarded if nil.
	Log *slog.Logger
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Exchange handles messages. It is safe for concurrent use; messages of one
// chat wait for each other.
type Exchange struct {
	store   Store
	decider Decider
	config  Config
	chats   *stripes
	nudge   chan struct{} // holds a token while letters may be due; see Run
}

// New returns an Exchange. The only error is an incomplete config.
func New(store Store, decider Decider, config Config) (*Exchange, error) {
	if config.Apology.Text == "" {
		return nil, errors.New("exchange: config without an apology")
	}
	if config.Location == nil {
		config.Location = time.UTC
	}
	if config.Outlet == nil {
		config.Outlet = noOutlet{}
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	config.Log = config.Log.With("component", "exchange")
	return &Exchange{store: store, decider: decider, config: config, chats: newStripes(), nudge: make(chan struct{}, 1)}, nil
}

// Handle takes m. When it returns nil, everything that follows from m is
// saved, or m was taken before: the channel may acknowledge it. With an error
// m is not acknowledged and comes again; whatever did happen then, happens once.
func (x *Exchange) Handle(ctx context.Context, m bot.Message) error {
	m.Trace = trace.Of(x.config.TraceKey, m)
	ctx = trace.With(ctx, m.Trace)
	unlock, err := x.chats.lock(ctx, m.Chat)
	if err != nil {
		return fmt.Errorf("wait for chat: %w", err)
	}
	defer unlock()

	if m.About, err = x.about(ctx, m); err != nil {
		return err
	}
	m.Attachments = x.named(m)
	for range 1 + maxReloads {
		save, err := x.decide(ctx, m)
		if err != nil {
			return err
		}
		saved, err := x.store.Save(ctx, save)
		if err != nil {
			x.config.Outlet.Saved(m.Chat, nil) // whoever was kept free to send is free again
			return fmt.Errorf("save chat: %w", err)
		}
		if saved.Outcome == record.Done || saved.Outcome == record.Duplicate {
			// After a duplicate too: whoever saved the first one may have given
			// up waiting for the commit, and then nobody was woken.
			x.config.Outlet.Saved(m.Chat, saved.Lease)
			if len(save.Letters) > 0 {
				x.wakeWork()
			}
			if save.Forget {
				x.forgetDead(ctx, m.Chat)
			}
			x.config.Log.DebugContext(ctx, "message taken", "channel", m.Chat.Channel, "kind", m.Kind,
				"seen_before", saved.Outcome == record.Duplicate, "replies", len(save.Out), "letters", len(save.Letters), "counts", save.Counts)
			return nil
		}
	}
	return ErrBusy
}

// decide loads the chat and returns what is to be saved.
func (x *Exchange) decide(ctx context.Context, m bot.Message) (record.Save, error) {
	chat, err := x.store.Load(ctx, m.Chat)
	if err != nil {
		return record.Save{}, fmt.Errorf("load chat: %w", err)
	}
	var extra []string
	conv, err := record.DecodeConversation(chat.State)
	switch {
	case errors.Is(err, record.ErrVersion):
		return record.Save{}, err // a newer program wrote it: it is not ours to overwrite
	case err != nil:
		x.config.Log.ErrorContext(ctx, "unreadable conversation begun anew", "channel", m.Chat.Channel, "error", err)
		extra = append(extra, CountUnreadable)
	}
	now := x.config.Now()
	way := x.config.Outlet.Way(m.Chat)
	situation := Situation{
		Chat: chat, Conversation: conv, Message: m, Now: now, Window: way.Window,
		CodePrefix: x.store.Name(m.Chat).CodePrefix(), Random: rand.Uint64(), //nolint:gosec // a code is no secret: it opens nothing by itself
	}
	if situation.Mentioned, err = x.mentioned(ctx, situation); err != nil {
		return record.Save{}, err
	}
	step, err := x.safely(ctx, situation)
	if err != nil {
		return record.Save{}, err
	}
	save := record.Save{
		Chat:     m.Chat,
		Revision: chat.Revision,
		Update:   m.ID,
		Cases:    step.Cases,
		Letters:  slices.Concat(step.Letters, fetches(m)),
		Day:      now.In(x.config.Location).Format(time.DateOnly),
		Counts:   slices.Concat(step.Counts, extra),
		Forget:   step.Forget,
		Way:      way,
	}
	save.Way.Inbound = fromChat(m)
	for _, r := range step.Replies {
		o := outgoing(r, save.Way.Supersede)
		o.Trace = m.Trace
		save.Out = append(save.Out, o)
	}
	for i := range save.Letters {
		save.Letters[i].Trace = m.Trace
	}
	if step.Forget && m.Chat.Channel != bot.MediaChannel {
		return save, nil // and no conversation: the next message begins one
	}
	if save.State, err = record.EncodeConversation(step.Conversation); err != nil {
		return record.Save{}, err
	}
	return save, nil
}

// forgetDead removes the dead letters of a chat that asked to be forgotten. They
// lie outside the step, and few they are; should the program die right here,
// they end by themselves after [record.KeepDead].
func (x *Exchange) forgetDead(ctx context.Context, chat bot.ChatID) {
	if x.config.Graves == nil {
		return
	}
	var ids []string
	err := x.config.Graves.Dead(ctx, func(d record.Dead) error {
		if d.Delivery.Chat == chat || d.Letter.ID != "" && d.Letter.From == chat {
			ids = append(ids, d.ID)
		}
		return nil
	})
	errs := []error{err}
	for _, id := range ids {
		errs = append(errs, x.config.Graves.Bury(ctx, id))
	}
	if err := errors.Join(errs...); err != nil {
		x.config.Log.ErrorContext(ctx, "dead letters of a forgotten chat stay until they end", "error", err)
	}
}

// outgoing is a reply with the rules of its way.
func outgoing(r bot.Reply, supersede bool) record.Outgoing {
	o := record.Outgoing{Reply: r, Priority: priority(r.Kind), After: r.After, Ref: []byte(r.Case)}
	switch {
	case r.Card != "":
		o.Collapse = "card:" + r.Card
	case supersede && automatic(r.Kind):
		o.Collapse = collapseReplies
	}
	if r.Epoch != 0 {
		o.Guard = record.Guard{Code: r.Case, Epoch: r.Epoch}
	}
	return o
}

// priority ranks a reply among those that wait for the same chat.
func priority(k bot.ReplyKind) record.Priority {
	switch k {
	case bot.ReplyPerson, bot.ReplyUrgent:
		return record.PriorityPerson
	case bot.ReplyReceipt:
		return record.PriorityReceipt
	case bot.ReplyReminder:
		return record.PriorityReminder
	default:
		return record.PriorityReply
	}
}

// automatic reports whether a newer reply of the bot is worth more than one of
// that kind which nobody has got yet.
func automatic(k bot.ReplyKind) bool {
	switch k {
	case bot.ReplyUrgent, bot.ReplyPerson, bot.ReplyReceipt, bot.ReplyReminder, bot.ReplyCard:
		return false
	}
	return true
}

// collapseReplies is the collapse key of the bot's own answers.
const collapseReplies = "reply"

// safely is Decide, and the apology if that panics. The conversation is then
// begun anew, because it may be what Decide cannot bear: kept, it would meet
// every further message of this resident with the same apology. Nobody waits
// for an answer to a letter or to due work: there it is an error.
func (x *Exchange) safely(ctx context.Context, s Situation) (out Outcome, err error) {
	m := s.Message
	if m.Chat.Channel == bot.MediaChannel {
		return errands(s), nil
	}
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		x.config.Log.ErrorContext(ctx, "panic while deciding",
			"channel", m.Chat.Channel, "kind", m.Kind, "panic", describe(v), "at", panicSite())
		if !fromChat(m) {
			err = errPoison
			return
		}
		out = Outcome{Step: bot.Step{Replies: []bot.Reply{x.config.Apology}, Counts: []string{CountPanic}}}
	}()
	return x.decider.Decide(s), nil
}

// mentioned looks up the cases of other chats that the message speaks of.
func (x *Exchange) mentioned(ctx context.Context, s Situation) (map[string]record.Case, error) {
	var found map[string]record.Case
	for _, code := range x.decider.Mentions(s) {
		c, err := x.store.FindCase(ctx, code)
		switch {
		case errors.Is(err, record.ErrNotFound):
			continue
		case err != nil:
			return nil, fmt.Errorf("look up a case: %w", err)
		case found == nil:
			found = map[string]record.Case{}
		}
		found[code] = c
	}
	return found, nil
}

// about returns the case that m speaks of by answering one of its messages.
func (x *Exchange) about(ctx context.Context, m bot.Message) (string, error) {
	if m.ReplyTo == "" || !fromChat(m) {
		return "", nil
	}
	ref, err := x.store.Ref(ctx, m.Chat, m.ReplyTo)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return "", fmt.Errorf("look up the message answered: %w", err)
	}
	return string(ref), nil
}

// fromChat reports whether the chat itself wrote m.
func fromChat(m bot.Message) bool { return m.Kind != bot.KindLetter && m.Kind != bot.KindDue }

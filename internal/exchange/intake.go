package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trace"
)

// Handler takes a message as [Exchange.Handle] does: with nil it is taken for
// good, with an error it may have been, and taking it again is harmless. It
// returns soon after ctx ends.
type Handler interface {
	Handle(ctx context.Context, m bot.Message) error
}

// Spool keeps messages while the store does not answer. All methods are safe
// for concurrent use.
type Spool interface {
	// Append keeps m durably, behind everything of the same chat.
	Append(ctx context.Context, m bot.Message) error
	// Replay hands what is kept to take, each chat in order, and drops what it
	// returned nil for. It returns nil when nothing is left, and the error of
	// take once going on makes no sense. What take can never do it gets rid of
	// by itself.
	Replay(ctx context.Context, take func(context.Context, bot.Message) error, parallel int) error
	SpoolLevel
}

// SpoolLevel is how much a spool holds.
type SpoolLevel interface {
	// Holds reports whether a message of the chat is kept or about to be. It is
	// asked for every message.
	Holds(chat bot.ChatID) bool
	// Len is how many messages are kept.
	Len() int
	// Oldest is since when the oldest of them is kept; zero if there is none.
	Oldest() time.Time
	// Full reports whether a message was refused for want of room, which is
	// not there yet.
	Full() bool
	// DiskFull reports whether that room is the disk's.
	DiskFull() bool
}

// IntakeConfig is how an [Intake] works; the zero value is fit for use.
type IntakeConfig struct {
	// Budget is how long the store may take for a message, the wait behind
	// earlier messages of the chat included; 150 ms if zero. When a store stops
	// answering, all that comes until the first message is spooled waits that
	// long: the longer it is, the more of them, and Zalo counts those that took
	// long. One that is merely slow loses nothing but a detour.
	Budget time.Duration
	// Late is how old a message is that TooLate is asked about; 48 h if zero.
	Late time.Duration
	// TooLate returns what is to be handled instead of a message that was kept
	// for longer than Late; chat and id stay what they were. If nil, late
	// messages are handled like all others.
	TooLate func(bot.Message) bot.Message
	// Parallel is how many chats are replayed at once; 32 if zero. While the store
	// is slow all messages go through the spool, so it must be emptied faster than
	// they come, also where a load and a save take 50 ms.
	Parallel int
	// Drain is how long Run goes on after its context ended, to empty the
	// spool; 3 s if zero.
	Drain time.Duration
	// TraceKey is that of the [Config] of what is behind the door.
	TraceKey []byte
	// Log gets what an operator must know, never what a resident wrote and
	// never who it was; discarded if nil.
	Log *slog.Logger
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

const (
	// spoolWait is how long a message waits for the spool, after the budget.
	spoolWait = time.Second
	// replayWait is how long the store may take for a message of the spool, for
	// which nobody waits: a store that is merely slow gets it done.
	replayWait = 3 * time.Second
	// Between two replays while the store does not answer.
	minPause = 250 * time.Millisecond
	maxPause = 5 * time.Second
)

// Intake is the door for channels whose platform gives up early. A message is
// taken once it is saved or, if the store does not answer in time, spooled. A
// chat of which something is spooled goes through the spool, to keep its order;
// all others do so only from the moment when the store was too slow until it has
// taken a message of the spool in time. It is safe for concurrent use.
type Intake struct {
	handler  Handler
	spool    Spool
	config   IntakeConfig
	chats    *stripes
	nudge    chan struct{} // holds a token while something may have been spooled
	away     atomic.Bool   // the store did not answer in time, and has not since
	strained atomic.Bool   // the operator was told that messages are spooled
}

// IntakeState is what health reports tell of an [Intake].
type IntakeState struct {
	Spooled  int       // messages that wait in the spool
	Oldest   time.Time // since when the oldest of them waits; zero if there is none
	Degraded bool      // messages are taken, but not by the store alone
	Full     bool      // the spool takes no more: messages are refused while the store is away
	DiskFull bool      // it is Full because the disk is
}

// NewIntake returns an Intake before x. [Intake.Run] must run beside it.
func NewIntake(x Handler, spool Spool, config IntakeConfig) *Intake {
	config.Budget = cmp.Or(config.Budget, 150*time.Millisecond)
	config.Late = cmp.Or(config.Late, 48*time.Hour)
	config.Parallel = cmp.Or(config.Parallel, 32)
	config.Drain = cmp.Or(config.Drain, 3*time.Second)
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	config.Log = config.Log.With("component", "intake")
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Intake{handler: x, spool: spool, config: config, chats: newStripes(), nudge: make(chan struct{}, 1)}
}

// Handle takes m. When it returns nil, m is saved or spooled and the channel
// may acknowledge it. With an error m is not acknowledged: it can never be
// saved ([record.ErrInvalid], [record.ErrVersion]), or neither store nor spool
// takes it. That ctx is cancelled changes nothing: what a platform handed over
// before it hung up is not lost. Handle returns within the budget, and a second
// if the disk is slow.
func (k *Intake) Handle(ctx context.Context, m bot.Message) error {
	m.Trace = trace.Of(k.config.TraceKey, m)
	ctx, cancel := context.WithTimeout(trace.With(context.WithoutCancel(ctx), m.Trace), k.config.Budget+spoolWait)
	defer cancel()
	quick, stop := context.WithTimeout(ctx, k.config.Budget)
	defer stop()
	// Who comes later waits until this one is placed, or it could overtake. That
	// takes no longer than the budget of the one before, which began earlier.
	unlock, err := k.chats.lock(ctx, m.Chat)
	if err != nil {
		return fmt.Errorf("wait for chat: %w", err)
	}
	defer unlock()
	if !k.away.Load() && !k.spool.Holds(m.Chat) {
		if err = k.handler.Handle(quick, m); err == nil || refused(err) {
			return err
		}
		k.away.Store(true)
	}
	return k.keep(ctx, m, err)
}

// refused reports whether trying again is of no use.
func refused(err error) bool {
	return errors.Is(err, record.ErrInvalid) || errors.Is(err, record.ErrVersion)
}

// keep spools m, which was not handled because of cause; nil if it was not tried.
func (k *Intake) keep(ctx context.Context, m bot.Message, cause error) error {
	if err := k.spool.Append(ctx, m); err != nil {
		return errors.Join(cause, fmt.Errorf("spool message: %w", err))
	}
	if cause != nil && !k.strained.Swap(true) {
		k.config.Log.WarnContext(ctx, "store does not answer in time: messages are spooled", "channel", m.Chat.Channel, "error", cause)
	}
	k.config.Log.DebugContext(ctx, "message spooled", "channel", m.Chat.Channel)
	select {
	case k.nudge <- struct{}{}:
	default: // there is a token already
	}
	return nil
}

// State returns how things stand.
func (k *Intake) State() IntakeState {
	s := IntakeState{Spooled: k.spool.Len(), Full: k.spool.Full(), DiskFull: k.spool.DiskFull()}
	if s.Spooled > 0 {
		s.Oldest = k.spool.Oldest()
	}
	s.Degraded = s.Spooled > 0 || s.Full
	return s
}

// Run replays the spool whenever it holds something, less and less often while
// the store does not answer. After ctx ended it tries once more, for a short
// time; what is left then waits for the next start. Stop the channels before
// Run and close the spool after it.
func (k *Intake) Run(ctx context.Context) {
	pause, answers, more := minPause, false, false
	for ctx.Err() == nil {
		if k.spool.Len() == 0 {
			pause = minPause
			k.rest(ctx)
			continue
		}
		took, err := k.replay(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		// Nothing taken although there was something new: the store is away. A
		// chat that is in trouble alone does not show that.
		answers = took > 0 || answers && !more
		if took > 0 {
			pause = minPause
		}
		if pause == minPause { // once for each time it gets stuck
			k.config.Log.WarnContext(ctx, "replay of the spool stopped", "taken", took, "left", k.spool.Len(), "error", err)
		}
		more = k.pause(ctx, pause, answers)
		pause = min(2*pause, maxPause)
	}
	k.drain(ctx)
}

// rest waits for a message to be spooled.
func (k *Intake) rest(ctx context.Context) {
	k.away.Store(false) // or nothing would ever be tried again
	if k.strained.Swap(false) {
		k.config.Log.InfoContext(ctx, "spool is empty: the store takes all messages again")
	}
	select {
	case <-k.nudge:
	case <-ctx.Done():
	}
}

// pause waits for d. While the store answers, it ends when another message was
// spooled, and more is true.
func (k *Intake) pause(ctx context.Context, d time.Duration, answers bool) (more bool) {
	left := k.spool.Len()
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		case <-k.nudge: // perhaps for a message that the replay has met already
			if answers && k.spool.Len() > left {
				return true
			}
		}
	}
}

func (k *Intake) drain(ctx context.Context) {
	if k.spool.Len() == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), k.config.Drain)
	defer cancel()
	if took, err := k.replay(ctx); err != nil {
		k.config.Log.WarnContext(ctx, "messages stay in the spool until the next start", "taken", took, "left", k.spool.Len(), "error", err)
	}
}

// replay replays the spool once and returns how many messages were taken.
func (k *Intake) replay(ctx context.Context) (took int64, err error) {
	var n atomic.Int64
	err = k.spool.Replay(ctx, func(ctx context.Context, m bot.Message) error {
		err := k.take(ctx, m)
		if err == nil {
			n.Add(1)
		}
		return err
	}, k.config.Parallel)
	return n.Load(), err
}

// take handles a message of the spool.
func (k *Intake) take(ctx context.Context, m bot.Message) error {
	ctx, cancel := context.WithTimeout(ctx, replayWait)
	defer cancel()
	if k.config.TooLate != nil && !m.At.IsZero() && k.config.Now().Sub(m.At) > k.config.Late {
		chat, id := m.Chat, m.ID
		m = k.config.TooLate(m)
		m.Chat, m.ID = chat, id // or it could be taken twice
	}
	begun := k.config.Now()
	err := k.handler.Handle(ctx, m)
	if err == nil && k.config.Now().Sub(begun) < k.config.Budget {
		k.away.Store(false)
	}
	return err
}

package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/spool"
)

// mood is how a store behaves.
type mood int32

const (
	well    mood = iota
	hangs        // answers nothing until the caller gives up
	fails        // says that it is unavailable
	muffled      // saves, and says that it is unavailable
	tardy        // saves, and says nothing until the caller gives up
	moods
)

// moody is a store with moods.
type moody struct {
	exchange.Store
	mood  atomic.Int32
	loads atomic.Int64
}

func (s *moody) be(m mood) { s.mood.Store(int32(m)) }

func (s *moody) Load(ctx context.Context, chat bot.ChatID) (record.Chat, error) {
	s.loads.Add(1)
	switch mood(s.mood.Load()) {
	case hangs:
		<-ctx.Done()
		return record.Chat{}, ctx.Err()
	case fails:
		return record.Chat{}, exchange.ErrUnavailable
	default:
		return s.Store.Load(ctx, chat)
	}
}

func (s *moody) Save(ctx context.Context, save record.Save) (record.Saved, error) {
	switch mood(s.mood.Load()) {
	case hangs:
		<-ctx.Done()
		return record.Saved{}, ctx.Err()
	case fails:
		return record.Saved{}, exchange.ErrUnavailable
	case muffled:
		_, err := s.Store.Save(ctx, save)
		return record.Saved{}, errors.Join(exchange.ErrUnavailable, err)
	case tardy:
		_, err := s.Store.Save(ctx, save)
		<-ctx.Done()
		return record.Saved{}, errors.Join(ctx.Err(), err)
	default:
		return s.Store.Save(ctx, save)
	}
}

// door is an intake before a real exchange, store and spool.
type door struct {
	*exchange.Intake
	bench *bench
	store *moody
	spool *spool.Spool
	dir   string
	log   *bytes.Buffer // read it only when nothing runs
	stop  func()        // ends Run
}

// newDoor is for use inside a bubble: time stands still while files are written.
func newDoor(t *testing.T, d decide, options spool.Options, config exchange.IntakeConfig) *door {
	t.Helper()
	o := &door{store: &moody{}, dir: filepath.Join(t.TempDir(), "spool"), log: &bytes.Buffer{}}
	o.bench = newBench(t, d, func(s exchange.Store) exchange.Store {
		o.store.Store = s
		return o.store
	})
	o.open(t, options, config)
	t.Cleanup(func() { o.close(t) })
	return o
}

func (o *door) open(t *testing.T, options spool.Options, config exchange.IntakeConfig) {
	t.Helper()
	config.Log = slog.New(slog.NewTextHandler(o.log, nil))
	var err error
	if o.spool, err = spool.Open(o.dir, options); err != nil {
		t.Fatal(err)
	}
	o.Intake = exchange.NewIntake(o.bench, o.spool, config)
	o.stop = func() {}
}

func (o *door) close(t *testing.T) {
	t.Helper()
	o.stop()
	if err := o.spool.Close(); err != nil {
		t.Error(err)
	}
}

// run runs the intake until stop or the end of the test.
func (o *door) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		o.Run(ctx)
	}()
	o.stop = func() {
		cancel()
		<-done
	}
}

func (o *door) handle(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := o.Handle(t.Context(), message(id, "")); err != nil {
			t.Fatalf("Handle %s: %v", id, err)
		}
	}
}

func (o *door) wantQueue(t *testing.T, want ...string) {
	t.Helper()
	if got := o.bench.queue(t); !slices.Equal(got, want) {
		t.Errorf("queue %q, want %q", got, want)
	}
}

func TestIntakeOfAStoreThatAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		o.run(t)
		o.handle(t, "1", "2", "1")
		o.wantQueue(t, "1", "2")
		if got := o.State(); got != (exchange.IntakeState{}) {
			t.Errorf("state %+v", got)
		}
	})
}

// Whatever is wrong with the store, the platform is answered in time, and what
// it sent is answered later, in order and once.
func TestIntakeSpoolsWhatTheStoreDoesNotTake(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mood mood
		took time.Duration
	}{
		"hangs": {hangs, 150 * time.Millisecond}, "fails": {fails, 0},
		"muffled": {muffled, 0}, "tardy": {tardy, 150 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
				o.run(t)
				o.handle(t, "1")
				o.store.be(test.mood)
				start := time.Now()
				o.handle(t, "2")
				if took := time.Since(start); took != test.took {
					t.Errorf("answered after %v, want %v", took, test.took)
				}
				o.handle(t, "3", "4") // straight into the spool
				if took := time.Since(start); took != test.took {
					t.Errorf("the others were answered after %v", took)
				}
				if got := o.State(); !got.Degraded || got.Full || got.Spooled != 3 || !got.Oldest.Equal(start.Add(test.took)) {
					t.Errorf("state %+v", got)
				}
				time.Sleep(time.Hour)
				o.store.be(well)
				time.Sleep(10 * time.Second)
				o.handle(t, "5")
				o.wantQueue(t, "1", "2", "3", "4", "5")
				if got := o.State(); got != (exchange.IntakeState{}) {
					t.Errorf("state %+v", got)
				}
				o.stop()
				for _, line := range []string{"messages are spooled", "replay of the spool stopped", "all messages again"} {
					if strings.Count(o.log.String(), line) != 1 {
						t.Errorf("the log does not say %q once: %s", line, o.log)
					}
				}
			})
		})
	}
}

// A store that was slow once is slow for those who waited, not for everybody
// until the spool happens to be empty.
func TestIntakeLeavesTheDetourSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		other, gone := alice, make(chan struct{})
		other.Chat = "bob"
		var direct, slow atomic.Int64
		o.Intake = exchange.NewIntake(handler(func(ctx context.Context, m bot.Message) error {
			switch {
			case m.Chat == other:
				direct.Add(1)
				return nil
			case slow.Add(1) == 2: // the replay of it, which may take longer
				<-gone
				return nil
			case m.ID == "1":
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}), o.spool, exchange.IntakeConfig{})
		o.run(t)
		o.handle(t, "1")
		bob := func(id string) {
			t.Helper()
			m := message(id, "")
			m.Chat = other
			if err := o.Handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		bob("2") // by the spool, which shows that the store is well
		synctest.Wait()
		bob("3") // at once, although alice's message still waits
		if direct.Load() != 2 || o.State().Spooled != 1 {
			t.Errorf("%d of 2 taken, state %+v", direct.Load(), o.State())
		}
		o.handle(t, "4") // hers wait behind it
		if got := o.State().Spooled; got != 2 {
			t.Errorf("%d messages in the spool, want 2", got)
		}
		close(gone)
		synctest.Wait()
		if got := o.State().Spooled; got != 0 {
			t.Errorf("%d messages in the spool, want none", got)
		}
	})
}

// The wait behind earlier messages of the chat is inside the budget, and none
// of them overtakes another on its way into the spool.
func TestIntakeKeepsBudgetAndOrderInABurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		o.store.be(hangs)
		var callers sync.WaitGroup
		var ids []string
		for n := range 9 {
			id := fmt.Sprint(n)
			ids = append(ids, id)
			callers.Go(func() {
				start := time.Now()
				if err := o.Handle(t.Context(), message(id, "")); err != nil || time.Since(start) > 150*time.Millisecond {
					t.Errorf("message %d: Handle = %v after %v", n, err, time.Since(start))
				}
			})
			time.Sleep(30 * time.Millisecond)
		}
		callers.Wait()
		o.store.be(well)
		o.run(t)
		synctest.Wait()
		time.Sleep(time.Second)
		o.wantQueue(t, ids...)
	})
}

// Many chats, messages at random moments, a store that changes its mood all the
// time: in the end every chat has each of its messages once, in order.
func TestIntakeLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newDoor(t, answer, spool.Options{SegmentBytes: 3000}, exchange.IntakeConfig{Parallel: 3})
				o.run(t)
				const chats, each = 5, 40
				var callers sync.WaitGroup
				for c := range chats {
					random := rand.New(rand.NewPCG(seed, uint64(c)))
					callers.Go(func() {
						for n := range each {
							time.Sleep(1 + time.Duration(random.Int64N(int64(600*time.Millisecond))))
							callers.Go(func() {
								m := message(fmt.Sprintf("%d-%02d", c, n), "")
								m.Chat.Chat = fmt.Sprint(c)
								if err := o.Handle(t.Context(), m); err != nil {
									t.Errorf("Handle: %v", err)
								}
							})
						}
					})
				}
				random := rand.New(rand.NewPCG(seed, chats))
				for range 30 {
					o.store.be(mood(random.IntN(int(moods))))
					time.Sleep(time.Duration(random.Int64N(int64(time.Second))))
				}
				callers.Wait()
				o.store.be(well)
				time.Sleep(time.Minute)
				for c := range chats {
					var want, got []string
					for n := range each {
						want = append(want, fmt.Sprintf("%d-%02d", c, n))
					}
					id := alice
					id.Chat = fmt.Sprint(c)
					ds, err := o.bench.store.Pending(t.Context(), id)
					if err != nil {
						t.Fatal(err)
					}
					for _, d := range ds {
						got = append(got, d.Reply.Text)
					}
					if !slices.Equal(got, want) {
						t.Errorf("chat %d: queue %q", c, got)
					}
				}
			})
		})
	}
}

// handler is one of a test's own.
type handler func(ctx context.Context, m bot.Message) error

func (h handler) Handle(ctx context.Context, m bot.Message) error { return h(ctx, m) }

// What can never be saved is told to the channel and not spooled.
func TestIntakeRefusesWhatCanNeverBeSaved(t *testing.T) {
	t.Parallel()
	for _, want := range []error{record.ErrInvalid, record.ErrVersion} {
		synctest.Test(t, func(t *testing.T) {
			o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
			k := exchange.NewIntake(handler(func(context.Context, bot.Message) error {
				return fmt.Errorf("save chat: %w", want)
			}), o.spool, exchange.IntakeConfig{})
			if err := k.Handle(t.Context(), message("1", "")); !errors.Is(err, want) || o.spool.Len() != 0 {
				t.Errorf("Handle = %v, %d spooled, want %v", err, o.spool.Len(), want)
			}
		})
	}
}

func TestIntakeWithoutStoreAndSpool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{MaxBytes: 200}, exchange.IntakeConfig{})
		o.store.be(fails)
		o.handle(t, "1")
		if err := o.Handle(t.Context(), message("2", "")); !errors.Is(err, spool.ErrFull) {
			t.Errorf("with a full spool: Handle = %v", err)
		}
		if got := o.State(); !got.Full || !got.Degraded || got.Spooled != 1 {
			t.Errorf("state %+v", got)
		}
		o.store.be(well)
		o.run(t)
		synctest.Wait()
		time.Sleep(time.Second)
		o.handle(t, "2") // the platform sends it again
		o.wantQueue(t, "1", "2")
		if got := o.State(); got != (exchange.IntakeState{}) {
			t.Errorf("state %+v", got)
		}
		o.stop()
		o.store.be(fails)
		if err := o.spool.Close(); err != nil {
			t.Error(err)
		}
		if err := o.Handle(t.Context(), message("3", "")); !errors.Is(err, spool.ErrClosed) || !errors.Is(err, exchange.ErrUnavailable) {
			t.Errorf("with neither: Handle = %v, want both errors", err)
		}
	})
}

// A platform that hung up has still handed its message over.
func TestIntakeKeepsWhatAPlatformGaveUpOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		o.store.be(hangs)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := o.Handle(ctx, message("1", "")); err != nil || o.spool.Len() != 1 {
			t.Errorf("Handle = %v, %d spooled", err, o.spool.Len())
		}
	})
}

// What an earlier process left is answered first.
func TestIntakeStartsWithAFilledSpool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		o.store.be(fails)
		o.handle(t, "1", "2")
		o.close(t)
		o.store.be(well)
		o.open(t, spool.Options{}, exchange.IntakeConfig{})
		o.handle(t, "3") // before the replay began: the store would take it, and out of turn
		o.run(t)
		synctest.Wait()
		time.Sleep(time.Second)
		o.handle(t, "4")
		o.wantQueue(t, "1", "2", "3", "4")
	})
}

func TestIntakeDrainsWhenItStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{Drain: 2 * time.Second})
		o.run(t)
		o.store.be(fails)
		o.handle(t, "1", "2")
		time.Sleep(time.Minute) // it looks every five seconds by now
		o.store.be(well)
		o.stop()
		o.wantQueue(t, "1", "2")

		o.store.be(hangs)
		o.run(t)
		o.handle(t, "3")
		start := time.Now()
		o.stop()
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("stopped after %v with a store that hangs", took)
		}
		if got := o.State(); got.Spooled != 1 || !strings.Contains(o.log.String(), "stay in the spool") {
			t.Errorf("state %+v, log: %s", got, o.log)
		}
	})
}

// One message that breaks everything it meets stops neither its chat nor others.
func TestIntakeGoesOnPastPoison(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		var ill atomic.Bool
		ill.Store(true)
		var mu sync.Mutex
		var took []string
		k := exchange.NewIntake(handler(func(_ context.Context, m bot.Message) error {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case ill.Load():
				return exchange.ErrUnavailable
			case m.ID == "panic":
				panic(m)
			case m.ID == "invalid":
				return record.ErrInvalid
			}
			took = append(took, m.ID)
			return nil
		}), o.spool, exchange.IntakeConfig{})
		for _, id := range []string{"1", "panic", "2", "invalid", "3"} {
			if err := k.Handle(t.Context(), message(id, "")); err != nil {
				t.Fatal(err)
			}
		}
		ill.Store(false)
		o.Intake = k
		o.run(t)
		synctest.Wait()
		o.stop()
		if !slices.Equal(took, []string{"1", "2", "3"}) || o.spool.Len() != 0 {
			t.Errorf("took %v, %d left", took, o.spool.Len())
		}
	})
}

// A chat whose messages cannot be taken does not keep the others waiting.
func TestIntakeServesOthersBesideAStuckChat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		var took atomic.Int64
		o.Intake = exchange.NewIntake(handler(func(_ context.Context, m bot.Message) error {
			if m.Chat != alice {
				took.Add(1)
				return nil
			}
			return exchange.ErrUnavailable
		}), o.spool, exchange.IntakeConfig{})
		o.run(t)
		o.handle(t, "stuck")
		time.Sleep(time.Minute)
		for n := range 20 {
			m := message(fmt.Sprint(n), "")
			m.Chat.Chat = "bob"
			if err := o.Handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				time.Sleep(5 * time.Second) // until then it cannot know that the store answers
			}
			synctest.Wait()
			if took.Load() != int64(n)+1 {
				t.Fatalf("message %d: %d taken", n, took.Load())
			}
			time.Sleep(time.Duration(n) * 700 * time.Millisecond)
		}
		if got := o.State(); got.Spooled != 1 {
			t.Errorf("state %+v", got)
		}
	})
}

// A store that is down is not hammered.
func TestIntakeBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newDoor(t, answer, spool.Options{}, exchange.IntakeConfig{})
		o.run(t)
		o.store.be(fails)
		o.handle(t, "1")
		time.Sleep(10 * time.Minute)
		if n := o.store.loads.Load(); n < 100 || n > 140 {
			t.Errorf("asked %d times in ten minutes, want about 120", n)
		}
	})
}

func TestIntakeTellsWhatCameTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		saw := map[string]bot.Kind{}
		o := newDoor(t, func(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
			saw[m.ID] = m.Kind
			return answer(conv, m, now)
		}, spool.Options{}, exchange.IntakeConfig{TooLate: func(bot.Message) bot.Message { return bot.Message{Kind: bot.KindOther} }})
		o.store.be(fails)
		at := time.Now()
		for i, id := range []string{"late", "in time"} {
			m := message(id, "")
			m.At = at.Add(time.Duration(i) * time.Second)
			if err := o.Handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		m := message("no time", "")
		m.At = time.Time{}
		if err := o.Handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		time.Sleep(48*time.Hour + time.Second)
		o.store.be(well)
		o.run(t)
		synctest.Wait()
		o.stop()
		if saw["late"] != bot.KindOther || saw["in time"] != bot.KindText || saw["no time"] != bot.KindText || len(saw) != 3 {
			t.Errorf("handled %v", saw)
		}
		o.wantQueue(t, "late", "in time", "no time")
	})
}

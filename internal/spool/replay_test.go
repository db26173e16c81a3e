package spool_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/spool"
)

// What was taken is not handed on again, whether the replay ended or the
// process did.
func TestAReplayGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	for n := range 6 {
		b.append(t, message("a", fmt.Sprint(n)))
	}
	for round := range 3 {
		l := &list{}
		err := b.Replay(t.Context(), func(ctx context.Context, m bot.Message) error {
			if len(l.ids) == 2 && round < 2 {
				return errDown
			}
			return l.take(ctx, m)
		}, 4)
		if want := []string{fmt.Sprint(2 * round), fmt.Sprint(2*round + 1)}; !slices.Equal(l.ids, want) {
			t.Errorf("round %d took %v, want %v", round, l.ids, want)
		}
		if round < 2 && !errors.Is(err, errDown) || round == 2 && err != nil {
			t.Errorf("round %d: Replay = %v", round, err)
		}
		b.reopen(t)
	}
}

func TestOneChatInTroubleDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	const sick = 7 // more than the patience: the healthy ones must still come through in the end
	for c := range 2 * sick {
		b.append(t, message(fmt.Sprint(c), "1"), message(fmt.Sprint(c), "2"))
	}
	l := &list{}
	for range 3 {
		err := b.Replay(t.Context(), func(ctx context.Context, m bot.Message) error {
			var c int
			if _, err := fmt.Sscan(m.Chat.Chat, &c); err != nil || c < sick {
				return errors.Join(errDown, err)
			}
			return l.take(ctx, m)
		}, 1)
		if !errors.Is(err, errDown) {
			t.Errorf("Replay = %v", err)
		}
	}
	if len(l.ids) != 2*sick || b.Len() != 2*sick {
		t.Errorf("took %d, left %d, want %d each", len(l.ids), b.Len(), 2*sick)
	}
}

func TestAReplayEndsWhenNothingIsTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	for c := range 100 {
		b.append(t, message(fmt.Sprint(c), "1"))
	}
	var tries atomic.Int64
	err := b.Replay(t.Context(), func(context.Context, bot.Message) error {
		tries.Add(1)
		return errDown
	}, 2)
	if !errors.Is(err, errDown) || tries.Load() > 10 || b.Len() != 100 {
		t.Errorf("Replay = %v after %d tries, %d left", err, tries.Load(), b.Len())
	}
}

func TestPoisonIsSetAside(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		take   func() error
		reason string
	}{
		"a panic":           {func() error { panic("nhà tôi 0912345678") }, "panic: string"},
		"a runtime error":   {func() error { return []error{}[len("x")] }, "index out of range"},
		"an invalid save":   {func() error { return fmt.Errorf("save chat: %w", record.ErrInvalid) }, "invalid save"},
		"a newer program's": {func() error { return record.ErrVersion }, "unknown record version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, spool.Options{})
			b.append(t, message("nha-toi", "1"), message("nha-toi", "bad"), message("nha-toi", "3"), message("b", "4"))
			l := &list{}
			err := b.Replay(t.Context(), func(ctx context.Context, m bot.Message) error {
				if m.ID == "bad" {
					return test.take()
				}
				return l.take(ctx, m)
			}, 1)
			if slices.Sort(l.ids); err != nil || !slices.Equal(l.ids, []string{"1", "3", "4"}) || !b.Empty() {
				t.Errorf("Replay = %v, took %v, %d left", err, l.ids, b.Len())
			}
			if got := b.files(t); !slices.Equal(got, []string{"poison-20261121.spool"}) {
				t.Fatalf("files %v", got)
			}
			path := filepath.Join(b.dir, "poison-20261121.spool")
			var kept []bot.Message
			if err := spool.ReadFile(path, func(m bot.Message) error { kept = append(kept, m); return nil }); err != nil {
				t.Fatal(err)
			}
			if len(kept) != 1 || !reflect.DeepEqual(kept[0], message("nha-toi", "bad")) {
				t.Errorf("kept %+v", kept)
			}
			raw, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(raw), test.reason) || strings.Contains(string(raw), "0912345678") {
				t.Errorf("%v, the file holds %q", err, raw)
			}
			log := b.log.String()
			if !strings.Contains(log, test.reason) || strings.Contains(log, "nhà tôi") || strings.Contains(log, "nha-toi") || strings.Contains(log, "câu") {
				t.Errorf("log: %s", log)
			}
			b.reopen(t)
			if !b.Empty() {
				t.Errorf("%d messages came back", b.Len())
			}
		})
	}
}

func TestTheCallerSaysWhatIsPermanent(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{Permanent: func(err error) bool { return errors.Is(err, errDown) }})
	b.append(t, message("a", "1"))
	if err := b.Replay(t.Context(), func(context.Context, bot.Message) error { return errDown }, 1); err != nil || !b.Empty() {
		t.Errorf("Replay = %v, %d left", err, b.Len())
	}
}

// A message that fails for days while others are taken gives way; a store that
// is down for days costs nobody anything.
func TestAMessageThatNeverWorksGivesWay(t *testing.T) {
	t.Parallel()
	now := noon
	b := newBench(t, spool.Options{Now: func() time.Time { return now }, GiveUp: time.Hour})
	b.append(t, message("stuck", "1"))
	all := func(context.Context, bot.Message) error { return errDown }
	but := func(_ context.Context, m bot.Message) error {
		if m.Chat.Chat == "stuck" {
			return errDown
		}
		return nil
	}
	now = now.Add(time.Hour)
	b.append(t, message("b", "1"))
	if err := b.Replay(t.Context(), but, 1); !errors.Is(err, errDown) || b.Len() != 1 {
		t.Errorf("in time: Replay = %v, %d left", err, b.Len())
	}
	now = now.Add(time.Second)
	b.append(t, message("b", "2"))
	if err := b.Replay(t.Context(), all, 1); !errors.Is(err, errDown) || b.Len() != 2 {
		t.Errorf("with nothing taken: Replay = %v, %d left", err, b.Len())
	}
	b.append(t, message("c", "1"))
	for range 2 { // "b" failed as well, and may come after "stuck" once
		_ = b.Replay(t.Context(), but, 1)
	}
	if got := b.files(t); !b.Empty() || !slices.Equal(got, []string{"poison-20261121.spool"}) {
		t.Errorf("%d left, files %v", b.Len(), got)
	}
}

func TestWhatIsAppendedMeanwhileComesBehind(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	b.append(t, message("a", "1"), message("a", "2"))
	l := &list{}
	err := b.Replay(t.Context(), func(ctx context.Context, m bot.Message) error {
		if m.ID == "1" {
			b.append(t, message("a", "3"), message("b", "x"))
		}
		return l.take(ctx, m)
	}, 1)
	if err != nil || !b.Empty() || len(b.files(t)) != 0 {
		t.Errorf("Replay = %v, %d left in %v", err, b.Len(), b.files(t))
	}
	if l.ids = slices.DeleteFunc(l.ids, func(id string) bool { return id == "x" }); !slices.Equal(l.ids, []string{"1", "2", "3"}) {
		t.Errorf("took %v", l.ids)
	}
}

func TestChatsGoSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, spool.Options{})
		const chats, each, parallel = 6, 3, 4
		for c := range chats {
			for n := range each {
				b.append(t, message(fmt.Sprint(c), fmt.Sprint(n)))
			}
		}
		var mu sync.Mutex
		inside, most, next := map[string]int{}, 0, map[string]int{}
		err := b.Replay(t.Context(), func(_ context.Context, m bot.Message) error {
			mu.Lock()
			inside[m.Chat.Chat]++
			if inside[m.Chat.Chat] > 1 || m.ID != fmt.Sprint(next[m.Chat.Chat]) {
				t.Errorf("chat %s: message %s, %d at once, %d is next", m.Chat.Chat, m.ID, inside[m.Chat.Chat], next[m.Chat.Chat])
			}
			next[m.Chat.Chat]++
			most = max(most, len(inside))
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			delete(inside, m.Chat.Chat)
			return nil
		}, parallel)
		if err != nil || most != parallel || !b.Empty() {
			t.Errorf("Replay = %v, %d chats at once, %d left", err, most, b.Len())
		}
		b.close(t) // inside the bubble
	})
}

func TestAReplayEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	b.append(t, message("a", "1"), message("a", "2"))
	ctx, cancel := context.WithCancel(t.Context())
	err := b.Replay(ctx, func(ctx context.Context, _ bot.Message) error {
		cancel()
		return ctx.Err()
	}, 2)
	if !errors.Is(err, context.Canceled) || b.Len() != 2 {
		t.Errorf("Replay = %v, %d left", err, b.Len())
	}
	if got := b.replay(t); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("then took %v", got)
	}
}

// Close does not pull the file from under a message that is being taken.
func TestCloseWaitsForWhatIsBeingTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, spool.Options{})
		b.append(t, message("a", "1"), message("a", "2"))
		closed := make(chan error, 1)
		err := b.Replay(t.Context(), func(context.Context, bot.Message) error {
			go func() { closed <- b.Close() }()
			time.Sleep(time.Minute)
			return nil
		}, 1)
		if !errors.Is(err, spool.ErrClosed) {
			t.Errorf("Replay = %v", err)
		}
		if err := <-closed; err != nil {
			t.Errorf("Close = %v", err)
		}
		b.open(t)
		if got := b.replay(t); !slices.Equal(got, []string{"2"}) {
			t.Errorf("then took %v", got)
		}
		b.close(t)
	})
}

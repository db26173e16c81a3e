package spool_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/spool"
)

var kills = flag.Int("kills", 25, "how often the kill test kills its child")

// The environment variables that make this test binary the child.
const (
	childSpool = "DOITHOAI_TEST_KILL_SPOOL"
	childRound = "DOITHOAI_TEST_KILL_ROUND"
)

const (
	killChats    = 8
	killParallel = 3
)

// killed is what the children said, over all of them.
type killed struct {
	acked map[string]bool     // messages by chat, round and number
	taken map[string]int      // how often each was handed on
	first map[string][][2]int // round and number of each chat's messages, as they were first handed on
}

func (k *killed) note(what, chat string, round, n int) {
	key := fmt.Sprint(chat, " ", round, " ", n)
	if what == "acked" {
		k.acked[key] = true
		return
	}
	if k.taken[key]++; k.taken[key] == 1 {
		k.first[chat] = append(k.first[chat], [2]int{round, n})
	}
}

// A process that appends and replays at the same time is killed at a random
// moment, again and again, on one spool. Whatever it had acknowledged is handed
// on, in the order of its chat, and next to nothing twice.
func TestKill(t *testing.T) {
	if dir := os.Getenv(childSpool); dir != "" {
		killedChild(dir, os.Getenv(childRound))
		return
	}
	t.Parallel()
	rounds := *kills
	if testing.Short() {
		rounds = 3
	}
	dir := filepath.Join(t.TempDir(), "spool")
	k := &killed{acked: map[string]bool{}, taken: map[string]int{}, first: map[string][][2]int{}}
	for round := range rounds {
		killOnce(t, dir, round, k)
	}
	s, err := spool.Open(dir, spool.Options{})
	if err != nil {
		t.Fatalf("Open after the kills: %v", err)
	}
	left := s.Len()
	err = s.Replay(t.Context(), func(_ context.Context, m bot.Message) error {
		var round, n int
		if _, err := fmt.Sscanf(m.ID, "%d-%d", &round, &n); err != nil {
			t.Errorf("message %q", m.ID)
		}
		k.note("taken", m.Chat.Chat, round, n)
		return nil
	}, 1)
	if err := errors.Join(err, s.Close()); err != nil {
		t.Error(err)
	}
	k.check(t, dir, rounds)
	t.Logf("%d kills, %d messages acknowledged, %d handed on, %d of them at the end", rounds, len(k.acked), len(k.taken), left)
}

func (k *killed) check(t *testing.T, dir string, rounds int) {
	t.Helper()
	if len(k.acked) == 0 {
		t.Error("nothing was ever acknowledged: the test tested nothing")
	}
	for key := range k.acked {
		if k.taken[key] == 0 {
			t.Errorf("message %q was acknowledged and is lost", key)
		}
	}
	again := 0
	for _, n := range k.taken {
		again += n - 1
	}
	if again > rounds*killParallel {
		t.Errorf("%d messages were handed on again, want at most %d", again, rounds*killParallel)
	}
	for chat, order := range k.first {
		for i := 1; i < len(order); i++ {
			if a, b := order[i-1], order[i]; b[0] < a[0] || b[0] == a[0] && b[1] < a[1] {
				t.Errorf("chat %s: %v came after %v", chat, b, a)
			}
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("left in the folder: %v, %v, want the lock alone", files, err)
	}
}

// killOnce runs a child, reads what it says, and kills it.
func killOnce(t *testing.T, dir string, round int, k *killed) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKill$")
	child.Env = append(os.Environ(), childSpool+"="+dir, fmt.Sprintf("%s=%d", childRound, round))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	var kill sync.Once
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // a line without an end was not said
		}
		if err != nil {
			t.Errorf("read child: %v", err)
			break
		}
		// The clock starts with the first line: the child is at work by then.
		kill.Do(func() {
			time.AfterFunc(time.Duration(rand.Int64N(int64(60*time.Millisecond))), func() { _ = child.Process.Kill() })
		})
		var what, chat string
		var of, n int
		if _, err := fmt.Sscanf(line, "%s %s %d-%d\n", &what, &chat, &of, &n); err != nil {
			t.Errorf("child said %q", line)
			continue
		}
		k.note(what, chat, of, n)
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Errorf("the child ended by itself: %v", err)
	}
}

// killedChild appends and replays until it is killed, and says what it did.
// Now and then it lets a replay fail, so that files pile up.
func killedChild(dir, round string) {
	s, err := spool.Open(dir, spool.Options{SegmentBytes: 4000})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	var out sync.Mutex
	say := func(what, chat, id string) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf("%s %s %s\n", what, chat, id)
	}
	for i := range killChats {
		go func() {
			for n := 0; ; n++ {
				m := message(fmt.Sprint(i), fmt.Sprintf("%s-%d", round, n))
				if err := s.Append(context.Background(), m); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(3)
				}
				say("acked", m.Chat.Chat, m.ID)
			}
		}()
	}
	for {
		_ = s.Replay(context.Background(), func(_ context.Context, m bot.Message) error {
			if rand.IntN(3) > 0 {
				return errDown
			}
			say("taken", m.Chat.Chat, m.ID)
			return nil
		}, killParallel)
	}
}

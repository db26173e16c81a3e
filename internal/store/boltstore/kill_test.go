package boltstore_test

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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

var kills = flag.Int("kills", 25, "how often the kill test kills its child")

// The environment variables that make this test binary the child.
const (
	childStore = "DOITHOAI_TEST_KILL_STORE"
	childRound = "DOITHOAI_TEST_KILL_ROUND"
)

// killChats is how many chats the child writes to at the same time.
const killChats = 8

func killChat(i int) bot.ChatID { return bot.ChatID{Channel: "web", Bot: "main", Chat: fmt.Sprint(i)} }

// echo replies with the id of the message: the queue is the list of what was
// taken. Three replies a message show whether a step can be half done.
type echo struct{}

func (echo) Decide(conv bot.Conversation, m bot.Message, now time.Time) bot.Step {
	conv.UpdatedAt = now
	return bot.Step{
		Conversation: conv,
		Replies:      []bot.Reply{{Text: m.ID}, {Text: m.ID}, {Text: m.ID}},
		Counts:       []string{"taken"},
	}
}

// P2 and P3: a process that writes and acknowledges is killed at a random
// moment, again and again, on one store. Whatever it had acknowledged is there,
// nothing is there twice or in part, and the counts agree.
func TestKill(t *testing.T) {
	if path := os.Getenv(childStore); path != "" {
		killedChild(path, os.Getenv(childRound))
		return
	}
	t.Parallel()
	rounds := *kills
	if testing.Short() {
		rounds = 3
	}
	path := newPath(t)
	acked := make([]map[string]bool, killChats)
	for i := range acked {
		acked[i] = map[string]bool{}
	}
	total := 0
	for round := range rounds {
		killOnce(t, path, round, acked)
		total = checkKilled(t, path, acked)
		if t.Failed() {
			t.Fatalf("after kill %d", round+1)
		}
	}
	count := 0
	for _, ids := range acked {
		count += len(ids)
	}
	if count == 0 {
		t.Error("nothing was ever acknowledged: the test tested nothing")
	}
	t.Logf("%d kills, %d messages acknowledged, %d stored", rounds, count, total)
}

// killOnce runs a child, reads what it acknowledges, and kills it.
func killOnce(t *testing.T, path string, round int, acked []map[string]bool) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKill$")
	child.Env = append(os.Environ(), childStore+"="+path, fmt.Sprintf("%s=%d", childRound, round))
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
			break // a line without an end was not acknowledged
		}
		if err != nil {
			t.Errorf("read child: %v", err)
			break
		}
		// The clock starts with the first line: the child is writing by then.
		kill.Do(func() {
			time.AfterFunc(time.Duration(rand.Int64N(int64(60*time.Millisecond))), func() { _ = child.Process.Kill() })
		})
		var chat int
		var id string
		if _, err := fmt.Sscanf(line, "%d %s\n", &chat, &id); err != nil {
			t.Errorf("child said %q", line)
			continue
		}
		acked[chat][id] = true
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Errorf("the child ended by itself: %v", err)
	}
}

// checkKilled compares the store with what was acknowledged and returns how
// many messages it holds.
func checkKilled(t *testing.T, path string, acked []map[string]bool) (total int) {
	t.Helper()
	s, err := boltstore.Open(path, quiet)
	if err != nil {
		t.Fatalf("Open after a kill: %v", err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	for i, ids := range acked {
		chat, err := s.Load(t.Context(), killChat(i))
		if err != nil {
			t.Fatal(err)
		}
		ds, err := s.Pending(t.Context(), killChat(i))
		if err != nil {
			t.Fatal(err)
		}
		taken := map[string]int{}
		for j, d := range ds {
			taken[d.Reply.Text]++
			if d.Seq != uint64(j)+1 {
				t.Errorf("delivery %d of chat %d has sequence %d", j, i, d.Seq)
			}
		}
		for id, n := range taken {
			if n != 3 {
				t.Errorf("message %s of chat %d has %d replies, want 3", id, i, n)
			}
		}
		for id := range ids {
			if taken[id] == 0 {
				t.Errorf("message %s of chat %d was acknowledged and is lost", id, i)
			}
		}
		if chat.Revision != uint64(len(taken)) || len(chat.Seen) != min(len(taken), record.SeenLimit) {
			t.Errorf("chat %d: revision %d, %d marks, %d messages", i, chat.Revision, len(chat.Seen), len(taken))
		}
		total += len(taken)
	}
	counted := uint64(0)
	err = s.Walk(func(key, _ []byte) {
		if day, ok := strings.CutSuffix(strings.TrimPrefix(string(key), "count"), "taken"); ok {
			counts, err := s.Counts(t.Context(), day)
			if err != nil {
				t.Error(err)
			}
			counted += counts["taken"]
		}
	})
	if err != nil || counted != uint64(total) {
		t.Errorf("%d are counted and %d stored (%v)", counted, total, err)
	}
	return total
}

// killedChild handles messages until it is killed, and says of each that it is
// taken. As a platform would, it sends each message again, now and then, also
// those of the rounds before.
func killedChild(path, round string) {
	s, err := boltstore.Open(path, boltstore.Options{SweepEvery: time.Millisecond, LockWait: 5 * time.Second})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	x, err := exchange.New(s, echo{}, exchange.Config{Apology: bot.Reply{Text: "x"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	var out sync.Mutex
	for i := range killChats {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%s-%d", round, n)
				if n%3 == 2 {
					id = fmt.Sprintf("%d-%d", rand.IntN(n+1)%3, rand.IntN(n)) // perhaps new, mostly a redelivery
				}
				if err := x.Handle(context.Background(), bot.Message{Chat: killChat(i), ID: id}); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(3)
				}
				out.Lock()
				fmt.Printf("%d %s\n", i, id)
				out.Unlock()
			}
		}()
	}
	select {}
}

package boltstore_test

import (
	"bufio"
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
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

var kills = flag.Int("kills", 25, "how often the kill test kills its child")

// killChats is how many chats the child writes to at the same time. The first
// half fetches, the second half is sent to.
const killChats = 8

func killChat(i int) bot.ChatID {
	if i < killChats/2 {
		return bot.ChatID{Channel: "web", Bot: "main", Chat: fmt.Sprint(i)}
	}
	return pushed(fmt.Sprint(i))
}

// killOptions are those of one round. Between two rounds leases run out.
func killOptions(round int) boltstore.Options {
	return boltstore.Options{
		SweepEvery: time.Millisecond, LockWait: 5 * time.Second,
		Now: func() time.Time { return time.Now().Add(time.Duration(round) * 2 * record.LeaseTime) },
	}
}

// tally is what the children said, by chat.
type tally struct {
	took    [killChats]map[string]bool // messages that were acknowledged
	sending [killChats]map[uint64]bool // deliveries that may have been sent
	sent    [killChats]map[uint64]bool // of these, those that were settled
	working map[string]bool            // letters that may have been applied
	worked  map[string]bool            // of these, those that were finished
}

func newTally() *tally {
	all := &tally{working: map[string]bool{}, worked: map[string]bool{}}
	for i := range killChats {
		all.took[i], all.sending[i], all.sent[i] = map[string]bool{}, map[uint64]bool{}, map[uint64]bool{}
	}
	return all
}

// hear takes down one line of a child.
func (a *tally) hear(line string) error {
	var chat, lapses int
	var seq uint64
	var id string
	what, rest, _ := strings.Cut(line, " ")
	var err error
	switch what {
	case "took":
		if _, err = fmt.Sscanf(rest, "%d %s\n", &chat, &id); err == nil {
			a.took[chat][id] = true
		}
	case "sending":
		if _, err = fmt.Sscanf(rest, "%d %d %d\n", &chat, &seq, &lapses); err == nil {
			if a.sending[chat][seq] && lapses == 0 {
				return fmt.Errorf("delivery %d of chat %d is sent again as if it had never been", seq, chat)
			}
			a.sending[chat][seq] = true
		}
	case "sent":
		if _, err = fmt.Sscanf(rest, "%d %d\n", &chat, &seq); err == nil {
			a.sent[chat][seq] = true
		}
	case "working":
		a.working[strings.TrimSpace(rest)] = true
	case "worked":
		a.worked[strings.TrimSpace(rest)] = true
	default:
		err = errors.New("unknown")
	}
	if err != nil {
		return fmt.Errorf("the child said %q: %w", line, err)
	}
	return nil
}

// P2 and P3: a process that writes, sends and acknowledges is killed at a
// random moment, again and again, on one store. Whatever it had acknowledged is
// there, nothing is there twice or in part, nothing that was settled comes
// back, and the counts agree.
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
	path, all, total := newPath(t), newTally(), 0
	for round := range rounds {
		killOnce(t, path, round, all)
		total = checkKilled(t, path, round, all)
		if t.Failed() {
			t.Fatalf("after kill %d", round+1)
		}
	}
	took, sent := 0, 0
	for i := range killChats {
		took += len(all.took[i])
		sent += len(all.sent[i])
	}
	if took == 0 || !testing.Short() && (sent == 0 || len(all.worked) == 0) {
		t.Error("nothing was ever acknowledged: the test tested nothing")
	}
	t.Logf("%d kills, %d messages acknowledged, %d stored, %d sent, %d letters applied", rounds, took, total, sent, len(all.worked))
}

// killOnce runs a child, reads what it says, and kills it.
func killOnce(t *testing.T, path string, round int, all *tally) {
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
			break // a line without an end was not said
		}
		if err != nil {
			t.Errorf("read child: %v", err)
			break
		}
		// The clock starts with the first line: the child is writing by then.
		kill.Do(func() {
			time.AfterFunc(time.Duration(rand.Int64N(int64(60*time.Millisecond))), func() { _ = child.Process.Kill() })
		})
		if err := all.hear(line); err != nil {
			t.Error(err)
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Errorf("the child ended by itself: %v", err)
	}
}

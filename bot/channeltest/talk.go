package channeltest

import (
	"encoding/json"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

// BuiltIn returns the engine of the built-in base. Getting it ready takes a
// while: a test calls it once before it looks at a clock.
func BuiltIn() *bot.Engine { return builtIn() }

var builtIn = sync.OnceValue(func() *bot.Engine {
	base, report := knowledge.Load(quangngai.FS())
	if base == nil {
		panic(report.Text())
	}
	return bot.NewEngine(knowledge.NewMatcher(base, nil), time.FixedZone("ICT", 7*3600))
})

// Talk is one resident's conversation with [BuiltIn], kept as a store keeps it.
// The zero value is one that begins. It is safe for concurrent use.
type Talk struct {
	mu     sync.Mutex
	stored []byte
}

// Decide returns what is answered to m, as the exchange would have it.
func (k *Talk) Decide(m bot.Message, now time.Time) []bot.Reply {
	k.mu.Lock()
	defer k.mu.Unlock()
	var conv bot.Conversation
	if k.stored != nil {
		if err := json.Unmarshal(k.stored, &conv); err != nil {
			panic(err)
		}
	}
	step := BuiltIn().Decide(conv, Kept(m), now)
	if step.Forget {
		step.Conversation = bot.Conversation{}
	}
	var err error
	if k.stored, err = json.Marshal(step.Conversation); err != nil {
		panic(err)
	}
	return step.Replies
}

// Golden compares what a chat shows with the file of a recorded one, or records
// it.
func Golden(t *testing.T, file, got string, record bool) {
	t.Helper()
	if record {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s (%v): the chat differs from the recorded one; run this test with -update, then read the difference:\n%s", file, err, got)
	}
}

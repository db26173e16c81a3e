package redisstore

import (
	"context"
	"crypto/sha1" //nolint:gosec // the name Redis gives a script
	_ "embed"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/record"
)

// The scripts. Each begins with a comment on what it takes and returns; all
// their checks stand before their first write, because Redis does not undo
// what a script did before it failed.
var (
	//go:embed lua/base.lua
	baseLua string
	//go:embed lua/queue.lua
	queueLua string
	//go:embed lua/save.lua
	saveLua string
	//go:embed lua/ack.lua
	ackLua string
	//go:embed lua/claim.lua
	claimLua string
	//go:embed lua/settle.lua
	settleLua string
	//go:embed lua/release.lua
	releaseLua string
	//go:embed lua/work.lua
	workLua string
	//go:embed lua/finish.lua
	finishLua string
	//go:embed lua/take.lua
	takeLua string
	//go:embed lua/revive.lua
	reviveLua string
	//go:embed lua/bury.lua
	buryLua string
	//go:embed lua/restore.lua
	restoreLua string
	//go:embed lua/hold.lua
	holdLua string
	//go:embed lua/letgo.lua
	letGoLua string
	//go:embed lua/swap.lua
	swapLua string
	//go:embed lua/census.lua
	censusLua string
)

// script is one of them as it is sent.
type script struct{ text, sha string }

type scripts struct {
	save, ack, claim, settle, release, work, finish, take, revive, bury, restore script
	hold, letGo, swap, census                                                    script
}

// tools are what everything is written with: a format, and scripts that write it.
type tools struct {
	format record.Format
	scripts
}

func newScripts(spare time.Duration, format record.Format) scripts {
	base := constants(spare, format) + baseLua
	queue := base + queueLua
	return scripts{
		save:    newScript(queue + saveLua),
		ack:     newScript(queue + ackLua),
		claim:   newScript(queue + claimLua),
		settle:  newScript(queue + settleLua),
		release: newScript(queue + releaseLua),
		work:    newScript(base + workLua),
		finish:  newScript(base + finishLua),
		take:    newScript(base + takeLua),
		revive:  newScript(queue + reviveLua),
		bury:    newScript(base + buryLua),
		restore: newScript(base + restoreLua),
		hold:    newScript(base + holdLua),
		letGo:   newScript(base + letGoLua),
		swap:    newScript(base + swapLua),
		census:  newScript(base + censusLua),
	}
}

func newScript(text string) script {
	sum := sha1.Sum([]byte(text)) //nolint:gosec // see above
	return script{text, hex.EncodeToString(sum[:])}
}

// How long Redis keeps what nobody removes.
const (
	// slack is how much longer than its last delivery a queue that is sent is
	// kept: whoever claims an expired message still has to settle it.
	slack = 72 * time.Hour
	// keepLetters bounds the life of letters nobody works off; they are given up
	// after [record.KeepLetter] by whoever does.
	keepLetters = 30 * 24 * time.Hour
)

// constants tells the scripts what the rest of the program goes by.
func constants(spare time.Duration, format record.Format) string {
	millis := func(d time.Duration) int64 { return d.Milliseconds() }
	return fmt.Sprintf(`local FORMAT, KEEP_CHAT, KEEP_SEEN, SEEN_LIMIT = '\%d', %d, %d, %d
local LEASE, BOOST, SLACK, DAY, KEEP_DEAD, KEEP_LETTERS, SPARE = %d, %d, %d, %d, %d, %d, %d
`,
		format, int64(record.KeepChat/time.Second), int64(record.KeepSeen/time.Second), record.SeenLimit,
		millis(record.LeaseTime), millis(record.PersonBoost), millis(slack), millis(24*time.Hour), millis(record.KeepDead), millis(keepLetters),
		millis(spare))
}

// call is one step for one shard: a script, or a plain command. Running it again
// after an answer was lost does no harm.
type call struct {
	shard   int
	at      *node    // nil: whoever has the shard
	script  *script  // nil: a plain command
	keys    []string // of a script
	args    []any    // of a script; of a command: the whole command
	durable bool     // its outcome must be safe before it is told

	whole bool // send the text of the script: the server has forgotten it
	value any  // what came back; nil for nothing
	err   error
}

// command returns c as it is sent, new each time.
func (c *call) command(ctx context.Context) *redis.Cmd {
	args := c.args
	if c.script != nil {
		args = make([]any, 0, 3+len(c.keys)+len(c.args))
		if c.whole {
			args = append(args, "eval", c.script.text)
		} else {
			args = append(args, "evalsha", c.script.sha)
		}
		args = append(args, len(c.keys))
		for _, k := range c.keys {
			args = append(args, k)
		}
		args = append(args, c.args...)
	}
	return redis.NewCmd(ctx, args...)
}

package zalobot_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/knowledge"
	"github.com/doithoai/doithoai/knowledge/quangngai"
)

var update = flag.Bool("update", false, "rewrite the conversations under testdata/golden")

// builtin fits the built-in base once for all tests: it is read-only.
var builtin = sync.OnceValue(func() *bot.Engine {
	base, report := knowledge.Load(quangngai.FS())
	if base == nil {
		panic(report.Text())
	}
	return bot.NewEngine(knowledge.NewMatcher(base, nil), time.FixedZone("ICT", 7*3600))
})

// TestDialogues plays dialogues of package bot as a resident of this channel
// sees them: choices are numbers to be typed. The conversations are kept in
// testdata/golden; go test -update rewrites them.
func TestDialogues(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"01-nam-cau-lien", "06-danh-muc", "07-so-0", "13-nho-dien", "15-hai-cau", "18-khong-phai-may-viec-nay", "22-xa-trung-ten",
		"23-quen-toi", "31-muon-chet", "44-hinh-anh", "45-qua-dai", "47-luong-co-so-doi",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, err := os.ReadFile(filepath.Join("..", "testdata", "dialogues", name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			play(t, name, string(script))
		})
	}
}

// Somebody whose messages Zalo keeps from bots still hears where to turn.
func TestDialogueOfProtectedPeople(t *testing.T) {
	t.Parallel()
	play(t, "tin-bi-giu", "# What Zalo keeps from a bot is answered all the same.\n\n! whisper\n! whisper\n")
}

// player is a resident in front of the channel, with the engine behind it.
type player struct {
	*bench
	post   *channeltest.Post
	person *zbfake.Person
	turns  int
	out    []string

	mu   sync.Mutex
	conv []byte // as the store keeps it
}

func play(t *testing.T, name, script string) {
	t.Helper()
	builtin() // takes a while, and nobody should wait for it in front of a screen
	p := &player{conv: []byte("{}")}
	p.post = channeltest.NewPost(p.decide)
	p.bench = newBench(t, setting{config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, p.post }})
	p.ready()
	p.post.Start(t, p.bot, p.clock.Advance)
	p.person = p.fake.Person("Tám")
	for line := range strings.Lines(script) {
		p.line(strings.TrimRight(line, "\n"))
	}
	got := strings.TrimSpace(strings.Join(p.out, "\n")) + "\n"
	file := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s (%v): the conversation differs from the recorded one (go test ./bot/zalobot -run Dialogue -update, then read the difference)\n%s", file, err, got)
	}
}

// decide makes the step of one message.
func (p *player) decide(m bot.Message) []bot.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	var conv bot.Conversation
	if err := json.Unmarshal(p.conv, &conv); err != nil {
		panic(err)
	}
	step := builtin().Decide(conv, channeltest.Kept(m), m.At)
	if step.Forget {
		step.Conversation = bot.Conversation{}
	}
	var err error
	if p.conv, err = json.Marshal(step.Conversation); err != nil {
		panic(err)
	}
	return step.Replies
}

// line plays one line of a dialogue; what is expected of replies is checked there.
func (p *player) line(line string) {
	p.t.Helper()
	verb, arg, _ := strings.Cut(line, " ")
	switch {
	case strings.HasPrefix(line, "#"):
		p.out = append(p.out, line)
	case verb == ">":
		p.turn(arg, func() error { p.person.Type(arg); return nil })
	case verb == "!":
		p.direct(arg)
	}
}

func (p *player) direct(what string) {
	p.t.Helper()
	verb, arg, _ := strings.Cut(what, " ")
	switch verb {
	case "press":
		p.turn("("+arg+")", func() error { return p.person.Choose(arg) })
	case "photo":
		p.turn("(hình)", func() error { p.person.Photo(""); return nil })
	case "whisper":
		p.turn("(tin Zalo không đưa cho bot)", func() error { p.person.Whisper("riêng"); return nil })
	case "long":
		text := arg + strings.Repeat(" chuyện dài lắm", 500)
		p.turn(arg+" …", func() error { p.person.Type(text); return nil })
	case "date":
		d, err := knowledge.ParseDate(arg)
		if err != nil {
			p.t.Fatal(err)
		}
		p.clock.Advance(d.Time().Add(2 * time.Hour).Sub(p.clock.Now()))
		p.out = append(p.out, "", "("+arg+")")
	default:
		p.t.Fatalf("unknown directive %q", what)
	}
}

// turn lets the person do something and writes down what the screen shows then.
func (p *player) turn(shown string, act func() error) {
	p.t.Helper()
	p.clock.Advance(10 * time.Second)
	if err := act(); err != nil {
		p.t.Fatalf("%s: %v", shown, err)
	}
	p.turns++
	chat := bot.ChatID{Channel: zalobot.Name, Bot: "main", Chat: p.person.ID}
	p.eventually("answer: "+shown, func() bool {
		waiting, err := p.post.Pending(p.t.Context(), chat)
		return err == nil && len(p.post.Taken()) == p.turns && len(waiting) == 0
	})
	p.out = append(p.out, "", "> "+shown)
	for _, m := range p.person.Unread() {
		p.out = append(p.out, "")
		for line := range strings.SplitSeq(m.Text, "\n") {
			p.out = append(p.out, strings.TrimRight("  "+line, " "))
		}
	}
}

package zalobot_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/knowledge"
)

var update = flag.Bool("update", false, "rewrite the conversations under testdata/golden")

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
}

func play(t *testing.T, name, script string) {
	t.Helper()
	channeltest.BuiltIn() // takes a while, and nobody should wait for it in front of a screen
	p, talk := &player{}, channeltest.Talk{}
	p.post = channeltest.NewPost(func(m bot.Message) []bot.Reply { return talk.Decide(m, m.At) })
	p.bench = newBench(t, setting{config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, p.post }})
	p.ready()
	p.post.Start(t, p.bot, p.clock.Advance)
	p.person = p.fake.Person("Tám")
	for line := range strings.Lines(script) {
		p.line(strings.TrimRight(line, "\n"))
	}
	channeltest.Golden(t, filepath.Join("testdata", "golden", name+".txt"), strings.TrimSpace(strings.Join(p.out, "\n"))+"\n", *update)
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

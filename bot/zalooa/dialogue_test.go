package zalooa_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/knowledge"
)

var update = flag.Bool("update", false, "rewrite the recorded conversations")

// TestDialogues has residents on the stand-in of Zalo talk with the real
// engine, and compares what they see with what was recorded.
func TestDialogues(t *testing.T) {
	t.Parallel()
	channeltest.BuiltIn()
	for _, name := range []string{
		"01-nam-cau-lien", "04-cau-hoi-dau-tien", "05-mo-trang", "06-danh-muc", "07-so-0", "10-chon-so-bang-chu", "15-hai-cau",
		"17-hoi-lai-mot-lan", "20-gap-can-bo", "23-quen-toi", "31-muon-chet", "44-hinh-anh", "45-qua-dai", "46-doi-nam", "65-nut-la",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			talk(t, name, name, false)
		})
	}
	t.Run("numbered", func(t *testing.T) {
		t.Parallel()
		talk(t, "01-nam-cau-lien", "numbered", true)
	})
}

// talk plays the lines that begin with > and ! of a dialogue of package bot.
func talk(t *testing.T, dialogue, golden string, numbered bool) {
	script, err := os.ReadFile(filepath.Join("..", "testdata", "dialogues", dialogue+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	var mind channeltest.Talk
	p := &player{t: t, post: channeltest.NewPost(func(m bot.Message) []bot.Reply { return mind.Decide(m, m.At) })}
	p.bench = newBench(t, options{config: func(c *zalooa.Config) { c.Intake, c.Numbered = p.post, numbered }})
	p.post.Start(t, p.c, p.clock.Advance)
	p.clock.Advance(time.Hour) // nine o'clock, as in package bot
	for line := range strings.SplitSeq(string(script), "\n") {
		if verb, rest, ok := strings.Cut(line, " "); ok && (verb == ">" || verb == "!") || line == ">" {
			p.out.WriteString(line + "\n")
			p.play(verb, rest)
		}
	}
	channeltest.Golden(t, filepath.Join("testdata", "golden", golden+".txt"), p.out.String(), *update)
}

// player is the resident of a dialogue, and what was recorded of it.
type player struct {
	t *testing.T
	*bench
	post *channeltest.Post
	seen int
	out  strings.Builder
}

func (p *player) play(verb, rest string) {
	p.t.Helper()
	ctx := within(p.t)
	p.clock.Advance(10 * time.Second)
	what, arg, _ := strings.Cut(rest, " ")
	var err error
	switch {
	case verb == ">":
		err = p.tam.Type(ctx, rest)
	case what == "open":
		err = p.tam.Follow(ctx, true)
	case what == "photo":
		err = p.tam.Send(ctx, "image", "", map[string]any{"url": "https://photo.zdn.vn/a.jpg"})
	case what == "long":
		err = p.tam.Type(ctx, arg+strings.Repeat(" chuyện dài lắm", 500))
	case what == "payload":
		err = p.tam.Type(ctx, "#"+arg)
	case what == "press":
		err = p.press(arg)
	case what == "wait":
		d, bad := time.ParseDuration(arg)
		p.clock.Advance(d)
		err = bad
	case what == "date":
		d, bad := knowledge.ParseDate(arg)
		p.clock.Advance(d.Time().Add(2 * time.Hour).Sub(p.clock.Now()))
		err = bad
	default:
		err = fmt.Errorf("unknown line %q", rest)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	eventually(p.t, "send all that waits", func() bool {
		waiting, err := p.post.Pending(ctx, chatOf(p.tam))
		return err == nil && len(waiting) == 0
	})
	p.record()
}

// press presses a button of the last message, or types its number.
func (p *player) press(which string) error {
	seen := p.tam.Seen()
	last := seen[len(seen)-1]
	for i, b := range last.Buttons {
		if b.Title == which || strconv.Itoa(i+1) == which {
			return p.tam.Press(within(p.t), b.Title)
		}
	}
	for line := range strings.SplitSeq(last.Text, "\n") {
		if number, label, ok := strings.Cut(line, ". "); ok && (label == which || number == which) {
			return p.tam.Type(within(p.t), number)
		}
	}
	return oafake.ErrNoButton
}

// record writes down what the resident has not seen yet.
func (p *player) record() {
	seen := p.tam.Seen()
	for _, m := range seen[p.seen:] {
		p.out.WriteString("<\n")
		for line := range strings.SplitSeq(m.Text, "\n") {
			p.out.WriteString(strings.TrimRight("< "+line, " ") + "\n")
		}
		for _, b := range m.Buttons {
			fmt.Fprintf(&p.out, "<   [%s] %s\n", b.Title, b.Payload)
		}
	}
	p.seen = len(seen)
}

package telegram_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

var rewrite = flag.Bool("update", false, "rewrite the recorded chats")

// TestGolden plays dialogues of the engine on a phone with Telegram, and
// compares what the chat shows in the end with testdata/golden.
func TestGolden(t *testing.T) {
	t.Parallel()
	channeltest.BuiltIn() // takes a while, which is no chat's
	for _, name := range []string{
		"04-cau-hoi-dau-tien", "05-mo-trang", "06-danh-muc", "07-so-0", "15-hai-cau", "17-hoi-lai-mot-lan", "19-chua-dung-y",
		"20-gap-can-bo", "23-quen-toi", "30-bao-luc", "44-hinh-anh", "50-duoc-mot-phan", "64-nut-mat",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dialogue, err := os.ReadFile(filepath.Join("..", "testdata", "dialogues", name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			p := newPhone(t)
			for line := range strings.SplitSeq(string(dialogue), "\n") {
				if does, ok := strings.CutPrefix(line, "! "); ok {
					p.do(does)
				} else if text, ok := strings.CutPrefix(line, ">"); ok {
					p.typed(strings.TrimPrefix(text, " "))
				}
			}
			channeltest.Golden(t, filepath.Join("testdata", "golden", name+".txt"), p.screen(), *rewrite)
		})
	}
}

// phone is one resident's, with the engine behind the bot.
type phone struct {
	*bench
	person *tgfake.Person
	post   *channeltest.Post
	sent   int

	talk channeltest.Talk

	mu  sync.Mutex
	now time.Time
}

func newPhone(t *testing.T) *phone {
	p := &phone{now: start()}
	p.bench, p.post = listening(t, p.decide, nil)
	p.person = p.fake.Person("Tám")
	return p
}

func (p *phone) decide(m bot.Message) []bot.Reply {
	p.mu.Lock()
	p.now = p.now.Add(10 * time.Second)
	now := p.now
	p.mu.Unlock()
	return p.talk.Decide(m, now)
}

func (p *phone) do(what string) {
	p.t.Helper()
	verb, arg, _ := strings.Cut(what, " ")
	switch verb {
	case "open":
		p.typed("/start")
	case "photo":
		p.person.Photo("")
		p.answered()
	case "press":
		p.press(arg)
	case "payload":
		last := p.last()
		p.person.PressData(last.ID, arg)
		p.answered()
	case "wait":
		d, err := time.ParseDuration(arg)
		if err != nil {
			p.t.Fatal(err)
		}
		p.mu.Lock()
		p.now = p.now.Add(d)
		p.mu.Unlock()
		p.clock.Advance(d)
	default:
		p.t.Fatalf("a phone cannot %q", what)
	}
}

func (p *phone) typed(text string) {
	p.t.Helper()
	p.person.Type(text)
	p.answered()
}

// answered waits until everything that follows from the last thing has come.
func (p *phone) answered() {
	p.t.Helper()
	p.sent++
	p.eventually("answer", func() bool {
		taken := p.post.Taken()
		if len(taken) < p.sent {
			return false
		}
		waiting, err := p.post.Pending(p.t.Context(), taken[0].Chat)
		return err == nil && len(waiting) == 0
	})
}

func (p *phone) last() tgfake.Message {
	for _, m := range slices.Backward(p.person.Screen()) {
		if m.From.IsBot {
			return m
		}
	}
	p.t.Fatal("the bot has not written yet")
	return tgfake.Message{}
}

func (p *phone) press(which string) {
	p.t.Helper()
	m := p.last()
	for i, row := range m.Keyboard.Rows {
		if row[0].Text != which && strconv.Itoa(i+1) != which {
			continue
		}
		if err := p.person.Press(row[0].Text); err != nil {
			p.t.Fatal(err)
		}
		p.answered()
		p.eventually("mark the choice", func() bool {
			i := slices.IndexFunc(p.person.Screen(), func(o tgfake.Message) bool { return o.ID == m.ID })
			return p.person.Screen()[i].Keyboard == nil
		})
		return
	}
	p.t.Fatalf("no button %q", which)
}

// screen is the chat as it stands, the resident's messages with > before them.
func (p *phone) screen() string {
	var out []string
	for _, m := range p.person.Screen() {
		sign := "< "
		if !m.From.IsBot {
			sign = "> "
		}
		text := m.Text
		if len(m.Photo) > 0 {
			text = "(hình)" + m.Caption
		}
		for l := range strings.SplitSeq(text, "\n") {
			out = append(out, strings.TrimRight(sign+l, " "))
		}
		if m.Keyboard != nil {
			for _, row := range m.Keyboard.Rows {
				out = append(out, "<   ["+row[0].Text+"]")
			}
		}
		out = append(out, "")
	}
	return strings.Join(out, "\n")
}

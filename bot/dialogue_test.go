package bot_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"encoding/json"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/knowledge"
)

var update = flag.Bool("update", false, "rewrite the recorded replies of the dialogues")

// TestDialogues runs every dialogue under testdata/dialogues. A file reads:
//
//	# why this dialogue is here
//	> what the resident types
//	! press 2 | press LABEL | payload P | open | photo | send KIND | wait 31m | date 02/01/2027 | long TEXT
//	= kind answer | entry ID | verdict V | one of ID ID kind:K | both ID ID | says WORDS | not says WORDS
//	= not kind K | button LABEL | buttons N | buttons at most N | shorter than N | forgets
//	< the reply, recorded; go test -update rewrites these lines
//
// The conversation goes through JSON between turns, as it does in the store.
func TestDialogues(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) < 60 {
		t.Fatalf("found %d dialogues (%v), want 60 and more", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			runDialogue(t, file)
		})
	}
}

// What other chats write, and how messages ended, is no turn of the conversation.
func TestLettersAreNoTurns(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	conv := channeltest.BuiltIn().Decide(bot.Conversation{}, bot.Message{Kind: bot.KindText, Text: "bao hiem y te ho can ngheo"}, now).Conversation
	for name, l := range map[string]bot.Letter{
		"replies": {Replies: []bot.Reply{{Kind: bot.ReplyPerson, Text: "Dạ, mời cô bác ra xã."}}},
		"an end":  {Ended: &bot.Ended{Track: "t", End: bot.EndSent}},
	} {
		step := channeltest.BuiltIn().Decide(conv, bot.Message{Kind: bot.KindLetter, Letter: &l}, now.Add(time.Hour))
		if !reflect.DeepEqual(step, bot.Step{Conversation: conv, Replies: l.Replies}) {
			t.Errorf("%s: decided %+v", name, step)
		}
	}
}

type player struct {
	t    *testing.T
	conv []byte
	now  time.Time
	step bot.Step
	id   int
}

func runDialogue(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, conv: []byte("{}"), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	var out []string
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "<"):
			continue
		case strings.HasPrefix(line, ">"):
			out = append(out, line)
			p.send(bot.Message{Kind: bot.KindText, Text: strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")})
			out = append(out, p.record()...)
		case strings.HasPrefix(line, "! "):
			out = append(out, line)
			if p.direct(strings.TrimPrefix(line, "! ")) {
				out = append(out, p.record()...)
			}
		case strings.HasPrefix(line, "= "):
			out = append(out, line)
			if fault := p.check(strings.TrimPrefix(line, "= ")); fault != "" {
				t.Errorf("%s:%d: %s: %s\n%s", file, i+1, line, fault, strings.Join(p.record(), "\n"))
			}
		default:
			out = append(out, line)
		}
	}
	got := strings.Join(out, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(data) {
		t.Errorf("%s: replies differ from the recorded ones (go test ./bot -run Dialogues -update, then read the difference)", file)
	}
}

func (p *player) send(m bot.Message) {
	p.t.Helper()
	var conv bot.Conversation
	if err := json.Unmarshal(p.conv, &conv); err != nil {
		p.t.Fatal(err)
	}
	p.id++
	p.now = p.now.Add(10 * time.Second)
	m.Chat, m.ID, m.At = bot.ChatID{Channel: "test", Bot: "main", Chat: "1"}, strconv.Itoa(p.id), p.now
	p.step = channeltest.BuiltIn().Decide(conv, m, p.now)
	if len(p.step.Replies) == 0 {
		p.t.Errorf("no reply to %q", m.Text)
	}
	if p.step.Forget {
		p.step.Conversation = bot.Conversation{}
	}
	data, err := json.Marshal(p.step.Conversation)
	if err != nil {
		p.t.Fatal(err)
	}
	p.conv = data
}

// direct does what a "!" line says and reports whether something was sent.
func (p *player) direct(what string) bool {
	p.t.Helper()
	verb, arg, _ := strings.Cut(what, " ")
	switch verb {
	case "open":
		p.send(bot.Message{Kind: bot.KindOpen})
	case "photo":
		p.send(bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{thing(bot.AttachPhoto)}})
	case "send":
		p.send(bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{thing(bot.AttachmentKind(arg))}})
	case "long":
		p.send(bot.Message{Kind: bot.KindText, Text: arg + strings.Repeat(" chuyện dài lắm", 500)})
	case "payload":
		p.send(bot.Message{Kind: bot.KindPress, Payload: arg})
	case "press":
		p.press(arg)
	case "wait":
		d, err := time.ParseDuration(arg)
		if err != nil {
			p.t.Fatal(err)
		}
		p.now = p.now.Add(d)
		return false
	case "date":
		d, err := knowledge.ParseDate(arg)
		if err != nil {
			p.t.Fatal(err)
		}
		p.now = d.Time().Add(2 * time.Hour)
		return false
	default:
		p.t.Fatalf("unknown directive %q", what)
	}
	return true
}

// thing is an attachment as the engine gets it: what can be kept has a key.
func thing(kind bot.AttachmentKind) bot.Attachment {
	switch kind {
	case bot.AttachPhoto, bot.AttachVoice, bot.AttachVideo, bot.AttachFile:
		return bot.Attachment{Kind: kind, Key: "a0000000000000000000000000000001"}
	}
	return bot.Attachment{Kind: kind}
}

func (p *player) press(which string) {
	p.t.Helper()
	buttons := p.step.Replies[len(p.step.Replies)-1].Buttons
	for i, b := range buttons {
		if b.Label == which || strconv.Itoa(i+1) == which {
			p.send(bot.Message{Kind: bot.KindPress, Text: b.Label, Payload: b.Payload})
			return
		}
	}
	p.t.Fatalf("no button %q among %v", which, buttons)
}

func (p *player) record() []string {
	var out []string
	for _, r := range p.step.Replies {
		head := "< [" + string(r.Kind)
		if r.Entry != "" {
			head += " " + r.Entry
		}
		out = append(out, head+"]")
		for l := range strings.SplitSeq(r.Text, "\n") {
			out = append(out, strings.TrimRight("< "+l, " "))
		}
		for i, b := range r.Buttons {
			out = append(out, fmt.Sprintf("<   %d %s", (i+1)%max(2, len(r.Buttons)), b.Label))
		}
	}
	return out
}

// check returns what is wrong with an expectation, "" if it holds.
func (p *player) check(want string) string {
	r := p.step.Replies[0]
	verb, arg, _ := strings.Cut(want, " ")
	fail := func(ok bool, got any) string {
		if ok {
			return ""
		}
		return fmt.Sprintf("got %v", got)
	}
	n, _ := strconv.Atoi(arg[strings.LastIndex(arg, " ")+1:])
	switch {
	case verb == "kind":
		return fail(string(r.Kind) == arg, r.Kind)
	case strings.HasPrefix(want, "not kind "):
		return fail("not kind "+string(r.Kind) != want, r.Kind)
	case verb == "entry":
		return fail(r.Entry == arg, r.Entry)
	case verb == "verdict":
		return fail(slices.Contains(p.step.Counts, "verdict."+arg), p.step.Counts)
	case strings.HasPrefix(want, "one of "):
		return fail(slices.Contains(strings.Fields(arg), r.Entry) || slices.Contains(strings.Fields(arg), "kind:"+string(r.Kind)), r.Entry)
	case verb == "both":
		ids := strings.Fields(arg)
		return fail(slices.Contains(p.step.Counts, "answer.two") && strings.Contains(r.Entry+fmt.Sprint(r.Buttons), ids[0]) && strings.Contains(fmt.Sprint(r.Buttons), ids[1]), r.Entry)
	case verb == "says":
		return fail(strings.Contains(r.Text, arg), "another text")
	case strings.HasPrefix(want, "not says "):
		return fail(!strings.Contains(r.Text, strings.TrimPrefix(want, "not says ")), "it")
	case verb == "button":
		return fail(slices.ContainsFunc(r.Buttons, func(b bot.Button) bool { return b.Label == arg }), r.Buttons)
	case strings.HasPrefix(want, "buttons at most"):
		return fail(len(r.Buttons) <= n, len(r.Buttons))
	case verb == "buttons":
		return fail(len(r.Buttons) >= n, len(r.Buttons))
	case strings.HasPrefix(want, "shorter than"):
		return fail(utf8.RuneCountInString(r.Text) < n, utf8.RuneCountInString(r.Text))
	case want == "forgets":
		return fail(p.step.Forget, false)
	}
	return "unknown expectation"
}

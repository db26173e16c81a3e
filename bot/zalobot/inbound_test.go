package zalobot_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
)

// desk takes all messages, and can be told to fail.
type desk struct {
	mu    sync.Mutex
	taken []bot.Message
	calls int
	fail  func(call int) error // nil: never
}

func (d *desk) Handle(_ context.Context, m bot.Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls++
	if d.fail != nil {
		if err := d.fail(d.calls); err != nil {
			return err
		}
	}
	d.taken = append(d.taken, m)
	return nil
}

func (d *desk) all() []bot.Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]bot.Message{}, d.taken...)
}

func (d *desk) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taken = nil
}

func (d *desk) called() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

// hooked is a bench in webhook mode with a desk behind it.
func hooked(t *testing.T, fake zbfake.Options) (*bench, *desk) {
	t.Helper()
	d := &desk{}
	b := newBench(t, setting{fake: fake, config: func(c *zalobot.Config) { c.Mode, c.Intake = zalobot.Webhook, d }})
	b.ready()
	return b, d
}

// bring brings a body to the webhook and returns the status.
func (b *bench) bring(body string) int {
	b.t.Helper()
	status, err := b.fake.Deliver(b.t.Context(), secret, []byte(body))
	if err != nil {
		b.t.Fatal(err)
	}
	return status
}

// What people send arrives alike in every form in which the platform words it.
func TestTakesWhatPeopleSend(t *testing.T) {
	t.Parallel()
	forms := map[string]zbfake.Form{
		"documents": {}, "traffic": {Bare: true, Live: true, Untyped: true}, "seconds": {Seconds: true}, "bare": {Bare: true}, "wrapped": {Live: true},
	}
	for _, mode := range []zalobot.Mode{zalobot.Polling, zalobot.Webhook} {
		for name, form := range forms {
			t.Run(string(mode)+", "+name, func(t *testing.T) {
				t.Parallel()
				d := &desk{}
				b := newBench(t, setting{fake: zbfake.Options{Form: form}, config: func(c *zalobot.Config) { c.Mode, c.Intake = mode, d }})
				b.ready()
				p := b.fake.Person("Tám")
				p.Type("Ho\u0323\u0302 nghe\u0300o\x07 ")
				p.Photo("")
				p.Photo("giấy này")
				p.Voice()
				p.Sticker()
				p.Whisper("một điều riêng")
				b.eventually("take all", func() bool { return len(d.all()) == 6 })
				want := []string{
					`text "Hộ nghèo"`,
					`other "" photo https://photo-stal-1.zdn.vn/jpg/4f1a9c.jpg`,
					`text "giấy này" photo https://photo-stal-1.zdn.vn/jpg/4f1a9c.jpg`,
					`other "" voice https://voice-stal-1.zdn.vn/a0b1.aac`,
					`other "" sticker https://zalo-api.zadn.vn/sticker?eid=1`,
					`other "" other`,
				}
				ids := map[string]bool{}
				for i, m := range d.all() {
					got := fmt.Sprintf("%s %q", m.Kind, m.Text)
					for _, a := range m.Attachments {
						got = strings.TrimSpace(got + " " + string(a.Kind) + " " + a.Source)
					}
					if got != want[i] {
						t.Errorf("message %d: %s, want %s", i, got, want[i])
					}
					if m.Chat != (bot.ChatID{Channel: "zalo-bot", Bot: "main", Chat: p.ID}) || !m.At.Equal(b.clock.Now()) || m.ID == "" || m.Sender != p.ID || m.Room {
						t.Errorf("message %d: %+v", i, m)
					}
					ids[m.ID] = true
				}
				if len(ids) != len(want) {
					t.Errorf("%d different ids, want %d", len(ids), len(want))
				}
				if n := b.counts.get("zalo-bot.withheld"); n != 1 {
					t.Errorf("counted %d withheld messages, want 1", n)
				}
			})
		}
	}
}

// Bodies as they may come; each is answered 200, because nothing would be won
// by having it again.
func TestReadsOddBodies(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	const from, chat = `"from":{"id":"77","is_bot":false}`, `"chat":{"id":"77","chat_type":"PRIVATE"}`
	for name, test := range map[string]struct {
		body string
		want string // what is taken: kind, chat, text; empty for nothing
		name string // counted
	}{
		"nothing":                   {"", "", "empty"},
		"blanks":                    {" \n", "", "empty"},
		"null":                      {"null", "", "empty"},
		"an empty object":           {"{}", "", "empty"},
		"an envelope with nothing":  {`{"ok":true,"result":{}}`, "", "empty"},
		"an envelope with null":     {`{"ok":true,"result":null}`, "", "empty"},
		"no JSON":                   {"hello", "", "malformed"},
		"half of JSON":              {`{"event_name":"message.text.received","mess`, "", "malformed"},
		"something else":            {`{"a":1}`, "", "malformed"},
		"an event of another kind":  {`{"event_name":"user.seen.message","message":{` + chat + `}}`, "", "unknown"},
		"a reaction":                {`{"event_name":"message.reaction.received","message":{"message_id":"1",` + chat + `,"reaction":{"icon":"/-heart"}}}`, "", "unknown"},
		"a thing of another kind":   {`{"event_name":"bot.dreams","dream":[7]}`, "", "unknown"},
		"a message of another kind": {`{"event_name":"message.link.received","message":{"message_id":"1",` + chat + `,"text":"a"}}`, "", "unknown"},
		"withheld and nowhere":      {`{"event_name":"message.unsupported.received"}`, "", "nowhere"},
		"text and nowhere":          {`{"event_name":"message.text.received","message":{"message_id":"1","text":"a"}}`, "", "nowhere"},
		"withheld without a chat":   {`{"event_name":"message.unsupported.received","message":{` + from + `}}`, `other 77 ""`, "withheld"},
		"withheld with only a chat": {`{"event_name":"message.unsupported.received","message":{` + chat + `}}`, `other 77 ""`, "withheld"},
		"withheld with its text":    {`{"event_name":"message.unsupported.received","message":{"message_id":"8",` + chat + `,"text":"a"}}`, `other 77 ""`, "withheld"},
		"from a bot":                {`{"event_name":"message.text.received","message":{"message_id":"1","from":{"id":"9","is_bot":true},` + chat + `,"text":"a"}}`, "", "bot"},
		"from a group":              {`{"event_name":"message.text.received","message":{"message_id":"1",` + from + `,"chat":{"id":"g","chat_type":"GROUP"},"text":"a"}}`, "", "elsewhere"},
		"numbers for ids":           {`{"event_name":"message.text.received","message":{"message_id":12,"date":"1795289627","from":{"id":77},"chat":{"id":77},"text":"a"}}`, `text 77 "a"`, ""},
		"an endless id":             {`{"event_name":"message.text.received","message":{"message_id":"1","chat":{"id":"` + strings.Repeat("7", 300) + `"},"text":"a"}}`, "", "nowhere"},
		"fields of another type":    {`{"event_name":"message.text.received","message":{"message_id":{"a":1},"date":[],"from":"x","chat":{"id":"77","chat_type":5},"text":"a"}}`, "", "elsewhere"},
		"a photo that is an object": {`{"event_name":"message.image.received","message":{"message_id":"2",` + chat + `,"photo":{"url":"x"}}}`, `other 77 ""`, ""},
		"a photo of no address":     {`{"event_name":"message.image.received","message":{"message_id":"3",` + chat + `,"photo":"javascript:alert(1)"}}`, `other 77 ""`, ""},
		"an empty text":             {`{"event_name":"message.text.received","message":{"message_id":"4",` + chat + `,"text":" \u0000 "}}`, `other 77 ""`, ""},
		"a list":                    {`[{"event_name":"message.text.received","message":{"message_id":"5",` + chat + `,"text":"a"}}]`, `text 77 "a"`, ""},
		"bytes that are no text":    {"{\"event_name\":\"message.text.received\",\"message\":{\"message_id\":\"6\"," + chat + ",\"text\":\"a\xff\"}}", "text 77 \"a\uFFFD\"", ""},
		"one byte more than 1 MiB":  {strings.Repeat(" ", 1<<20) + "{", "", "malformed"},
	} {
		before, counted := len(d.all()), b.counts.get("zalo-bot."+test.name)
		if status := b.bring(test.body); status != http.StatusOK {
			t.Errorf("%s: status %d, want 200", name, status)
		}
		var got string
		if taken := d.all()[before:]; len(taken) == 1 {
			got = fmt.Sprintf("%s %s %q", taken[0].Kind, taken[0].Chat.Chat, taken[0].Text)
			if taken[0].ID == "" || taken[0].Kind == bot.KindOther && len(taken[0].Attachments) != 1 {
				t.Errorf("%s: took %+v", name, taken[0])
			}
		} else if len(taken) > 1 {
			t.Errorf("%s: took %d messages", name, len(taken))
		}
		if got != test.want {
			t.Errorf("%s: took %q, want %q", name, got, test.want)
		}
		if test.name != "" && b.counts.get("zalo-bot."+test.name) != counted+1 {
			t.Errorf("%s: not counted as %s", name, test.name)
		}
	}
}

// Zalo does not say whether it repeats; if it does, the id is what tells.
func TestIDsTellMessagesApart(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	id := func(body string) string {
		b.bring(body)
		taken := d.all()
		return taken[len(taken)-1].ID
	}
	const named = `{"event_name":"message.text.received","message":{"message_id":"m1","chat":{"id":"77"},"text":"a"}}`
	const wrapped = `{"ok":true,"result":` + named + `}`
	if a, c := id(named), id(wrapped); a != "m1" || c != "m1" {
		t.Errorf("ids %q and %q, want the platform's", a, c)
	}
	const nameless = `{"event_name":"message.unsupported.received","message":{"date":1795289627000,"chat":{"id":"77"}}}`
	first := id(nameless)
	if again := id(nameless); again != first {
		t.Errorf("the same event at once: ids %q and %q, want one", first, again)
	}
	if other := id(strings.Replace(nameless, "7000", "8000", 1)); other == first {
		t.Errorf("another event has the same id %q", other)
	}
	b.clock.Advance(time.Minute)
	if later := id(nameless); later == first {
		t.Errorf("an event a minute later has the same id %q", later)
	}
}

// A message that lay somewhere for days is not answered as if it were new.
func TestLateMessages(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	for name, test := range map[string]struct {
		date string
		kind bot.Kind
	}{
		"fresh":         {fmt.Sprint(start().Add(-47 * time.Hour).UnixMilli()), bot.KindText},
		"late":          {fmt.Sprint(start().Add(-49 * time.Hour).UnixMilli()), bot.KindLate},
		"late, seconds": {fmt.Sprint(start().Add(-49 * time.Hour).Unix()), bot.KindLate},
		"from tomorrow": {fmt.Sprint(start().Add(24 * time.Hour).UnixMilli()), bot.KindText},
		"undated":       {"0", bot.KindText},
		"before time":   {"-5", bot.KindText},
	} {
		b.bring(`{"event_name":"message.text.received","message":{"message_id":"` + name + `","date":` + test.date + `,"chat":{"id":"77"},"text":"a"}}`)
		taken := d.all()
		m := taken[len(taken)-1]
		if m.ID != name || m.Kind != test.kind {
			t.Errorf("%s: took %+v, want kind %s", name, m, test.kind)
		}
		if late := start().Add(-49 * time.Hour); m.Kind == bot.KindLate && (!m.At.Equal(late) || m.Text != "") {
			t.Errorf("%s: took %+v, want what it is from %v", name, m, late)
		}
	}
}

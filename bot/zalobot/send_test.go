package zalobot_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// shop gives addresses to copies.
type shop map[string]struct {
	url, kind string
	err       error
}

func (s shop) URL(_ context.Context, key string) (url, kind string, err error) {
	m, ok := s[key]
	if !ok {
		return "", "", fmt.Errorf("find: %w", fs.ErrNotExist)
	}
	return m.url, m.kind, m.err
}

func wares() shop {
	return shop{
		"pic":   {"https://hoi.example.vn/m/1/s/pic.jpg", "image/jpeg", nil},
		"voice": {"https://hoi.example.vn/m/1/s/voice.aac", "audio/aac", nil},
		"note":  {"https://hoi.example.vn/m/1/s/note.ogg", "audio/ogg", nil},
		"paper": {"https://hoi.example.vn/m/1/s/paper.pdf", "application/pdf", nil},
		"later": {"", "", errors.New("disk is busy")},
	}
}

// posted is a bench whose channel only sends, to one person who wrote before.
func posted(t *testing.T, fake zbfake.Options, change func(*zalobot.Config)) (*bench, *zbfake.Person) {
	t.Helper()
	b := prepareBench(t, setting{fake: fake, config: func(c *zalobot.Config) {
		c.Intake = intake(nobody)
		if change != nil {
			change(c)
		}
	}})
	p := b.fake.Person("Tám")
	p.Type("xin chào")
	return b, p
}

func (b *bench) delivery(p *zbfake.Person, r bot.Reply) record.Delivery {
	return record.Delivery{Chat: bot.ChatID{Channel: "zalo-bot", Bot: "main", Chat: p.ID}, Seq: 1, Reply: r}
}

// sendAll sends all parts and returns what p saw and what was told of each.
func (b *bench) sendAll(p *zbfake.Person, r bot.Reply) ([]zbfake.Message, []delivery.Progress) {
	b.t.Helper()
	d := b.delivery(p, r)
	var told []delivery.Progress
	for more := true; more; d.Sent++ {
		progress, err := b.bot.Send(b.t.Context(), d)
		if err != nil {
			b.t.Fatalf("Send part %d: %v", d.Sent, err)
		}
		told, more = append(told, progress), progress.More
	}
	return p.Unread(), told
}

func TestSendsText(t *testing.T) {
	t.Parallel()
	b, p := posted(t, zbfake.Options{}, nil)
	const decomposed = "Ho\u0323\u0302 nghe\u0300o <b>&amp; *đậm* {red}_"
	got, told := b.sendAll(p, bot.Reply{Text: decomposed})
	if len(got) != 1 || got[0].Text != norm.NFC.String(decomposed) || told[0].Provider != got[0].ID {
		t.Errorf("sent %+v, told %+v", got, told)
	}
	call := b.fake.Calls("sendMessage")[0]
	if len(call.Params) != 2 || call.Params["chat_id"] != p.ID {
		t.Errorf("sendMessage with %v, want chat and text only", call.Params)
	}
	if n := b.counts.get("zalo-bot.sent"); n != 1 {
		t.Errorf("counted %d messages, want 1", n)
	}
	if got, _ := b.sendAll(p, bot.Reply{}); len(got) != 0 {
		t.Errorf("sent %+v for nothing", got)
	}
}

// Nothing that was sent can be changed: what happened to a card is told beside it.
func TestSendsTheUpdateOfACard(t *testing.T) {
	t.Parallel()
	b, p := posted(t, zbfake.Options{}, nil)
	d := b.delivery(p, bot.Reply{Kind: bot.ReplyCard, Text: "Việc mới", Card: "c", Update: "Cô Ba đã nhận"})
	for _, replaces := range []string{"", "m1"} {
		d.Replaces = replaces
		if _, err := b.bot.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	d.Reply.Update = ""
	if told, err := b.bot.Send(t.Context(), d); err != nil || told.Provider != "" || told.More {
		t.Errorf("without an update: %+v, %v", told, err)
	}
	if got := p.Unread(); len(got) != 2 || got[0].Text != "Việc mới" || got[1].Text != "Cô Ba đã nhận" {
		t.Errorf("sent %+v", got)
	}
}

func TestSendsMenus(t *testing.T) {
	t.Parallel()
	b, p := posted(t, zbfake.Options{}, nil)
	buttons := []bot.Button{{Label: "Giấy tờ", Payload: "f:papers:x"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"}, {Label: "Nơi\nnộp ", Payload: "f:where:x"}}
	list := words().Choose + "\n1. Giấy tờ\n0. Gặp cán bộ\n2. Nơi nộp"
	got, _ := b.sendAll(p, bot.Reply{Text: "Được ạ.", Buttons: buttons})
	if len(got) != 1 || got[0].Text != "Được ạ.\n\n"+list {
		t.Errorf("sent %+v", got)
	}
	got, _ = b.sendAll(p, bot.Reply{Text: strings.Repeat("một hai ba. ", 200), Buttons: buttons})
	if len(got) != 2 || strings.Contains(got[0].Text, "1. ") || !strings.HasSuffix(got[1].Text, "\n\n"+list) {
		t.Errorf("sent %+v, want the list under the last part", got)
	}
	if got, _ = b.sendAll(p, bot.Reply{Buttons: buttons}); len(got) != 1 || got[0].Text != list {
		t.Errorf("sent %+v for a list alone", got)
	}
}

func TestSendsAttachments(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("mô tả dài. ", 300))
	for name, test := range map[string]struct {
		media zalobot.PublicMedia
		given bot.Attachment
		want  []string
	}{
		"a picture":                {wares(), bot.Attachment{Kind: bot.AttachPhoto, Key: "pic"}, []string{"photo pic.jpg"}},
		"a picture with words":     {wares(), bot.Attachment{Kind: bot.AttachPhoto, Key: "pic", Text: "Mẫu đơn"}, []string{"photo pic.jpg Mẫu đơn"}},
		"a picture with a story":   {wares(), bot.Attachment{Kind: bot.AttachPhoto, Key: "pic", Text: long}, []string{"photo pic.jpg", "text", "text"}},
		"a voice note":             {wares(), bot.Attachment{Kind: bot.AttachVoice, Key: "voice", Text: "Lời cán bộ"}, []string{"voice voice.aac", "text Lời cán bộ"}},
		"a voice note of telegram": {wares(), bot.Attachment{Kind: bot.AttachVoice, Key: "note", Text: "Lời cán bộ"}, []string{"text Lời cán bộ"}},
		"a paper":                  {wares(), bot.Attachment{Kind: bot.AttachFile, Key: "paper", Text: "Đơn đề nghị"}, []string{"text Đơn đề nghị"}},
		"a paper called a picture": {wares(), bot.Attachment{Kind: bot.AttachPhoto, Key: "paper", Text: "Mẫu đơn"}, []string{"text Mẫu đơn"}},
		"a picture that is gone":   {wares(), bot.Attachment{Kind: bot.AttachPhoto, Key: "lost", Text: "Mẫu đơn"}, []string{"text Mẫu đơn"}},
		"gone without words":       {wares(), bot.Attachment{Kind: bot.AttachPhoto, Key: "lost"}, nil},
		"nobody has copies":        {nil, bot.Attachment{Kind: bot.AttachPhoto, Key: "pic", Text: "Mẫu đơn"}, []string{"text Mẫu đơn"}},
		"a place":                  {wares(), bot.Attachment{Kind: bot.AttachLocation, Latitude: 15.1, Longitude: 108.8, Text: "UBND xã"}, []string{"text UBND xã"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, p := posted(t, zbfake.Options{}, func(c *zalobot.Config) { c.Media = test.media })
			got, told := b.sendAll(p, bot.Reply{Text: "Đây ạ.", Attachments: []bot.Attachment{test.given}})
			want := append(test.want, "text Đây ạ.")
			if len(got) != len(want) {
				t.Fatalf("sent %+v, want %q", got, want)
			}
			for i, m := range got {
				seen := strings.TrimSpace("text " + m.Text)
				if m.Photo != "" {
					seen = strings.TrimSpace("photo " + m.Photo[strings.LastIndex(m.Photo, "/")+1:] + " " + m.Caption)
				} else if m.Voice != "" {
					seen = "voice " + m.Voice[strings.LastIndex(m.Voice, "/")+1:]
				}
				if !strings.HasPrefix(seen, want[i]) {
					t.Errorf("message %d: %q, want %q", i, seen, want[i])
				}
			}
			if told[len(told)-1].More || told[len(told)-1].Provider != got[len(got)-1].ID {
				t.Errorf("told %+v", told)
			}
		})
	}
}

// While a copy cannot be looked up, nothing is sent and nothing given up.
func TestWaitsForMedia(t *testing.T) {
	t.Parallel()
	b, p := posted(t, zbfake.Options{}, func(c *zalobot.Config) { c.Media = wares() })
	_, err := b.bot.Send(t.Context(), b.delivery(p, bot.Reply{Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "later", Text: "Mẫu đơn"}}}))
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Retry {
		t.Errorf("Send = %v, want a retry", err)
	}
	if n := len(b.fake.Calls()); n != 0 {
		t.Errorf("made %d calls", n)
	}
}

func TestSendsToNobodyElse(t *testing.T) {
	t.Parallel()
	b, _ := posted(t, zbfake.Options{}, nil)
	for _, chat := range []bot.ChatID{{Channel: "telegram", Bot: "main", Chat: "1"}, {Channel: "zalo-bot", Bot: "other", Chat: "1"}, {Channel: "zalo-bot", Bot: "main"}} {
		_, err := b.bot.Send(t.Context(), record.Delivery{Chat: chat, Reply: bot.Reply{Text: "a"}})
		if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Gone || fail.Reason != "no-such-chat" {
			t.Errorf("Send to %v = %v", chat, err)
		}
	}
}

func TestFailedSends(t *testing.T) {
	t.Parallel()
	const words = "riêng của Tám"
	for name, test := range map[string]struct {
		fault  zbfake.Fault
		kind   delivery.Kind
		lane   bool
		after  time.Duration // at least
		reason string
	}{
		"bad request":            {zbfake.Fault{Code: 400, Description: "Bad request: " + words}, delivery.Gone, false, 0, "bad-request"},
		"invalid":                {zbfake.Fault{Code: 404, Description: "chat not found"}, delivery.Gone, false, 0, "chat-not-found"},
		"a code nobody knows":    {zbfake.Fault{Code: 487, Description: "7777"}, delivery.Gone, false, 0, "code-487"},
		"words of another kind":  {zbfake.Fault{Code: 404, Description: words}, delivery.Gone, false, 0, "code-404"},
		"token refused":          {zbfake.Fault{Code: 401, Description: "Unauthorized"}, delivery.Throttled, true, time.Minute, "token-refused"},
		"its own error":          {zbfake.Fault{Code: 403, Description: "Internal server error"}, delivery.Retry, false, 0, "server-error"},
		"timed out there":        {zbfake.Fault{Code: 408, Description: "Request timeout"}, delivery.Uncertain, false, 0, "server-error"},
		"five hundred":           {zbfake.Fault{Code: 500, Description: "oops"}, delivery.Uncertain, false, 0, "server-error"},
		"plan used up":           {zbfake.Fault{Code: 429, Description: "Quota exceeded"}, delivery.Throttled, true, 5 * time.Minute, "plan-quota"},
		"a proxy without server": {zbfake.Fault{Status: 502, Body: "<html>" + words}, delivery.Uncertain, false, 0, "not-the-platform"},
		"a proxy that is full":   {zbfake.Fault{Status: 429, Body: "<html>"}, delivery.Throttled, true, 5 * time.Minute, "plan-quota"},
		"a proxy that refuses":   {zbfake.Fault{Status: 403, Body: "<html>"}, delivery.Retry, false, 0, "not-the-platform"},
		"a page":                 {zbfake.Fault{Status: 200, Body: "<html>"}, delivery.Uncertain, false, 0, "not-the-platform"},
		"a redirect":             {zbfake.Fault{Status: 302, Body: "<html>"}, delivery.Retry, false, 0, "not-the-platform"},
		"broken line":            {zbfake.Fault{Drop: true}, delivery.Uncertain, false, 0, "line-broke"},
		"broken after the send":  {zbfake.Fault{Break: true}, delivery.Uncertain, false, 0, "line-broke"},
		"never answered":         {zbfake.Fault{Hang: true}, delivery.Uncertain, false, 0, "timeout"},
	} {
		for form, f := range map[string]zbfake.Form{"documents": {}, "traffic": {Camel: true, Statuses: true}} {
			t.Run(name+", "+form, func(t *testing.T) {
				t.Parallel()
				b, p := posted(t, zbfake.Options{Form: f}, nil)
				b.fake.Fail(zbfake.AnyMessage, 1, test.fault)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				if test.fault.Hang {
					ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
					defer cancel()
				}
				_, err := b.bot.Send(ctx, b.delivery(p, bot.Reply{Text: words}))
				fail, ok := errors.AsType[*delivery.SendError](err)
				if !ok || fail.Kind != test.kind || fail.Lane != test.lane || fail.After < test.after {
					t.Fatalf("Send = %v (%+v), want %v, lane %t, after %v", err, fail, test.kind, test.lane, test.after)
				}
				if test.reason != "" && fail.Reason != test.reason {
					t.Errorf("reason %q, want %q", fail.Reason, test.reason)
				}
				told := err.Error() + b.log.String()
				for _, secret := range []string{token, token[7:], words, p.ID, "Tám"} {
					if strings.Contains(told, secret) {
						t.Errorf("told %q:\n%s", secret, told)
					}
				}
				if warned := strings.Contains(told, "level=WARN"); warned != (test.kind == delivery.Gone || test.lane) {
					t.Errorf("warned %t:\n%s", warned, told)
				}
				if got, _ := b.sendAll(p, bot.Reply{Text: "lại"}); len(got) == 0 || got[len(got)-1].Text != "lại" {
					t.Errorf("after it: %+v", got)
				}
			})
		}
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	b, p := posted(t, zbfake.Options{}, func(c *zalobot.Config) { c.API = "http://127.0.0.1:1" })
	_, err := b.bot.Send(t.Context(), b.delivery(p, bot.Reply{Text: "a"}))
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Retry || strings.Contains(err.Error(), token[7:]) {
		t.Errorf("Send = %v, want a retry without the token", err)
	}
}

// Whatever a client of the operator's own puts into its errors, the token is
// not told.
func TestClientThatTellsTheAddress(t *testing.T) {
	t.Parallel()
	b, p := posted(t, zbfake.Options{}, func(c *zalobot.Config) { c.Client = &http.Client{Transport: talkative{}} })
	_, err := b.bot.Send(t.Context(), b.delivery(p, bot.Reply{Text: "a"}))
	if err == nil || strings.Contains(err.Error(), token[7:]) || !strings.Contains(err.Error(), "<token>") {
		t.Errorf("Send = %v, want an error with the token hidden", err)
	}
}

type talkative struct{}

func (talkative) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("no way to %s", r.URL)
}

// When the plan is used up, the account rests longer and longer, and is told
// of once; the first message that goes through ends it.
func TestPlanQuota(t *testing.T) {
	t.Parallel()
	b, p := posted(t, zbfake.Options{Plan: 2}, nil)
	send := func() *delivery.SendError {
		_, err := b.bot.Send(t.Context(), b.delivery(p, bot.Reply{Text: "a"}))
		fail, _ := errors.AsType[*delivery.SendError](err)
		return fail
	}
	for i := range 2 {
		if fail := send(); fail != nil {
			t.Fatalf("message %d: %v", i, fail)
		}
	}
	var rests []time.Duration
	for range 4 {
		fail := send()
		if fail == nil || fail.Kind != delivery.Throttled || !fail.Lane {
			t.Fatalf("over the plan: %v", fail)
		}
		rests = append(rests, fail.After)
		b.clock.Advance(fail.After / 2)
		if again := send(); again.After != fail.After-fail.After/2 {
			t.Errorf("a send that was under way: rest of %v, want what is left", again.After)
		}
		b.clock.Advance(fail.After)
	}
	if got, want := fmt.Sprint(rests), fmt.Sprint([]time.Duration{10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour}); got != want {
		t.Errorf("rests %s, want %s", got, want)
	}
	if n := strings.Count(b.log.String(), "hết hạn mức"); n != 8 || strings.Count(b.log.String(), "level=WARN") != 1 {
		t.Errorf("told %d times:\n%s", n, b.log)
	}
	b.clock.Advance(31 * 24 * time.Hour)
	if fail := send(); fail != nil || !strings.Contains(b.log.String(), "trouble is over") {
		t.Errorf("in the next month: %v", fail)
	}
	b.fake.Fail("sendMessage", 1, zbfake.Fault{Code: 429, Description: "Quota exceeded"})
	if fail := send(); fail == nil || fail.After != 10*time.Minute {
		t.Errorf("used up anew: %v, want the first rest again", fail)
	}
}

// A group is told that voice went well, and hears nothing: the channel does not
// answer in groups at all.
func TestGroupsAreNotAnswered(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	g, p := b.fake.Group(), b.fake.Person("Tám")
	g.Mention(p, "trợ lý ơi")
	p.Type("nghe không")
	b.eventually("take the other", func() bool { return len(d.all()) == 1 })
	b.eventually("take both off the platform", func() bool { return b.fake.Waiting() == 0 })
	if n := b.counts.get("zalo-bot.elsewhere"); n != 1 || d.all()[0].Chat.Chat != p.ID {
		t.Errorf("counted %d, took %+v", n, d.all())
	}
}

// The resident sees that somebody is writing; where that fails, nothing else does.
func TestShowsThatItWrites(t *testing.T) {
	t.Parallel()
	b, d := hooked(t, zbfake.Options{})
	p := b.fake.Person("Tám")
	p.Type("một")
	b.eventually("show it", func() bool { return len(b.fake.Calls("sendChatAction")) == 1 })
	if call := b.fake.Calls("sendChatAction")[0]; call.Error != "" || call.Params["chat_id"] != p.ID {
		t.Errorf("sendChatAction %+v", call)
	}
	b.fake.Fail("sendChatAction", 1, zbfake.Fault{Status: 502, Body: "<html>"})
	p.Type("hai")
	b.eventually("take both", func() bool { return len(d.all()) == 2 })
	b.eventually("count that it failed", func() bool { return b.counts.get("zalo-bot.chore.failed") == 1 })
}

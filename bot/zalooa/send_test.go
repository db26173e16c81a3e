package zalooa_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func facets() []bot.Button {
	return []bot.Button{
		{Label: "Giấy tờ cần có", Payload: "f:papers:bhyt-ho-ngheo"}, {Label: "Nộp ở đâu", Payload: "f:where:bhyt-ho-ngheo"},
		{Label: "Chưa đúng ý tôi", Payload: "chua-dung"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"},
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	six := append(facets(), bot.Button{Label: "Nhà ở", Payload: "t:nha-o"}, bot.Button{Label: "Vay vốn", Payload: "t:vay-von"})
	cases := map[string]struct {
		reply    bot.Reply
		numbered bool
		text     string
		buttons  []string
	}{
		"plain":         {bot.Reply{Text: "Dạ, được."}, false, "Dạ, được.", nil},
		"composed":      {bot.Reply{Text: "Ho\u0323\u0302 nghe\u0300o"}, false, "Hộ nghèo", nil},
		"not UTF-8":     {bot.Reply{Text: "a\xffb"}, false, "a\uFFFDb", nil},
		"markup":        {bot.Reply{Text: "a < b & *c* _d_"}, false, "a < b & *c* _d_", nil},
		"buttons":       {bot.Reply{Text: "Dạ.", Buttons: facets()}, false, "Dạ.", []string{"Giấy tờ cần có", "Nộp ở đâu", "Chưa đúng ý tôi", "Gặp cán bộ"}},
		"numbered":      {bot.Reply{Text: "Dạ.", Buttons: facets()}, true, "Dạ.\n\n1. Giấy tờ cần có\n2. Nộp ở đâu\n3. Chưa đúng ý tôi\n0. Gặp cán bộ", nil},
		"six are many":  {bot.Reply{Text: "Dạ.", Buttons: six}, false, "Dạ.\n\n1. Giấy tờ cần có\n2. Nộp ở đâu\n3. Chưa đúng ý tôi\n0. Gặp cán bộ\n4. Nhà ở\n5. Vay vốn", nil},
		"buttons alone": {bot.Reply{Buttons: facets()[3:]}, true, "0. Gặp cán bộ", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{config: func(cfg *zalooa.Config) { cfg.Numbered = c.numbered }})
			b.open(t)
			ids := sendAll(t, b.c, b.to(b.tam, c.reply))
			seen := b.tam.Seen()
			if len(seen) != 1 || len(ids) != 1 || ids[0] != seen[0].ID {
				t.Fatalf("the resident sees %+v, ids %v", seen, ids)
			}
			if seen[0].Text != c.text {
				t.Errorf("text %q, want %q", seen[0].Text, c.text)
			}
			var titles []string
			for i, button := range seen[0].Buttons {
				titles = append(titles, button.Title)
				if want := "#" + c.reply.Buttons[i].Payload; button.Payload != want || button.Type != "oa.query.hide" {
					t.Errorf("button %+v, want the payload %s, out of sight", button, want)
				}
			}
			if !slices.Equal(titles, c.buttons) {
				t.Errorf("buttons %q, want %q", titles, c.buttons)
			}
		})
	}
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// A long text is cut where it may be, and the buttons come with the end of it.
func TestLongText(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	b.open(t)
	word := strings.Repeat("dài", 900) // longer than a message
	paragraph := strings.Repeat("Hộ nghèo được hỗ trợ. ", 60)
	lines := strings.Repeat(strings.Repeat("từng dòng ", 30)+"\n", 12)
	text := strings.TrimSpace(paragraph + "\n\n" + paragraph + "\n\n" + lines + "\n\n" + strings.Repeat("chữ ", 900) + "\n\n" + word + " hết 🙂")
	sendAll(t, b.c, b.to(b.tam, bot.Reply{Text: text, Buttons: facets()}))
	seen := b.tam.Seen()
	var all []string
	for i, m := range seen {
		if n := units(m.Text); n > 2000 || m.Text != strings.TrimSpace(m.Text) || m.Text == "" {
			t.Errorf("part %d has %d units: %.40q", i, n, m.Text)
		}
		if last := i == len(seen)-1; last != (len(m.Buttons) > 0) {
			t.Errorf("part %d of %d has %d buttons", i, len(seen), len(m.Buttons))
		}
		all = append(all, m.Text)
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	if squeeze(strings.Join(all, "")) != squeeze(text) {
		t.Error("the parts together are not the text")
	}
	if seen[0].Text != strings.TrimSpace(paragraph) {
		t.Errorf("the first cut is not between paragraphs: …%q", seen[0].Text[len(seen[0].Text)-30:])
	}
	for _, m := range seen[:3] {
		if strings.Contains(m.Text, "từng dòng") && !strings.HasSuffix(m.Text, "từng dòng") {
			t.Errorf("a cut inside a line: …%q", m.Text[max(0, len(m.Text)-30):])
		}
	}
}

// Every code is told to delivery as its table says.
func TestCodes(t *testing.T) {
	t.Parallel()
	type want struct {
		kind  delivery.Kind
		lane  bool
		after time.Duration // at least
		sick  bool          // an operator has to act
	}
	rate := want{delivery.Throttled, true, time.Second, false}
	long := want{delivery.Throttled, false, time.Hour, false}
	window := want{delivery.Window, false, 0, false}
	gone := want{delivery.Gone, false, 0, false}
	account := want{delivery.Throttled, true, time.Minute, true}
	money := want{delivery.Throttled, false, time.Hour, true}
	cases := map[string]struct {
		code int
		text string
		want want
	}{
		"-32 of the account":  {-32, "OA reached limit call api", rate},
		"-32 of the app":      {-32, "Application reached limit call api", rate},
		"-211":                {-211, "Out of quota", long},
		"-218":                {-218, "Out of quota receive", long},
		"-230":                {-230, "User has not interacted with the OA in the past 7 days", window},
		"-232":                {-232, "User has not interacted with the OA", window},
		"-213":                {-213, "User has not followed OA", gone},
		"-217":                {-217, "User has blocked invitation to follow OA", gone},
		"-227":                {-227, "User is banned or has been inactive for more than 45 days", gone},
		"-244":                {-244, "User has restricted this type of message from your OA", gone},
		"-200":                {-200, "Send message failed", gone},
		"-201":                {-201, "text is invalid", gone},
		"-210":                {-210, "Parameter exceed limit", gone},
		"-233":                {-233, "Message type is not support", gone},
		"-240":                {-240, "MessageV2 API has been shut down", gone},
		"-248":                {-248, "Violation of platform standards", gone},
		"-249":                {-249, "Template", gone},
		"-237":                {-237, "Group expired", gone},
		"-403":                {-403, "Not the OA's group", gone},
		"-204":                {-204, "Official Account is disable", account},
		"-205":                {-205, "Official Account is not exist", account},
		"-209":                {-209, "Application is not active", account},
		"-212":                {-212, "OA has not registered this API", account},
		"-219":                {-219, "App has been removed or disabled", account},
		"-221":                {-221, "OA has not been verified", account},
		"-223 of permission":  {-223, "OA has not granted the permission", account},
		"-223 of a limit":     {-223, "OA has exceeded the limit of this feature", long},
		"-224":                {-224, "The OA needs to upgrade OA Tier Package", account},
		"-235":                {-235, "API does not support this type of OA", account},
		"-242":                {-242, "appsecret_proof is invalid", account},
		"-320":                {-320, "App has not linked Zalo Cloud Account", money},
		"-321":                {-321, "Zalo Cloud Account is out of charge", money},
		"-234":                {-234, "Promotion is not allowed at night", want{delivery.Throttled, false, time.Minute, false}},
		"one never heard of":  {-9999, "Something", want{delivery.Retry, false, 0, false}},
		"-100 without upload": {-100, "attachment is expired", gone},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{})
			b.open(t)
			b.z.Fail(oafake.Messages, 1, oafake.Fault{Code: c.code, Message: c.text})
			fail := refusedSend(t, b.c, b.to(b.tam, hello()))
			if fail.Kind != c.want.kind || fail.Lane != c.want.lane || fail.After < c.want.after {
				t.Errorf("got %v, lane %t, after %v; want %+v", fail.Kind, fail.Lane, fail.After, c.want)
			}
			if fail.Reason == "" || strings.ContainsFunc(fail.Reason, func(r rune) bool {
				return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
			}) {
				t.Errorf("reason %q", fail.Reason)
			}
			health := b.c.Health()
			if (health != nil) != c.want.sick {
				t.Errorf("health %v, want trouble: %t", health, c.want.sick)
			}
			what, cure := zalooa.Explain(fail)
			if what == "" || cure == "" || c.want.sick && !strings.Contains(health[0].Cure, cure) {
				t.Errorf("told as %q, cure %q, health %v", what, cure, health)
			}
			if len(b.tam.Seen()) != 0 {
				t.Error("something was sent")
			}
			if c.want.lane {
				b.clock.Advance(fail.After)
			}
			sendAll(t, b.c, b.to(b.tam, hello()))
			if err := b.c.Health(); err != nil {
				t.Errorf("still unwell after a success: %v", err)
			}
		})
	}
}

// A redirect is not followed: the token would go along.
func TestNoRedirect(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	b.open(t)
	b.z.Fail(oafake.Messages, 1, oafake.Fault{Status: 307})
	if fail := refusedSend(t, b.c, b.to(b.tam, hello())); fail.Kind != delivery.Retry {
		t.Errorf("got %v, want retry", fail)
	}
	if n := len(b.tam.Seen()); n != 0 {
		t.Errorf("the resident sees %d messages", n)
	}
}

// The windows as the platform has them.
func TestWindows(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	if fail := refusedSend(t, b.c, b.to(b.tam, hello())); fail.Kind != delivery.Window {
		t.Errorf("before the person wrote: %v", fail)
	}
	b.open(t)
	for _, step := range []struct {
		wait  time.Duration
		quota string // empty: it does not go
	}{{time.Hour, "reply"}, {46 * time.Hour, "reply"}, {2 * time.Hour, "sub_quota"}, {5 * 24 * time.Hour, ""}} {
		b.clock.Advance(step.wait)
		_ = b.c.Tick(t.Context())
		before := len(b.tam.Seen())
		_, err := b.c.Send(within(t), b.to(b.tam, hello()))
		if step.quota == "" {
			if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Window {
				t.Errorf("after %v: %v, want the window closed", step.wait, err)
			}
			continue
		}
		if seen := b.tam.Seen(); err != nil || len(seen) != before+1 || seen[before].Quota != step.quota {
			t.Errorf("after %v: %v, %+v", step.wait, err, seen[before:])
		}
	}
	b.open(t)
	sendAll(t, b.c, b.to(b.tam, hello()))
}

// What we reckon with is what Zalo does, but for the moment at which it changes.
func TestWindow(t *testing.T) {
	t.Parallel()
	w, now := zalooa.Window(zalooa.DefaultFreeMessages), start()
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		since         time.Duration
		sent          int
		reply, person bool
	}{
		{0, 0, true, true}, {47 * time.Hour, 7, true, true}, {time.Hour, 8, false, true},
		{48 * time.Hour, 0, false, true}, {7*24*time.Hour - 1, 0, false, true}, {7 * 24 * time.Hour, 0, false, false},
	} {
		s := record.WindowState{Since: now.Add(-c.since), Sent: c.sent}
		if w.Lets(s, record.PriorityReply, now) != c.reply || w.Lets(s, record.PriorityPerson, now) != c.person {
			t.Errorf("after %v and %d messages: want %v for a reply, %v for a person's", c.since, c.sent, c.reply, c.person)
		}
	}
}

// Zalo counts what is left in the free part of the window; of the package's
// quota, or without a total, nothing is to be learnt about that.
func TestWhatIsLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	b.open(t)
	for _, c := range []struct {
		wait time.Duration
		told bool
	}{{time.Hour, true}, {48 * time.Hour, false}} {
		b.clock.Advance(c.wait)
		_ = b.c.Tick(t.Context())
		p, err := b.c.Send(within(t), b.to(b.tam, hello()))
		if err != nil || (p.Left != nil) != c.told || c.told && (*p.Left <= 0 || *p.Left >= 100) {
			t.Errorf("after %v: %+v, %v", c.wait, p, err)
		}
	}
}

func TestCards(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	b.open(t)
	d := b.to(b.tam, bot.Reply{Kind: bot.ReplyCard, Text: "Việc mới", Card: "c", Update: "Cô Ba đã nhận"})
	sendAll(t, b.c, d)
	d.Replaces = "m1"
	sendAll(t, b.c, d)
	d.Reply.Update = ""
	before := len(b.tam.Seen())
	if p, err := b.c.Send(within(t), d); err != nil || p.More || p.Provider != "" {
		t.Errorf("a card without an update: %+v, %v", p, err)
	}
	seen := b.tam.Seen()
	if len(seen) != before || seen[before-2].Text != "Việc mới" || seen[before-1].Text != "Cô Ba đã nhận" {
		t.Errorf("seen %+v", seen)
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	var got []zalooa.Quota
	b := newBench(t, options{config: func(c *zalooa.Config) {
		c.Quota = func(_ bot.ChatID, q zalooa.Quota) { got = append(got, q) }
	}})
	b.open(t)
	sendAll(t, b.c, b.to(b.tam, hello()))
	b.clock.Advance(50 * time.Hour)
	sendAll(t, b.c, b.to(b.tam, hello()))
	if len(got) != 2 || got[0] != (zalooa.Quota{Type: zalooa.QuotaReply, Remain: 98, Total: 100}) || got[1].Type != zalooa.QuotaPackage {
		t.Errorf("told %+v", got)
	}
	if b.tally.of("sent.reply") != 1 || b.tally.of("sent.sub_quota") != 1 {
		t.Errorf("counted %v, want one free and one of the package", b.tally.n)
	}
}

// When the package's minute is used up the lane rests until the next, before
// Zalo has to say so.
func TestMinute(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{fake: oafake.Options{PerMinute: 3}, config: func(c *zalooa.Config) { c.PerMinute = 3 }})
	b.open(t)
	for range 3 {
		sendAll(t, b.c, b.to(b.tam, hello()))
	}
	fail := refusedSend(t, b.c, b.to(b.tam, hello()))
	if fail.Kind != delivery.Throttled || !fail.Lane || fail.After <= 0 || fail.After > 2*time.Minute {
		t.Errorf("got %v, lane %t, after %v", fail, fail.Lane, fail.After)
	}
	if n := b.z.Calls(); n != 3 {
		t.Errorf("%d calls, want none in vain", n)
	}
	b.clock.Advance(fail.After)
	sendAll(t, b.c, b.to(b.tam, hello()))
	if rate := b.c.Rate(); rate.Every != 20*time.Second || rate.Burst < 1 {
		t.Errorf("rate %+v", rate)
	}
	if b.c.Lane() != "zalo-oa/main" {
		t.Errorf("lane %q", b.c.Lane())
	}
}

// What may have gone out is looked for before it is sent again.
func TestMaybeSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		echo  bool
		fault oafake.Fault
		count string
		sees  int // messages in the end
	}{
		"it went, by its echo":         {true, oafake.Fault{Break: true}, "maybe.echo", 1},
		"it went, by the conversation": {false, oafake.Fault{Break: true}, "maybe.found", 1},
		"it did not":                   {true, oafake.Fault{Drop: true}, "maybe.not-found", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{fake: oafake.Options{Echo: c.echo}})
			b.open(t)
			reply := hello()
			reply.Buttons = facets()
			d := b.to(b.tam, reply)
			b.z.Fail(oafake.Messages, 1, c.fault)
			if fail := refusedSend(t, b.c, d); fail.Kind != delivery.Uncertain {
				t.Fatalf("got %v, want uncertain", fail)
			}
			b.z.Close() // lets the echo arrive
			b.clock.Advance(10 * time.Second)
			d.Lapses = 1
			ids := sendAll(t, b.c, d)
			seen := b.tam.Seen()
			if len(seen) != c.sees || ids[0] != seen[0].ID || b.tally.of(c.count) != 1 {
				t.Errorf("the resident sees %d messages, id %v, want %d; counts %v", len(seen), ids, c.sees, b.tally.n)
			}
		})
	}
}

// The same words of another time, or of an officer, are not the message.
func TestMaybeSentLooksClosely(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{fake: oafake.Options{Echo: true}})
	b.open(t)
	sendAll(t, b.c, b.to(b.tam, hello())) // yesterday's answer
	b.z.Close()
	b.clock.Advance(time.Hour)
	_ = b.tam.Type(within(t), hello().Text) // the resident says it too
	d := b.to(b.tam, hello())
	d.Lapses = 1
	sendAll(t, b.c, d)
	if n := len(b.tam.Seen()); n != 2 {
		t.Errorf("the resident sees %d answers, want 2", n)
	}
	// Zalo cannot be asked just now: later. It does not let us ask: send.
	b.z.Fail(oafake.Talk, 1, oafake.Fault{Status: 502})
	d.Reply.Text = "lần nữa"
	if fail := refusedSend(t, b.c, d); fail.Kind != delivery.Retry {
		t.Errorf("got %v, want retry", fail)
	}
	b.z.Fail(oafake.Talk, 1, oafake.Fault{Code: -32, Message: "OA reached limit"})
	if fail := refusedSend(t, b.c, d); fail.Kind != delivery.Throttled || !fail.Lane {
		t.Errorf("got %v, want throttled", fail)
	}
	b.z.Fail(oafake.Talk, 1, oafake.Fault{Code: -223, Message: "no permission"})
	sendAll(t, b.c, d)
	if n := len(b.tam.Seen()); n != 3 {
		t.Errorf("the resident sees %d answers, want 3", n)
	}
}

// shelf is media in memory.
type shelf map[string][]byte

func (s shelf) Open(_ context.Context, key string) (io.ReadCloser, error) {
	data, ok := s[key]
	if !ok {
		return nil, errors.New("no such key")
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// noise is a picture that hardly compresses.
func noise(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
	}
	return m
}

func encoded(t *testing.T, m image.Image, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95})
	if format == "png" {
		b.Reset()
		err = png.Encode(&b, m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMedia(t *testing.T) {
	t.Parallel()
	small := image.NewRGBA(image.Rect(0, 0, 8, 8))
	small.Set(1, 1, color.White)
	media := shelf{
		"small.png": encoded(t, small, "png"), "small.jpg": encoded(t, small, "jpg"),
		"large.jpg": encoded(t, noise(1100, 1000), "jpg"), "large.png": encoded(t, noise(600, 600), "png"),
		"don.pdf": []byte("%PDF-1.7 …"), "anh.gif": []byte("GIF89a…"), "huge": make([]byte, 6<<20), "words": []byte("chữ"),
	}
	if len(media["large.jpg"]) <= 1<<20 || len(media["large.png"]) <= 1<<20 {
		t.Fatal("the large pictures are not large")
	}
	photo := func(key, text string) bot.Attachment {
		return bot.Attachment{Kind: bot.AttachPhoto, Key: key, Text: text}
	}
	cases := map[string]struct {
		reply   bot.Reply
		images  int
		files   int
		texts   []string
		uploads int
	}{
		"png":           {bot.Reply{Text: "Thẻ đây.", Attachments: []bot.Attachment{photo("small.png", "mặt trước thẻ")}}, 1, 0, []string{"Thẻ đây."}, 1},
		"jpg":           {bot.Reply{Text: "Thẻ đây.", Attachments: []bot.Attachment{photo("small.jpg", "x")}}, 1, 0, []string{"Thẻ đây."}, 1},
		"two":           {bot.Reply{Attachments: []bot.Attachment{photo("small.png", ""), photo("small.jpg", "")}}, 2, 0, nil, 2},
		"large jpg":     {bot.Reply{Attachments: []bot.Attachment{photo("large.jpg", "")}}, 1, 0, nil, 1},
		"large png":     {bot.Reply{Attachments: []bot.Attachment{photo("large.png", "")}}, 1, 0, nil, 1},
		"file":          {bot.Reply{Text: "Đơn đây.", Attachments: []bot.Attachment{{Kind: bot.AttachFile, Key: "don.pdf", Name: "Đơn xin.pdf"}}}, 0, 1, []string{"Đơn đây."}, 1},
		"gif":           {bot.Reply{Text: "Xong.", Attachments: []bot.Attachment{photo("anh.gif", "Hình: cách gập đơn")}}, 0, 0, []string{"Hình: cách gập đơn", "Xong."}, 0},
		"gif unsaid":    {bot.Reply{Text: "Xong.", Attachments: []bot.Attachment{photo("anh.gif", "")}}, 0, 0, []string{"Xong."}, 0},
		"too large":     {bot.Reply{Text: "Xong.", Attachments: []bot.Attachment{photo("huge", "Hình lớn")}}, 0, 0, []string{"Hình lớn", "Xong."}, 0},
		"no picture":    {bot.Reply{Text: "Xong.", Attachments: []bot.Attachment{photo("words", "Hình")}}, 0, 0, []string{"Hình", "Xong."}, 0},
		"odd file":      {bot.Reply{Text: "Xong.", Attachments: []bot.Attachment{{Kind: bot.AttachFile, Key: "words", Name: "a.exe", Text: "tệp a"}}}, 0, 0, []string{"tệp a", "Xong."}, 0},
		"voice":         {bot.Reply{Text: "Xong.", Attachments: []bot.Attachment{{Kind: bot.AttachVoice, Key: "words", Text: "Chị Lan nói: mai đến."}}}, 0, 0, []string{"Chị Lan nói: mai đến.\n\nXong."}, 0},
		"without a key": {bot.Reply{Text: "Xong.", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Text: "Hình."}}}, 0, 0, []string{"Hình.\n\nXong."}, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{config: func(cfg *zalooa.Config) { cfg.Media = media }})
			b.open(t)
			sendAll(t, b.c, b.to(b.tam, c.reply))
			var images, files int
			var texts []string
			for _, m := range b.tam.Seen() {
				switch {
				case m.Image != "":
					images++
				case m.File != "":
					files++
				default:
					texts = append(texts, m.Text)
				}
			}
			if images != c.images || files != c.files || !slices.Equal(texts, c.texts) || b.z.Uploads() != c.uploads {
				t.Errorf("%d pictures, %d files, texts %q, %d uploads; want %d, %d, %q, %d",
					images, files, texts, b.z.Uploads(), c.images, c.files, c.texts, c.uploads)
			}
		})
	}
}

// An upload is a part of its own, so that a crash after it does not repeat it.
func TestUploadIsAPart(t *testing.T) {
	t.Parallel()
	media := shelf{"a": encoded(t, image.NewRGBA(image.Rect(0, 0, 8, 8)), "png")}
	b := newBench(t, options{config: func(c *zalooa.Config) { c.Media = media }})
	b.open(t)
	d := b.to(b.tam, bot.Reply{Text: "Đây.", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "a"}}})
	p, err := b.c.Send(within(t), d)
	if err != nil || !p.More || p.Provider != "" || len(p.Note) == 0 || b.z.Uploads() != 1 || len(b.tam.Seen()) != 0 {
		t.Fatalf("the first part: %+v, %v, %d uploads, %d seen", p, err, b.z.Uploads(), len(b.tam.Seen()))
	}
	// Another process goes on, which knows nothing but the note.
	other := b.channel(t, func(c *zalooa.Config) { c.Media = media })
	d.Sent, d.Note = 1, p.Note
	sendAll(t, other, d)
	if seen := b.tam.Seen(); len(seen) != 2 || seen[0].Image == "" || seen[1].Text != "Đây." || b.z.Uploads() != 1 {
		t.Errorf("the resident sees %+v after %d uploads", seen, b.z.Uploads())
	}
}

// An upload is remembered for its seven days, and made again when it has ended.
func TestUploadsAreKept(t *testing.T) {
	t.Parallel()
	media := shelf{"a": encoded(t, image.NewRGBA(image.Rect(0, 0, 8, 8)), "png")}
	b := newBench(t, options{config: func(c *zalooa.Config) { c.Media = media }})
	reply := bot.Reply{Text: "Đây.", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "a"}}}
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 1}, {time.Hour, 1}, {6 * 24 * time.Hour, 1}, {24 * time.Hour, 2}} {
		b.clock.Advance(step.wait)
		_ = b.c.Tick(t.Context())
		b.open(t)
		before := len(b.tam.Seen())
		sendAll(t, b.c, b.to(b.tam, reply))
		if got := b.z.Uploads(); got != step.want || len(b.tam.Seen()) != before+2 {
			t.Errorf("after %v more: %d uploads, %d messages; want %d and 2", step.wait, got, len(b.tam.Seen())-before, step.want)
		}
	}
	// Zalo says -100 earlier than we thought: once more.
	b.z.Fail(oafake.Messages, 1, oafake.Fault{Code: -100, Message: "attachment is expired"})
	sendAll(t, b.c, b.to(b.tam, reply))
	if got := b.z.Uploads(); got != 3 {
		t.Errorf("%d uploads after an early end, want 3", got)
	}
	// And if it always says so, not for ever.
	b.z.Fail(oafake.Messages, 100, oafake.Fault{Code: -100, Message: "attachment is expired"})
	d := b.to(b.tam, reply)
	for range 20 {
		p, err := b.c.Send(within(t), d)
		if fail, ok := errors.AsType[*delivery.SendError](err); ok {
			if fail.Kind != delivery.Gone {
				t.Errorf("in the end %v, want gone", fail)
			}
			return
		}
		d.Sent, d.Note = d.Sent+1, p.Note
	}
	t.Error("an upload that always has ended is made for ever")
}

// An upload brings nothing to anybody: whatever happens to it, it may be repeated.
func TestUploadFails(t *testing.T) {
	t.Parallel()
	media := shelf{"a": encoded(t, image.NewRGBA(image.Rect(0, 0, 8, 8)), "png")}
	b := newBench(t, options{config: func(c *zalooa.Config) { c.Media = media }})
	b.open(t)
	d := b.to(b.tam, bot.Reply{Text: "Đây.", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "a"}, {Kind: bot.AttachPhoto, Key: "gone"}}})
	for _, f := range []oafake.Fault{{Drop: true}, {Break: true}, {Status: 502}} {
		b.z.Fail(oafake.Images, 1, f)
		if fail := refusedSend(t, b.c, d); fail.Kind != delivery.Retry {
			t.Errorf("after %+v: %v, want retry", f, fail)
		}
	}
	d.Note, _ = json.Marshal(map[string]int{"n": 2})
	d.Sent = 2
	if fail := refusedSend(t, b.c, d); fail.Kind != delivery.Retry {
		t.Errorf("without our copy: %v, want retry", fail)
	}
}

// Whatever stands in the note, a send ends, in an answer or an error.
func FuzzNote(f *testing.F) {
	for _, s := range []string{"", "{}", `{"n":1,"id":"u1"}`, `{"n":-4}`, `{"n":99999999999999999999}`, `{"n":2,"t":9}`, "null", "[1]"} {
		f.Add([]byte(s), 0)
	}
	media := shelf{"a": []byte("x")}
	b := &bench{clock: standin.NewClock(start()), vault: &vault{}, inbox: &inbox{}, tally: &tally{}}
	b.z = oafake.New(oafake.Options{Clock: b.clock})
	b.vault.pair = zalooa.Pair{Access: "a", Refresh: "r", Number: 1}
	f.Fuzz(func(t *testing.T, note []byte, sent int) {
		if sent < 0 || sent > 100 {
			return
		}
		b.url = "http://127.0.0.1:1" // nobody there: every call is refused at once
		c := b.channel(t, func(c *zalooa.Config) { c.Media = media })
		d := b.to(&oafake.Person{ID: "1"}, bot.Reply{Text: "x", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "a"}}})
		d.Note, d.Sent = note, sent
		for range 20 {
			p, err := c.Send(t.Context(), d)
			if err != nil || !p.More {
				return
			}
			d.Note, d.Sent = p.Note, d.Sent+1
		}
		t.Errorf("a message without end from note %q", note)
	})
}

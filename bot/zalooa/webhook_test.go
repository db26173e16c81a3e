package zalooa_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/flood"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/trouble"
)

func stamp(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func textEvent(o oafake.Options, at time.Time, text string) []byte {
	return []byte(`{"app_id":"` + o.AppID + `","event_name":"user_send_text","sender":{"id":"24684588352"},` +
		`"recipient":{"id":"` + o.OAID + `"},"message":{"msg_id":"mm1","text":"` + text + `"},"timestamp":"` + stamp(at) + `"}`)
}

// The vector was computed by others over the page that describes the signature.
func TestSignatureVector(t *testing.T) {
	t.Parallel()
	const body = `{"app_id":"1234567890123456789","sender":{"id":"2468458835296117922"},"recipient":{"id":"388613280878808645"},` +
		`"user_id_by_app":"552177279717587730","event_name":"user_send_text","message":{"text":"xin chào","msg_id":"96d3cdf3af150460909"},` +
		`"timestamp":"1795289627549"}`
	if len(body) != 268 {
		t.Fatalf("the vector has %d bytes, want 268", len(body))
	}
	got := zalooa.Signature("1234567890123456789", []byte(body), "1795289627549", "test-oa-secret")
	if want := "5d9a4721a1bb9dc88b47d63e1f05ed81bdf2de14eb49aa5f65af5db3091d2610"; hex.EncodeToString(got[:]) != want {
		t.Errorf("got %x, want %s", got, want)
	}
}

func TestWhoIsHeard(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	o := b.z.Options()
	now := b.clock.Now()
	good := textEvent(o, now, "chào")
	another := o
	another.AppID = "42"
	cases := map[string]struct {
		body      []byte
		signature string
		status    int
		count     string
	}{
		"ours":                  {good, "", 200, "event.message"},
		"odd blanks":            {append([]byte("\n \t"), append(good, " \r\n "...)...), "", 200, "event.message"},
		"no signature":          {good, "-", 403, "refused.signature"},
		"not hex":               {good, "mac=zz", 403, "refused.signature"},
		"too short":             {good, "mac=00ff", 403, "refused.signature"},
		"another name":          {good, "sha256=" + strings.Repeat("0", 64), 403, "refused.signature"},
		"wrong":                 {good, "mac=" + strings.Repeat("0", 64), 403, "refused.signature"},
		"not JSON":              {[]byte("chào"), "mac=" + strings.Repeat("0", 64), 403, "refused.signature"},
		"not JSON but signed":   {[]byte(`{"app_id":`), "", 403, "refused.signature"},
		"another app":           {textEvent(another, now, "chào"), "", 403, "refused.app"},
		"as old as retries go":  {textEvent(o, now.Add(-2*time.Hour-59*time.Minute), "chào"), "", 200, "event.message"},
		"too old":               {textEvent(o, now.Add(-3*time.Hour-time.Minute), "chào"), "", 403, "refused.time"},
		"a clock ahead":         {textEvent(o, now.Add(9*time.Minute), "chào"), "", 200, "event.message"},
		"from the future":       {textEvent(o, now.Add(time.Hour), "chào"), "", 403, "refused.time"},
		"without a time":        {[]byte(`{"app_id":"` + o.AppID + `","event_name":"follow"}`), "", 403, "refused.time"},
		"time as a number":      {bytes.Replace(good, []byte(`"`+stamp(now)+`"`), []byte(stamp(now)), 1), "", 200, "event.message"},
		"ids as numbers":        {bytes.Replace(good, []byte(`"24684588352"`), []byte(`24684588352`), 1), "", 200, "event.message"},
		"without a name":        {[]byte(`{"app_id":"` + o.AppID + `","timestamp":"` + stamp(now) + `"}`), "", 200, "event.malformed"},
		"fields of other kinds": {[]byte(`{"app_id":"` + o.AppID + `","timestamp":"` + stamp(now) + `","event_name":"user_send_text","sender":[],"message":"x"}`), "", 200, "event.malformed"},
		"empty":                 {nil, "-", 200, "event.empty"},
		"too large":             {append(good, bytes.Repeat([]byte(" "), 1<<20)...), "", 413, "refused.body"},
	}
	for name, c := range cases {
		before := b.tally.of(c.count)
		status, err := b.z.Post(within(t), c.body, c.signature)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if status != c.status {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
		if got := b.tally.of(c.count); got != before+1 {
			t.Errorf("%s: %s rose by %d, want 1", name, c.count, got-before)
		}
	}
	for _, m := range b.inbox.messages() {
		if m.Text != "chào" || m.Chat.Chat != "24684588352" || m.ID != "mm1" || !m.At.Equal(now) {
			t.Errorf("took %+v", m)
		}
	}
	for _, c := range []struct {
		at   time.Time
		well bool
	}{{now.Add(time.Hour), false}, {now, true}} {
		if _, err := b.z.Post(within(t), textEvent(o, c.at, "chào"), ""); err != nil {
			t.Fatal(err)
		}
		if h := b.c.Health(); c.well != (h == nil) || !c.well && h[0].Code != trouble.ClockWrong {
			t.Errorf("after an event of %v: %+v", c.at, h)
		}
	}
	if n := len(b.inbox.messages()); n != 7 {
		t.Errorf("took %d messages, want 6", n)
	}
	for _, secret := range []string{o.OASecret, "chào", "24684588352"} {
		if strings.Contains(b.tally.logged(), secret) {
			t.Errorf("the log tells %q:\n%s", secret, b.tally.logged())
		}
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	for method, want := range map[string]int{"GET": 200, "HEAD": 200, "PUT": 405, "DELETE": 405} {
		w := httptest.NewRecorder()
		b.c.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/hooks/zalo-oa", strings.NewReader("x")))
		if w.Code != want || w.Body.Len() > 0 {
			t.Errorf("%s: status %d with %q, want %d and nothing", method, w.Code, w.Body, want)
		}
	}
}

// A body that begins and does not come is not waited for, whoever sends it.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true, config: func(c *zalooa.Config) { c.BodyTime = 20 * time.Millisecond }})
	for header, want := range map[string]string{
		"X-ZEvent-Signature: mac=" + strings.Repeat("0", 64): "HTTP/1.1 408", "X-Other: 1": "HTTP/1.1 403",
	} {
		if got := channeltest.Stall(t, b.c, header, `{"app_id":`); !strings.HasPrefix(got, want) {
			t.Errorf("answered %q, want %s", got, want)
		}
	}
	if b.tally.of("refused.slow") != 1 || b.tally.of("refused.signature") != 1 || len(b.inbox.messages()) != 0 {
		t.Errorf("counted %v, took %d; want one slow, one without a signature, none", b.tally.n, len(b.inbox.messages()))
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	const at = "https://photo.zdn.vn/x"
	type what struct {
		kind, text string
		payload    map[string]any
	}
	cases := map[string]struct {
		send what
		want bot.Message
	}{
		"text":          {what{"text", "Ho\u0323\u0302 ngheo\x00 ", nil}, bot.Message{Kind: bot.KindText, Text: "Hộ ngheo"}},
		"press":         {what{"text", "#f:where:bhyt-ho-ngheo", nil}, bot.Message{Kind: bot.KindPress, Payload: "f:where:bhyt-ho-ngheo"}},
		"press, signed": {what{"text", "#v1|dong-y|1234567|2|AbCd-_=", nil}, bot.Message{Kind: bot.KindPress, Payload: "v1|dong-y|1234567|2|AbCd-_="}},
		"a number sign": {what{"text", "#1", nil}, bot.Message{Kind: bot.KindText, Text: "#1"}},
		"a sentence":    {what{"text", "#hộ nghèo", nil}, bot.Message{Kind: bot.KindText, Text: "#hộ nghèo"}},
		"long payload":  {what{"text", "#" + strings.Repeat("a", 65), nil}, bot.Message{Kind: bot.KindText, Text: "#" + strings.Repeat("a", 65)}},
		"image": {what{"image", "", map[string]any{"url": at, "thumbnail": at}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Source: at}}}},
		"image with words": {what{"image", "giấy này", map[string]any{"url": at}},
			bot.Message{Kind: bot.KindText, Text: "giấy này", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Source: at}}}},
		"gif":     {what{"gif", "", map[string]any{"url": at}}, bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Source: at}}}},
		"sticker": {what{"sticker", "", map[string]any{"url": at, "id": 7}}, bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachSticker, Source: at}}}},
		"audio":   {what{"audio", "", map[string]any{"url": at}}, bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachVoice, Source: at}}}},
		"video":   {what{"video", "", map[string]any{"url": at, "description": "x"}}, bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachVideo, Source: at}}}},
		"file": {what{"file", "", map[string]any{"url": at, "name": "đơn.pdf", "size": "1024", "type": "pdf", "checksum": "0"}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachFile, Source: at, Name: "đơn.pdf", Size: 1024, Type: "pdf"}}}},
		"link": {what{"link", "xem https://vay.vn", map[string]any{"url": "https://vay.vn", "description": "Vay nhanh"}},
			bot.Message{Kind: bot.KindText, Text: "xem https://vay.vn", Attachments: []bot.Attachment{{Kind: bot.AttachOther, Source: "https://vay.vn", Text: "Vay nhanh"}}}},
		"card": {what{"business_card", "", map[string]any{"url": at, "description": `{"phone":"0912345678"}`}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachContact}}}},
		"place": {what{"location", "", map[string]any{"coordinates": map[string]any{"latitude": "15.1205", "longitude": 108.7923}}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachLocation, Latitude: 15.1205, Longitude: 108.7923}}}},
		"odd place": {what{"location", "", map[string]any{"coordinates": map[string]any{"latitude": "NaN", "longitude": []int{1}}}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachLocation}}}},
		"odd attachment": {what{"image", "", map[string]any{"url": []string{at}, "name": 3}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachPhoto}}}},
		"long address": {what{"image", "", map[string]any{"url": at + strings.Repeat("a", 3000)}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachPhoto}}}},
		"invented later": {what{"hologram", "", map[string]any{"url": at}},
			bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{{Kind: bot.AttachOther, Source: at}}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{idle: true})
			var err error
			if c.send.payload == nil {
				err = b.tam.Type(within(t), c.send.text)
			} else {
				err = b.tam.Send(within(t), c.send.kind, c.send.text, c.send.payload)
			}
			taken := b.inbox.messages()
			if err != nil || len(taken) != 1 {
				t.Fatalf("took %d messages, %v; want 1", len(taken), err)
			}
			got, want := taken[0], c.want
			if got.Chat != chatOf(b.tam) || got.ID == "" || got.Sender != b.tam.ID || got.Room || got.ReplyTo != "" {
				t.Errorf("chat %v, id %q, from %q, answering %q", got.Chat, got.ID, got.Sender, got.ReplyTo)
			}
			if got.Kind != want.Kind || got.Text != want.Text || got.Payload != want.Payload || len(got.Attachments) != len(want.Attachments) {
				t.Fatalf("got  %+v\nwant %+v", got, want)
			}
			for i := range want.Attachments {
				if got.Attachments[i] != want.Attachments[i] {
					t.Errorf("attachment %+v, want %+v", got.Attachments[i], want.Attachments[i])
				}
			}
		})
	}
}

func TestAnswersToAMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	if err := b.tam.Reply(within(t), "m17f3a9", "dạ có"); err != nil {
		t.Fatal(err)
	}
	if taken := b.inbox.messages(); len(taken) != 1 || taken[0].ReplyTo != "m17f3a9" || taken[0].Text != "dạ có" {
		t.Errorf("took %+v, want the message that is answered", taken)
	}
}

// What happened besides messages is counted, and acted upon where it must be.
func TestOtherEvents(t *testing.T) {
	t.Parallel()
	var withdrawn []bot.ChatID
	var busy error
	b := newBench(t, options{idle: true, config: func(c *zalooa.Config) {
		c.Withdraw = func(_ context.Context, chat bot.ChatID) error {
			withdrawn = append(withdrawn, chat)
			return busy
		}
	}})
	ctx := within(t)
	tell := func(name string, fields map[string]any) {
		t.Helper()
		if err := b.tam.Tell(ctx, name, fields); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.tam.Follow(ctx, true); err != nil {
		t.Fatal(err)
	}
	if err := b.tam.Follow(ctx, false); err != nil {
		t.Fatal(err)
	}
	tell("user_submit_info", map[string]any{"info": map[string]any{"name": "Tám", "phone": "84912345678"}})
	tell("user_withdraw", map[string]any{"user_id": b.tam.ID, "sender": nil})
	tell("user_send_group_text", map[string]any{"message": map[string]any{"text": "trong nhóm", "msg_id": "g1"}})
	tell("add_user_to_tag", map[string]any{"tag": map[string]any{"name": "x"}})
	tell("user_dreams", map[string]any{"message": 7})
	tell("oa_send_consent", map[string]any{"phone": "84912345678"})
	tell("oa_send_anonymous_text", map[string]any{"message": map[string]any{"text": "x", "msg_id": "x1"}})
	b.tam.Agent("Chị Lan đây", "admin-7")
	b.z.Close()
	if err := b.tam.See(ctx); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{
		"event.follow": 1, "event.unfollow": 1, "event.user_submit_info": 1, "event.user_withdraw": 1, "event.group": 1,
		"event.add_user_to_tag": 1, "event.unknown": 1, "event.echo": 1, "event.agent": 1, "event.received": 1, "event.seen": 1,
		"event.oa_send_consent": 1, "event.echo-anonymous": 1,
	} {
		if got := b.tally.of(name); got != want {
			t.Errorf("%s counted %d times, want %d", name, got, want)
		}
	}
	taken := b.inbox.messages()
	if len(taken) != 1 || taken[0].Kind != bot.KindOpen || taken[0].Chat != chatOf(b.tam) {
		t.Errorf("took %+v, want the follower's first sight of us", taken)
	}
	if len(withdrawn) != 1 || withdrawn[0] != chatOf(b.tam) {
		t.Errorf("withdrawn %v", withdrawn)
	}
	busy = errors.New("busy")
	tell("user_withdraw", map[string]any{"user_id": b.tam.ID})
	if b.z.Pending() != 1 {
		t.Error("a withdrawal that nobody took was acknowledged")
	}
	if strings.Contains(b.tally.logged(), "84912345678") {
		t.Error("the log holds what a resident filled in")
	}
}

// Everything that Zalo tells besides messages is taken and counted, what is known
// under its own name: refused, it would take the webhook with it.
func TestEventsNobodyActsUpon(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	known := zalooa.Counted()
	if len(known) < 20 || !slices.Contains(known, "user_reacted_message") || !slices.Contains(known, "unfollow") {
		t.Errorf("known are only %q", known)
	}
	for _, name := range append(known, "message_reaction", "user_dreams", "oa_dreams") {
		counter := "event." + name
		if !slices.Contains(known, name) {
			counter = "event.unknown"
		}
		before := b.tally.of(counter)
		for _, fields := range []map[string]any{
			nil, {"message": 7, "sender": []int{}}, {"message": map[string]any{"msg_id": "m1", "react_icon": "/-heart"}, "user_id": "u1"},
		} {
			if err := b.tam.Tell(within(t), name, fields); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.tally.of(counter); got != before+3 {
			t.Errorf("%s: %s rose by %d, want 3", name, counter, got-before)
		}
	}
	if b.z.Pending() != 0 || len(b.inbox.messages()) != 0 {
		t.Errorf("%d not taken, %d handed on", b.z.Pending(), len(b.inbox.messages()))
	}
}

// The same event has the same id when it comes again, and no other event has it.
func TestIDs(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	ctx := within(t)
	steps := []func() error{
		func() error { return b.tam.Type(ctx, "một") },
		func() error { return b.z.Again(ctx) },
		func() error { return b.tam.Type(ctx, "một") },
		func() error { return b.tam.Follow(ctx, true) },
		func() error { return b.z.Again(ctx) },
		func() error { b.clock.Advance(time.Second); return b.tam.Follow(ctx, true) },
		func() error { return b.z.Person().Follow(ctx, true) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	seen := map[string]int{}
	for _, m := range b.inbox.messages() {
		if seen[m.ID] == 0 {
			ids = append(ids, m.ID)
		}
		seen[m.ID]++
	}
	if len(ids) != 5 || seen[ids[0]] != 2 || seen[ids[2]] != 2 {
		t.Errorf("ids %v, want five, the first and the third twice", seen)
	}
	if got := b.tally.of("retry"); got != 2 {
		t.Errorf("counted %d repetitions, want 2", got)
	}
}

// An event that is not taken comes again on Zalo's ladder, with num_retry; the
// log says so before the webhook is switched off.
func TestNotTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	ctx := within(t)
	b.inbox.fail(errors.New("store is away"))
	if err := b.tam.Type(ctx, "mất điện"); err != nil {
		t.Fatal(err)
	}
	if b.z.Pending() != 1 || b.tally.of("refused.busy") != 1 {
		t.Fatal("the message was acknowledged")
	}
	for _, d := range []time.Duration{30 * time.Second, 5 * time.Minute, 15 * time.Minute} {
		b.clock.Advance(d)
		b.z.Tick(ctx)
	}
	if !strings.Contains(b.tally.logged(), "about to be switched off") {
		t.Errorf("nothing says that the webhook is in danger:\n%s", b.tally.logged())
	}
	if h := b.c.Health(); len(h) != 1 || h[0].Code != trouble.ChannelWebhook {
		t.Errorf("health %+v", h)
	}
	b.inbox.fail(nil)
	b.clock.Advance(30 * time.Minute)
	b.z.Tick(ctx)
	if taken := b.inbox.messages(); len(taken) != 1 || taken[0].Text != "mất điện" {
		t.Errorf("took %+v", taken)
	}
	if h := b.c.Health(); h != nil {
		t.Errorf("health %+v after it was taken", h)
	}
	if b.z.Pending() != 0 || !b.z.Enabled() || b.tally.of("retry") != 4 {
		t.Errorf("%d wait, enabled %t, %d repetitions", b.z.Pending(), b.z.Enabled(), b.tally.of("retry"))
	}

	b.inbox.fail(errors.New("store is away"))
	if err := b.tam.Type(ctx, "lâu quá"); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		b.clock.Advance(time.Hour)
		b.z.Tick(ctx)
	}
	if b.z.Enabled() {
		t.Error("the stand-in goes on for ever, unlike Zalo")
	}
}

// An answer that comes too late is none: the event comes again, under its id.
func TestTooLate(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true, fake: oafake.Options{Client: &http.Client{Timeout: 50 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}}})
	slow := make(chan struct{})
	b.inbox.more = func(context.Context, bot.Message) { <-slow }
	if err := b.tam.Type(within(t), "chậm"); err != nil {
		t.Fatal(err)
	}
	if b.z.Pending() != 1 {
		t.Fatal("the platform takes silence for an answer")
	}
	close(slow)
	eventually(t, "take it twice", func() bool {
		b.clock.Advance(time.Hour)
		b.z.Tick(within(t))
		return len(b.inbox.messages()) >= 2
	})
	if m := b.inbox.messages(); m[0].ID != m[1].ID {
		t.Errorf("ids %s and %s, want one", m[0].ID, m[1].ID)
	}
}

// What can never be taken is acknowledged, lest it take the webhook with it.
func TestPoison(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"invalid": record.ErrInvalid, "newer": record.ErrVersion} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, options{idle: true})
			b.inbox.fail(err)
			if err := b.tam.Type(within(t), "độc"); err != nil {
				t.Fatal(err)
			}
			if b.z.Pending() != 0 || b.tally.of("event.poison") != 1 || !strings.Contains(b.tally.logged(), "given up") {
				t.Errorf("%d wait, %d counted, logged %q", b.z.Pending(), b.tally.of("event.poison"), b.tally.logged())
			}
		})
	}
}

// The intake hears in time that it has to come to an end, whoever hangs up.
func TestIntakeHasATime(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	asked := make(chan time.Duration, 1)
	b.inbox.more = func(ctx context.Context, _ bot.Message) {
		end, _ := ctx.Deadline()
		asked <- time.Until(end)
	}
	body := textEvent(b.z.Options(), b.clock.Now(), "chào")
	mac := zalooa.Signature(b.z.Options().AppID, body, stamp(b.clock.Now()), b.z.Options().OASecret)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(gone, http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("X-ZEvent-Signature", "mac="+hex.EncodeToString(mac[:]))
	w := httptest.NewRecorder()
	b.c.ServeHTTP(w, r)
	if left := <-asked; left <= 0 || left > 2*time.Second || w.Code != http.StatusOK {
		t.Errorf("status %d, the intake had %v, want less than Zalo's two seconds", w.Code, left)
	}
}

func TestFlood(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	ctx := within(t)
	quan := b.z.Person()
	for range 60 {
		if err := b.tam.Type(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(100 * time.Millisecond)
	}
	if err := quan.Type(ctx, "người khác"); err != nil {
		t.Fatal(err)
	}
	m, err := b.tam.Next(ctx)
	if err != nil || m.Text != "Chậm lại chút." {
		t.Fatalf("got %q, %v; want the polite text", m.Text, err)
	}
	taken := b.inbox.messages()
	if last := taken[len(taken)-1]; last.Text != "người khác" || len(taken) > 40 {
		t.Errorf("took %d messages, the last %q; want few, and the neighbour's", len(taken), last.Text)
	}
	// It goes on for minutes: silence.
	for range 60 {
		b.clock.Advance(10 * time.Second)
		if err := b.tam.Type(ctx, "b"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(b.inbox.messages()); n != len(taken) {
		t.Errorf("took %d more of a flood", n-len(taken))
	}
	b.clock.Advance(20 * time.Second)
	if err := b.tam.Type(ctx, "giờ hỏi thật"); err != nil {
		t.Fatal(err)
	}
	if taken := b.inbox.messages(); taken[len(taken)-1].Text != "giờ hỏi thật" {
		t.Error("a resident who calmed down is not heard")
	}
	if n := b.tally.of("notice.sent"); n != 1 {
		t.Errorf("said %d times, want once", n)
	}
}

// What we could not take does not count as the resident's writing too much.
func TestFailuresAreNoFlood(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{idle: true})
	ctx := within(t)
	b.inbox.fail(errors.New("store is away"))
	for range 100 {
		if err := b.tam.Type(ctx, "mất điện"); err != nil {
			t.Fatal(err)
		}
	}
	b.inbox.fail(nil)
	if err := b.tam.Type(ctx, "có điện rồi"); err != nil {
		t.Fatal(err)
	}
	if n := len(b.inbox.messages()); n != 1 || b.tally.of("flood") != 0 || b.tally.of("refused.busy") != 100 {
		t.Errorf("took %d, counted %v", n, b.tally.n)
	}
}

func TestVisitor(t *testing.T) {
	t.Parallel()
	b := newBench(t, options{})
	ctx := within(t)
	v := b.z.Visitor()
	for range 3 {
		if err := v.Type(ctx, "hộ nghèo được gì"); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := v.Next(ctx); err != nil || m.Text != "Cô bác đăng nhập Zalo rồi nhắn lại." {
		t.Fatalf("got %q, %v", m.Text, err)
	}
	b.clock.Advance(25 * time.Hour)
	if err := v.Type(ctx, "hôm sau"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Next(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(v.Seen()); n != 2 || len(b.inbox.messages()) != 0 || b.tally.of("event.anonymous") != 4 {
		t.Errorf("%d answers, %d messages, %d counted; want 2, 0, 4", n, len(b.inbox.messages()), b.tally.of("event.anonymous"))
	}
}

func BenchmarkWebhook(b *testing.B) {
	o := oafake.New(oafake.Options{}).Options()
	c, err := zalooa.New(zalooa.Config{
		Intake: nobody{}, Tokens: &vault{}, Logger: (&tally{}).logger(), AppID: o.AppID, AppSecret: o.AppSecret, OASecret: o.OASecret,
		Limits: flood.Limits{Burst: 1 << 30, Every: time.Nanosecond},
	})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	body := textEvent(o, now, "nhà em hộ cận nghèo, thẻ bảo hiểm y tế có phải tự đóng không ạ")
	mac := zalooa.Signature(o.AppID, body, stamp(now), o.OASecret)
	signature := "mac=" + hex.EncodeToString(mac[:])
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/hooks/zalo-oa", bytes.NewReader(body))
			r.Header.Set("X-ZEvent-Signature", signature)
			w := httptest.NewRecorder()
			if c.ServeHTTP(w, r); w.Code != http.StatusOK {
				b.Fatalf("status %d", w.Code)
			}
		}
	})
}

type nobody struct{}

func (nobody) Handle(context.Context, bot.Message) error { return nil }

package telegram_test

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

// silent answers nothing, so that a test sees only what came in.
func silent(bot.Message) []bot.Reply { return nil }

// menu answers every message with two choices.
func menu(bot.Message) []bot.Reply {
	return []bot.Reply{{Kind: bot.ReplyChoice, Text: "Hỏi <gì> & ở đâu?", Buttons: []bot.Button{
		{Label: "Giấy tờ", Payload: "f:papers:x"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"},
	}}}
}

// listening is a bench with an intake of the given script, which also sends.
func listening(t *testing.T, script func(bot.Message) []bot.Reply, change func(*telegram.Config)) (*bench, *channeltest.Post) {
	t.Helper()
	post := channeltest.NewPost(script)
	b := newBench(t, func(c *telegram.Config) {
		c.Intake = post
		if change != nil {
			change(c)
		}
	})
	post.Start(t, b.bot, b.clock.Advance)
	return b, post
}

// quiet waits until all that people did has been acknowledged.
func (b *bench) quiet() {
	b.t.Helper()
	b.eventually("acknowledge all updates", func() bool { return b.fake.Waiting() == 0 })
}

func TestWhatResidentsSend(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		do   func(p *tgfake.Person)
		want bot.Message // Kind, Text, Payload, and of attachments Kind, Name, Text and place
	}{
		{"text", func(p *tgfake.Person) { p.Type("  Nha\u0300 nghe\u0300o\x00 thì sao  ") }, bot.Message{Kind: bot.KindText, Text: "Nhà nghèo thì sao"}},
		{"start", func(p *tgfake.Person) { p.Type("/start") }, bot.Message{Kind: bot.KindOpen}},
		{"start by an unknown link", func(p *tgfake.Person) { p.Type("/start lung-tung") }, bot.Message{Kind: bot.KindOpen}},
		{"start by a known link", func(p *tgfake.Person) { p.Type("/start bhyt") }, bot.Message{Kind: bot.KindPress, Payload: "e:bhyt-ho-ngheo"}},
		{"topics", func(p *tgfake.Person) { p.Type("/danhmuc") }, bot.Message{Kind: bot.KindPress, Payload: "menu", Text: "Xem các việc"}},
		{"officer", func(p *tgfake.Person) { p.Type("/canbo@doithoai_thu_bot nhanh") }, bot.Message{Kind: bot.KindPress, Payload: "gap-can-bo", Text: "Gặp cán bộ"}},
		{"forget", func(p *tgfake.Person) { p.Type("/QuenToi") }, bot.Message{Kind: bot.KindPress, Payload: "quen-toi", Text: "Xóa những gì đã nói"}},
		{"unknown command", func(p *tgfake.Person) { p.Type("/help") }, bot.Message{Kind: bot.KindText, Text: "/help"}},
		{"forwarded", func(p *tgfake.Person) { p.Forward("nghe nói hộ nghèo được 5 triệu") }, bot.Message{Kind: bot.KindText, Text: "nghe nói hộ nghèo được 5 triệu"}},
		{"forwarded command", func(p *tgfake.Person) { p.Forward("/quentoi") }, bot.Message{Kind: bot.KindText, Text: "/quentoi"}},
		{"photo", func(p *tgfake.Person) { p.Photo("") }, other(bot.Attachment{Kind: bot.AttachPhoto})},
		{"photo with words", func(p *tgfake.Person) { p.Photo("giấy này là gì") }, bot.Message{
			Kind: bot.KindText, Text: "giấy này là gì", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto}},
		}},
		{"voice", func(p *tgfake.Person) { p.Voice() }, other(bot.Attachment{Kind: bot.AttachVoice, Type: "audio/ogg"})},
		{"video", func(p *tgfake.Person) { p.Video() }, other(bot.Attachment{Kind: bot.AttachVideo, Name: "phim.mp4", Type: "video/mp4"})},
		{"document", func(p *tgfake.Person) { p.Document("đơn.pdf") }, other(bot.Attachment{Kind: bot.AttachFile, Name: "đơn.pdf", Type: "application/pdf"})},
		{"sticker", func(p *tgfake.Person) { p.Sticker("👍") }, other(bot.Attachment{Kind: bot.AttachSticker, Text: "👍"})},
		{"location", func(p *tgfake.Person) { p.Location(15.12, 108.8) }, other(bot.Attachment{Kind: bot.AttachLocation, Latitude: 15.12, Longitude: 108.8})},
		{"contact", func(p *tgfake.Person) { p.Contact("+84912345678") }, other(bot.Attachment{Kind: bot.AttachContact})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, post := listening(t, silent, func(c *telegram.Config) {
				c.Start = func(payload string) (string, bool) { return "e:bhyt-ho-ngheo", payload == "bhyt" }
			})
			p := b.fake.Person("Tám")
			test.do(p)
			b.eventually("take the message", func() bool { return len(post.Taken()) == 1 })
			m := post.Taken()[0]
			if want := (bot.ChatID{Channel: "telegram", Bot: "main", Chat: p.ID()}); m.Chat != want {
				t.Errorf("chat %v, want %v", m.Chat, want)
			}
			if m.Sender != p.ID() || m.Room || m.ReplyTo != "" {
				t.Errorf("from %q in a room: %t, answering %q; want the person alone", m.Sender, m.Room, m.ReplyTo)
			}
			if m.ID != b.fake.LastUpdate() || !m.At.Equal(start()) {
				t.Errorf("id %q at %v, want update %s at %v", m.ID, m.At, b.fake.LastUpdate(), start())
			}
			if m.Kind != test.want.Kind || m.Text != test.want.Text || m.Payload != test.want.Payload {
				t.Errorf("took %q %q %q, want %q %q %q", m.Kind, m.Text, m.Payload, test.want.Kind, test.want.Text, test.want.Payload)
			}
			for i, a := range m.Attachments {
				hasSource := a.Kind != bot.AttachLocation && a.Kind != bot.AttachContact
				if (a.Source != "") != hasSource || (a.Size > 0) != hasSource {
					t.Errorf("attachment %+v, want source and size: %t", a, hasSource)
				}
				m.Attachments[i].Source, m.Attachments[i].Size = "", 0
			}
			if !slices.Equal(m.Attachments, test.want.Attachments) {
				t.Errorf("attachments %+v, want %+v", m.Attachments, test.want.Attachments)
			}
		})
	}
}

func other(a bot.Attachment) bot.Message {
	return bot.Message{Kind: bot.KindOther, Attachments: []bot.Attachment{a}}
}

func TestTheLargestPictureIsTaken(t *testing.T) {
	t.Parallel()
	b, post := listening(t, silent, nil)
	b.fake.Person("Tám").Photo("")
	b.eventually("take the picture", func() bool { return len(post.Taken()) == 1 })
	if source := post.Taken()[0].Attachments[0].Source; strings.HasPrefix(source, "thumb-") {
		t.Errorf("took %q, the thumbnail", source)
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	b, post := listening(t, silent, nil)
	p := b.fake.Person("Tám")
	first := p.Type("hộ nghèo được gi")
	second := p.Type("hộ cận nghèo được gì")
	b.quiet()

	b.clock.Advance(time.Hour) // however long ago
	p.Edit(second, "hộ cận nghèo ở Trà Bồng được gì")
	b.quiet()
	p.Edit(first, "hộ nghèo được gì")
	b.quiet()
	taken := post.Taken()
	if len(taken) != 3 {
		t.Fatalf("took %d messages, want two and the edit of the last", len(taken))
	}
	if m := taken[2]; m.Kind != bot.KindText || m.Text != "hộ cận nghèo ở Trà Bồng được gì" || !strings.Contains(m.ID, "-") {
		t.Errorf("took %+v, want the new words under an id of their own", m)
	}
	if n := b.counts.get("telegram.old-edit"); n != 1 {
		t.Errorf("counted %d old edits, want 1", n)
	}
}

// After a restart nobody knows which message was the last.
func TestEditsAfterARestart(t *testing.T) {
	t.Parallel()
	post := channeltest.NewPost(silent)
	b := prepareBench(t, func(c *telegram.Config) { c.Intake = post })
	p, q := b.fake.Person("Tám"), b.fake.Person("Chín")
	fresh, old := p.Type("sắp sửa"), q.Type("để lâu")
	b.fake.DropWaiting() // another process took both
	b.clock.Advance(time.Minute)
	p.Edit(fresh, "sửa rồi")
	b.clock.Advance(time.Hour)
	q.Edit(old, "sửa muộn")
	b.run()
	b.quiet()
	if taken := post.Taken(); len(taken) != 1 || taken[0].Text != "sửa rồi" {
		t.Errorf("took %+v, want the edit of the fresh message", taken)
	}
}

func TestAlbumsOfOneBatchAreOneMessage(t *testing.T) {
	t.Parallel()
	post := channeltest.NewPost(silent)
	b := prepareBench(t, func(c *telegram.Config) { c.Intake = post })
	p := b.fake.Person("Tám")
	p.Album(3, "đủ giấy chưa")
	p.Album(2, "")
	p.Type("sao rồi")
	b.run() // now all is there at once
	b.eventually("take both albums and the text", func() bool { return len(post.Taken()) == 3 })
	taken := post.Taken()
	if m := taken[0]; m.Kind != bot.KindText || m.Text != "đủ giấy chưa" || len(m.Attachments) != 3 {
		t.Errorf("the first album is %+v, want its words and three pictures", m)
	}
	if m := taken[1]; m.Kind != bot.KindOther || len(m.Attachments) != 2 || m.Attachments[0] == m.Attachments[1] {
		t.Errorf("the second album is %+v, want two pictures", m)
	}
	if strings.Count(taken[0].ID, "+") != 1 || taken[0].ID == taken[1].ID {
		t.Errorf("ids %q and %q, want two that say from where to where", taken[0].ID, taken[1].ID)
	}
}

func TestTapsAreAnsweredAndMarked(t *testing.T) {
	t.Parallel()
	b, post := listening(t, menu, nil)
	p := b.fake.Person("Tám")
	p.Type("hỏi")
	asked := b.next(p)
	if err := p.Press("Giấy tờ"); err != nil {
		t.Fatal(err)
	}
	b.next(p)
	m := post.Taken()[1]
	if m.Kind != bot.KindPress || m.Payload != "f:papers:x" || m.Text != "Giấy tờ" {
		t.Errorf("took %+v", m)
	}
	b.eventually("stop the spinner", func() bool { yes, _ := b.fake.Answered(); return yes == 1 })
	b.eventually("mark the choice", func() bool {
		for _, shown := range p.Screen() {
			if shown.ID == asked.ID {
				return shown.Text == "Hỏi <gì> & ở đâu?\n\n✓ Giấy tờ" && shown.Keyboard == nil
			}
		}
		return false
	})
	// The other menu is untouched, and an old one that nobody can see any more is no fault.
	if err := p.Press("Gặp cán bộ"); err != nil {
		t.Errorf("the newer menu: %v", err)
	}
	p.PressData(1, "e:lau-roi")
	b.eventually("take the old tap", func() bool { return len(post.Taken()) == 4 })
	if m := post.Taken()[3]; m.Kind != bot.KindPress || m.Payload != "e:lau-roi" || m.Text != "" {
		t.Errorf("took %+v", m)
	}
}

// The chores of a tap fail without harm: the answer comes all the same.
func TestTapsWhenChoresFail(t *testing.T) {
	t.Parallel()
	b, _ := listening(t, menu, nil)
	for _, method := range []string{"answerCallbackQuery", "editMessageText", "sendChatAction"} {
		b.fake.Fail(method, 100, tgfake.Fault{Code: 400, Description: "Bad Request: query is too old"})
	}
	p := b.fake.Person("Tám")
	p.Type("hỏi")
	b.next(p)
	if err := p.Press("Giấy tờ"); err != nil {
		t.Fatal(err)
	}
	b.next(p)
}

func TestRooms(t *testing.T) {
	t.Parallel()
	var known int64
	b, post := listening(t, silent, func(c *telegram.Config) {
		c.Rooms = func(chat int64) bool { return chat == known }
	})
	ours, foreign := b.fake.Room("Trực y tế"), b.fake.Room("Chợ")
	known = ours.Number()
	lan := b.fake.Person("Lan")
	topic := ours.Topic()
	foreign.Type(lan, 0, "mua bán")
	ours.Type(lan, 0, "nhận ca")
	ours.Type(lan, topic, "/danhmuc trả lời dân")
	ours.TypeAnonymously("ẩn danh")
	b.quiet()
	taken := post.Taken()
	if len(taken) != 3 {
		t.Fatalf("took %d messages, want the three of our room", len(taken))
	}
	for i, sender := range []string{lan.ID(), lan.ID(), ""} {
		if m := taken[i]; m.Sender != sender || !m.Room || m.ReplyTo != "" {
			t.Errorf("message %d is from %q, in a room: %t, answers %q; want %q", i, m.Sender, m.Room, m.ReplyTo, sender)
		}
	}
	if m := taken[0]; m.Chat.Chat != ours.ID() || m.Text != "nhận ca" {
		t.Errorf("took %+v, want the general topic", m)
	}
	if m := taken[1]; m.Chat.Chat != ours.ID()+"/2" || m.Text != "/danhmuc trả lời dân" || m.Kind != bot.KindText {
		t.Errorf("took %+v, want the topic, and no command", m)
	}
	if b.counts.get("telegram.elsewhere") != 1 {
		t.Errorf("counted %v", b.counts.n)
	}
	foreign.TypeAnonymously("ẩn danh") // who hides elsewhere, or behind another channel
	b.fake.Inject("message", map[string]any{
		"message_id": 9, "date": 1, "from": map[string]any{"id": 136817688, "is_bot": true}, "text": "tin",
		"sender_chat": map[string]any{"id": -1005, "type": "channel"}, "chat": map[string]any{"id": known, "type": "supergroup"},
	})
	b.quiet()
	if len(post.Taken()) != 3 || b.counts.get("telegram.hidden") != 2 {
		t.Errorf("took %d messages, counted %v", len(post.Taken()), b.counts.n)
	}
	ours.Migrate()
	b.quiet()
	if b.counts.get("telegram.moved") != 1 || !strings.Contains(b.log.String(), "new number") {
		t.Error("a room that moved was not told")
	}
}

// Which message is answered, and by whom.
func TestAnswersToMessages(t *testing.T) {
	t.Parallel()
	var known int64
	b, post := listening(t, silent, func(c *telegram.Config) {
		c.Rooms = func(chat int64) bool { return chat == known }
	})
	p, room := b.fake.Person("Tám"), b.fake.Room("Trực")
	known = room.Number()
	topic := room.Topic()
	inTopic := room.ID() + "/" + strconv.Itoa(topic)
	reply := bot.Reply{Text: "việc mới", Buttons: []bot.Button{{Label: "Nhận", Payload: "nhan"}}}
	asked := b.sendAll(to(p.ID(), reply))[0]
	card := b.sendAll(to(inTopic, reply))[0]
	number := func(id string) int {
		n, err := strconv.Atoi(id)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	p.Reply(number(asked), "dạ có")
	room.Reply(p, number(card), "đã gọi")
	if err := cmp.Or(p.Press("Nhận"), room.Press(p, "Nhận")); err != nil {
		t.Fatal(err)
	}
	b.eventually("take all", func() bool { return len(post.Taken()) == 4 })
	type found struct {
		chat, reply string
		room        bool
		kind        bot.Kind
	}
	var got []found
	for _, m := range post.Taken() {
		if m.Sender != p.ID() {
			t.Errorf("from %q, want %q", m.Sender, p.ID())
		}
		got = append(got, found{m.Chat.Chat, m.ReplyTo, m.Room, m.Kind})
	}
	for _, want := range []found{
		{p.ID(), asked, false, bot.KindText}, {inTopic, card, true, bot.KindText},
		{p.ID(), asked, false, bot.KindPress}, {inTopic, card, true, bot.KindPress},
	} {
		if !slices.Contains(got, want) {
			t.Errorf("took %+v, want %+v among them", got, want)
		}
	}
}

func TestNobodysMessagesAreCountedOnly(t *testing.T) {
	t.Parallel()
	b, post := listening(t, silent, nil)
	p := b.fake.Person("Tám")
	p.Block()
	p.Unblock()
	b.fake.Inject("channel_post", map[string]any{"message_id": 1, "chat": map[string]any{"id": -1001, "type": "channel"}, "text": "tin"})
	b.fake.Inject("message", map[string]any{"message_id": 2, "date": 1, "chat": map[string]any{"id": 5, "type": "private"}})
	b.fake.Inject("message", map[string]any{
		"message_id": 3, "date": 1, "from": map[string]any{"id": 5}, "chat": map[string]any{"id": 5, "type": "private"}, "write_access_allowed": map[string]any{},
	})
	b.fake.Inject("chat_member", map[string]any{"chat": map[string]any{"id": -1001, "type": "supergroup"}, "date": 1})
	b.quiet()
	if n := len(post.Taken()); n != 0 {
		t.Errorf("took %d messages", n)
	}
	for _, name := range []string{"blocked", "unblocked", "hidden", "notice"} {
		if b.counts.get("telegram."+name) == 0 {
			t.Errorf("%s was not counted: %v", name, b.counts.n)
		}
	}
}

// A live location edits itself every few seconds.
func TestLiveLocationsAreTakenOnce(t *testing.T) {
	t.Parallel()
	b, post := listening(t, silent, nil)
	p := b.fake.Person("Tám")
	id := p.Location(15, 108)
	b.quiet()
	p.Edit(id, "")
	b.quiet()
	if n := len(post.Taken()); n != 1 {
		t.Errorf("took %d messages, want 1", n)
	}
}

// A field of a shape that nobody expected costs that field, not the message.
func TestOddFieldsDoNotLoseTheMessage(t *testing.T) {
	t.Parallel()
	b, post := listening(t, silent, nil)
	b.fake.Inject("message", map[string]any{
		"message_id": 3, "date": 1, "from": map[string]any{"id": 5, "is_bot": false}, "chat": map[string]any{"id": 5, "type": "private"},
		"entities": "none", "text": "vẫn đọc được",
	})
	b.eventually("take the message", func() bool { return len(post.Taken()) == 1 })
	if m := post.Taken()[0]; m.Text != "vẫn đọc được" {
		t.Errorf("took %+v", m)
	}
}

package telegram_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/internal/delivery"
)

// card is a case as its officers see it.
func card(text string, labels ...string) bot.Reply {
	r := bot.Reply{Kind: bot.ReplyCard, Text: text, Card: "017123", Update: "đổi: " + text}
	for i, label := range labels {
		r.Buttons = append(r.Buttons, bot.Button{Label: label, Payload: "x:" + strconv.Itoa(i)})
	}
	return r
}

func TestACardChangesItsMessage(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	room := b.fake.Room("Trực")
	topic := room.Topic()
	d := to(room.ID()+"/"+strconv.Itoa(topic), card("mới <1>", "Nhận"))
	first := b.sendAll(d)[0]
	shown := b.next(room)
	d.Replaces = first
	// Once more at the end: a try that was cut off may have done it.
	for _, r := range []bot.Reply{card("cô Ba nhận", "Trả lời", "Chuyển"), card("xong"), card("xong")} {
		d.Reply = r
		if ids := b.sendAll(d); len(ids) != 1 || ids[0] != first {
			t.Errorf("known as %v, want %s still", ids, first)
		}
		m := b.fake.Shown(room, shown.ID)
		if m.Text != r.Text || (m.Keyboard == nil) != (len(r.Buttons) == 0) || m.Keyboard != nil && len(m.Keyboard.Rows) != 2 {
			t.Errorf("shows %+v, want %+v", m, r)
		}
	}
	if n := len(b.fake.Calls("sendMessage")); n != 1 {
		t.Errorf("%d messages, want one", n)
	}
}

// What can be changed no more is sent anew; so is what does not fit one message.
func TestACardThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	for name, description := range map[string]string{
		"gone": "Bad Request: message to edit not found", "old": "Bad Request: message can't be edited",
		"a picture": "Bad Request: there is no text in the message to edit", "odd": "Bad Request: MESSAGE_ID_INVALID",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sending(t, nil)
			p := b.fake.Person("Ba")
			b.fake.Fail("editMessageText", 1, tgfake.Fault{Code: 400, Description: description})
			d := to(p.ID(), card("mới", "Nhận"))
			d.Replaces = "41"
			ids := b.sendAll(d)
			if m := b.next(p); m.Text != "mới" || m.Keyboard == nil || len(ids) != 1 || ids[0] != strconv.Itoa(m.ID) {
				t.Errorf("shown %+v as %v, want it whole and anew", m, ids)
			}
		})
	}
	b := sending(t, nil)
	p := b.fake.Person("Ba")
	d := to(p.ID(), card(strings.TrimSpace(strings.Repeat("dài. ", 1000)), "Nhận"))
	d.Replaces = b.sendAll(to(p.ID(), card("mới")))[0]
	if ids := b.sendAll(d); len(ids) != 2 || len(b.fake.Calls("editMessageText")) != 0 {
		t.Errorf("sent as %v, want two messages anew", ids)
	}
}

func TestChangingACardFails(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	p := b.fake.Person("Ba")
	d := to(p.ID(), card("mới"))
	d.Replaces = b.sendAll(d)[0]
	d.Reply = card("a < b")
	b.fake.Fail("editMessageText", 1, tgfake.Fault{Code: 429, Description: "Too Many Requests: retry after 3", RetryAfter: 3})
	_, err := b.bot.Send(t.Context(), d)
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Throttled {
		t.Errorf("Send = %v, want throttled", err)
	}
	b.fake.Fail("editMessageText", 1, tgfake.Fault{Code: 400, Description: "Bad Request: can't parse entities"})
	if ids := b.sendAll(d); ids[0] != d.Replaces || len(b.fake.Calls("sendMessage")) != 1 {
		t.Errorf("known as %v, want the same message changed without markup", ids)
	}
}

// Under a card the case tells what was pressed; a mark of ours would be in its way.
func TestACardIsNotMarked(t *testing.T) {
	t.Parallel()
	var known int64
	b, post := listening(t, silent, func(c *telegram.Config) {
		c.Rooms = func(chat int64) bool { return chat == known }
	})
	p, room := b.fake.Person("Ba"), b.fake.Room("Trực")
	known = room.Number()
	b.sendAll(to(p.ID(), card("mới", "Nhận")))
	b.sendAll(to(room.ID(), card("mới", "Nhận")))
	if err := errors.Join(p.Press("Nhận"), room.Press(p, "Nhận")); err != nil {
		t.Fatal(err)
	}
	b.eventually("take both taps", func() bool { return len(post.Taken()) == 2 })
	// What is done after a tap is done in turn: when this one is marked, the others would be.
	q := b.fake.Person("Tám")
	b.sendAll(to(q.ID(), menu(bot.Message{})[0]))
	if err := q.Press("Giấy tờ"); err != nil {
		t.Fatal(err)
	}
	b.eventually("mark an ordinary choice", func() bool { return len(b.fake.Calls("editMessageText")) > 0 })
	if calls := b.fake.Calls("editMessageText"); len(calls) != 1 || calls[0].Params["chat_id"] != q.ID() {
		t.Errorf("%d changes by ourselves, want that of the ordinary choice alone", len(calls))
	}
}

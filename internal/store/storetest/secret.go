package storetest

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func secretTests() []test {
	return []test{
		{name: "P7/ForgetLeavesOnlyTheRingOfASentChat", run: forgetSent},
		{name: "P7/KeysTellNobody", run: keysTellNobody},
		{name: "AnyCharacterInAnIdOfASentChat", run: anyPushedID},
	}
}

// The ids and words by which a resident could be known.
const (
	secretChat   = "người-kia"
	secretText   = "nhà tôi ở xóm Trũng"
	secretUpdate = "cập-nhật-88"
	secretSent   = "tin-của-nhà-mạng-7"
	secretKey    = "khoá-gộp"
)

// readable reports whether stored bytes tell text, as it is or in base64 as
// JSON has it. What stands before it decides which of three forms that takes.
func readable(stored, text string) bool {
	if strings.Contains(stored, text) {
		return true
	}
	for before := range 3 {
		coded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + text))
		if strings.Contains(stored, coded[4:len(coded)-4]) {
			return true
		}
	}
	return false
}

// confide stores something of everything for a chat: a case, a conversation, a
// letter to another chat, and messages that wait, are scheduled and in work.
func confide(t *testing.T, e *Engine) (w *writer, l record.Lease) {
	t.Helper()
	w = pushing(t, e, sent(secretChat))
	c := open(e, code(t, e, w.chat, 1))
	c.Data, c.Due = []byte(secretText), e.Now()
	s := w.next(opens(c))
	s.Update, s.State, s.Letters, s.Way.Lease = secretUpdate, []byte(secretText), letters(chatA, secretText), true
	s.Out = []record.Outgoing{
		guarded(c, under(secretKey, reply(secretText))), under(secretKey, reply(secretText)), after(time.Hour, reply(secretText)),
	}
	saved := save(t, e, s)
	w.revision++
	return w, wantLease(t, saved.Lease, secretText)
}

func keysTellNobody(t *testing.T, e *Engine) {
	w, l := confide(t, e)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{secretSent}}), secretText)
	wantNone(t, settle(t, e, l, failed("r")))
	card := reply(secretText)
	card.Ref = []byte(secretText)
	l = wantLease(t, w.hand(card, under(secretKey, reply(secretText))), secretText)
	l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{secretSent}}), secretText)
	wantNone(t, settle(t, e, l, record.Settlement{Result: record.Held}))
	finish(t, e, work(t, e, 1)[0], failed("r"))
	for key := range stored(t, e) {
		for _, secret := range []string{secretChat, secretText, secretUpdate, secretSent, secretKey} {
			if readable(key, secret) {
				t.Errorf("the key %q tells %q", key, secret)
			}
		}
	}
}

func forgetSent(t *testing.T, e *Engine) {
	w, l := confide(t, e)
	bye := w.save(record.Save{Forget: true, Out: replies("tạm biệt"), Way: record.Way{Lease: true, Inbound: true}}).Lease
	wantNone(t, settle(t, e, wantLease(t, bye, "tạm biệt"), record.Settlement{Result: record.Sent}))
	// Whoever was sending what is forgotten brings nothing of it back, nor does
	// whoever was at its case. The letter is another chat's business.
	for _, s := range []record.Settlement{progressed(1, secretText), later(0), failed("r")} {
		wantNone(t, settle(t, e, l, s))
	}
	finish(t, e, oneWork(t, e, secretText), record.Settlement{Result: record.Sent})
	for key, value := range stored(t, e) {
		for _, secret := range []string{secretChat, secretText, secretUpdate, secretKey, "tạm biệt"} {
			if readable(key, secret) || readable(value, secret) {
				t.Errorf("%q still tells %q", key, secret)
			}
		}
	}
	e.Advance(24 * time.Hour)
	wantClaimed(t, e, w.chat)
	wantWork(t, e)
	if got := load(t, e, w.chat); got.Revision != 2 || got.LastSeq != 4 || len(got.State) != 0 || len(got.Seen) != 2 || len(got.Cases) != 0 {
		t.Errorf("Load = %+v, want nothing but revision, sequence and marks", got)
	}
	if got := save(t, e, record.Save{Chat: w.chat, Revision: 2, Update: secretUpdate}); got.Outcome != record.Duplicate {
		t.Errorf("Save of an update from before = %+v, want a duplicate", got)
	}
}

// anyPushedID sends, fails, revives and remembers for chats of any id.
func anyPushedID(t *testing.T, e *Engine) {
	for _, chat := range oddChats() {
		w := pushing(t, e, chat)
		o := under("k{}:\n\x00", reply("1"))
		o.Ref = []byte{0, 255}
		l := wantLease(t, w.hand(o, reply("2")), "1")
		if l.Delivery.Chat != chat || l.Delivery.Collapse != o.Collapse {
			t.Errorf("the lease of %d is for another chat or key than that of %.80q", l.Delivery.Seq, chat)
		}
		l = wantLease(t, settle(t, e, l, record.Settlement{Result: record.Sent, Providers: []string{"m:{}\n\x00\xff"}}), "2")
		wantRef(t, e, chat, "m:{}\n\x00\xff", "\x00\xff")
		wantNone(t, settle(t, e, l, later(0)))
		l = take(t, e, chat)
		wantNone(t, settle(t, e, l, failed("r{}:\n")))
		d := oneDead(t, e)
		if d.Delivery.Chat != chat || d.Reason != "r{}:\n" {
			t.Errorf("the dead letter is not the one of %.80q", chat)
		}
		revive(t, e, d.ID)
		l = take(t, e, chat)
		wantNone(t, settle(t, e, l, record.Settlement{Result: record.Dropped}))
	}
}

// oddChats are ids that a store with less care would mistake for each other, or
// for something else.
func oddChats() []bot.ChatID {
	return []bot.ChatID{
		{}, {Channel: "a"}, {Bot: "a"}, {Chat: "a"},
		{Channel: "web", Bot: "{main}", Chat: "{a}:b"}, {Channel: "web", Bot: "{main}:b", Chat: "{a}"},
		{Channel: "web/x", Bot: "y", Chat: "z"}, {Channel: "web", Bot: "x/y", Chat: "z"},
		{Chat: "a\nb"}, {Chat: "a\x00b"}, {Chat: "a\x00"}, {Chat: "\xff\xfe"}, {Chat: "*?[a]"}, {Chat: "Cô Sáu"}, {Chat: strings.Repeat("long", 10_000)},
	}
}

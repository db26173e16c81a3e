package escalation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

func TestBookComesBackWhole(t *testing.T) {
	t.Parallel()
	want := escalation.Book{
		Code: "200000000000001", Next: tuesday.UTC(), Officer: "lan",
		Lines:  []escalation.Line{{Code: "017123456", Title: "Thẻ", State: bot.CaseHeld, Holder: "lan", Due: tuesday.UTC()}},
		List:   []bot.Option{{Label: "Gửi", Action: "k:send:017123456:1"}},
		Focus:  "017123456",
		Drafts: map[string]escalation.Draft{"lan": {Kind: escalation.Answer, Code: "017123456", Text: "Dạ", At: tuesday.UTC()}},
	}
	r, err := want.Record(tuesday)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := escalation.BookFromRecord(r); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if !r.Ends.After(tuesday.Add(30*24*time.Hour)) || !r.Due.Equal(want.Next) {
		t.Errorf("due %v, ends %v", r.Due, r.Ends)
	}
}

// A book is told from a case, whichever is read as the other.
func TestIsBook(t *testing.T) {
	t.Parallel()
	book, err := escalation.Book{Code: "200000000000001"}.Record(tuesday)
	if err != nil {
		t.Fatal(err)
	}
	c, err := escalation.Case{Code: "017123456", Question: `"book":1`}.Record(tuesday)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		record record.Case
		want   bool
	}{
		"book": {book, true}, "case": {c, false}, "nothing": {record.Case{}, false}, "noise": {record.Case{Data: []byte("{")}, false},
	} {
		if got := escalation.IsBook(test.record); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
		if _, err := escalation.BookFromRecord(test.record); !test.want && !errors.Is(err, record.ErrCorrupt) {
			t.Errorf("%s read as a book: %v", name, err)
		}
	}
}

// A book stays bounded, and what the officer has in hand stays in it.
func TestBookIsBounded(t *testing.T) {
	t.Parallel()
	p := newStage(t)
	p.set("chat zalo-bot lan")
	p.set("case 017900000 held lan y-te Việc đang làm")
	p.told([]string{"017900000", "card"})
	for i := range escalation.MaxLines + 20 {
		code := fmt.Sprintf("017%06d", i)
		p.set("case " + code + " held hoa y-te Việc của người khác")
		p.told([]string{code, "card"})
	}
	book := escalation.BookOf(p.stored)
	if len(book.Lines) != escalation.MaxLines || !linesOf(book)["017900000"] {
		t.Errorf("%d lines, the own one among them: %v", len(book.Lines), linesOf(book)["017900000"])
	}
}

// Deciding twice on the same situation gives the same, and changes nothing of
// what it was given.
func TestDecidingTwice(t *testing.T) {
	t.Parallel()
	p := newStage(t)
	p.set("chat zalo-bot lan")
	p.set("case 017123456 held lan y-te Bao giờ có thẻ?")
	p.told([]string{"017123456", "card"})
	p.message(bot.Message{Kind: bot.KindText, Text: "Tuần sau"})
	before, err := json.Marshal(p.stored)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.cases["017123456"].Record(p.now)
	if err != nil {
		t.Fatal(err)
	}
	s := exchange.Situation{
		Chat: record.Chat{Cases: p.stored}, Now: p.now, CodePrefix: "200", Mentioned: map[string]record.Case{c.Code: c},
		Message: bot.Message{Chat: p.chat, Kind: bot.KindText, Text: "1", Sender: "lan"},
	}
	first, second := p.office.OfficerStep(s, "lan"), p.office.OfficerStep(s, "lan")
	if !reflect.DeepEqual(first, second) {
		t.Errorf("got %+v and then %+v", first, second)
	}
	if len(first.Letters) != 1 {
		t.Errorf("got %d letters, want the answer", len(first.Letters))
	}
	if after, err := json.Marshal(p.stored); err != nil || string(after) != string(before) {
		t.Error("what was loaded has changed")
	}
}

// A long text is cut, and the officer is told.
func TestLongAnswer(t *testing.T) {
	t.Parallel()
	p := newStage(t)
	p.set("chat zalo-bot lan")
	p.set("case 017123456 held lan y-te Bao giờ có thẻ?")
	p.told([]string{"017123456", "card"})
	p.message(bot.Message{Kind: bot.KindText, Text: strings.Repeat("dài ", 2000)})
	if text := p.out.Replies[0].Text; !strings.Contains(text, "bị cắt") || len([]rune(text)) > 4500 {
		t.Errorf("got %d characters: %.80q", len([]rune(text)), text)
	}
}

func TestTracks(t *testing.T) {
	t.Parallel()
	if code, no, ok := escalation.ReadSaidTrack(escalation.SaidTrack("017123456", 12)); !ok || code != "017123456" || no != 12 {
		t.Errorf("got %q %d %v", code, no, ok)
	}
	for _, bad := range []string{"", "said:", "said:017123456", "said:017123456:0", "said:017123456:x", "said:abc:1", "card:017123456"} {
		if code, no, ok := escalation.ReadSaidTrack(bad); ok {
			t.Errorf("%q is read as %q %d", bad, code, no)
		}
	}
	for _, bad := range []string{"", "card:", "card:abc", "said:017123456:1", "017123456"} {
		if code, ok := escalation.ReadCardTrack(bad); ok {
			t.Errorf("%q is read as %q", bad, code)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		"", "null", "{}", `{"case":{"kind":"take","code":"017123456","by":"lan","epoch":3}}`,
		`{"slip":{"line":{"code":"017123456","title":"x","state":"held","due":"2026-11-24T08:00:00Z"},"over":true}}`,
		`{"case":{"code":"017123456"},"slip":{"line":{"code":"017123456"}}}`, `{"case":{"code":"x"}}`, `{"slip":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		again, err := escalation.ReadEnvelopeAgain(raw)
		if err != nil {
			return
		}
		twice, err := escalation.ReadEnvelopeAgain(again)
		if err != nil || string(twice) != string(again) {
			t.Errorf("%q becomes %q and then %q, %v", raw, again, twice, err)
		}
	})
}

func FuzzPayload(f *testing.F) {
	for _, seed := range []string{"", "k:", "k:take:017123456:1", "k:to:017123456:1:y-te", "k:list::0:9", "k:take:abc:1", "k:take:017123456:-1", "menu", "k:x:y:z:a:b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		again, ok := escalation.ReadPayload(payload)
		if !ok {
			return
		}
		if twice, ok := escalation.ReadPayload(again); !ok || twice != again {
			t.Errorf("%q becomes %q and then %q", payload, again, twice)
		}
	})
}

// Whatever an officer presses or types, it is decided without a panic, and
// nothing of a case that is not the officer's leaves.
func FuzzOfficer(f *testing.F) {
	for _, seed := range []string{"việc", "1", "hồ sơ 017123456", "k:take:042987654:1", "k:show:042987654:1", "gửi", "k:to:017123456:1:kin", "\xff\x00", "042987654"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, typed string, press bool) {
		p := newStage(t)
		p.set("chat zalo-bot lan")
		p.set("case 017123456 held lan y-te Bao giờ có thẻ?")
		p.set("case 042987654 waiting - kin Chuyện này giữ kín")
		p.set("set 042987654 matter confidential")
		p.told([]string{"017123456", "card"})
		m := bot.Message{Kind: bot.KindText, Text: typed, About: "042987654"}
		if press {
			m = bot.Message{Kind: bot.KindPress, Payload: typed}
		}
		p.message(m)
		for _, r := range p.out.Replies {
			if strings.Contains(r.Text, "giữ kín") && !strings.Contains(typed, "giữ kín") {
				t.Errorf("%q shows %q", typed, r.Text)
			}
		}
		for _, l := range p.out.Letters {
			if l.To == p.cases["042987654"].Chat {
				t.Errorf("%q reaches a case of others", typed)
			}
		}
	})
}

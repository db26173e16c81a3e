package webchat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	m := newRecent[int](10)
	for i := range 1000 {
		m.put(fmt.Sprint(i), i)
		m.get("0") // somebody who keeps coming is remembered
		if n := len(m.young) + len(m.old); n > 20 {
			t.Fatalf("%d names after %d, want 20 at most", n, i)
		}
	}
	if _, ok := m.get("0"); !ok {
		t.Error("a name in use was forgotten")
	}
	if _, ok := m.get("995"); !ok {
		t.Error("one of the last ten names was forgotten")
	}
	if _, ok := m.get("500"); ok {
		t.Error("an old name is still there")
	}
}

// Only what we sealed opens, whatever the bytes.
func FuzzCookie(f *testing.F) {
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	ss := newSessions(bytes.Repeat([]byte("k"), minKey), 10)
	ours := session{id: [16]byte{1, 2, 3}, begun: now, used: now} // the same in every process that fuzzes
	sealed := ss.seal(ours)
	f.Add(sealed)
	f.Add(sealed + "=")
	f.Add("")
	f.Fuzz(func(t *testing.T, value string) {
		if s, ok := ss.open(value, now); ok && (value != sealed || s.id != ours.id) {
			t.Errorf("%q opened", value)
		}
	})
}

// What gets through is what the engine is promised.
func FuzzIncoming(f *testing.F) {
	f.Add([]byte(`{"id":"0123456789abcdef","kind":"text","text":"Ho\u0323\u0302 nghe\u0300o"}`))
	f.Add([]byte(`{"id":"0123456789abcdef","kind":"press","payload":"f:where:bhyt"}`))
	f.Add([]byte(`{"id":"0123456789abcdef","kind":"open"}`))
	f.Add([]byte("{\"id\":\"0123456789abcdef\",\"kind\":\"text\",\"text\":\"\xff\\u0000\"}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var in incoming
		if json.Unmarshal(body, &in) != nil {
			return
		}
		m, err := in.message(session{}, time.Unix(0, 0))
		if err != nil {
			return
		}
		switch {
		case !isID(m.ID), len(m.Payload) > maxPayload, utf8.RuneCountInString(m.Text) > maxText:
			t.Errorf("too large: %+v", m)
		case !utf8.ValidString(m.Text), clean(m.Text) != m.Text:
			t.Errorf("not clean: %q", m.Text)
		case m.Kind == bot.KindText && m.Text == "", m.Kind == bot.KindPress && m.Payload == "":
			t.Errorf("empty: %+v", m)
		}
	})
}

func TestButtonsAreNumberedAsTheEngineCounts(t *testing.T) {
	t.Parallel()
	r, err := new(Handler).render(t.Context(), deliveryOf(
		bot.Button{Label: "a", Payload: "a"}, bot.Button{Label: "Gặp cán bộ", Payload: "gap-can-bo"}, bot.Button{Label: "b", Payload: "b"},
	))
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, b := range r.Buttons {
		got += b.Number
	}
	if got != "102" {
		t.Errorf("numbers %q, want 1, 0, 2", got)
	}
}

func deliveryOf(buttons ...bot.Button) record.Delivery {
	return record.Delivery{Seq: 1, Reply: bot.Reply{Text: "chọn", Buttons: buttons}}
}

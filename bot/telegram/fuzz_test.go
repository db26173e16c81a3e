package telegram

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/doithoai/doithoai/bot"
)

// nobody takes everything.
type nobody struct{}

func (nobody) Handle(context.Context, bot.Message) error { return nil }

func quietChannel(tb testing.TB) *Channel {
	tb.Helper()
	c, err := New(Config{Token: "1:a", Intake: nobody{}, Rooms: func(chat int64) bool { return chat == -1001 }})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// Whatever comes, what is taken is what the engine is promised.
func FuzzUpdate(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":1,"message":{"message_id":2,"date":3,"from":{"id":5},"chat":{"id":5,"type":"private"},"text":"Ho\u0323\u0302 nghe\u0300o"}}`,
		`{"update_id":1,"message":{"message_id":2,"date":3,"from":{"id":5},"chat":{"id":5,"type":"private"},"text":"/start x"}}`,
		`{"update_id":1,"edited_message":{"message_id":2,"date":3,"edit_date":4,"from":{"id":5},"chat":{"id":5,"type":"private"},"text":"sửa"}}`,
		`{"update_id":1,"callback_query":{"id":"9","from":{"id":5},"message":{"message_id":2,"date":0,"chat":{"id":5,"type":"private"}},"data":"menu"}}`,
		`{"update_id":1,"message":{"message_id":2,"date":3,"from":{"id":5},"chat":{"id":-1001,"type":"supergroup"},"message_thread_id":7,"is_topic_message":true,"photo":[{"file_id":"a","width":9,"height":9}],"caption":"x"}}`,
		`{"update_id":1,"message":{"message_id":2,"date":3,"from":{"id":5},"chat":{"id":5,"type":"private"},"venue":{"location":{"latitude":1,"longitude":2},"title":"chợ"}}}`,
		`{"update_id":1,"my_chat_member":{"chat":{"id":5,"type":"private"},"from":{"id":5},"date":1,"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":1,"message":{"message_id":2,"migrate_to_chat_id":-1002,"chat":{"id":-1001,"type":"group"}}}`,
		`{"update_id":"x","message":[]}`, `{"update_id":1,"message":null}`, `[]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	c := quietChannel(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := c.open(t.Context(), raw)
		if e.m == nil {
			if e.count == "" {
				t.Errorf("neither taken nor counted: %s", raw)
			}
			return
		}
		m := e.m
		switch {
		case e.chat == 0 || m.Chat.Chat == "" || m.Chat.Channel != Name || m.ID == "":
			t.Errorf("no chat or id: %+v", m)
		case !utf8.ValidString(m.Text) || !norm.NFC.IsNormalString(m.Text) || strings.TrimSpace(m.Text) != m.Text:
			t.Errorf("not clean: %q", m.Text)
		case m.Kind == bot.KindText && m.Text == "", m.Kind == bot.KindPress && m.Payload == "", m.Kind == bot.KindOther && len(m.Attachments) == 0:
			t.Errorf("empty: %+v", m)
		case m.Kind != bot.KindText && m.Kind != bot.KindPress && m.Kind != bot.KindOpen && m.Kind != bot.KindOther:
			t.Errorf("kind %q", m.Kind)
		}
	})
}

// Whatever the API answers with, nothing breaks down and nothing is told.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"message_id":5,"photo":[{"file_id":"a"},{"file_id":"b"}]}`), []byte(`{"photo:x":"FILE"}`), "Bad Request: can't parse entities: \"hộ nghèo 12\"")
	f.Add([]byte(`true`), []byte(`null`), "Forbidden")
	f.Add([]byte(``), []byte(`[1]`), "")
	f.Fuzz(func(t *testing.T, answer, note []byte, description string) {
		m := readSent(answer)
		_, _ = m.provider(), m.file()
		files := readNote(note)
		files["photo:a"] = m.file()
		if kept := writeNote(files); kept != nil && !json.Valid(kept) {
			t.Errorf("note %q", kept)
		}
		e := &callError{method: "sendMessage", code: 400, description: description}
		if name := e.reason(); len(name) > 60 || strings.ContainsFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' }) {
			t.Errorf("reason %q", name)
		}
	})
}

package record_test

import (
	"regexp"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

func TestMediaKey(t *testing.T) {
	t.Parallel()
	secret, chat := []byte("s"), bot.ChatID{Channel: "telegram", Bot: "main", Chat: "7"}
	seen := map[string]string{}
	for name, key := range map[string]string{
		"one":            record.MediaKey(secret, chat, "1", 0),
		"next":           record.MediaKey(secret, chat, "1", 1),
		"other message":  record.MediaKey(secret, chat, "2", 0),
		"other chat":     record.MediaKey(secret, bot.ChatID{Channel: "telegram", Bot: "main", Chat: "71"}, "", 0),
		"cut elsewhere":  record.MediaKey(secret, bot.ChatID{Channel: "telegram", Bot: "main", Chat: "71"}, "1", 0),
		"another secret": record.MediaKey([]byte("t"), chat, "1", 0),
	} {
		if !regexp.MustCompile("^[a-f][0-9a-f]{31}$").MatchString(key) {
			t.Errorf("%s: key %q", name, key)
		}
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have one key", name, other)
		}
		seen[key] = name
	}
	if a, b := record.MediaKey(secret, chat, "1", 0), record.MediaKey(secret, chat, "1", 0); a != b {
		t.Errorf("keys %q and %q of one thing", a, b)
	}
}

// A key in a conversation comes out as it went in, whatever digits it has.
func TestConversationKeepsMediaKeys(t *testing.T) {
	t.Parallel()
	want := bot.Attachment{Kind: bot.AttachFile, Key: "a0912345678051203001234000000000", Name: "đơn.pdf"}
	state, err := record.EncodeConversation(bot.Conversation{Attached: []bot.Attachment{want}, Copies: bot.Copies{Keys: []string{want.Key}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.DecodeConversation(state)
	if err != nil || len(got.Attached) != 1 || got.Attached[0] != want || got.Copies.Keys[0] != want.Key {
		t.Errorf("got %+v, %v", got, err)
	}
}

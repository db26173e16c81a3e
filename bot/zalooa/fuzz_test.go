package zalooa_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalooa"
)

// deaf is a channel over an intake that only remembers.
func deaf(t *testing.T) (*zalooa.Channel, *inbox, *tally) {
	t.Helper()
	in, told := &inbox{}, &tally{}
	c, err := zalooa.New(zalooa.Config{
		Intake: in, Tokens: &vault{}, Logger: told.logger(), Count: told.count,
		AppID: "1234567890123456789", AppSecret: "geheim-app", OASecret: "geheim-oa", Now: start,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, in, told
}

func call(t *testing.T, c *zalooa.Channel, body []byte, signature string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("X-ZEvent-Signature", signature)
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Code
}

// Whatever Zalo signs, it is answered, and what is handed on is clean. The body
// is what stands in the event beside app and time.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`"event_name":"user_send_text","sender":{"id":"1"},"message":{"msg_id":"a","text":"chào"}`))
	f.Fuzz(func(t *testing.T, inner []byte) {
		c, in, told := deaf(t)
		at := stamp(start())
		body := []byte(`{"app_id":"1234567890123456789","timestamp":"` + at + `",` + string(inner) + `}`)
		var head struct {
			AppID     json.RawMessage `json:"app_id"`
			Timestamp json.RawMessage `json:"timestamp"`
		}
		_ = json.Unmarshal(body, &head)
		mac := zalooa.Signature("1234567890123456789", body, strings.Trim(string(head.Timestamp), `"`), "geheim-oa")
		switch status := call(t, c, body, "mac="+hex.EncodeToString(mac[:])); {
		case status == http.StatusOK:
		case status == http.StatusForbidden && (!json.Valid(body) || bytes.Contains(inner, []byte("app_id")) || bytes.Contains(bytes.ToLower(inner), []byte("timestamp")) || bytes.ContainsAny(inner, `\`)):
		default:
			t.Errorf("status %d", status)
		}
		for _, m := range in.messages() {
			checkMessage(t, m)
		}
		if strings.Contains(told.logged(), "geheim") {
			t.Error("a secret is told")
		}
	})
}

// checkMessage finds what no channel may hand on.
func checkMessage(t *testing.T, m bot.Message) {
	t.Helper()
	if m.Chat.Channel != zalooa.Name || m.Chat.Bot != "main" || m.Chat.Chat == "" || m.ID == "" || m.At.IsZero() {
		t.Errorf("incomplete: %+v", m)
	}
	clean := func(s string) bool {
		return utf8.ValidString(s) && norm.NFC.IsNormalString(s) && !strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t'
		})
	}
	if !clean(m.Text) {
		t.Errorf("text %q", m.Text)
	}
	if (m.Kind == bot.KindPress) != (m.Payload != "") || len(m.Payload) > 64 {
		t.Errorf("kind %s with payload %q", m.Kind, m.Payload)
	}
	if len(m.Attachments) > 10 {
		t.Errorf("%d attachments", len(m.Attachments))
	}
	for _, a := range m.Attachments {
		if a.Kind == "" || a.Key != "" || len(a.Source) > 2048 || !utf8.ValidString(a.Source) || !clean(a.Name) || !clean(a.Text) || a.Size < 0 {
			t.Errorf("attachment %+v", a)
		}
		if a.Kind == bot.AttachContact && a != (bot.Attachment{Kind: bot.AttachContact}) {
			t.Errorf("what stands on a card is kept: %+v", a)
		}
	}
}

// Nobody but who knows the secret is heard.
func FuzzForged(f *testing.F) {
	f.Add([]byte(`{"app_id":"1234567890123456789","timestamp":"1795248000000","event_name":"follow","follower":{"id":"1"}}`), "mac="+strings.Repeat("0", 64))
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		c, in, _ := deaf(t)
		status := call(t, c, body, signature)
		if len(in.messages()) > 0 || status == http.StatusOK && len(body) > 0 {
			t.Errorf("status %d, took %d", status, len(in.messages()))
		}
	})
}

// An address that somebody pastes gives a code, or says what is wrong.
func FuzzCode(f *testing.F) {
	f.Add("https://hoi.example.vn/zalo?code=abc&oa_id=1&state=s", "s")
	f.Fuzz(func(t *testing.T, pasted, state string) {
		code, _, err := zalooa.Code(pasted, state)
		if (err == nil) != (code != "") {
			t.Errorf("code %q, %v", code, err)
		}
	})
}

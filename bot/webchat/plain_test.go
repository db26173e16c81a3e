package webchat_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/webchat"
)

// form posts what a page without scripts would.
func (b *browser) form(values url.Values, change func(*http.Request)) (int, string) {
	b.t.Helper()
	return b.call("POST", "/chat/plain", values.Encode(), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if change != nil {
			change(r)
		}
	})
}

// hidden returns the hidden fields of a page.
func hidden(page string) url.Values {
	values := url.Values{}
	for _, m := range regexp.MustCompile(`type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		values.Set(m[1], m[2])
	}
	return values
}

func choose(m bot.Message) []bot.Reply {
	return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "nghe <b>" + m.Text + m.Payload + "</b>", Buttons: []bot.Button{
		{Label: "Giấy tờ", Payload: "facet:papers"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"},
	}}}
}

func TestPlainChat(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(choose)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
	_, page := b.call("GET", "/chat/plain", nil, nil)
	fields := hidden(page)
	fields.Set("text", "câu hỏi")

	status, page := b.form(fields, nil)
	if status != http.StatusOK || !strings.Contains(page, "nghe &lt;b&gt;câu hỏi") || !strings.Contains(page, "<b>0</b> Gặp cán bộ") {
		t.Fatalf("status %d, page %s", status, page)
	}
	if _, again := b.form(fields, nil); !strings.Contains(again, "câu hỏi") { // reload: the form is sent once more
		t.Errorf("the reload shows %s", again)
	}
	if n := len(x.Taken()); n != 1 {
		t.Fatalf("took %d messages, want 1", n)
	}
	if x.Acked(x.Taken()[0].Chat) != 0 {
		t.Error("acknowledged before the resident went on")
	}

	fields = hidden(page)
	fields.Set("press", "facet:papers")
	if _, page = b.form(fields, nil); !strings.Contains(page, "facet:papers") || strings.Contains(page, "câu hỏi</p>") {
		t.Errorf("after the press: %s", page)
	}
	if m := x.Taken()[1]; m.Kind != bot.KindPress || x.Acked(m.Chat) != 1 {
		t.Errorf("took kind %q, acknowledged up to %d", m.Kind, x.Acked(m.Chat))
	}
}

func TestPlainFormsMustBeOurs(t *testing.T) {
	t.Parallel()
	without := func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }
	null := func(r *http.Request) { without(r); r.Header.Set("Origin", "null") }
	for _, test := range []struct {
		name   string
		token  bool
		change func(*http.Request)
		status int
		taken  int
	}{
		{"our page", false, nil, 200, 1},
		{"another site", true, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403, 0},
		{"another origin", true, func(r *http.Request) { without(r); r.Header.Set("Origin", "https://evil.example") }, 403, 0},
		{"an old browser with our token", true, null, 200, 1},
		{"an old browser without it has to press again", false, null, 200, 0},
		{"nothing known", false, without, 200, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			x := channeltest.NewExchange(choose)
			b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
			_, page := b.call("GET", "/chat/plain", nil, nil)
			fields := hidden(page)
			if !test.token {
				fields.Del("token")
			}
			fields.Set("text", "câu hỏi")
			status, page := b.form(fields, test.change)
			if status != test.status || len(x.Taken()) != test.taken {
				t.Errorf("status %d and %d taken, want %d and %d", status, len(x.Taken()), test.status, test.taken)
			}
			if status == 200 && test.taken == 0 && !strings.Contains(page, "câu hỏi</textarea>") {
				t.Errorf("the text is not kept: %s", page)
			}
		})
	}
}

func TestPlainKeepsWhatCouldNotBeSent(t *testing.T) {
	t.Parallel()
	x := channeltest.NewExchange(choose)
	b := newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x})))
	x.Fail(channeltest.Handling, 1)
	status, page := b.form(url.Values{"text": {"câu hỏi"}}, nil)
	if status != http.StatusServiceUnavailable || !strings.Contains(page, "câu hỏi</textarea>") || !strings.Contains(page, "Chưa gửi được") {
		t.Errorf("status %d, page %s", status, page)
	}
}

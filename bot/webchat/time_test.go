package webchat_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/webchat"
)

// request calls the handler without a network, so that time can be a dream.
func request(h http.Handler, method, path string, cookies []*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader("{}"))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/json")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// deaf is an outbox whose watchers never hear anything.
type deaf struct{ *channeltest.Exchange }

func (deaf) Watch(bot.ChatID) (<-chan struct{}, func()) { return nil, func() {} }

func TestStreamThroughHalfAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := channeltest.NewExchange(echo)
		h := newHandler(t, webchat.Config{Intake: x, Outbox: deaf{x}})
		cookies := request(h, "POST", "/chat/session", nil).Result().Cookies()
		begun := time.Now()
		time.AfterFunc(time.Second, func() {
			x.PushAll(time.Now(), bot.Reply{Kind: bot.ReplyHandoff, Text: "cán bộ trả lời"})
		})
		body := request(h, "GET", "/chat/events", cookies).Body.String()
		if took := time.Since(begun); took < 29*time.Minute || took > 30*time.Minute {
			t.Errorf("the stream ended after %v, want the session's half hour", took)
		}
		if !strings.HasPrefix(body, "event: hello\n") || !strings.HasSuffix(body, "event: bye\ndata: {}\n\n") {
			t.Errorf("the stream says %q", body)
		}
		if n := strings.Count(body, "\n:\n"); n < 85 || n > 90 {
			t.Errorf("%d heartbeats, want one every 20 seconds", n)
		}
		if strings.Count(body, "cán bộ trả lời") != 1 {
			t.Errorf("a reply whose token was missed came %d times, want once", strings.Count(body, "cán bộ trả lời"))
		}
	})
}

func TestLongRequestWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := channeltest.NewExchange(echo)
		h := newHandler(t, webchat.Config{Intake: x, Outbox: x})
		cookies := request(h, "POST", "/chat/session", nil).Result().Cookies()
		for _, test := range []struct {
			path string
			want time.Duration
		}{
			{"/chat/replies", 25 * time.Second},
			{"/chat/replies?wait=3", 3 * time.Second},
			{"/chat/replies?wait=9999", 25 * time.Second},
			{"/chat/replies?wait=0", 0},
		} {
			begun := time.Now()
			w := request(h, "GET", test.path, cookies)
			if took := time.Since(begun); w.Code != http.StatusOK || took != test.want {
				t.Errorf("%s: status %d after %v, want 200 after %v", test.path, w.Code, took, test.want)
			}
		}
		time.AfterFunc(2*time.Second, func() { x.PushAll(time.Now(), bot.Reply{Text: "đến rồi"}) })
		begun := time.Now()
		w := request(h, "GET", "/chat/replies", cookies)
		if took := time.Since(begun); took != 2*time.Second || !strings.Contains(w.Body.String(), "đến rồi") {
			t.Errorf("after %v: %s", took, w.Body)
		}
	})
}

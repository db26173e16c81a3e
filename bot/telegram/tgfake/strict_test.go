package tgfake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

// caller speaks to the server in the plainest way.
type caller struct {
	t     *testing.T
	fake  *tgfake.Server
	clock *standin.Clock
	url   string
	http  *http.Client
}

func newCaller(t *testing.T) *caller {
	t.Helper()
	c := &caller{t: t, clock: standin.NewClock(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)), http: &http.Client{Transport: &http.Transport{}}}
	c.fake = tgfake.New(tgfake.Options{Token: token, Clock: c.clock})
	server := httptest.NewServer(c.fake)
	c.url = server.URL
	t.Cleanup(func() {
		c.fake.Close()
		c.http.CloseIdleConnections()
		server.Close()
	})
	return c
}

type answer struct {
	OK          bool
	Result      json.RawMessage
	Code        int `json:"error_code"`
	Description string
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	}
}

func (c *caller) call(method string, params ...string) answer {
	c.t.Helper()
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	res, err := c.http.PostForm(c.url+"/bot"+token+"/"+method, form)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	var a answer
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		c.t.Fatal(err)
	}
	return a
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	p := c.fake.Person("Tám")
	send := func(more ...string) []string { return append([]string{"chat_id", p.ID()}, more...) }
	for _, test := range []struct {
		method string
		params []string
		want   string // how the description begins, "" if it is taken
	}{
		{"sendMessage", send("text", strings.Repeat("ạ", 4096)), ""},
		{"sendMessage", send("text", strings.Repeat("ạ", 4097)), "Bad Request: message is too long"},
		{"sendMessage", send("text", strings.Repeat("😀", 2049)), "Bad Request: message is too long"},
		{"sendMessage", send("text", strings.Repeat("&lt;", 4096), "parse_mode", "HTML"), ""},
		{"sendMessage", send("text", " \n"), "Bad Request: message text is empty"},
		{"sendMessage", send("text", "a < b", "parse_mode", "HTML"), "Bad Request: can't parse entities"},
		{"sendMessage", send("text", "<b>a</i>", "parse_mode", "HTML"), "Bad Request: can't parse entities"},
		{"sendMessage", send("text", "<b>a", "parse_mode", "HTML"), "Bad Request: can't parse entities"},
		{"sendMessage", send("text", "<script>a</script>", "parse_mode", "HTML"), "Bad Request: can't parse entities"},
		{"sendMessage", send("text", "a < b"), ""},
		{"sendMessage", send("text", "a", "reply_markup", "null"), "Bad Request: parameter"},
		{"sendMessage", send("text", "a", "reply_markup", keyboard("b", strings.Repeat("x", 65))), "Bad Request: BUTTON_DATA_INVALID"},
		{"sendMessage", send("text", "a", "reply_markup", keyboard("b", strings.Repeat("x", 64))), ""},
		{"sendMessage", send("text", "a", "reply_markup", keyboard(" ", "x")), "Bad Request: can't parse inline keyboard button"},
		{"sendMessage", send("text", "a", "message_thread_id", "9"), "Bad Request: message thread not found"},
		{"sendMessage", []string{"chat_id", "5", "text", "a"}, "Bad Request: chat not found"},
		{"sendMessage", []string{"text", "a"}, "Bad Request: chat_id is empty"},
		{"sendPhoto", send("photo", "FILE-none"), "Bad Request: wrong file identifier"},
		{"sendChatAction", send("action", "dancing"), "Bad Request: wrong parameter action"},
		{"answerCallbackQuery", []string{"callback_query_id", "1"}, "Bad Request: query is too old"},
		{"editMessageText", send("message_id", "1", "text", "a"), "Bad Request: message to edit not found"},
		{"setMyCommands", []string{"commands", `[{"command":"Danh Mục","description":"x"}]`}, "Bad Request: BOT_COMMAND_INVALID"},
		{"setMyCommands", []string{"commands", `[{"command":"a","description":""}]`}, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"},
		{"setWebhook", []string{"url", "http://example.org/"}, "Bad Request: bad webhook: An HTTPS URL"},
		{"setWebhook", []string{"url", "https://example.org:9000/"}, "Bad Request: bad webhook: Webhook can be set up only on ports"},
		{"setWebhook", []string{"url", "https://example.org/", "secret_token", "có dấu"}, "Bad Request: secret token contains unallowed"},
		{"getUpdates", []string{"allowed_updates", "null"}, "Bad Request: parameter"},
		{"sendTelepathy", nil, "Not Found"},
	} {
		if got := c.call(test.method, test.params...); !strings.HasPrefix(got.Description, test.want) || got.OK != (test.want == "") {
			t.Errorf("%s %.80q: got %d %q, want %q", test.method, test.params, got.Code, got.Description, test.want)
		}
	}
	res, err := c.http.Get(c.url + "/bot1:wrong/getMe")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d", res.StatusCode)
	}
}

func keyboard(text, data string) string {
	raw, _ := json.Marshal(map[string]any{"inline_keyboard": [][]map[string]string{{{"text": text, "callback_data": data}}}})
	return string(raw)
}

// updateIDs reads the ids of a batch.
func (c *caller) updateIDs(params ...string) []int {
	c.t.Helper()
	var batch []struct {
		ID int `json:"update_id"`
	}
	if a := c.call("getUpdates", params...); !a.OK || json.Unmarshal(a.Result, &batch) != nil {
		c.t.Fatalf("getUpdates: %+v", a)
	}
	ids := []int{}
	for _, u := range batch {
		ids = append(ids, u.ID)
	}
	return ids
}

func TestAnUpdateComesUntilTheOffsetPasses(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	p := c.fake.Person("Tám")
	for _, text := range []string{"a", "b", "c"} {
		p.Type(text)
	}
	first := c.updateIDs()
	if again := c.updateIDs(); len(first) != 3 || len(again) != 3 {
		t.Fatalf("got %v, then %v, want three twice", first, again)
	}
	if rest := c.updateIDs("offset", strconv.Itoa(first[1])); len(rest) != 2 {
		t.Errorf("from the second on: %v", rest)
	}
	if c.fake.Waiting() != 2 {
		t.Errorf("%d wait, want 2", c.fake.Waiting())
	}
	if last := c.updateIDs("offset", "-1"); len(last) != 1 || last[0] != first[2] {
		t.Errorf("the last one: %v", last)
	}
	c.clock.Advance(25 * time.Hour)
	if late := c.updateIDs(); len(late) != 0 {
		t.Errorf("after a day: %v", late)
	}
}

func TestOnePollerAtATime(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	older := make(chan answer, 1)
	go func() { older <- c.call("getUpdates", "timeout", "50") }()
	for ended := false; !ended; { // until the older one had begun and was ended by a newer one
		c.call("getUpdates")
		select {
		case a := <-older:
			ended = true
			if a.Code != http.StatusConflict {
				t.Errorf("the older poll ended with %+v", a)
			}
		default:
		}
	}
	c.fake.SetWebhook("https://example.org/")
	if a := c.call("getUpdates"); a.Code != http.StatusConflict {
		t.Errorf("a poll beside a webhook: %+v", a)
	}
}

func TestTheListOfKindsIsKept(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	p := c.fake.Person("Tám")
	c.call("getUpdates", "allowed_updates", `["callback_query"]`)
	p.Type("không ai nghe")
	if ids := c.updateIDs(); len(ids) != 0 {
		t.Errorf("got %v although only taps are wanted", ids)
	}
	c.call("getUpdates", "allowed_updates", `["message"]`)
	p.Type("nghe rồi")
	if ids := c.updateIDs(); len(ids) != 1 {
		t.Errorf("got %v, want the message", ids)
	}
}

func TestTapsGrowOld(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	p := c.fake.Person("Tám")
	c.call("sendMessage", "chat_id", p.ID(), "text", "chọn", "reply_markup", keyboard("a", "x"))
	for _, wait := range []time.Duration{149 * time.Second, 151 * time.Second} {
		if err := p.Press("a"); err != nil {
			t.Fatal(err)
		}
		var batch []struct {
			ID    int                 `json:"update_id"`
			Query struct{ ID string } `json:"callback_query"`
		}
		if err := json.Unmarshal(c.call("getUpdates").Result, &batch); err != nil || len(batch) != 1 {
			t.Fatalf("%v, %v", batch, err)
		}
		c.clock.Advance(wait)
		if a := c.call("answerCallbackQuery", "callback_query_id", batch[0].Query.ID); a.OK != (wait < 150*time.Second) {
			t.Errorf("answered after %v: %+v", wait, a)
		}
		c.call("getUpdates", "offset", strconv.Itoa(batch[0].ID+1))
	}
}

// A webhook that fails is called again for the same chat at once, then at
// growing distances; other chats do not wait, and a 503 may say when.
func TestWebhookLadder(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	var mu sync.Mutex
	var got []string
	status, after := http.StatusInternalServerError, ""
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var u struct{ Message struct{ Text string } }
		_ = json.Unmarshal(body, &u)
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s" {
			t.Error("no secret came along")
		}
		got = append(got, u.Message.Text)
		if strings.HasPrefix(u.Message.Text, "kẹt") {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(status)
		}
	}))
	defer hook.Close()
	count := func(text string) int {
		mu.Lock()
		defer mu.Unlock()
		n := 0
		for _, g := range got {
			if g == text {
				n++
			}
		}
		return n
	}
	wait := func(text string, n int) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for count(text) < n || c.fake.Calling() > 0 {
			if time.Now().After(deadline) {
				t.Fatalf("%q came %d times, want %d", text, count(text), n)
			}
			time.Sleep(time.Millisecond)
		}
	}
	if a := c.call("setWebhook", "url", hook.URL, "secret_token", "s"); !a.OK {
		t.Fatalf("setWebhook: %+v", a)
	}
	if a := c.call("setWebhook", "url", hook.URL, "secret_token", "s"); a.Code != http.StatusTooManyRequests || a.Parameters.RetryAfter != 1 {
		t.Errorf("set twice in a second: %+v", a)
	}
	stuck, free := c.fake.Person("Tám"), c.fake.Person("Chín")
	stuck.Type("kẹt")
	stuck.Type("sau")
	wait("kẹt", 2) // the first retry is at once
	free.Type("khác")
	wait("khác", 1)
	if count("kẹt") != 2 || count("sau") != 0 {
		t.Errorf("got %q: what is behind must wait", got)
	}
	for n, d := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second} {
		c.clock.Advance(d - time.Millisecond)
		free.Type("giữa")
		wait("giữa", n+1)
		if count("kẹt") != n+2 {
			t.Errorf("it came before %v had passed", d)
		}
		c.clock.Advance(time.Millisecond)
		wait("kẹt", n+3)
	}
	mu.Lock()
	after = "100"
	mu.Unlock()
	c.clock.Advance(16 * time.Second)
	wait("kẹt", 6)
	c.clock.Advance(99 * time.Second)
	free.Type("cuối")
	wait("cuối", 1)
	if count("kẹt") != 6 {
		t.Error("it came before the time it was asked for")
	}
	mu.Lock()
	status = http.StatusOK
	mu.Unlock()
	c.clock.Advance(time.Second)
	wait("sau", 1)
}

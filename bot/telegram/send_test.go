package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func sending(t *testing.T, change func(*telegram.Config)) *bench {
	t.Helper()
	return prepareBench(t, func(c *telegram.Config) {
		c.Intake = channeltest.NewPost(silent)
		if change != nil {
			change(c)
		}
	})
}

func to(chat string, r bot.Reply) record.Delivery {
	return record.Delivery{Chat: bot.ChatID{Channel: "telegram", Bot: "main", Chat: chat}, Seq: 1, Reply: r, Priority: record.PriorityReply}
}

// sendAll sends every part and returns what each was known as.
func (b *bench) sendAll(d record.Delivery) (providers []string) {
	b.t.Helper()
	for more := true; more; d.Sent++ {
		p, err := b.bot.Send(b.t.Context(), d)
		if err != nil {
			b.t.Fatal(err)
		}
		providers, more, d.Note = append(providers, p.Provider), p.More, p.Note
	}
	return providers
}

func TestSendText(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	p := b.fake.Person("Tám")
	const text = "Nộp <b>đơn</b> & giấy \"tờ\" ở https://quangngai.gov.vn?a=1&b=2"
	ids := b.sendAll(to(p.ID(), bot.Reply{Text: text, Buttons: []bot.Button{
		{Label: "Nơi nộp", Payload: "f:where:x"}, {Label: "Quá dài", Payload: strings.Repeat("a", 65)}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"},
	}}))
	m := b.next(p)
	if m.Text != text {
		t.Errorf("shown %q, want it as it was written", m.Text)
	}
	if len(ids) != 1 || ids[0] != strconv.Itoa(m.ID) {
		t.Errorf("known as %v, want the message's number", ids)
	}
	if m.Keyboard == nil || len(m.Keyboard.Rows) != 2 || m.Keyboard.Rows[1][0] != (tgfake.Button{Text: "Gặp cán bộ", Data: "gap-can-bo"}) {
		t.Errorf("keyboard %+v, want the two buttons that fit, one in a row", m.Keyboard)
	}
	if b.counts.get("telegram.button.dropped") != 1 {
		t.Error("the button that does not fit was not counted")
	}
	params := b.fake.Calls("sendMessage")[0].Params
	if params["link_preview_options"] != `{"is_disabled":true}` || params["parse_mode"] != "HTML" {
		t.Errorf("params %v", params)
	}
}

// The keyboard is under the last part, and each part is sent once by its number.
func TestSendPartByPart(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	p := b.fake.Person("Tám")
	paragraph := strings.Repeat("Điều kiện hưởng. ", 100)
	d := to(p.ID(), bot.Reply{
		Text:    strings.TrimSpace(strings.Repeat(paragraph+"\n\n", 5)),
		Buttons: []bot.Button{{Label: "Nơi nộp", Payload: "f:where:x"}},
	})
	if ids := b.sendAll(d); len(ids) != 3 || ids[0] == ids[1] {
		t.Errorf("known as %v, want three parts", ids)
	}
	for i := range 3 {
		if m := b.next(p); (m.Keyboard != nil) != (i == 2) {
			t.Errorf("part %d has keyboard %v", i, m.Keyboard)
		}
	}
	d.Sent = 3
	if progress, err := b.bot.Send(t.Context(), d); err != nil || progress.More || progress.Provider != "" {
		t.Errorf("after the last part: %+v, %v", progress, err)
	}
	if n := len(b.fake.Calls("sendMessage")); n != 3 {
		t.Errorf("sent %d messages, want 3", n)
	}
}

func TestSendToATopic(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	room := b.fake.Room("Trực")
	topic := room.Topic()
	reply := bot.Reply{Text: "việc mới"}
	d := to(room.ID()+"/"+strconv.Itoa(topic), reply)
	for _, test := range []struct {
		name string
		do   func()
		want int
	}{
		{"open", func() {}, topic},
		{"closed", func() { room.CloseTopic(topic) }, 0},
		{"removed", func() { room.RemoveTopic(topic) }, 0},
	} {
		test.do()
		b.sendAll(d)
		if m := b.next(room); m.Thread != test.want || m.Text != "việc mới" {
			t.Errorf("%s: came to thread %d, want %d", test.name, m.Thread, test.want)
		}
	}
}

func TestSendToAMovedRoom(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	room := b.fake.Room("Trực")
	moved := room.Migrate()
	for range 2 {
		b.sendAll(to(room.ID(), bot.Reply{Text: "việc mới"}))
		if m := b.next(moved); m.Text != "việc mới" {
			t.Errorf("got %+v", m)
		}
	}
	if n := len(b.fake.Calls("sendMessage")); n != 3 {
		t.Errorf("%d calls for two messages, want 3: the new number is remembered", n)
	}
}

func TestSendPlainWhenMarkupIsRefused(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	p := b.fake.Person("Tám")
	b.fake.Fail("sendMessage", 1, tgfake.Fault{Code: 400, Description: "Bad Request: can't parse entities: Unsupported start tag \"xã\" at byte offset 3"})
	b.sendAll(to(p.ID(), bot.Reply{Text: "a < b"}))
	if m := b.next(p); m.Text != "a < b" {
		t.Errorf("got %q", m.Text)
	}
	if b.counts.get("telegram.markup-refused") != 1 {
		t.Error("not counted")
	}
}

func TestWhatErrorsMean(t *testing.T) {
	t.Parallel()
	api := func(code int, description string) tgfake.Fault {
		return tgfake.Fault{Code: code, Description: description}
	}
	throttled := api(429, "Too Many Requests: retry after 7")
	throttled.RetryAfter = 7
	for _, test := range []struct {
		fault tgfake.Fault
		want  delivery.SendError
	}{
		{throttled, delivery.SendError{Kind: delivery.Throttled, After: 7 * time.Second, Reason: "too-many"}},
		{api(401, "Unauthorized"), delivery.SendError{Kind: delivery.Throttled, After: time.Minute, Lane: true, Reason: "token-refused"}},
		{api(404, "Not Found"), delivery.SendError{Kind: delivery.Throttled, After: time.Minute, Lane: true, Reason: "token-refused"}},
		{api(403, "Forbidden: bot was blocked by the user"), delivery.SendError{Kind: delivery.Gone, Reason: "blocked"}},
		{api(403, "Forbidden: user is deactivated"), delivery.SendError{Kind: delivery.Gone, Reason: "deactivated"}},
		{api(403, "Forbidden: bot can't initiate conversation with a user"), delivery.SendError{Kind: delivery.Gone, Reason: "not-started"}},
		{api(403, "Forbidden: bot was kicked from the supergroup chat"), delivery.SendError{Kind: delivery.Gone, Reason: "kicked"}},
		{api(403, "Forbidden: bot is not a member of the supergroup chat"), delivery.SendError{Kind: delivery.Gone, Reason: "not-a-member"}},
		{api(400, "Bad Request: chat not found"), delivery.SendError{Kind: delivery.Gone, Reason: "chat-not-found"}},
		{api(400, "Bad Request: message is too long"), delivery.SendError{Kind: delivery.Gone, Reason: "message-is-too-long"}},
		{api(400, "Bad Request: BUTTON_DATA_INVALID"), delivery.SendError{Kind: delivery.Gone, Reason: "button-data-invalid"}},
		{api(400, "Bad Request: can't do \"hộ nghèo 0912345678\": no"), delivery.SendError{Kind: delivery.Gone, Reason: "cant-do"}},
		{api(500, "Internal Server Error"), delivery.SendError{Kind: delivery.Uncertain, Reason: "server-error"}},
		{tgfake.Fault{Code: 502, Body: "<html>Bad Gateway</html>"}, delivery.SendError{Kind: delivery.Uncertain, Reason: "server-error"}},
		{tgfake.Fault{Code: 403, Body: "<html>blocked here</html>"}, delivery.SendError{Kind: delivery.Retry, Reason: "not-the-api"}},
		{tgfake.Fault{Drop: true}, delivery.SendError{Kind: delivery.Uncertain, Reason: "line-broke"}},
		{tgfake.Fault{Break: true}, delivery.SendError{Kind: delivery.Uncertain, Reason: "line-broke"}},
	} {
		t.Run(test.want.Reason+" "+strconv.Itoa(test.fault.Code), func(t *testing.T) {
			t.Parallel()
			b := sending(t, nil)
			p := b.fake.Person("Tám")
			b.fake.Fail("sendMessage", 1, test.fault)
			_, err := b.bot.Send(t.Context(), to(p.ID(), bot.Reply{Text: "hộ nghèo"}))
			got, ok := errors.AsType[*delivery.SendError](err)
			if !ok {
				t.Fatalf("Send = %v, want a SendError", err)
			}
			told := err.Error() + b.log.String()
			if got.Err = nil; *got != test.want {
				t.Errorf("got %+v, want %+v", *got, test.want)
			}
			for _, private := range []string{token, token[7:], p.ID(), "hộ nghèo", "0912345678", "127.0.0.1"} {
				if strings.Contains(told, private) {
					t.Errorf("%q was told: %s", private, told)
				}
			}
		})
	}
}

func TestSendWithoutALine(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := "http://" + l.Addr().String()
	_ = l.Close()
	b := sending(t, func(c *telegram.Config) { c.API = nowhere })
	_, err = b.bot.Send(t.Context(), to("77", bot.Reply{Text: "hộ nghèo"}))
	fail, ok := errors.AsType[*delivery.SendError](err)
	if !ok || fail.Kind != delivery.Retry {
		t.Errorf("got %v, want retry: nothing can have been sent", err)
	}
	if strings.Contains(err.Error(), token) {
		t.Errorf("the token is told: %v", err)
	}
}

// However an upload ends, nothing of it is left running or open.
func TestUploadsThatFail(t *testing.T) {
	t.Parallel()
	large := shelf{"to": make([]byte, 4<<20)}
	reply := bot.Reply{Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "to"}}}
	for name, fault := range map[string]tgfake.Fault{
		"hang": {Hang: true}, "drop": {Drop: true}, "break": {Break: true}, "refused": {Code: 400, Description: "Bad Request: IMAGE_PROCESS_FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sending(t, func(c *telegram.Config) { c.Media = large })
			p := b.fake.Person("Tám")
			b.fake.Fail("sendPhoto", 1, fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if fault.Hang {
				ctx, cancel = channeltest.Until(t.Context(), func() bool { return b.fake.Hanging() > 0 })
				defer cancel()
			}
			_, err := b.bot.Send(ctx, to(p.ID(), reply))
			want := delivery.Uncertain
			if fault.Code != 0 {
				want = delivery.Gone
			}
			if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != want {
				t.Errorf("got %v, want %v", err, want)
			}
			b.sendAll(to(p.ID(), reply))
		})
	}
}

func TestSendIntoAnEndedContext(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.bot.Send(ctx, to(b.fake.Person("Tám").ID(), bot.Reply{Text: "x"}))
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Retry || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want retry because it was canceled", err)
	}
}

func TestSendToNobody(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	for _, chat := range []bot.ChatID{
		{Channel: "telegram", Bot: "main", Chat: "ai"},
		{Channel: "telegram", Bot: "main", Chat: "-100/hai"},
		{Channel: "telegram", Bot: "other", Chat: "77"},
		{Channel: "zalo-oa", Bot: "main", Chat: "77"},
	} {
		d := to("", bot.Reply{Text: "x"})
		d.Chat = chat
		_, err := b.bot.Send(t.Context(), d)
		if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Gone {
			t.Errorf("%v: got %v, want gone", chat, err)
		}
	}
}

// shelf is media in memory.
type shelf map[string][]byte

func (s shelf) Open(_ context.Context, key string) (io.ReadCloser, telegram.Info, error) {
	data, ok := s[key]
	switch {
	case !ok:
		return nil, telegram.Info{}, fs.ErrNotExist
	case data == nil:
		return nil, telegram.Info{}, errors.New("disk is away")
	}
	return io.NopCloser(bytes.NewReader(data)), telegram.Info{Name: key + ".bin", Size: int64(len(data))}, nil
}

func TestSendAttachments(t *testing.T) {
	t.Parallel()
	s := shelf{"hinh": []byte("\xff\xd8 picture"), "tieng": []byte("OggS"), "don": []byte("%PDF"), "to": make([]byte, 11<<20)}
	b := sending(t, func(c *telegram.Config) { c.Media = s })
	p := b.fake.Person("Tám")
	reply := bot.Reply{
		Text: "Cô bác xem hình.",
		Attachments: []bot.Attachment{
			{Kind: bot.AttachPhoto, Key: "hinh", Text: "Mẫu <đơn> số 1"},
			{Kind: bot.AttachVoice, Key: "tieng"},
			{Kind: bot.AttachFile, Key: "don", Name: "đơn.pdf", Text: strings.Repeat("dài ", 300)},
			{Kind: bot.AttachPhoto, Key: "to"},
			{Kind: bot.AttachPhoto, Key: "mat", Text: "hình đã xóa"},
			{Kind: bot.AttachSticker, Key: "mat"},
			{Kind: bot.AttachLocation, Latitude: 15.12, Longitude: 108.8, Text: "Trung tâm hành chính công"},
		},
		Buttons: []bot.Button{{Label: "Nơi nộp", Payload: "f:where:x"}},
	}
	b.sendAll(to(p.ID(), reply))
	if m := b.next(p); len(m.Photo) == 0 || m.Caption != "Mẫu <đơn> số 1" {
		t.Errorf("picture: %+v", m)
	}
	if m := b.next(p); m.Voice == nil {
		t.Errorf("voice: %+v", m)
	}
	if m := b.next(p); m.Document == nil || m.Document.Name != "đơn.pdf" || m.Caption != "" {
		t.Errorf("document: %+v", m)
	}
	if m := b.next(p); !strings.HasPrefix(m.Text, "dài dài") {
		t.Errorf("a caption that is too long: %+v", m)
	}
	if m := b.next(p); m.Document == nil {
		t.Errorf("a picture that is too large: %+v", m)
	}
	if m := b.next(p); m.Text != "hình đã xóa" {
		t.Errorf("a picture that is gone: %+v", m)
	}
	if m := b.next(p); m.Location == nil {
		t.Errorf("place: %+v", m)
	}
	if m := b.next(p); m.Text != "Trung tâm hành chính công" {
		t.Errorf("name of the place: %+v", m)
	}
	if m := b.next(p); m.Text != "Cô bác xem hình." || m.Keyboard == nil {
		t.Errorf("text: %+v", m)
	}
}

func TestFilesAreUploadedOnce(t *testing.T) {
	t.Parallel()
	s := shelf{"hinh": []byte("\xff\xd8 picture")}
	b := sending(t, func(c *telegram.Config) { c.Media = s })
	p, q := b.fake.Person("Tám"), b.fake.Person("Chín")
	reply := bot.Reply{Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "hinh"}}}
	progress, err := b.bot.Send(t.Context(), to(p.ID(), reply))
	if err != nil || len(progress.Note) == 0 {
		t.Fatalf("%+v, %v", progress, err)
	}
	first := b.next(p)
	delete(s, "hinh") // what follows is not opened any more
	b.sendAll(to(q.ID(), reply))
	if m := b.next(q); len(m.Photo) == 0 || m.Photo[1].ID != first.Photo[1].ID {
		t.Errorf("second picture: %+v", m)
	}

	// Another process knows it from the note, and does without one it cannot read.
	other := sending(t, func(c *telegram.Config) { c.API, c.Media = b.config.API, s })
	d := to(p.ID(), reply)
	d.Note = progress.Note
	if _, err := other.bot.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if m := b.next(p); len(m.Photo) == 0 {
		t.Errorf("by the note: %+v", m)
	}

	// A name that Telegram has forgotten is uploaded anew.
	s["hinh"] = []byte("\xff\xd8 picture")
	d.Note = []byte(`{"photo:hinh":"FILE-forgotten"}`)
	fresh := sending(t, func(c *telegram.Config) { c.API, c.Media = b.config.API, s })
	if _, err := fresh.bot.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if m := b.next(p); len(m.Photo) == 0 {
		t.Errorf("uploaded anew: %+v", m)
	}
}

func TestMediaThatIsAway(t *testing.T) {
	t.Parallel()
	b := sending(t, func(c *telegram.Config) { c.Media = shelf{"hinh": nil} })
	p := b.fake.Person("Tám")
	_, err := b.bot.Send(t.Context(), to(p.ID(), bot.Reply{Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "hinh"}}}))
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Retry {
		t.Errorf("got %v, want retry", err)
	}
}

func TestWithoutMediaTheWordsGo(t *testing.T) {
	t.Parallel()
	b := sending(t, nil)
	p := b.fake.Person("Tám")
	b.sendAll(to(p.ID(), bot.Reply{Text: "xem", Attachments: []bot.Attachment{
		{Kind: bot.AttachPhoto, Key: "a", Text: "Mẫu đơn"}, {Kind: bot.AttachPhoto, Key: "b"},
	}}))
	for _, want := range []string{"Mẫu đơn", "xem"} {
		if m := b.next(p); m.Text != want {
			t.Errorf("got %q, want %q", m.Text, want)
		}
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	b, post := listening(t, silent, nil)
	b.fake.Person("Tám").Document("đơn.pdf")
	b.eventually("take the document", func() bool { return len(post.Taken()) == 1 })
	file, err := b.bot.Fetch(t.Context(), post.Taken()[0].Attachments[0].Source)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(file)
	file.Close()
	if err != nil || string(data) != "%PDF-1.7" {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := b.bot.Fetch(t.Context(), "FILE-unknown"); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("an unknown file: %v", err)
	}
}

// What cannot be fetched for good is told from what may be, and no error holds
// the token.
func TestFetchFails(t *testing.T) {
	t.Parallel()
	answers := map[string]func(w http.ResponseWriter, r *http.Request){
		"too big":  func(w http.ResponseWriter, _ *http.Request) { refuse(w, 400, "Bad Request: file is too big") },
		"unknown":  func(w http.ResponseWriter, _ *http.Request) { refuse(w, 400, "Bad Request: invalid file_id") },
		"busy":     func(w http.ResponseWriter, _ *http.Request) { refuse(w, 429, "Too Many Requests: retry after 3") },
		"broken":   func(w http.ResponseWriter, _ *http.Request) { refuse(w, 500, "Internal Server Error") },
		"no path":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true,"result":{"file_id":"x"}}`) },
		"a wall":   func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "forbidden", http.StatusForbidden) },
		"vanished": named(func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }),
		"away":     named(func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }),
		"cut off":  named(func(http.ResponseWriter) { panic(http.ErrAbortHandler) }),
	}
	for name, want := range map[string]struct {
		kind   delivery.Kind
		reason string
	}{
		"too big": {delivery.Gone, "too-large"}, "unknown": {delivery.Gone, "invalid-file-id"}, "no path": {delivery.Gone, "no-path"},
		"vanished": {delivery.Gone, "status-404"}, "busy": {delivery.Throttled, "too-many"}, "broken": {delivery.Retry, "server-error"},
		"a wall": {delivery.Retry, "not-the-api"}, "away": {delivery.Retry, "server-error"}, "cut off": {delivery.Retry, "line-broke"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := httptest.NewServer(http.HandlerFunc(answers[name]))
			defer api.Close()
			b := sending(t, func(c *telegram.Config) { c.API = api.URL })
			_, err := b.bot.Fetch(t.Context(), "FILE-7")
			fail, ok := errors.AsType[*delivery.SendError](err)
			if !ok || fail.Kind != want.kind || fail.Reason != want.reason {
				t.Errorf("got %v, want %v (%s)", err, want.kind, want.reason)
			}
			if strings.Contains(fmt.Sprint(err), token) {
				t.Errorf("the error holds the token: %v", err)
			}
		})
	}
}

// refuse answers as the API does.
func refuse(w http.ResponseWriter, code int, words string) {
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"ok":false,"error_code":%d,"description":%q}`, code, words)
}

// named finds the file, and then does what it is told with the request for it.
func named(then func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/file/") {
			then(w)
			return
		}
		fmt.Fprint(w, `{"ok":true,"result":{"file_id":"FILE-7","file_path":"photos/7.jpg"}}`)
	}
}

// A server that sends us elsewhere is not followed: the token is in the address.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	defer elsewhere.Close()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer api.Close()
	b := sending(t, func(c *telegram.Config) { c.API = api.URL })
	_, err := b.bot.Send(t.Context(), to("77", bot.Reply{Text: "x"}))
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Retry {
		t.Errorf("got %v, want retry", err)
	}
}

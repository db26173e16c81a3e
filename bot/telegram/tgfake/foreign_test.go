package tgfake_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	client "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "123456:foreign"

// foreign is a bot written with somebody else's client, so that the server is
// not shaped after ours.
type foreign struct {
	t       *testing.T
	fake    *tgfake.Server
	clock   *standin.Clock
	bot     *client.Bot
	http    *http.Client
	url     string
	updates chan *models.Update
}

func newForeign(t *testing.T, options ...client.Option) *foreign {
	t.Helper()
	f := &foreign{t: t, clock: standin.NewClock(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)), updates: make(chan *models.Update, 100)}
	f.fake = tgfake.New(tgfake.Options{Token: token, Clock: f.clock})
	server := httptest.NewServer(f.fake)
	f.url = server.URL
	f.http = &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		f.fake.Close()
		f.http.CloseIdleConnections()
		server.Close()
	})
	var err error
	f.bot, err = client.New(token, append([]client.Option{
		client.WithServerURL(server.URL), client.WithHTTPClient(20*time.Second, f.http), client.WithNotAsyncHandlers(),
		client.WithErrorsHandler(func(error) {}),
		client.WithDefaultHandler(func(_ context.Context, _ *client.Bot, u *models.Update) { f.updates <- u }),
	}, options...)...)
	if err != nil {
		t.Fatalf("the foreign client does not start: %v", err)
	}
	return f
}

// start lets the client receive until the test ends.
func (f *foreign) start(run func(context.Context)) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(f.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	f.t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

func (f *foreign) next() *models.Update {
	f.t.Helper()
	select {
	case u := <-f.updates:
		return u
	case <-time.After(20 * time.Second):
		f.t.Fatal("no update came")
		return nil
	}
}

func shown(t *testing.T, p *tgfake.Person) tgfake.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	m, err := p.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestForeignClientPolls(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	f.start(f.bot.Start)
	f.talk()
}

func TestForeignClientIsCalled(t *testing.T) {
	t.Parallel()
	f := newForeign(t, client.WithWebhookSecretToken("a-secret"))
	hook := httptest.NewServer(f.bot.WebhookHandler())
	t.Cleanup(hook.Close)
	if ok, err := f.bot.SetWebhook(t.Context(), &client.SetWebhookParams{URL: hook.URL, SecretToken: "a-secret", MaxConnections: 5}); err != nil || !ok {
		t.Fatalf("setWebhook: %t, %v", ok, err)
	}
	info, err := f.bot.GetWebhookInfo(t.Context())
	if err != nil || info.URL != hook.URL || info.MaxConnections != 5 {
		t.Errorf("getWebhookInfo: %+v, %v", info, err)
	}
	f.start(f.bot.StartWebhook)
	f.talk()
}

// talk is a conversation with all that our channel uses too.
func (f *foreign) talk() {
	t := f.t
	p := f.fake.Person("Tám")
	p.Type("/start abc")
	m := f.next().Message
	if m == nil || m.Text != "/start abc" || m.From.FirstName != "Tám" || m.Chat.Type != models.ChatTypePrivate || m.Entities[0].Type != models.MessageEntityTypeBotCommand {
		t.Fatalf("start: %+v", m)
	}
	sent, err := f.bot.SendMessage(t.Context(), &client.SendMessageParams{
		ChatID: m.Chat.ID, Text: "<b>Chọn</b> a &lt; b", ParseMode: models.ParseModeHTML,
		ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "Giấy tờ", CallbackData: "f:1"}}}},
	})
	if err != nil || sent.ID == 0 || sent.Text != "Chọn a < b" {
		t.Fatalf("sendMessage: %+v, %v", sent, err)
	}
	if m := shown(t, p); m.Text != "Chọn a < b" || m.Keyboard.Rows[0][0].Data != "f:1" {
		t.Errorf("shown %+v", m)
	}
	if err := p.Press("Giấy tờ"); err != nil {
		t.Fatal(err)
	}
	q := f.next().CallbackQuery
	if q == nil || q.Data != "f:1" || q.Message.Message.ID != sent.ID {
		t.Fatalf("tap: %+v", q)
	}
	for i, want := range []bool{true, false} { // the second time it is too late
		ok, err := f.bot.AnswerCallbackQuery(t.Context(), &client.AnswerCallbackQueryParams{CallbackQueryID: q.ID})
		if ok != want || (err == nil) != want {
			t.Errorf("answer %d: %t, %v", i, ok, err)
		}
	}
	edited, err := f.bot.EditMessageText(t.Context(), &client.EditMessageTextParams{ChatID: m.Chat.ID, MessageID: sent.ID, Text: "Đã chọn"})
	if err != nil || edited.Text != "Đã chọn" || edited.EditDate == 0 {
		t.Errorf("edit: %+v, %v", edited, err)
	}
	f.files(p)
	id := p.Type("sai chính tả")
	f.next()
	p.Edit(id, "đúng chính tả")
	if e := f.next().EditedMessage; e == nil || e.Text != "đúng chính tả" || e.ID != id || e.EditDate == 0 {
		t.Errorf("edit by the person: %+v", e)
	}
	p.Block()
	if u := f.next().MyChatMember; u == nil || u.NewChatMember.Type != models.ChatMemberTypeBanned {
		t.Errorf("block: %+v", u)
	}
	if _, err := f.bot.SendMessage(t.Context(), &client.SendMessageParams{ChatID: m.Chat.ID, Text: "còn đó không"}); !errors.Is(err, client.ErrorForbidden) {
		t.Errorf("to a person who blocked us: %v", err)
	}
}

func (f *foreign) files(p *tgfake.Person) {
	t := f.t
	p.Photo("giấy này")
	m := f.next().Message
	if m == nil || len(m.Photo) != 2 || m.Caption != "giấy này" {
		t.Fatalf("photo: %+v", m)
	}
	file, err := f.bot.GetFile(t.Context(), &client.GetFileParams{FileID: m.Photo[1].FileID})
	if err != nil {
		t.Fatal(err)
	}
	res, err := f.http.Get(f.bot.FileDownloadLink(file))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK || int64(len(data)) != file.FileSize {
		t.Errorf("download: %d, %d bytes, want %d", res.StatusCode, len(data), file.FileSize)
	}
	sent, err := f.bot.SendPhoto(t.Context(), &client.SendPhotoParams{
		ChatID: m.Chat.ID, Caption: "mẫu", Photo: &models.InputFileUpload{Filename: "a.jpg", Data: bytes.NewReader([]byte("\xff\xd8"))},
	})
	if err != nil || len(sent.Photo) != 2 {
		t.Fatalf("upload: %+v, %v", sent, err)
	}
	again, err := f.bot.SendPhoto(t.Context(), &client.SendPhotoParams{ChatID: m.Chat.ID, Photo: &models.InputFileString{Data: sent.Photo[1].FileID}})
	if err != nil || again.Photo[1].FileID != sent.Photo[1].FileID {
		t.Errorf("by its id: %+v, %v", again, err)
	}
	shown(t, p)
	shown(t, p)
}

func TestForeignClientMeetsErrors(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	p := f.fake.Person("Tám")
	send := func() error {
		_, err := f.bot.SendMessage(t.Context(), &client.SendMessageParams{ChatID: p.User.ID, Text: "x"})
		return err
	}
	f.fake.Fail("sendMessage", 1, tgfake.Fault{Code: 429, Description: "Too Many Requests: retry after 7", RetryAfter: 7})
	limited := (*client.TooManyRequestsError)(nil)
	if err := send(); !errors.As(err, &limited) || limited.RetryAfter != 7 {
		t.Errorf("throttled: %v", err)
	}
	f.fake.Fail(tgfake.AnyMessage, 1, tgfake.Fault{Break: true})
	if err := send(); err == nil {
		t.Error("a broken line was no error")
	}
	if m := shown(t, p); m.Text != "x" {
		t.Errorf("the message of the broken line: %+v", m)
	}
	room := f.fake.Room("Trực")
	moved := room.Migrate()
	_, err := f.bot.SendMessage(t.Context(), &client.SendMessageParams{ChatID: room.Number(), Text: "x"})
	if migrated := (*client.MigrateError)(nil); !errors.As(err, &migrated) || int64(migrated.MigrateToChatID) != moved.Number() {
		t.Errorf("moved: %v", err)
	}
	if _, err := f.bot.SendMessage(t.Context(), &client.SendMessageParams{ChatID: p.User.ID, Text: strings.Repeat("ạ", 4097)}); !errors.Is(err, client.ErrorBadRequest) {
		t.Errorf("too long: %v", err)
	}
	if ok, err := f.bot.SetMyCommands(t.Context(), &client.SetMyCommandsParams{Commands: []models.BotCommand{{Command: "danhmuc", Description: "Xem các việc"}}, LanguageCode: "vi"}); err != nil || !ok {
		t.Errorf("setMyCommands: %v", err)
	}
	if c := f.fake.Commands("vi"); len(c) != 1 || c[0].Command != "danhmuc" {
		t.Errorf("commands %+v", c)
	}
}

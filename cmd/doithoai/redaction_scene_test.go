package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/desks/desktest"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// scene is the whole program with everybody around it.
type scene struct {
	t       *testing.T
	data    string   // the folder
	file    string   // of settings
	environ []string // the settings that are not there
	url     string   // where it listens
	admin   string
	public  string            // where platforms and browsers reach it
	redis   *redistest.Server // nil: the store in one file
	code    string            // of the case

	marks  *marks // all there are
	stored *marks // those that may not even be stored

	hookSecret string
	telegram   *tgfake.Server
	zaloOA     *oafake.Server
	zaloBot    *zbfake.Server
	lan, hoa   *tgfake.Person // officers
	room       *tgfake.Room
}

// newScene builds platforms, people and settings; all that is secret is marked.
func newScene(t *testing.T, redis bool) *scene {
	t.Helper()
	s := &scene{t: t, data: filepath.Join(t.TempDir(), "data"), marks: &marks{}, stored: &marks{}, admin: freeAddress(t)}
	door := httptest.NewServer(http.HandlerFunc(s.forward))
	t.Cleanup(door.Close)
	s.public = door.URL

	s.hookSecret = s.secret("secret of the webhooks")
	telegramToken, botToken := "9102837465:"+s.secret("token of Telegram"), "9102837466:"+s.secret("token of the Zalo bot")
	s.telegram = tgfake.New(tgfake.Options{Token: telegramToken})
	s.zaloBot = zbfake.New(zbfake.Options{Token: botToken})
	s.zaloOA = oafake.New(oafake.Options{AppSecret: s.secret("secret of the app"), OASecret: s.secret("secret of the account")})
	telegram, zaloOA, zaloBot := httptest.NewServer(s.telegram), httptest.NewServer(s.zaloOA), httptest.NewServer(s.zaloBot)
	t.Cleanup(func() {
		s.telegram.Close()
		s.zaloOA.Close()
		s.zaloBot.Close()
		telegram.Close()
		zaloOA.Close()
		zaloBot.Close()
	})
	s.zaloOA.SetWebhook(door.URL + "/hooks/zalo-oa")
	access, refresh := s.zaloOA.Tokens()
	s.marks.put(secret, "first access token", access)
	s.marks.put(secret, "first refresh token", refresh)
	s.redis = redisWithPassword(t, redis, s.secret("password of Redis"))

	s.lan, s.hoa = s.telegram.Person("Lan Của Phường"), s.telegram.Person("Hoa Của Phường")
	s.room = s.telegram.Room("Phòng Kín Tổ Một")
	s.marks.put(words, "name of a room", "Phòng Kín Tổ Một")
	s.marks.put(words, "name of an officer's account", "Lan Của Phường")
	s.marks.put(chatID, "chat of an officer", s.lan.ID())
	s.marks.put(chatID, "chat of an invited officer", s.hoa.ID())
	s.marks.put(chatID, "chat of a room", strings.TrimPrefix(s.room.ID(), "-100"))

	s.file = filepath.Join(t.TempDir(), "doithoai.yaml")
	folder, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	// Some secrets come from variables, one from the file, one from a file of its own.
	s.write(s.file, "telegram:\n  token: "+telegramToken+"\n")
	ownFile := filepath.Join(t.TempDir(), "bi-mat")
	s.write(ownFile, botToken+"\n")
	desks := filepath.Join(t.TempDir(), "can_bo.yaml")
	s.write(desks, s.officers())
	o := s.zaloOA.Options()
	s.environ = []string{
		"DOITHOAI_LISTEN=127.0.0.1:0", "DOITHOAI_ADMIN_LISTEN=" + s.admin, "DOITHOAI_DATA=" + s.data, "DOITHOAI_KNOWLEDGE=" + folder,
		"DOITHOAI_DESKS=" + desks, "DOITHOAI_PUBLIC_URL=" + door.URL,
		"DOITHOAI_TELEGRAM_API=" + telegram.URL, "DOITHOAI_TELEGRAM_MODE=webhook", "DOITHOAI_TELEGRAM_SECRET=" + s.hookSecret,
		"DOITHOAI_ZALO_BOT_TOKEN_FILE=" + ownFile, "DOITHOAI_ZALO_BOT_API=" + zaloBot.URL, "DOITHOAI_ZALO_BOT_MODE=webhook",
		"DOITHOAI_ZALO_BOT_SECRET=" + s.hookSecret,
		"DOITHOAI_ZALO_OA_APP_ID=" + o.AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + o.AppSecret, "DOITHOAI_ZALO_OA_OA_SECRET=" + o.OASecret,
		"DOITHOAI_ZALO_OA_ACCESS_TOKEN=" + access, "DOITHOAI_ZALO_OA_REFRESH_TOKEN=" + refresh,
		"DOITHOAI_ZALO_OA_API=" + zaloOA.URL, "DOITHOAI_ZALO_OA_OAUTH=" + zaloOA.URL,
	}
	if s.redis != nil {
		s.environ = append(s.environ, "DOITHOAI_REDIS="+s.redis.URL())
	}
	return s
}

// secret draws something secret and marks it.
func (s *scene) secret(what string) string { return s.marks.put(secret, what, "M"+rand.Text()) }

func (s *scene) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) officers() string { return desktest.TwoOfficers("telegram:" + s.lan.ID()) }

// listen lets the platforms reach the program.
func (s *scene) listen(at string) { s.url = at }

// forward passes on what platforms bring.
func (s *scene) forward(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	_, err := body.ReadFrom(r.Body)
	if err != nil || s.url == "" {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	onward, err := http.NewRequestWithContext(r.Context(), r.Method, s.url+r.URL.RequestURI(), &body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	onward.Header = r.Header.Clone()
	answer, err := http.DefaultClient.Do(onward)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	var all bytes.Buffer
	_, _ = all.ReadFrom(answer.Body) // what there is of it
	var head bytes.Buffer
	_ = answer.Header.Write(&head) // never fails
	if strings.HasPrefix(r.URL.Path, "/hooks/") {
		s.marks.absent(s.t, "the answer to "+r.URL.Path, head.String()+all.String(), anything)
	}
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(all.Bytes())
}

// person is what somebody is called, lives at and is numbered with: marked, and
// different on each channel.
type person struct{ name, street, phone, card, account string }

func (s *scene) person(n int, channel string) person {
	mark := func(m *marks, c class, what, text string) string { return m.put(c, what+" on "+channel, text) }
	p := person{
		name:    mark(s.marks, words, "name", fmt.Sprintf("Khuất Thị Tèo %s", strings.Repeat("Ơi ", n)+"Hỡi")),
		street:  mark(s.marks, words, "address", fmt.Sprintf("hẻm Cây Duối Cụt số %d", 7001+n)),
		phone:   mark(s.marks, number, "phone", fmt.Sprintf("090%d573124", n)),
		card:    mark(s.marks, number, "ID card", fmt.Sprintf("051%d99043217", n)),
		account: mark(s.marks, number, "account", fmt.Sprintf("190%d65123456780", n)),
	}
	for what, text := range map[string]string{"phone": p.phone, "ID card": p.card, "account": p.account} {
		mark(s.stored, number, what, text)
	}
	return p
}

// says is a sentence with all of it.
func (p person) says() string {
	return fmt.Sprintf("tôi là %s ở %s, máy %s, căn cước %s, stk %s, hỏi tiền điện hộ nghèo", p.name, p.street, p.phone, p.card, p.account)
}

// play lets everything happen; some of it only where panics can be had.
func (s *scene) play(panics bool) {
	s.t.Helper()
	s.onTelegram(panics)
	s.aCase()
	s.onZaloOA()
	s.onZaloBot()
	s.onTheWeb(panics)
	s.redisAway()
	s.loseAccount()
}

// heard waits until the bot has said something with those words.
func (s *scene) heard(p *tgfake.Person, part string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	var read []string
	for {
		m, err := p.Next(ctx)
		if err != nil {
			s.t.Fatalf("%s never read «%s»: %v; but %q", p.User.Name, part, err, read)
		}
		text := m.Text + m.Caption
		if strings.Contains(text, part) {
			return text
		}
		read = append(read, text)
	}
}

// taken waits until Telegram knows that all it brought was taken.
func (s *scene) taken() {
	s.t.Helper()
	s.until("Telegram has brought everything", func() bool { return s.telegram.Waiting() == 0 })
}

func (s *scene) until(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("waited in vain until %s", what)
		}
	}
}

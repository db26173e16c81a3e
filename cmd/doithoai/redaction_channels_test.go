package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

// quoting is what a server says that repeats what it was given.
func (s *scene) quoting(p person) string {
	return "Bad Request: cannot send to " + p.name + " " + p.phone + " with " + s.hookSecret
}

func (s *scene) onTelegram(panics bool) {
	p := s.person(1, "Telegram")
	who := s.telegram.Person(p.name)
	who.User.Username = s.marks.put(words, "user name on Telegram", "teo_khuat_7755")
	s.marks.put(chatID, "chat on Telegram", who.ID())
	who.Type(p.says())
	s.heard(who, "")
	who.Photo(p.says())
	who.Document(s.marks.put(words, "name of a file on Telegram", "so-ho-khau-cua-teo.pdf"))
	who.Contact(p.phone)
	who.Location(15.1204127, 108.7923319)
	s.marks.put(words, "latitude", "15.12041")
	s.marks.put(words, "longitude", "108.79233")
	who.Voice()
	who.Video()
	who.Forward(p.says() + " chuyển tiếp")
	who.Sticker("👍")
	who.Edit(who.Type(p.says()+" lần hai"), p.says()+" lần ba")
	who.PressData(1, s.marks.put(words, "payload of a press", "v9|khuat-payload|x"))
	s.taken()

	// What the platform says when it refuses, and what a proxy in between says.
	for _, f := range []tgfake.Fault{
		{Code: 400, Description: s.quoting(p)}, {Code: 403, Description: s.quoting(p)}, {Code: 500, Description: s.quoting(p)},
		{Code: 502, Body: "<html>" + s.quoting(p)}, {Code: 200, Body: `{"ok":true,"result":"` + s.quoting(p)}, {Drop: true}, {Break: true},
		{Code: 429, Description: s.quoting(p), RetryAfter: 1},
	} {
		// Each time somebody else: a chat whose message failed waits before the next.
		unlucky := s.telegram.Person(p.name)
		s.marks.put(chatID, "chat that Telegram refuses", unlucky.ID())
		before := len(s.telegram.Calls("sendMessage"))
		s.telegram.Fail("sendMessage", 1, f)
		unlucky.Type("hộ nghèo được gì")
		s.taken()
		s.until("Telegram has refused", func() bool { return len(s.telegram.Calls("sendMessage")) > before })
	}
	s.telegram.Fail("getFile", 1, tgfake.Fault{Code: 400, Description: s.quoting(p)})
	who.Photo("")
	s.taken()
	stranger := s.telegram.Person(p.name)
	s.marks.put(chatID, "chat of a stranger", stranger.ID())
	for range 7 { // more wrong invitations than anybody may try
		stranger.Type(s.marks.put(secret, "wrong invitation", wrongCode()))
	}
	s.taken()
	for _, body := range s.malformed(p) {
		if _, err := s.telegram.Deliver(s.hookSecret, []byte(body)); err != nil {
			s.t.Error(err)
		}
		if _, err := s.telegram.Deliver(s.secret("wrong secret of a webhook"), []byte(body)); err != nil {
			s.t.Error(err)
		}
	}
	if panics {
		update := who.Update(stumble + " " + p.says())
		if _, err := s.telegram.Deliver(s.hookSecret, update); err != nil {
			s.t.Error(err)
		}
	}
}

// wrongCode is an invitation that nobody made.
func wrongCode() string {
	code := rand.Text() // 26 letters of base 32, of which ours knows other ones
	return strings.NewReplacer("I", "1", "L", "2", "O", "3", "U", "4").Replace(code[:25]) + "0"
}

// malformed are bodies that no decoder can read, or reads otherwise than meant.
func (s *scene) malformed(p person) []string {
	says, _ := json.Marshal(p.says()) // never fails
	text := string(says)
	return []string{
		p.says(), `{"update_id":1,"message":` + text, `{"update_id":` + text + `}`, `{"update_id":7,"message":{"text":` + text + `,"chat":{"id":` + text + `}}}`,
		`{"event_name":` + text + `,"sender":{"id":` + text + `},"message":{"text":` + text + `}}`, `{"message":[` + text + `]}`, `[` + text + `]`,
		`{"update_id":8,"edited_channel_post":{"text":` + text + `,"chat":{"id":-5,"title":` + text + `}}}`, "\x00\xff" + p.says(),
	}
}

var caseCode = regexp.MustCompile(`Mã hồ sơ[^0-9]*([0-9][0-9 .]+[0-9])`)

// aCase takes a question to an officer and an answer back.
func (s *scene) aCase() {
	got := command(s.t, "", s.environ, "officer", "invite", "hoa", "--config", s.file)
	code := regexp.MustCompile(`[0-9A-Z]{5}(-[0-9A-Z]{5}){3}-[0-9A-Z]{6}`).FindString(got.out)
	if code == "" {
		s.t.Fatalf("no invitation: %+v", got)
	}
	s.marks.put(secret, "invitation", code)
	s.hoa.Type(code)
	s.heard(s.hoa, "Chào Chị Hoa")

	s.lan.Type("việc")
	s.heard(s.lan, "không có việc nào chờ")

	p := s.person(2, "Telegram, in a case")
	s.stored.forget(p.phone, p.card, p.account) // agreed to be sent to an officer
	who := s.telegram.Person(p.name)
	s.marks.put(chatID, "chat of a case", who.ID())
	who.Type("dây điện võng xuống sân, " + p.name + ", căn cước " + p.card)
	s.heard(who, "muốn hỏi việc nào")
	who.Type("đường dây điện ngang nhà tôi bị võng xuống sân")
	s.heard(who, "xã, phường nào")
	who.Type("Tịnh Khê")
	s.heard(who, "đồng ý gửi không")
	who.Type("đồng ý")
	receipt := s.heard(who, "Mã hồ sơ")
	found := caseCode.FindStringSubmatch(receipt)
	if found == nil {
		s.t.Fatalf("no code in %q", receipt)
	}
	s.code = strings.NewReplacer(" ", "", ".", "").Replace(found[1])
	who.Type(p.phone)
	s.taken()
	who.Photo(p.says())
	s.taken()
	s.heard(s.lan, "đường dây điện")
	if err := s.lan.Press("Tôi trả lời"); err != nil {
		s.t.Fatal(err)
	}
	s.heard(s.lan, "nay do")
	s.lan.Photo(s.marks.put(words, "answer of an officer", "Thợ đường dây sẽ tới nhà bà Tèo sáng mai"))
	s.heard(s.lan, "Xem lại")
	if err := s.lan.Press("Gửi"); err != nil {
		s.t.Fatal(err)
	}
	s.heard(who, "đã có trả lời")
	s.room.Type(s.lan, 0, s.marks.put(words, "what officers say in their room", "bà Tèo nhà hẻm đó khó tính lắm"))
	s.room.TypeAnonymously("bà Tèo nhà hẻm đó khó tính lắm")
	s.taken()
}

func (s *scene) onZaloOA() {
	p := s.person(3, "the Zalo account")
	who := s.zaloOA.Person()
	s.marks.put(chatID, "person on the Zalo account", who.ID)
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	must := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Error(err)
		}
	}
	must(who.Type(ctx, p.says()))
	if _, err := who.Next(ctx); err != nil {
		s.t.Fatal(err)
	}
	const elsewhere = "https://anh.example.net/"
	address := elsewhere + s.marks.put(words, "address of a picture", "khuat-teo-chan-dung") + ".jpg?token=" + s.secret("signature of a picture's address")
	must(who.Send(ctx, "image", p.says(), map[string]any{"url": address, "thumbnail": address}))
	must(who.Send(ctx, "file", p.says(), map[string]any{"url": address, "name": s.marks.put(words, "name of a file on the Zalo account", "giay-khai-sinh-teo.pdf")}))
	must(who.Send(ctx, "location", "", map[string]any{"coordinates": map[string]any{"latitude": "15.1204127", "longitude": "108.7923319"}}))
	must(who.Send(ctx, "business_card", p.says(), map[string]any{"description": p.says(), "url": address}))
	must(who.Tell(ctx, "user_submit_info", map[string]any{"info": map[string]any{"name": p.name, "phone": p.phone, "address": p.street}}))

	for _, f := range []oafake.Fault{
		{Code: -201, Message: s.quoting(p)}, {Code: -213, Message: s.quoting(p)}, {Code: -99999, Message: s.quoting(p)}, {Status: 502}, {Drop: true}, {Break: true},
	} {
		s.zaloOA.Fail(oafake.Messages, 1, f)
		must(who.Type(ctx, "hộ nghèo được gì"))
	}
	for _, body := range append(s.malformed(p), `{"app_id":"1234567890123456789","timestamp":"1","event_name":"user_send_text","message":{"text":7},"sender":{"id":"`+p.phone+`"}}`) {
		for _, signature := range []string{"", "-", "mac=" + s.secret("wrong signature")} {
			_, err := s.zaloOA.Post(ctx, []byte(body), signature)
			must(err)
		}
	}
	_, _, _ = s.get(s.url + "/hooks/zalo-oa?code=" + s.secret("code of a consent") + "&oa_id=1&state=x")
}

func (s *scene) onZaloBot() {
	p := s.person(4, "the Zalo bot")
	who := s.zaloBot.Person(p.name)
	s.marks.put(chatID, "person on the Zalo bot", who.ID)
	who.Type(p.says())
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if _, err := who.Next(ctx); err != nil {
		s.t.Fatal(err)
	}
	for _, f := range []zbfake.Fault{
		{Code: 400, Description: s.quoting(p)}, {Code: 500, Description: s.quoting(p)}, {Status: 502, Body: "<html>" + s.quoting(p)}, {Drop: true}, {Break: true},
	} {
		s.zaloBot.Fail("sendMessage", 1, f)
		who.Type("hộ nghèo được gì")
	}
	who.Photo(p.says())
	who.Voice()
	who.Whisper(p.says())
	s.until("the Zalo bot has brought everything", func() bool { return s.zaloBot.Waiting() == 0 })
	for _, body := range s.malformed(p) {
		for _, given := range []string{s.hookSecret, s.secret("wrong secret of a webhook")} {
			if _, err := s.zaloBot.Deliver(ctx, given, []byte(body)); err != nil {
				s.t.Error(err)
			}
		}
	}
}

// onTheWeb writes as the page does, and as it never would.
func (s *scene) onTheWeb(panics bool) {
	p := s.person(5, "the page")
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: patience}
	request(s.t, browser, http.MethodPost, s.public, "/chat/session", "{}")
	at, err := url.Parse(s.public)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range jar.Cookies(at) {
		s.marks.put(secret, "cookie", c.Value)
	}
	message := func(n int, text string) string {
		body, _ := json.Marshal(map[string]string{"id": fmt.Sprintf("message-number-%d", n), "kind": "text", "text": text}) // never fails
		return string(body)
	}
	request(s.t, browser, http.MethodPost, s.public, "/chat/messages", message(1, p.says()))
	request(s.t, browser, http.MethodGet, s.public, "/chat/replies?after=0&wait=5", "")
	bodies := append(s.malformed(p), message(2, strings.Repeat(p.says(), 40)))
	if panics {
		bodies = append(bodies, message(3, stumble+" "+p.says()))
	}
	for _, body := range bodies {
		for _, origin := range []string{s.public, "https://" + s.marks.put(words, "foreign origin", "ke-gian-khuat.example.net")} {
			r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.public+"/chat/messages", strings.NewReader(body))
			if err != nil {
				s.t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Origin", origin)
			r.Header.Set("User-Agent", s.marks.put(words, "browser", "trinh-duyet-cua-teo/1"))
			_, head, answer := s.do(browser, r)
			s.marks.absent(s.t, "an error of the page", answer, anything)
			s.marks.absent(s.t, "the head of an error", strings.Join(regexp.MustCompile(`(?m)^Set-Cookie:.*$`).Split(head, -1), ""), anything)
		}
	}
	_, _, answer := s.get(s.public + "/" + url.PathEscape(p.says()) + "?q=" + url.QueryEscape(p.says()))
	s.marks.absent(s.t, "a page that is not there", answer, anything)
}

// redisAway lets the store be gone while people write.
func (s *scene) redisAway() {
	if s.redis == nil {
		return
	}
	p := s.person(6, "Telegram, without Redis")
	who := s.telegram.Person(p.name)
	s.marks.put(chatID, "chat without Redis", who.ID())
	zalo := s.zaloOA.Person()
	s.marks.put(chatID, "chat on Zalo without Redis", zalo.ID)
	s.redis.Kill()
	who.Type(p.says())
	if err := zalo.Type(s.t.Context(), p.says()); err != nil {
		s.t.Error(err)
	}
	s.until("the program has noticed", func() bool {
		_, _, body := s.get(s.url + "/readyz")
		return strings.Contains(body, "degraded")
	})
	s.readPages()
	for _, args := range [][]string{{"doctor"}, {"outbox"}, {"case", "show", s.code}} { // each waits for Redis
		got := command(s.t, "", s.environ, append(args, "--config", s.file)...)
		s.marks.absent(s.t, "without Redis, doithoai "+args[0], got.out+got.err, anything)
	}
	s.searchFiles() // the spool among them
	s.redis.Restart(s.t)
	s.heard(who, "")
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if _, err := zalo.Next(ctx); err != nil {
		s.t.Errorf("after Redis came back: %v", err)
	}
}

// loseAccount lets a token be refused, and its renewal too, in words that quote
// what was sent: whole, and cut where a long text is.
func (s *scene) loseAccount() {
	who := s.zaloOA.Person()
	access, refresh := s.zaloOA.Tokens()
	s.marks.put(secret, "last access token", access)
	s.marks.put(secret, "last refresh token", refresh)
	s.marks.put(secret, "part of a refresh token", refresh[:24])
	// As long as the program keeps it, a reason ends in the middle of the token.
	for _, reason := range []string{strings.Repeat("x", 200-26) + refresh, "Invalid refresh token " + refresh + " of app with " + s.zaloOA.Options().AppSecret} {
		s.zaloOA.Fail(oafake.Refresh, 1, oafake.Fault{Code: -14014, Message: reason})
	}
	s.zaloOA.Revoke()
	if err := who.Type(s.t.Context(), "hộ nghèo được gì"); err != nil {
		s.t.Error(err)
	}
	s.until("the program says that the account is lost", func() bool {
		_, _, body := s.get(s.url + "/readyz")
		return strings.Contains(body, "zalo login")
	})
}

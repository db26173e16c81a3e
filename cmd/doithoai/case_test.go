package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/escalation"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// hoaAlone is a list of one officer.
type hoaAlone struct{}

func (hoaAlone) AllOfficers() []desks.Officer { return []desks.Officer{{ID: "hoa", Name: "Anh Hòa"}} }

// told is a case in which everything was said and done.
func told(now time.Time) escalation.Case {
	at := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	return escalation.Case{
		Opened: at(-30), Matter: bot.MatterProposal, Question: "Hộ cận nghèo ở thôn em, số 0912345678\x1b[2J", Topic: "bao-hiem-y-te", Phone: "0987 654 321",
		Files: []bot.Attachment{{Kind: bot.AttachPhoto, Name: "giay.jpg", Source: "https://cdn.example/geheim", Key: "k-geheim"}},
		Turns: []bot.Turn{{Asked: "thẻ bảo hiểm", Entry: "bhyt-ho-can-ngheo", At: at(-31)}, {Asked: "còn gì nữa", At: at(-31)}},
		State: bot.CaseHeld, Desk: "y-te", Holder: "hoa", Due: at(-2), Consent: bot.Consent{Version: "3", At: at(-30)},
		Said: []escalation.Said{
			{No: 1, At: at(-20), Officer: "hoa", Kind: escalation.SaidAsk, Text: "Cô ở thôn nào?", End: bot.EndSent, Out: at(-19)},
			{No: 2, At: at(-10), Kind: escalation.SaidMore, Text: "Thôn Mỹ Lại"},
			{No: 3, At: at(-5), Officer: "hoa", Kind: escalation.SaidAnswer, Text: "Được giảm,\ngọi 0255123456.", Check: "775533", End: bot.EndFailed, Reason: "blocked"},
		},
		Log: []escalation.Entry{
			{At: at(-30), By: "resident", What: escalation.Opened, Note: "chung"},
			{At: at(-28), By: "lan", What: escalation.Transfer, Note: "y-te", Reason: "việc của tổ bảo hiểm"},
			{At: at(-25), By: "hoa", What: escalation.Take},
			{At: at(-20), By: "hoa", What: escalation.AskBack, Note: "ask"},
			{At: at(-12), What: escalation.Struck, Note: "remind"},
			{At: at(-10), By: "resident", What: escalation.Added},
			{At: at(-5), By: "hoa", What: escalation.Answer, Note: "answer"},
			{At: at(-4), What: escalation.Ended, Note: "failed"},
		},
	}
}

// open stores a case and returns its code.
func open(t *testing.T, s kept, chat bot.ChatID, n string, c escalation.Case) string {
	t.Helper()
	c.Code, c.Chat = s.Name(chat).CodePrefix()+n, chat
	r, err := c.Record(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	store(t, s, chat, r)
	return c.Code
}

func store(t *testing.T, s kept, chat bot.ChatID, r record.Case) {
	t.Helper()
	loaded, err := s.Load(t.Context(), chat)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := s.Save(t.Context(), record.Save{
		Chat: chat, Revision: loaded.Revision, Update: "open " + r.Code, State: []byte("\x02{}"), Cases: []record.CaseChange{{Case: r, New: true}},
	})
	if err != nil || saved.Outcome != record.Done {
		t.Fatalf("%+v, %v", saved, err)
	}
}

func TestCaseShow(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, environ []string, look func(func(kept))) {
		environ = append(environ, officers(t))
		now, code := time.Now(), ""
		look(func(s kept) { code = open(t, s, alice, "1234567", told(now)) })
		got := command(t, "", environ, "case", "show", code[:3]+" "+code[3:6]+"-"+code[6:])
		if got.code != 0 || got.err != "" {
			t.Fatalf("%+v", got)
		}
		zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
		if err != nil {
			t.Fatal(err)
		}
		at := func(hours int) string {
			return now.Add(time.Duration(hours) * time.Hour).In(zone).Format("15:04 ngày 02/01/2006")
		}
		holds(t, got.out,
			"Hồ sơ "+code+": Anh Hòa đang giữ, QUÁ HẠN\n", "kiến nghị, phản ánh", at(-30)+", qua Telegram", "Tổ bảo hiểm y tế", "••••••••21", "lời xin phép bản 3",
			"\nCâu hỏi\n    │ Hộ cận nghèo ở thôn em, số [số máy][2J\n    kèm: ảnh giay.jpg\n",
			"    │ thẻ bảo hiểm\n    → trợ lý gửi bài bhyt-ho-can-ngheo\n", "    → trợ lý chưa có câu trả lời\n",
			"  "+at(-30)+"  bà con: gửi hồ sơ: Bộ phận tiếp nhận\n",
			"  "+at(-28)+"  Chị Lan: chuyển bộ phận khác: Tổ bảo hiểm y tế\n    lý do: việc của tổ bảo hiểm\n",
			"  "+at(-25)+"  Anh Hòa: nhận việc\n",
			"  "+at(-20)+"  Anh Hòa: hỏi lại bà con, hạn tạm dừng\n    │ Cô ở thôn nào?\n    → tin đã gửi đi\n",
			"  "+at(-12)+"  hệ thống: nhắc bà con trả lời\n",
			"  "+at(-10)+"  bà con: nhắn thêm\n    │ Thôn Mỹ Lại\n",
			"  "+at(-5)+"  Anh Hòa: trả lời\n    │ Được giảm,\n    │ gọi 0255123456.\n    → tin không gửi được [blocked]\n",
			"  "+at(-4)+"  hệ thống: tin không gửi được\n",
		)
		asJSON := command(t, "", environ, "case", "show", code, "--json")
		for _, out := range []string{got.out, asJSON.out} {
			for _, secret := range []string{"0987", "0912345678", "775533", "geheim", "\x1b", alice.Chat} {
				if strings.Contains(out, secret) {
					t.Errorf("%q is shown", secret)
				}
			}
		}
		var whole struct {
			Code, State, Channel, Desk, Phone string
			Late                              bool
			History                           []struct{ By, What, Text, End string }
		}
		if err := json.Unmarshal([]byte(asJSON.out), &whole); err != nil || whole.Code != code || !whole.Late || len(whole.History) != 8 {
			t.Fatalf("%v: %s", err, asJSON.out)
		}
		if h := whole.History[6]; h.By != "hoa" || h.What != "answer" || !strings.HasPrefix(h.Text, "Được giảm") || h.End != "failed" {
			t.Errorf("history: %+v", whole.History)
		}
		holds(t, command(t, "", environ, "case", "show", code, "--phone").out, "0987 654 321", "số 0912345678")

		// Without the file of the officers ids stand for names.
		bare := slices.DeleteFunc(slices.Clone(environ), func(e string) bool { return strings.HasPrefix(e, "DOITHOAI_DESKS=") })
		holds(t, command(t, "", bare, "case", "show", code).out, "hoa đang giữ", "bà con: gửi hồ sơ: chung")
	})
}

// What was said is shown also if the line of its deed was lost.
func TestCaseShowOfALongHistory(t *testing.T) {
	t.Parallel()
	code := ""
	dir := folder(t, func(s *boltstore.Store) {
		c := told(time.Now())
		c.Log = c.Log[:1]
		code = open(t, s, alice, "1234567", c)
	})
	got := command(t, "", in(dir), "case", "show", code)
	holds(t, got.out, "hoa: hỏi lại bà con, hạn tạm dừng\n    │ Cô ở thôn nào?", "bà con: nhắn thêm\n    │ Thôn Mỹ Lại", "hoa: trả lời\n    │ Được giảm,")
}

func TestCaseList(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, environ []string, look func(func(kept))) {
		environ = append(environ, officers(t))
		now := time.Now()
		var late, waits, asked, closed, broken string
		look(func(s kept) {
			late = open(t, s, alice, "1111111", told(now))
			waits = open(t, s, bob, "2222222", escalation.Case{State: bot.CaseWaiting, Desk: "chung", Opened: now, Due: now.Add(time.Hour), Question: "Chuyện riêng"})
			asked = open(t, s, bob, "3333333", escalation.Case{State: bot.CaseAsked, Desk: "chung", Opened: now, Due: now.Add(-time.Hour)})
			closed = open(t, s, bob, "4444444", escalation.Case{State: bot.CaseClosed, Desk: "chung", Opened: now, Due: now.Add(-time.Hour), Closed: now, How: "clear"})
			book, err := escalation.Book{Code: s.Name(alice).CodePrefix() + "9999999", Officer: "lan"}.Record(now)
			if err != nil {
				t.Fatal(err)
			}
			store(t, s, alice, book)
		})
		order := func(want []string, args ...string) {
			t.Helper()
			got := command(t, "", environ, append([]string{"case", "list", "--json"}, args...)...)
			var lines []struct{ Code string }
			if err := json.Unmarshal([]byte(got.out), &lines); err != nil || got.code != 0 {
				t.Fatalf("%v: %+v", err, got)
			}
			codes := []string{}
			for _, l := range lines {
				codes = append(codes, l.Code)
			}
			if !slices.Equal(codes, want) {
				t.Errorf("%v: got %v, want %v", args, codes, want)
			}
		}
		order([]string{late, asked, waits, closed})
		order([]string{late, asked, waits}, "--open")
		order([]string{late}, "--late")

		got := command(t, "", environ, "case", "list")
		if got.code != 0 || got.err != "" {
			t.Errorf("%+v", got)
		}
		holds(t, got.out, late+"   Anh Hòa đang giữ", "QUÁ HẠN từ ", waits+"   chờ người nhận", "Bộ phận tiếp nhận", asked+"   đã hỏi lại, chờ bà con", closed+"   đã khép", "doithoai case show")
		for _, secret := range []string{"Hộ cận nghèo", "Chuyện riêng", "9999999", alice.Chat, bob.Chat} {
			if strings.Contains(got.out, secret) {
				t.Errorf("%q is shown", secret)
			}
		}

		// One that cannot be read hides none of the others.
		look(func(s kept) {
			broken = s.Name(bob).CodePrefix() + "5555555"
			store(t, s, bob, record.Case{Code: broken, Ends: now.Add(time.Hour), Data: []byte("{geheim")})
		})
		got = command(t, "", environ, "case", "list", "--late")
		if got.code != 1 || !strings.Contains(got.out, late) || got.err != "Hồ sơ "+broken+" bị hỏng, không đọc được.\n" {
			t.Errorf("%+v", got)
		}
		if got = command(t, "", environ, "case", "show", broken); got.code != 1 || strings.Contains(got.err, "geheim") || !strings.Contains(got.err, "bị hỏng") {
			t.Errorf("%+v", got)
		}
	})
}

func TestCaseListOfAnEmptyStore(t *testing.T) {
	t.Parallel()
	environ := in(folder(t, func(*boltstore.Store) {}))
	if got := command(t, "", environ, "case", "list"); got.out != "Không có hồ sơ nào như vậy.\n" || got.code != 0 {
		t.Errorf("%+v", got)
	}
	if got := command(t, "", environ, "case", "list", "--json"); got.out != "[]\n" {
		t.Errorf("%+v", got)
	}
}

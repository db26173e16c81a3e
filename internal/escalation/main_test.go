package escalation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // the rules are spoken in their own words here
	"github.com/doithoai/doithoai/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	vietnam  = time.FixedZone("ICT", 7*3600)
	resident = bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: "resident"}
)

// monday is the 23 November 2026, 8 o'clock: half an hour after opening.
var monday = at(23, 8, 0)

// at is a time in November 2026; days may go on past the 30th.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, vietnam)
}

const code = "017000006"

// file is a can_bo.yaml: y-te without a room, vay-von with one, chung for the
// rest with a head, two confidential desks, one of them with a head, and one for
// what is urgent, which never closes.
const file = `
giờ làm việc: |
  thứ 2 - thứ 6: 7h30-11h30, 13h30-17h
ngày nghỉ: |
  01/01/2027
tết: |
  05/02/2027 - 11/02/2027
cán bộ:
  - mã: lan
    tên: Chị Lan
    chat: telegram:101
  - mã: hoa
    tên: Chị Hoa
    chat: telegram:102
  - mã: minh
    tên: Anh Minh
    chat: telegram:103
  - mã: son
    tên: Anh Sơn
    chat: telegram:104
  - mã: nga
    tên: Chị Nga
    chat: telegram:105
  - mã: tuan
    tên: Anh Tuấn
    chat: telegram:106
  - mã: kim
    tên: Chị Kim
    chat: telegram:107
  - mã: kieu
    tên: Chị Kiều
    chat: telegram:108
  - mã: khanh
    tên: Anh Khánh
    chat: telegram:109
  - mã: thu
    tên: Chị Thu
    chat: telegram:110
  - mã: hai
    tên: Anh Hải
    chat: telegram:111
bộ phận:
  - mã: y-te
    tên: Tổ bảo hiểm y tế
    chủ đề: bao-hiem-y-te
    địa bàn: tất cả
    cán bộ: lan, hoa
    trả lời trong: 2 ngày làm việc
  - mã: vay-von
    tên: Tổ vay vốn
    chủ đề: vay-von
    địa bàn: tất cả
    nhóm chat: telegram:-1001
    cán bộ: minh, son
    trả lời trong: 2 ngày làm việc
  - mã: chung
    tên: Bộ phận tiếp nhận
    chủ đề: tất cả
    địa bàn: tất cả
    cán bộ: nga
    trưởng: tuan
    trả lời trong: 3 ngày làm việc
  - mã: kin
    tên: Người nhận chuyện kín
    kín: có
    cán bộ: kim
    trưởng: khanh
    trả lời trong: 1 ngày làm việc
  - mã: kin-vay
    tên: Người nhận chuyện kín về vay vốn
    kín: có
    chủ đề: vay-von
    cán bộ: thu
    trả lời trong: 2 giờ
  - mã: gap
    tên: Người nhận việc gấp
    gấp: có
    cán bộ: kieu, hai
    trả lời trong: 2 giờ
  - mã: ngan-hang
    tên: Ngân hàng
    địa chỉ ngoài: Ngân hàng ở xã, phường nơi ở
nhắc việc: |
  nửa thời hạn: cán bộ
  hết thời hạn: nhóm chat
  quá nửa thời hạn: chung, trưởng
`

// room is that of vay-von.
var room = bot.ChatID{Channel: "telegram", Bot: "main", Chat: "-1001"}

// load reads a file of desks, with pairs of replacements.
func load(t testing.TB, replace ...string) *desks.Desks {
	t.Helper()
	text := file
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the file does not contain %q", replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	world := desks.World{
		Zone:   vietnam,
		Topics: []knowledge.Topic{{ID: "bao-hiem-y-te", Name: "Bảo hiểm y tế"}, {ID: "vay-von", Name: "Vay vốn"}, {ID: "dat-dai", Name: "Đất đai"}},
		Places: []knowledge.Place{{ID: "tu-mo-rong", Name: "Tu Mơ Rông", Kind: "xã"}},
	}
	d, report := desks.Load(desks.FileName, []byte(text), world, monday)
	if d == nil {
		t.Fatal(report.Text())
	}
	return d
}

// people is who is registered, by id.
type people map[string]bot.ChatID

func (p people) Chat(id string) (bot.ChatID, bool) {
	chat, ok := p[id]
	return chat, ok
}

func (p people) Officer(sender bot.ChatID) (string, bool) {
	for id, chat := range p {
		if chat == sender {
			return id, true
		}
	}
	return "", false
}

// everybody registers all officers of the file.
func everybody(d *desks.Desks) people {
	p := people{}
	for _, o := range d.AllOfficers() {
		p[o.ID] = o.Chats[0]
	}
	return p
}

// bench is a case with its world, and what the last event told.
type bench struct {
	testing.TB
	c      Case
	desks  *desks.Desks
	people people
	now    time.Time
	told   []Effect
	random uint64
}

func newBench(t testing.TB, replace ...string) *bench {
	d := load(t, replace...)
	return &bench{TB: t, desks: d, people: everybody(d), now: monday}
}

// open opens a case about a topic.
func open(t testing.TB, topic string, replace ...string) *bench {
	b := newBench(t, replace...)
	b.open(bot.CaseAct{Kind: bot.ActOpen, Matter: bot.MatterQuestion, Question: "Thẻ hết hạn thì đổi ở đâu?", Topic: topic})
	return b
}

// secret opens a confidential case.
func secret(t testing.TB, replace ...string) *bench {
	b := newBench(t, replace...)
	b.open(bot.CaseAct{Kind: bot.ActOpen, Matter: bot.MatterConfidential, Question: "Chuyện khó nói"})
	return b
}

// urgent opens an urgent case.
func urgent(t testing.TB, replace ...string) *bench {
	b := newBench(t, replace...)
	b.open(bot.CaseAct{Kind: bot.ActOpen, Matter: bot.MatterUrgent, Question: "Nhà hết gạo"})
	return b
}

func (b *bench) open(a bot.CaseAct) {
	b.Helper()
	b.c = Case{Code: code, Chat: resident}
	b.do(Event{Kind: Opened, Code: code, Open: &a})
	if b.c.State != bot.CaseWaiting {
		b.Fatalf("state = %q after opening", b.c.State)
	}
}

// do applies an event. An officer acts in the own chat if From is not set.
func (b *bench) do(e Event) []Effect {
	b.Helper()
	if e.By != "" && e.From == (bot.ChatID{}) {
		e.From = b.people[e.By]
	}
	e.Code = code
	b.random += 1 << 40
	next, told := Apply(b.c, e, World{Desks: b.desks, Reach: b.people, Now: b.now, Random: b.random})
	if open := next.State.Open(); open == next.Next.IsZero() {
		b.Errorf("after %s: state %s, but next %v", e.Kind, next.State, next.Next)
	}
	b.c, b.told = next, told
	return told
}

// by lets an officer do something.
func (b *bench) by(officer string, kind Kind) []Effect {
	b.Helper()
	return b.do(Event{Kind: kind, By: officer, Epoch: b.c.Epoch})
}

// says lets an officer write something to the resident.
func (b *bench) says(officer string, kind Kind, text string) []Effect {
	b.Helper()
	return b.do(Event{Kind: kind, By: officer, Text: text, Epoch: b.c.Epoch})
}

// sent lets the last thing said go out.
func (b *bench) sent() { b.Helper(); b.do(Event{Kind: Ended, No: len(b.c.Said), End: bot.EndSent}) }

// strike lets the clock strike when it wants to.
func (b *bench) strike() []Effect {
	b.Helper()
	if b.c.Next.IsZero() {
		b.Fatal("the clock of this case never strikes")
	}
	b.now = later(b.now, b.c.Next)
	return b.do(Event{Kind: Struck})
}

// until lets the clock strike whenever it wants to, up to a time, and returns
// all that was told.
func (b *bench) until(t time.Time) []Effect {
	b.Helper()
	var all []Effect
	for range 1000 {
		if b.c.Next.IsZero() || b.c.Next.After(t) {
			b.now = t
			return all
		}
		all = append(all, b.strike()...)
	}
	b.Fatal("the clock strikes without end")
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// lines writes effects as "what to by/no/desk: note", short enough for a table.
func (b *bench) lines(effects []Effect) []string {
	var out []string
	for _, e := range effects {
		line := string(e.What)
		if e.To != (bot.ChatID{}) {
			line += " " + b.name(e.To)
		}
		if e.Note != "" {
			line += " (" + e.Note + ")"
		}
		if e.No != 0 {
			line += fmt.Sprintf(" #%d", e.No)
		}
		out = append(out, line)
	}
	return out
}

// name is who a chat is.
func (b *bench) name(chat bot.ChatID) string {
	if id, ok := b.people.Officer(chat); ok {
		return id
	}
	if d := b.desks.ByRoom(chat); len(d) > 0 {
		return "room:" + d[0].ID
	}
	return chat.String()
}

// want compares what the last event told.
func (b *bench) want(lines ...string) {
	b.Helper()
	b.wantOf(b.told, lines...)
}

func (b *bench) wantOf(effects []Effect, lines ...string) {
	b.Helper()
	if got := b.lines(effects); !slices.Equal(got, lines) {
		b.Errorf("told\n got %q\nwant %q", got, lines)
	}
}

// wantCase compares state, desk, holder and epoch.
func (b *bench) wantCase(state bot.CaseState, desk, holder string, epoch uint64) {
	b.Helper()
	got := fmt.Sprint(b.c.State, " ", b.c.Desk, " ", b.c.Holder, " ", b.c.Epoch)
	if want := fmt.Sprint(state, " ", desk, " ", holder, " ", epoch); got != want {
		b.Errorf("case\n got %s\nwant %s", got, want)
	}
}

// cards names who holds a card.
func (b *bench) cards() []string {
	var out []string
	for _, chat := range b.c.Cards {
		out = append(out, b.name(chat))
	}
	return out
}

func (b *bench) wantCards(names ...string) {
	b.Helper()
	if got := b.cards(); !slices.Equal(got, names) {
		b.Errorf("cards with %q, want %q", got, names)
	}
}

func (b *bench) wantTime(what string, got, want time.Time) {
	b.Helper()
	if !got.Equal(want) {
		b.Errorf("%s = %v, want %v", what, got.In(vietnam), want.In(vietnam))
	}
}

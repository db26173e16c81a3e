package escalation_test

import (
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

func TestMoreIsToldToWhoHasIt(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Added, Text: "thêm"})
	b.want("more lan #1", "more hoa #1")
	b.by("lan", Take)
	b.do(Event{Kind: Added, Files: []bot.Attachment{{Kind: bot.AttachPhoto, Key: "k"}}})
	b.want("more lan #2")
	b.do(Event{Kind: Added, Text: "  "})
	b.want()
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
}

func TestMoreAfterAnAnswerOpensItAgain(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.sent()
	b.now = at(24, 9, 0)
	b.do(Event{Kind: Added, Text: "Còn con tôi?"})
	b.want("card lan", "card hoa", "more lan #2")
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
	b.wantTime("due", b.c.Due, at(26, 17, 0))
}

func TestUnclear(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.sent()
	b.now = at(24, 9, 0)
	b.do(Event{Kind: Unclear})
	b.want("card lan", "card hoa", "unclear lan")
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
	b.wantTime("due", b.c.Due, at(26, 17, 0))
	b.do(Event{Kind: Unclear})
	b.want() // it is open already
	b.says("lan", Answer, "x")
	b.want("answer #2", "card lan", "card hoa") // the same words again, because they were asked for
	b.do(Event{Kind: Unclear, Text: "xã nào?"})
	b.want("card lan", "card hoa", "unclear lan #3")
}

func TestUnclearWithoutTheOfficerGoesToTheDesk(t *testing.T) {
	t.Parallel()
	for _, change := range [][]string{
		{"cán bộ: lan, hoa", "cán bộ: hoa", "  - mã: lan\n    tên: Chị Lan\n    chat: telegram:101\n", ""}, // left
		{"chat: telegram:101", "chat: telegram:101\n    nghỉ: 23/11/2026 - 24/11/2026"},                    // away
		{"chat: telegram:101", "mời: có\n    nghỉ: \"23/11/2026 - 24/11/2026, thay: hoa\""},                // covered
	} {
		b := open(t, "bao-hiem-y-te")
		b.says("lan", Answer, "x")
		b.sent()
		b.desks = load(t, change...)
		b.do(Event{Kind: Unclear})
		b.wantCase(bot.CaseWaiting, "y-te", "", 2)
		b.want(append(keep(b.lines(b.told), "card"), "unclear hoa")...)
	}
}

// keep keeps the lines that begin so.
func keep(lines []string, begin string) []string {
	var out []string
	for _, l := range lines {
		if len(l) >= len(begin) && l[:len(begin)] == begin {
			out = append(out, l)
		}
	}
	return out
}

func TestCleared(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.sent()
	b.do(Event{Kind: Cleared})
	b.want("card lan", "card hoa")
	b.wantCase(bot.CaseClosed, "y-te", "", 2)
	if b.c.How != "clear" || !b.c.Closed.Equal(b.now) {
		t.Errorf("how %q, closed %v", b.c.How, b.c.Closed)
	}
	before := b.c
	b.do(Event{Kind: Cleared})
	b.want()
	if b.c.Epoch != before.Epoch || len(b.c.Log) != len(before.Log) {
		t.Error("cleared twice")
	}
}

func TestAClosedCaseIsOpenedAgainByTheSameOfficer(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.sent()
	b.do(Event{Kind: Cleared})
	b.now = b.now.Add(14 * 24 * time.Hour)
	b.do(Event{Kind: Unclear})
	b.want("card lan", "card hoa", "unclear lan")
	b.wantCase(bot.CaseHeld, "y-te", "lan", 3)
	if b.c.How != "" || !b.c.Closed.IsZero() {
		t.Errorf("how %q, closed %v", b.c.How, b.c.Closed)
	}
}

func TestAReferredCaseOpenedAgainWaitsAtItsDesk(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.moves("lan", NotOurs, "ngan-hang")
	b.do(Event{Kind: Added, Text: "Ngân hàng bảo hỏi xã"})
	b.want("card lan", "card hoa", "more lan #1", "more hoa #1")
	b.wantCase(bot.CaseWaiting, "y-te", "", 1)
}

func TestPhoned(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Phoned, Phone: "0900 000 000"})
	b.want("card lan", "card hoa")
	b.do(Event{Kind: Phoned, Phone: "0900 000 000"})
	b.want()
	b.by("lan", Take)
	b.do(Event{Kind: Phoned, Phone: "0900 000 001"})
	b.want("card lan", "card hoa", "phone lan")
	if b.c.Phone != "0900 000 001" {
		t.Errorf("phone = %q", b.c.Phone)
	}
}

func TestPressedIsToldOnceAWorkingDay(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Pressed})
	b.want("pressed lan", "pressed hoa")
	b.now = at(23, 16, 0)
	b.do(Event{Kind: Pressed})
	b.want()
	b.by("lan", Take)
	b.now = at(23, 19, 0) // after hours: tomorrow's day
	b.do(Event{Kind: Pressed})
	b.want("pressed lan")
	b.now = at(24, 8, 0)
	b.do(Event{Kind: Pressed})
	b.want()
	b.now = at(25, 8, 0)
	b.do(Event{Kind: Pressed})
	b.want("pressed lan")
	b.says("lan", AskBack, "?")
	b.now = at(26, 8, 0)
	b.do(Event{Kind: Pressed})
	b.want() // it is the resident who is waited for
}

func TestWithdrawnIsToldWhereverACardEverWas(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.moves("lan", Transfer, "vay-von")
	delete(b.people, "hoa") // she left meanwhile
	b.do(Event{Kind: Withdrawn})
	b.want("withdrawn room:vay-von", "withdrawn lan", "withdrawn telegram/main/102")
	b.wantCase(bot.CaseClosed, "vay-von", "", 2)
	b.do(Event{Kind: Withdrawn})
	b.want()
}

package escalation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

func TestTake(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Take)
	b.want("card lan", "card hoa", "taken lan")
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)

	before := b.c
	b.by("lan", Take)
	b.want("taken lan")
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
	if len(b.c.Log) != len(before.Log) {
		t.Error("taking twice is in the history twice")
	}

	b.by("hoa", Take)
	b.want("too-late hoa")
	if b.told[0].By != "lan" {
		t.Errorf("by = %q, want lan", b.told[0].By)
	}
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
}

func TestWhoMayTake(t *testing.T) {
	t.Parallel()
	absent := []string{"chat: telegram:101", "chat: telegram:101\n    nghỉ: \"23/11/2026 - 24/11/2026, thay: son\""}
	tests := []struct {
		name   string
		by     string
		secret bool
		change []string
		want   string
	}{
		{"a member", "hoa", false, nil, "taken hoa"},
		{"an officer of the catch-all", "nga", false, nil, "taken nga"},
		{"the head of the catch-all", "tuan", false, nil, "taken tuan"},
		{"a member of another desk", "minh", false, nil, "refused minh (not-yours)"},
		{"an absent member", "lan", false, absent, "refused lan (not-yours)"},
		{"the cover", "son", false, absent, "taken son"},
		{"a stranger", "nobody", false, nil, ""},
		{"confidential: its officer", "kim", true, nil, "taken kim"},
		{"confidential: its head", "khanh", true, nil, "taken khanh"},
		{"confidential: not the catch-all", "tuan", true, nil, "refused tuan (not-yours)"},
		{"confidential: not another confidential desk", "thu", true, nil, "refused thu (not-yours)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b *bench
			if test.secret {
				b = secret(t, test.change...)
			} else {
				b = open(t, "bao-hiem-y-te", test.change...)
			}
			told := b.lines(b.by(test.by, Take))
			if test.want == "" {
				b.want()
				return
			}
			if got := told[len(told)-1]; got != test.want {
				t.Errorf("told %q, want %q last", told, test.want)
			}
		})
	}
}

func TestTakenInTheRoomTheOfficerGetsACard(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	b.do(Event{Kind: Take, By: "minh", From: room})
	b.want("card room:vay-von", "card minh", "taken room:vay-von")
	b.wantCards("room:vay-von", "minh")
}

func TestAnAnswerGoesOutOnce(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Take)
	b.says("lan", Answer, " Dạ, đổi ở xã. ")
	b.want("answer #1", "card lan", "card hoa")
	b.wantCase(bot.CaseAnswered, "y-te", "lan", 1)
	said := b.c.Said[0]
	if said.Kind != SaidAnswer || said.Officer != "lan" || said.Text != "Dạ, đổi ở xã." || len(said.Check) != 6 || strings.Trim(said.Check, "0123456789") != "" {
		t.Errorf("said %+v", said)
	}

	b.says("lan", Answer, "Dạ, đổi ở xã.") // pressed twice
	b.want("sent lan #1")
	if len(b.c.Said) != 1 {
		t.Errorf("said %d times", len(b.c.Said))
	}

	b.says("lan", Answer, "Xin nói thêm: mang căn cước.")
	b.want("answer #2", "card lan", "card hoa")
	if b.c.Said[0].Check == b.c.Said[1].Check {
		t.Error("two answers have the same check code")
	}
}

func TestCheckCodesDifferForTheSameRandom(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	seen := map[string]bool{}
	for i := range 20 {
		b.random = 7 // do adds the same to it every time
		b.says("lan", Answer, strings.Repeat("a", i+1))
		check := b.c.Said[i].Check
		if seen[check] {
			t.Fatalf("check %s twice", check)
		}
		seen[check] = true
	}
}

func TestOnlyTheHolderSpeaks(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Answer, Send, AskBack} {
		b := open(t, "bao-hiem-y-te")
		b.by("lan", Take)
		b.do(Event{Kind: kind, By: "hoa", Text: "x", Entry: "the"})
		b.want("not-holder hoa")
		if b.told[0].By != "lan" || len(b.c.Said) != 0 {
			t.Errorf("%s: told %+v, said %v", kind, b.told, b.c.Said)
		}
		b.do(Event{Kind: kind, By: "minh", Text: "x", Entry: "the"})
		b.want("refused minh (not-yours)")
		b.do(Event{Kind: kind, By: "stranger", Text: "x", Entry: "the"})
		b.want()
	}
}

func TestAnsweringTakesWhatNobodyHolds(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	b.do(Event{Kind: Answer, By: "minh", From: room, Text: "Dạ, có."})
	b.want("answer #1", "card room:vay-von", "card minh")
	b.wantCase(bot.CaseAnswered, "vay-von", "minh", 1)
	b.do(Event{Kind: Answer, By: "son", From: room, Text: "Dạ, cũng có."})
	b.want("not-holder room:vay-von")
}

func TestEmptyIsNotSent(t *testing.T) {
	t.Parallel()
	for _, e := range []Event{{Kind: Answer, Text: " \n"}, {Kind: AskBack}, {Kind: Send, Text: "x"}} {
		b := open(t, "bao-hiem-y-te")
		e.By = "lan"
		b.do(e)
		b.want("refused lan (empty)")
		b.wantCase(bot.CaseWaiting, "y-te", "", 0)
	}
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Answer, By: "lan", Files: []bot.Attachment{{Kind: bot.AttachVoice, Key: "v"}}})
	b.want("answer #1", "card lan", "card hoa")
}

func TestAnEntryIsSent(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Send, By: "lan", Entry: "the-bhyt"})
	b.want("answer #1", "card lan", "card hoa")
	if s := b.c.Said[0]; s.Kind != SaidEntry || s.Entry != "the-bhyt" || s.Check == "" {
		t.Errorf("said %+v", s)
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, strings.Repeat("ă", 8001))
	b.want("refused lan (too-long)")
	b.wantCase(bot.CaseWaiting, "y-te", "", 0)
	for i := range 200 {
		b.says("lan", Answer, strings.Repeat("a", i+1))
	}
	b.says("lan", Answer, "one more")
	b.want("refused lan (too-long)")
	b.do(Event{Kind: Added, Text: "more"})
	b.want("full")
	if len(b.c.Said) != 200 {
		t.Errorf("said %d", len(b.c.Said))
	}
	b.do(Event{Kind: Done, By: "lan", Reason: "gọi rồi"})
	if b.told[0].What != TellDone {
		t.Errorf("a full case cannot be called done: %q", b.lines(b.told))
	}
}

func TestWhatIsSaidWeighsLessThanAStoreTakes(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	for i := range 200 {
		b.do(Event{Kind: Added, Text: strings.Repeat("\x01", 7000) + string(rune('a'+i%26))})
	}
	r, err := b.c.Record(b.now)
	if err != nil || len(r.Data) > 4<<20 {
		t.Errorf("record of %d bytes, error %v", len(r.Data), err)
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Release)
	b.want("not-holder lan")
	b.by("lan", Take)
	b.by("hoa", Release)
	b.want("not-holder hoa")
	b.by("lan", Release)
	b.want("card lan", "card hoa")
	b.wantCase(bot.CaseWaiting, "y-te", "", 2)
	b.says("lan", Answer, "x")
	b.by("lan", Release)
	b.want("refused lan (answered)")
}

func TestAConfidentialCaseGivenBackGoesToTheNext(t *testing.T) {
	t.Parallel()
	b := secret(t)
	b.by("kim", Take)
	b.by("kim", Release)
	b.want("card kim", "card khanh")
	b = urgent(t)
	b.by("kieu", Take)
	b.by("kieu", Release)
	b.want("card kieu", "card hai")
}

func TestAskingBackStopsTheClock(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	due := b.c.Due
	b.by("lan", Take)
	b.now = at(23, 9, 0)
	b.says("lan", AskBack, "Thẻ nào ạ?")
	b.want("ask #1", "card lan", "card hoa")
	b.wantCase(bot.CaseAsked, "y-te", "lan", 1)
	b.wantTime("stopped", b.c.Stopped, b.now)
	b.sent()
	b.wantOf(b.until(at(24, 9, 0))) // the ladder stands still
	b.do(Event{Kind: Added, Text: "Thẻ con"})
	b.want("card lan", "card hoa", "more lan #2")
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
	if !b.c.Stopped.IsZero() {
		t.Error("the clock still stands")
	}
	b.wantTime("due", b.c.Due, at(26, 17, 0)) // a working day later
	if due.Equal(b.c.Due) {
		t.Error("the date did not move")
	}
}

func TestTheDateMovesByWorkingTimeOnly(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te") // due 25th, 17:00
	b.now = at(23, 17, 0)
	b.says("lan", AskBack, "?")
	b.now = at(24, 7, 30)
	b.do(Event{Kind: Added, Text: "!"})
	b.wantTime("due", b.c.Due, at(25, 17, 0)) // a night is no time
	b.now = at(24, 8, 0)
	b.says("lan", AskBack, "??")
	b.now = at(24, 9, 0)
	b.says("lan", Answer, "Dạ, thôi ạ") // found it meanwhile
	b.wantTime("due", b.c.Due, at(26, 8, 30))
	b.wantCase(bot.CaseAnswered, "y-te", "lan", 1)
}

func TestAfterTheEndNothingIsSent(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.do(Event{Kind: Cleared})
	b.want("card lan", "card hoa")
	b.wantCase(bot.CaseClosed, "y-te", "", 2)
	for _, kind := range []Kind{Take, Release, Answer, Send, AskBack, Transfer, NotOurs, Done} {
		b.do(Event{Kind: kind, By: "lan", Text: "y", Entry: "e", Desk: "chung", Reason: "r"})
		b.want("over lan")
		b.do(Event{Kind: kind, By: "minh", Text: "y", Entry: "e", Desk: "chung", Reason: "r"})
		b.want("refused minh (not-yours)")
	}
	if len(b.c.Said) != 1 {
		t.Errorf("said %d", len(b.c.Said))
	}
}

func TestAnOfficerAboutAPrivateCaseIsNeverAnsweredInARoom(t *testing.T) {
	t.Parallel()
	b := secret(t)
	b.do(Event{Kind: Take, By: "kim", From: room})
	b.want("card kim", "taken kim")
	b.do(Event{Kind: Take, By: "minh", From: room})
	b.want("refused minh (not-yours)")
	delete(b.people, "minh")
	b.do(Event{Kind: Take, By: "minh", From: room})
	b.want()
}

func TestSinceIsWhenItWasTaken(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.now = monday.Add(time.Minute)
	b.by("lan", Take)
	b.wantTime("since", b.c.Since, b.now)
}

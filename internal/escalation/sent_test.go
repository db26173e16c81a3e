package escalation_test

import (
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

func TestHowSendingEnded(t *testing.T) {
	t.Parallel()
	card := []string{"card lan", "card hoa"}
	tests := []struct {
		name   string
		ends   []bot.End
		reason string
		want   []string // told by the last
		state  bot.CaseState
		end    bot.End
	}{
		{"sent", []bot.End{bot.EndSent}, "", card, bot.CaseAnswered, bot.EndSent},
		{"held", []bot.End{bot.EndHeld}, "", append(card, "sent lan (held) #1"), bot.CaseAnswered, bot.EndHeld},
		{"failed", []bot.End{bot.EndFailed}, "blocked", append(card, "sent lan (blocked) #1"), bot.CaseHeld, bot.EndFailed},
		{"dropped", []bot.End{bot.EndDropped}, "", append(card, "sent lan (dropped) #1"), bot.CaseHeld, bot.EndDropped},
		{"held, then sent", []bot.End{bot.EndHeld, bot.EndSent}, "", append(card, "sent lan (sent) #1"), bot.CaseAnswered, bot.EndSent},
		{"held, then failed", []bot.End{bot.EndHeld, bot.EndFailed}, "expired", append(card, "sent lan (expired) #1"), bot.CaseHeld, bot.EndFailed},
		{"sent twice", []bot.End{bot.EndSent, bot.EndSent}, "", nil, bot.CaseAnswered, bot.EndSent},
		{"held twice", []bot.End{bot.EndHeld, bot.EndHeld}, "", nil, bot.CaseAnswered, bot.EndHeld},
		{"sent, then an old held", []bot.End{bot.EndSent, bot.EndHeld}, "", nil, bot.CaseAnswered, bot.EndSent},
		{"sent, then an old failed", []bot.End{bot.EndSent, bot.EndFailed}, "", nil, bot.CaseAnswered, bot.EndSent},
		{"no such end", []bot.End{"else"}, "", nil, bot.CaseAnswered, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := open(t, "bao-hiem-y-te")
			b.says("lan", Answer, "x")
			for _, end := range test.ends {
				b.do(Event{Kind: Ended, No: 1, End: end, Reason: test.reason})
			}
			b.want(test.want...)
			b.wantCase(test.state, "y-te", "lan", 1)
			if got := b.c.Said[0].End; got != test.end {
				t.Errorf("end = %q, want %q", got, test.end)
			}
		})
	}
}

func TestEndedOfNothing(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Added, Text: "x"})
	for _, no := range []int{-1, 0, 1, 2, 1 << 40} {
		b.do(Event{Kind: Ended, No: no, End: bot.EndSent})
		b.want()
	}
}

func TestAQuestionThatNeverArrivesLetsTheClockRun(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", AskBack, "?")
	b.do(Event{Kind: Ended, No: 1, End: bot.EndFailed, Reason: "blocked"})
	b.want("card lan", "card hoa", "sent lan (blocked) #1")
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
	if !b.c.Stopped.IsZero() {
		t.Error("the clock stands")
	}
}

func TestAnAnswerThatFailsAfterTheEndOpensNothing(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.do(Event{Kind: Cleared})
	b.do(Event{Kind: Ended, No: 1, End: bot.EndDropped})
	b.want("card lan", "card hoa", "sent lan (dropped) #1")
	b.wantCase(bot.CaseClosed, "y-te", "", 2)
}

func TestUnreached(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Unreached, By: "lan"})
	b.want() // hoa has a card
	b.wantCards("hoa")
	b.do(Event{Kind: Unreached, By: "lan"})
	b.do(Event{Kind: Unreached, By: "hoa"})
	b.want("card tuan", "card nga", "unreached tuan")
	b.do(Event{Kind: Unreached, By: "tuan"})
	b.want() // nga has one
	b.do(Event{Kind: Unreached, By: "nga"})
	b.want("alarm")
	b.by("lan", Take) // and yet
	b.want("card lan", "taken lan")
	if len(b.c.Misses) != 3 {
		t.Errorf("misses = %q", b.c.Misses)
	}
}

func TestUnreachedOfAConfidentialCase(t *testing.T) {
	t.Parallel()
	b := secret(t)
	for _, step := range []struct{ miss, want string }{{"kim", "card khanh"}, {"khanh", "alarm"}} {
		b.do(Event{Kind: Unreached, By: step.miss})
		b.want(step.want)
	}
}

func TestUnreachedOfAnUrgentCase(t *testing.T) {
	t.Parallel()
	b := urgent(t)
	b.do(Event{Kind: Unreached, By: "kieu"})
	b.want("card hai")
	b.do(Event{Kind: Unreached, By: "hai"})
	b.want("alarm")
	b.wantTime("next", b.c.Next, b.now.Add(30*time.Minute)) // and soon again
	b.strike()
	b.want("card kieu")
}

func TestAHolderWhoCannotBeReachedLosesTheCase(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Take)
	b.do(Event{Kind: Unreached, By: "lan"})
	b.want("card hoa")
	b.wantCase(bot.CaseWaiting, "y-te", "", 2)

	b = open(t, "vay-von")
	b.do(Event{Kind: Take, By: "minh", From: room})
	b.do(Event{Kind: Unreached, By: "minh"})
	b.wantCase(bot.CaseHeld, "vay-von", "minh", 1) // works in the room
	b.do(Event{Kind: Added, Text: "x"})
	b.want("more room:vay-von #1")
}

func TestARoomThatLetsNothingThrough(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	b.do(Event{Kind: Unreached, From: room})
	b.want("card minh", "card son")
	b.wantCards("minh", "son")
	b.do(Event{Kind: Unreached, From: room})
	b.want()
}

func TestUnreachedStranger(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	b.do(Event{Kind: Unreached, By: "nobody"})
	b.do(Event{Kind: Unreached, From: resident})
	b.want()
	if len(b.c.Misses) != 0 {
		t.Errorf("misses = %q", b.c.Misses)
	}
}

func TestAnOfficerWhoLeftLosesTheCase(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Take)
	b.desks = load(t, "cán bộ: lan, hoa", "cán bộ: hoa", "  - mã: lan\n    tên: Chị Lan\n    chat: telegram:101\n", "")
	b.now = b.now.Add(time.Minute)
	b.do(Event{Kind: Struck})
	b.want("card hoa")
	b.wantCase(bot.CaseWaiting, "y-te", "", 2)
	b.says("lan", Answer, "x")
	b.want()
}

func TestADeskThatIsGoneIsRoutedAgain(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	due := b.c.Due
	b.desks = load(t, "mã: vay-von\n    tên: Tổ vay vốn", "mã: von\n    tên: Tổ vốn", "    nhóm chat: telegram:-1001\n", "")
	b.do(Event{Kind: Struck})
	b.want("card minh", "card son")
	b.wantCase(bot.CaseWaiting, "von", "", 1)
	b.wantTime("due", b.c.Due, due)

	b = open(t, "vay-von")
	b.by("minh", Take)
	b.desks = load(t, "mã: vay-von\n    tên: Tổ vay vốn", "mã: von\n    tên: Tổ vốn")
	b.do(Event{Kind: Added, Text: "x"})
	b.wantCase(bot.CaseHeld, "von", "minh", 2)
	b.want("card room:von", "card minh", "more minh #1")
}

func TestAConfidentialDeskMadeOrdinaryLosesItsCases(t *testing.T) {
	t.Parallel()
	b := secret(t)
	b.desks = load(t, "kín: có\n    cán bộ: kim", "chủ đề: dat-dai\n    địa bàn: tất cả\n    cán bộ: kim", "chủ đề: vay-von\n    cán bộ: thu", "cán bộ: thu")
	b.do(Event{Kind: Struck})
	b.wantCase(bot.CaseWaiting, "kin-vay", "", 1)
	b.want("card thu", "card kim (away)")
}

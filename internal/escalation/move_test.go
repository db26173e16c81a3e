package escalation_test

import (
	"slices"
	"testing"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

func (b *bench) moves(officer string, kind Kind, desk string) []Effect {
	b.Helper()
	return b.do(Event{Kind: kind, By: officer, Desk: desk, Reason: "thuộc bên khác", Epoch: b.c.Epoch})
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	due := b.c.Due
	b.by("lan", Take)
	b.moves("lan", Transfer, "vay-von")
	b.want("moved", "card room:vay-von", "card lan (away)", "card hoa (away)", "handed-over lan")
	b.wantCase(bot.CaseWaiting, "vay-von", "", 2)
	b.wantTime("due", b.c.Due, due)
	b.wantCards("room:vay-von")
	if last := b.c.Log[len(b.c.Log)-1]; last.What != Transfer || last.Note != "vay-von" || last.Reason != "thuộc bên khác" {
		t.Errorf("log %+v", last)
	}
	b.says("lan", Answer, "x")
	b.want("refused lan (not-yours)")
	b.do(Event{Kind: Take, By: "son", From: room})
	b.says("lan", Answer, "x")
	b.want("not-holder lan") // took part, and learns who has it

	b.moves("son", Transfer, "y-te") // and back
	if slices.ContainsFunc(b.told, func(e Effect) bool { return e.Note == CardAway && b.name(e.To) == "lan" }) {
		t.Error("lan's card is away although the case is back")
	}
	b.wantCards("lan", "hoa")
}

func TestWhoMayTransferAndWhereTo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		by, desk     string
		reason       string
		taken        string // by whom before
		secret       bool
		want         string
		stillWaiting bool
	}{
		{name: "a waiting one by any officer of the desk", by: "hoa", desk: "chung", reason: "r", want: "handed-over hoa"},
		{name: "a held one by nobody but the holder", by: "hoa", taken: "lan", desk: "chung", reason: "r", want: "not-holder hoa"},
		{name: "no stranger", by: "minh", desk: "chung", reason: "r", want: "refused minh (not-yours)"},
		{name: "no reason", by: "lan", desk: "chung", reason: " ", want: "refused lan (no-reason)"},
		{name: "no desk", by: "lan", reason: "r", want: "refused lan (no-desk)"},
		{name: "an unknown desk", by: "lan", desk: "x", reason: "r", want: "refused lan (no-desk)"},
		{name: "the same desk", by: "lan", desk: "y-te", reason: "r", want: "refused lan (same-desk)"},
		{name: "an address outside", by: "lan", desk: "ngan-hang", reason: "r", want: "refused lan (outside)"},
		{name: "to a confidential desk", by: "lan", desk: "kin", reason: "r", want: "handed-over lan"},
		{name: "confidential to an ordinary desk", by: "kim", desk: "chung", reason: "r", secret: true, want: "refused kim (confidential)"},
		{name: "confidential to another confidential desk", by: "kim", desk: "kin-vay", reason: "r", secret: true, want: "handed-over kim"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := open(t, "bao-hiem-y-te")
			if test.secret {
				b = secret(t)
			}
			if test.taken != "" {
				b.by(test.taken, Take)
			}
			told := b.lines(b.do(Event{Kind: Transfer, By: test.by, Desk: test.desk, Reason: test.reason}))
			if got := told[len(told)-1]; got != test.want {
				t.Errorf("told %q, want %q last", told, test.want)
			}
		})
	}
}

// What an officer sees to be confidential leaves the room, and does not come back.
func TestTransferToAConfidentialDesk(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	b.do(Event{Kind: Transfer, By: "minh", From: room, Desk: "kin", Reason: "r"})
	b.want("moved", "card kim", "card room:vay-von (away)", "handed-over minh")
	b.wantCards("kim")
	if b.c.Matter != bot.MatterConfidential {
		t.Errorf("matter = %q", b.c.Matter)
	}
	b.moves("kim", Transfer, "vay-von")
	b.want("refused kim (confidential)")
}

func TestATransferFromAnOldCardIsRefused(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	old := b.c.Epoch
	b.moves("lan", Transfer, "vay-von")
	b.moves("minh", Transfer, "y-te")
	b.do(Event{Kind: Transfer, By: "hoa", Desk: "vay-von", Reason: "r", Epoch: old + 1})
	b.want("refused hoa (stale)")
}

func TestAnAnsweredCaseIsNotHandedOver(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	for _, kind := range []Kind{Transfer, NotOurs} {
		b.moves("lan", kind, "chung")
		b.want("refused lan (answered)")
	}
}

func TestRungsThatPassedAreNotMadeUpForAtTheNewDesk(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.now = at(24, 15, 0) // half of the term was at 13:30
	b.moves("lan", Transfer, "vay-von")
	b.do(Event{Kind: Struck})
	b.want()
	b.wantTime("next", b.c.Next, at(26, 7, 30)) // the next rung
}

func TestNotOurs(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	due := b.c.Due
	b.do(Event{Kind: NotOurs, By: "lan", Reason: "r"})
	b.want("refused lan (no-desk)")
	b.do(Event{Kind: NotOurs, By: "lan", Desk: "vay-von"})
	b.want("refused lan (no-reason)")
	b.moves("lan", NotOurs, "vay-von")
	b.want("moved", "card room:vay-von", "card lan (away)", "card hoa (away)", "handed-over lan")
	if b.c.Refusals != 1 {
		t.Errorf("refusals = %d", b.c.Refusals)
	}

	b.moves("minh", NotOurs, "y-te") // the second refusal
	b.want("moved", "card tuan", "card room:vay-von (away)", "handed-over minh")
	b.wantCase(bot.CaseWaiting, "chung", "", 2)
	b.wantTime("due", b.c.Due, due)

	b.moves("nga", NotOurs, "y-te") // the catch-all itself cannot pass it on
	b.wantCase(bot.CaseWaiting, "chung", "", 3)
	b.moves("tuan", NotOurs, "y-te") // its head can
	b.wantCase(bot.CaseWaiting, "y-te", "", 4)
}

func TestNotOursToAnAddressOutside(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Take)
	b.moves("lan", NotOurs, "ngan-hang")
	b.want("referred", "card lan", "card hoa", "handed-over lan")
	b.wantCase(bot.CaseClosed, "y-te", "", 2)
	if b.told[0].Desk != "ngan-hang" || b.c.How != "referred" {
		t.Errorf("told %+v, how %q", b.told[0], b.c.How)
	}
}

func TestTheSecondRefusalIsTheHeadsEvenToAnAddressOutside(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.moves("lan", NotOurs, "vay-von")
	b.moves("minh", NotOurs, "ngan-hang")
	b.wantCase(bot.CaseWaiting, "chung", "", 2)
	b.moves("tuan", NotOurs, "ngan-hang")
	b.wantCase(bot.CaseClosed, "chung", "", 3)
}

func TestTheSecondRefusalOfAConfidentialCaseStaysWithItsHead(t *testing.T) {
	t.Parallel()
	b := secret(t)
	b.moves("kim", NotOurs, "chung")
	b.want("refused kim (confidential)")
	b.moves("kim", NotOurs, "kin-vay")
	b.wantCase(bot.CaseWaiting, "kin-vay", "", 1)
	b.moves("thu", NotOurs, "kin") // kin-vay has no head: its officers settle it
	b.wantCase(bot.CaseWaiting, "kin", "", 2)
	b.moves("kim", NotOurs, "kin-vay")
	b.want("card kim", "card khanh", "handed-over kim")
	b.wantCase(bot.CaseWaiting, "kin", "", 3)
}

func TestDone(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Done)
	b.want("refused lan (no-reason)")
	b.do(Event{Kind: Done, By: "lan", Reason: "đã gọi điện"})
	b.want("done #1", "card lan", "card hoa")
	b.wantCase(bot.CaseAnswered, "y-te", "lan", 1)
	b.do(Event{Kind: Done, By: "lan", Reason: "đã gọi điện"})
	b.want("sent lan #1")
	b.sent()
	b.do(Event{Kind: Done, By: "lan", Reason: "đã gọi điện"})
	b.want("card lan", "card hoa")
	b.wantCase(bot.CaseClosed, "y-te", "", 2)
}

func TestDoneAfterAnAnswerEndsTheCase(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.by("lan", Done)
	b.want("sent lan #1") // ending it now would hold the answer back
	b.wantCase(bot.CaseAnswered, "y-te", "lan", 1)
	b.sent()
	b.by("lan", Done)
	b.wantCase(bot.CaseClosed, "y-te", "", 2)
	if b.c.How != "done" {
		t.Errorf("how = %q", b.c.How)
	}
}

package escalation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

func TestTheLadder(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	b.wantTime("next", b.c.Next, at(24, 13, 30)) // half of 22 working hours is over as the morning of the 24th ends
	b.strike()
	b.want("card minh", "card son", "reminder minh (1)", "reminder son (1)")
	b.wantTime("next", b.c.Next, at(26, 7, 30)) // due at closing time of the 25th
	b.strike()
	b.want("late", "reminder room:vay-von (2)")
	b.strike()
	b.want("card nga", "card tuan", "reminder nga (3)", "reminder tuan (3)")
	b.wantOf(b.until(monday.Add(59 * 24 * time.Hour)))
}

func TestTheLadderReachesWhoHoldsTheCase(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.now = at(24, 8, 0)
	b.by("lan", Take)
	b.strike()
	b.want("reminder lan (1)")
	if b.told[0].By != "lan" {
		t.Errorf("by = %q", b.told[0].By)
	}
}

func TestWhoARungToldMayTake(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te", "nửa thời hạn: cán bộ", "nửa thời hạn: minh")
	b.by("minh", Take)
	b.want("refused minh (not-yours)")
	b.strike()
	b.want("card minh", "reminder minh (1)")
	b.by("minh", Take)
	b.wantCase(bot.CaseHeld, "y-te", "minh", 1)
}

func TestTheRoomOfAnotherDeskMayBeTold(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te", "nửa thời hạn: cán bộ", "nửa thời hạn: vay-von")
	b.strike()
	b.wantOf(b.told, "card minh", "card son", "reminder minh (1)", "reminder son (1)")
	b.by("son", Take)
	b.wantCase(bot.CaseHeld, "y-te", "son", 1)
}

func TestTheLadderOfAConfidentialCaseStaysAtItsDesk(t *testing.T) {
	t.Parallel()
	b := secret(t)
	for _, e := range b.until(at(40, 0, 0)) {
		if to := b.name(e.To); e.What != TellLate && !slices.Contains([]string{"kim", "khanh"}, to) {
			t.Errorf("%s to %s", e.What, to)
		}
	}
	if b.c.Rung != 3 {
		t.Errorf("rung = %d, want 3", b.c.Rung)
	}
}

func TestStruckEarlyOrTwiceDoesNothing(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.now = b.c.Next.Add(-time.Minute)
	b.do(Event{Kind: Struck})
	b.want()
	b.strike()
	if len(b.told) == 0 {
		t.Fatal("nothing was due")
	}
	before := b.c
	b.do(Event{Kind: Struck})
	b.want()
	if len(b.c.Log) != len(before.Log) || !b.c.Next.Equal(before.Next) {
		t.Error("the second stroke changed something")
	}
}

func TestAStaleHoldIsTakenBack(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Take)
	b.until(at(24, 13, 29))
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
	b.strike() // half of the term of 22 working hours
	b.wantCase(bot.CaseHeld, "y-te", "lan", 1)
	b.strike() // but not before the end of the next working day
	b.wantTime("now", b.now, at(25, 7, 30))
	b.want("card lan", "card hoa", "released lan")
	b.wantCase(bot.CaseWaiting, "y-te", "", 2)
}

func TestAHoldOfHoursIsTakenBackSooner(t *testing.T) {
	t.Parallel()
	b := urgent(t) // within 2 hours
	b.by("hai", Take)
	b.until(monday.Add(time.Hour - time.Minute))
	b.wantCase(bot.CaseHeld, "gap", "hai", 1)
	b.until(monday.Add(time.Hour))
	b.wantCase(bot.CaseWaiting, "gap", "", 2)
}

func TestSilenceAfterAnAnswerEndsTheCase(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.wantOf(b.until(at(43, 8, 0))) // nobody knows whether it went out
	b.do(Event{Kind: Ended, No: 1, End: bot.EndHeld})
	b.wantOf(b.until(at(53, 8, 0))) // it waits
	b.sent()                        // on Wednesday, 23 December
	b.strike()
	b.want("silent", "card lan", "card hoa")
	b.wantTime("closed", b.c.Closed, at(58, 7, 30)) // Thursday and Friday were silent, and the office opens on Monday
	b.wantCase(bot.CaseClosed, "y-te", "", 2)
}

func TestAResidentWhoIsAskedIsRemindedOnceAndThenLetGo(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", AskBack, "?")
	b.wantOf(b.until(at(27, 0, 0))) // nobody knows whether it went out
	b.now = at(27, 8, 0)            // Friday
	b.sent()
	b.strike()
	b.want("remind #1")
	b.wantTime("now", b.now, at(23+9, 7, 30)) // Monday and Tuesday were silent
	b.strike()
	b.want("silent", "card lan", "card hoa")
	b.wantTime("closed", b.c.Closed, at(23+21, 7, 30)) // after Friday, 11 December
	if b.c.How != "silent" {
		t.Errorf("how = %q", b.c.How)
	}
}

func TestAnOldCaseIsShownToTheHeadOnce(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.until(monday.Add(60*24*time.Hour - time.Minute))
	b.wantOf(b.until(monday.Add(60*24*time.Hour)), "reminder tuan (age)")
	b.wantOf(b.until(monday.Add(400 * 24 * time.Hour)))

	b = secret(t)
	b.until(monday.Add(60*24*time.Hour - time.Minute))
	b.wantOf(b.until(monday.Add(60*24*time.Hour)), "reminder khanh (age)")
}

func TestTheDeskWithoutDesksWaits(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	for _, kind := range kinds {
		c, _ := Apply(b.c, Event{Kind: kind, By: "lan", Text: "x"}, World{Now: b.now})
		if c.State.Open() && c.Next.IsZero() {
			t.Errorf("%s without desks: an open case without a clock", kind)
		}
	}
}

package escalation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	. "github.com/doithoai/doithoai/internal/escalation" //nolint:revive // see main_test.go
)

// Each of these went wrong in another project.

// A bot answered over a colleague: who owns the case is read when something is
// sent, and another officer's answer takes it.
func TestFailure8AnswerOverAColleague(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.by("lan", Take)
	seen := b.c.Epoch // lan begins to write
	b.by("lan", Release)
	b.says("hoa", Answer, "Dạ, đổi ở xã.")
	b.wantCase(bot.CaseAnswered, "y-te", "hoa", 4)
	b.do(Event{Kind: Answer, By: "lan", Text: "Dạ, đổi ở huyện.", Epoch: seen})
	b.want("not-holder lan")
	if len(b.c.Said) != 1 {
		t.Errorf("said %d", len(b.c.Said))
	}
}

// A bot stayed mute after a case came back.
func TestFailure9AskHandOverReturnAsk(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "một")
	b.sent()
	b.do(Event{Kind: Unclear})
	b.says("lan", Answer, "hai")
	b.want("answer #2", "card lan", "card hoa")
	b.sent()
	b.do(Event{Kind: Cleared})
	b.do(Event{Kind: Added, Text: "Còn nữa"})
	b.want("card lan", "card hoa", "more lan #3")
	b.says("lan", Answer, "ba")
	b.want("answer #4", "card lan", "card hoa")
}

// A closing text was sent twice because the status lagged.
func TestFailure10TheEndIsToldOnce(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.sent()
	ends := 0
	for range 5 { // the clock strikes again before anybody has seen that it did
		for _, e := range b.until(at(60, 0, 0)) {
			if e.What == TellSilent {
				ends++
			}
		}
		b.do(Event{Kind: Struck})
		b.do(Event{Kind: Cleared})
	}
	if ends != 1 {
		t.Errorf("told the end %d times", ends)
	}
}

// «Talk to a person» pressed first notified nobody.
func TestFailure11AnEmptyQuestionReachesSomebody(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.open(bot.CaseAct{Kind: bot.ActOpen})
	b.wantCase(bot.CaseWaiting, "chung", "", 1)
	b.want("card nga")
}

// An officer's reply never reached the resident, and nobody knew.
func TestFailure12TheOfficerLearnsWhatNeverArrived(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.do(Event{Kind: Ended, No: 1, End: bot.EndFailed, Reason: "blocked"})
	if !slices.Contains(b.lines(b.told), "sent lan (blocked) #1") {
		t.Errorf("told %q", b.lines(b.told))
	}
	b.wantCase(bot.CaseHeld, "y-te", "lan", 2) // it counts as unanswered, and the ladder goes on
	b.strike()
	b.want("reminder lan (1)")
}

// Who has blocked the bot can never be told that a case is done: it ends all the
// same, or nobody could ever end it.
func TestFailure12DoneEndsTheCaseOfWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.do(Event{Kind: Done, By: "lan", Reason: "Đã gọi điện"})
	b.do(Event{Kind: Ended, No: 1, End: bot.EndFailed, Reason: "blocked"})
	if b.c.State != bot.CaseClosed || !b.c.Next.IsZero() {
		t.Errorf("state %s, next %v", b.c.State, b.c.Next)
	}
}

// The same person writing to two bots was merged into one.
func TestFailure13OneOfficerIsOneChatOnOneChannel(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	other := b.people["lan"]
	other.Bot = "second"
	b.do(Event{Kind: Take, By: "lan", From: other}) // a chat we know nothing of
	b.want("card lan", "card hoa", "taken lan")
	if slices.Contains(b.c.Cards, other) {
		t.Error("a card in a chat that is not registered")
	}
}

// All cases in one group became unreadable.
func TestFailure14CasesGoByTopic(t *testing.T) {
	t.Parallel()
	for topic, desk := range map[string]string{"bao-hiem-y-te": "y-te", "vay-von": "vay-von", "dat-dai": "chung", "": "chung"} {
		if b := open(t, topic); b.c.Desk != desk {
			t.Errorf("topic %q goes to %q, want %q", topic, b.c.Desk, desk)
		}
	}
}

// An old conversation was reopened for a new subject.
func TestFailure15NothingOpensACaseAgainAfterTwoWeeks(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Added, Unclear} {
		b := open(t, "bao-hiem-y-te")
		b.says("lan", Answer, "x")
		b.do(Event{Kind: Cleared})
		b.now = b.now.Add(14*24*time.Hour + time.Second)
		if b.c.Reopens(b.now) {
			t.Error("the caller is told to add to it")
		}
		b.do(Event{Kind: kind, Text: "chuyện khác"})
		b.want()
		b.wantCase(bot.CaseClosed, "y-te", "", 3)
		if len(b.c.Said) != 1 {
			t.Errorf("%s: said %d", kind, len(b.c.Said))
		}
	}
}

// An escalation paused for the night never went on.
func TestFailure16WhatAnOutageHeldBackComesInTheMorning(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.now = at(24, 22, 0) // half of the term has passed while nothing ran
	b.do(Event{Kind: Struck})
	b.want()
	b.wantTime("next", b.c.Next, at(25, 7, 30))
	b.strike()
	b.want("reminder lan (1)", "reminder hoa (1)")
}

// A months-old acknowledged alarm fired again.
func TestFailure17ClosingIsFinal(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.do(Event{Kind: Cleared})
	for range 10 {
		b.now = b.now.Add(30 * 24 * time.Hour)
		b.do(Event{Kind: Struck})
		b.want()
		b.do(Event{Kind: Unreached, By: "lan"})
		b.want()
	}
	if !b.c.Next.IsZero() {
		t.Errorf("next = %v", b.c.Next)
	}
}

// The second level had no way of being notified.
func TestFailure18ARungThatReachesNobodyFindsAnother(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.strike()
	b.strike()
	delete(b.people, "nga") // of the third rung
	b.strike()
	b.want("card tuan", "reminder tuan (3)")

	b = open(t, "bao-hiem-y-te", "hết thời hạn: nhóm chat", "hết thời hạn: minh")
	delete(b.people, "minh")
	b.strike()
	b.strike()
	b.want("late", "card tuan", "reminder tuan (2)")

	b = open(t, "bao-hiem-y-te")
	b.strike()
	for id := range b.people {
		delete(b.people, id)
	}
	if !slices.Contains(b.lines(b.strike()), "alarm") {
		t.Errorf("told %q", b.lines(b.told))
	}
}

// Notices went on after somebody had acknowledged.
func TestFailure19NoReminderAfterTheAnswer(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", Answer, "x")
	b.wantOf(b.until(at(60, 0, 0)))
	b.sent()
	for _, e := range b.until(at(90, 0, 0)) {
		if e.What == NoteRemind {
			t.Errorf("reminder (%s) although it is answered", e.Note)
		}
	}
}

// Reminders came at midnight and on holidays.
func TestFailure20TheClockKeepsOfficeHours(t *testing.T) {
	t.Parallel()
	for topic := range map[string]bool{"bao-hiem-y-te": true, "vay-von": true, "": true} {
		b := open(t, topic)
		b.now = at(38, 0, 0) // all is overdue, at night
		calendar := b.desks.Calendar(b.c.Desk)
		for range 20 {
			b.do(Event{Kind: Struck})
			if len(b.told) > 0 && !calendar.Open(b.now) {
				t.Errorf("%s at %v: %q", topic, b.now, b.lines(b.told))
			}
			b.now = b.now.Add(70 * time.Minute)
		}
		if b.c.Rung != 3 {
			t.Errorf("%s: rung = %d", topic, b.c.Rung)
		}
	}
}

// A deadline ran although the ball was with the citizen.
func TestFailure21TheClockStandsWhileTheResidentIsAsked(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	b.says("lan", AskBack, "?")
	b.sent()
	for _, e := range b.until(at(34, 0, 0)) {
		if e.What != TellRemind {
			t.Errorf("%s while the resident is waited for", e.What)
		}
	}
	b.now = at(34, 8, 0)
	b.do(Event{Kind: Added, Text: "!"})
	b.wantTime("due", b.c.Due, at(38, 17, 0)) // nine working days later than the 25th
	if !slices.ContainsFunc(b.c.Log, func(e Entry) bool { return e.What == AskBack }) {
		t.Error("the history does not say that the clock stood")
	}
}

// Several settings for repeating nobody understood; what quiet hours held back
// came in a burst.
func TestFailure22NoBurstAfterALongOutage(t *testing.T) {
	t.Parallel()
	b := open(t, "vay-von")
	b.now = at(60, 9, 0)
	b.do(Event{Kind: Struck})
	b.want("late", "card nga", "card tuan", "reminder nga (3)", "reminder tuan (3)")
	if b.c.Rung != 3 {
		t.Errorf("rung = %d", b.c.Rung)
	}
}

// Dates passed unnoticed because nobody was told.
func TestFailure24WhatStaysOpenIsShownToTheHeadOnce(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	told := 0
	for _, e := range b.until(at(23, 8, 0).Add(100 * 24 * time.Hour)) {
		if e.What == NoteRemind && e.Note == "age" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the head was told %d times", told)
	}
}

// Stale entries were never flagged because reading them reset the clock.
func TestFailure23LookingAtACaseMovesNoClock(t *testing.T) {
	t.Parallel()
	b := open(t, "bao-hiem-y-te")
	due, begun := b.c.Due, b.c.Begun
	for i := range 20 {
		b.now = monday.Add(time.Duration(i) * time.Minute)
		b.do(Event{Kind: Pressed})
		b.do(Event{Kind: Added, Text: "x"})
		b.do(Event{Kind: Phoned, Phone: "1"})
		b.do(Event{Kind: Struck})
		b.by("lan", Take)
		b.by("lan", Release)
	}
	b.wantTime("due", b.c.Due, due)
	b.wantTime("begun", b.c.Begun, begun)
	b.wantTime("next", b.c.Next, at(24, 13, 30))
}

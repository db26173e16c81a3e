package chaos

import (
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
)

// The judge of logs accepts what can happen and finds what cannot.
func TestHistory(t *testing.T) {
	t.Parallel()
	line := func(what escalation.Kind, by, note string) escalation.Entry {
		return escalation.Entry{What: what, By: by, Note: note}
	}
	opened, taken := line(escalation.Opened, "resident", "hai"), line(escalation.Take, "lan", "")
	for name, test := range map[string]struct {
		log    []escalation.Entry
		state  bot.CaseState
		holder string
		faults int
	}{
		"taken, stale, taken by another": {
			[]escalation.Entry{opened, taken, line(escalation.Struck, "", "stale"), line(escalation.Take, "hoa", "")}, bot.CaseHeld, "hoa", 0,
		},
		"answered, dropped, answered again, clear": {
			[]escalation.Entry{
				opened, line(escalation.Answer, "lan", "answer"), line(escalation.Ended, "", "dropped"),
				line(escalation.Answer, "lan", "answer"), line(escalation.Ended, "", "sent"), line(escalation.Cleared, "resident", ""),
			}, bot.CaseClosed, "", 0,
		},
		"asked, replied, moved": {
			[]escalation.Entry{opened, line(escalation.AskBack, "lan", "ask"), line(escalation.Added, "resident", ""), line(escalation.Transfer, "lan", "vang")},
			bot.CaseWaiting, "", 0,
		},
		"opened again, and nobody there": {
			[]escalation.Entry{opened, line(escalation.Answer, "lan", "answer"), line(escalation.Unclear, "resident", "")}, bot.CaseWaiting, "", 0,
		},
		"two holders":             {[]escalation.Entry{opened, taken, line(escalation.Take, "hoa", "")}, bot.CaseHeld, "hoa", 1},
		"answered by no holder":   {[]escalation.Entry{opened, taken, line(escalation.Answer, "hoa", "answer")}, bot.CaseAnswered, "hoa", 1},
		"given back by no holder": {[]escalation.Entry{opened, line(escalation.Release, "lan", "")}, bot.CaseWaiting, "", 1},
		"another end":             {[]escalation.Entry{opened, taken}, bot.CaseWaiting, "", 2},
	} {
		var h history
		faults := h.check(escalation.Case{Log: test.log, State: test.state, Holder: test.holder})
		if len(faults) != test.faults {
			t.Errorf("%s: found %q, want %d faults", name, faults, test.faults)
		}
	}
}

// A time that was put back and forth comes out as the same, or a moment later:
// a clock never strikes early.
func TestHurriedClock(t *testing.T) {
	t.Parallel()
	h := hurried{began: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	for _, after := range []time.Duration{0, time.Millisecond, 601 * time.Millisecond, time.Hour + 7, 180 * 24 * time.Hour} {
		at := h.began.Add(after)
		if late := h.forth(h.back(at)).Sub(at); late < 0 || late > rate*2*time.Millisecond {
			t.Errorf("%v after the beginning comes back %v later", after, late)
		}
	}
	if !h.back(time.Time{}).IsZero() || !h.forth(time.Time{}).IsZero() {
		t.Error("never became a time")
	}
}

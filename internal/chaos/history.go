package chaos

import (
	"fmt"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
)

// history follows the log of a case: who had it and how it stood.
type history struct {
	holder string
	// unsure says that who had it may as well have lost it: what the log does not
	// tell is whether that person could go on.
	unsure bool
	answer string // who answered last
	state  bot.CaseState
}

// check returns what cannot have happened: two holders at one time, or an end
// that does not follow from the log.
func (h *history) check(c escalation.Case) []string {
	var faults []string
	for i, e := range c.Log {
		if err := h.follow(e); err != nil {
			faults = append(faults, fmt.Sprintf("line %d (%s by %q): %v", i+1, e.What, e.By, err))
		}
	}
	if h.unsure && c.Holder == "" && h.state == bot.CaseHeld {
		h.holder, h.state = "", bot.CaseWaiting
	}
	if h.state != c.State {
		faults = append(faults, fmt.Sprintf("is %s, but %s by its log", c.State, h.state))
	}
	if c.Holder != h.holder {
		faults = append(faults, fmt.Sprintf("held by %q, but by %q by its log", c.Holder, h.holder))
	}
	return faults
}

// follow applies a line of the log.
func (h *history) follow(e escalation.Entry) error {
	switch e.What {
	case escalation.Opened:
		return h.become(h.state == "", "", bot.CaseWaiting)
	case escalation.Take:
		return h.become(h.free(), e.By, bot.CaseHeld)
	case escalation.Release:
		return h.become(h.holder == e.By && h.state != bot.CaseAnswered, "", bot.CaseWaiting)
	case escalation.Answer, escalation.Send:
		h.answer = e.By
		return h.become(h.may(e.By), e.By, bot.CaseAnswered)
	case escalation.AskBack:
		return h.become(h.may(e.By), e.By, bot.CaseAsked)
	case escalation.Done:
		if e.Note == "" { // the answer had arrived
			return h.become(h.may(e.By) && h.state == bot.CaseAnswered, "", bot.CaseClosed)
		}
		h.answer = e.By
		return h.become(h.may(e.By), e.By, bot.CaseAnswered)
	case escalation.Transfer, escalation.NotOurs:
		if e.Note == outsideDesk && e.What == escalation.NotOurs {
			return h.become(h.may(e.By), "", bot.CaseClosed)
		}
		return h.become(h.may(e.By), "", bot.CaseWaiting)
	case escalation.Cleared:
		return h.become(h.state.Open(), "", bot.CaseClosed)
	case escalation.Added, escalation.Unclear:
		h.heard()
	case escalation.Struck:
		return h.struck(e.Note)
	case escalation.Ended:
		if lost := e.Note == string(bot.EndFailed) || e.Note == string(bot.EndDropped); lost && (h.state == bot.CaseAnswered || h.state == bot.CaseAsked) {
			h.state = bot.CaseHeld
		}
	}
	return nil
}

// outsideDesk is the address outside in can_bo.yaml.
const outsideDesk = "ngoai"

// heard is what the resident says: somebody who was waited for, or who opens it
// again, with the same officer or with whoever is there.
func (h *history) heard() {
	switch h.state {
	case bot.CaseAsked:
		h.state = bot.CaseHeld
	case bot.CaseClosed:
		h.holder, h.unsure, h.state = h.answer, true, bot.CaseHeld
	case bot.CaseAnswered:
		h.unsure, h.state = true, bot.CaseHeld
	}
}

func (h *history) struck(note string) error {
	switch note {
	case "stale":
		return h.become(h.holder != "" && h.state == bot.CaseHeld, "", bot.CaseWaiting)
	case "silent":
		return h.become(h.state == bot.CaseAnswered || h.state == bot.CaseAsked, "", bot.CaseClosed)
	}
	return nil
}

func (h *history) free() bool { return h.holder == "" || h.unsure }

// may reports whether an officer could do something with it.
func (h *history) may(by string) bool { return h.state.Open() && (h.free() || h.holder == by) }

// become sets what follows, and says if it should not have been possible.
func (h *history) become(possible bool, holder string, state bot.CaseState) error {
	before := *h
	h.holder, h.unsure, h.state = holder, false, state
	if !possible {
		return fmt.Errorf("not possible while it is %s and held by %q", before.state, before.holder)
	}
	return nil
}

package escalation

import (
	"strconv"

	"github.com/doithoai/doithoai/bot"
)

// press does what a button or number stands for, whoever made it up.
func (h *hand) press(a act) {
	switch a.verb {
	case verbList:
		from, _ := strconv.Atoi(a.arg)
		h.list(from)
	case verbKeep:
		h.count("kept")
		h.reply(h.texts.say(textMorningKept, "ai", h.officerName(h.id)), "")
	case verbSend, verbEdit, verbDrop, verbFor, verbTo, verbWhy:
		h.pressDraft(a)
	case verbTake, verbRelease, verbAsk, verbTransfer, verbNotOurs, verbDone, verbEntry, verbMore, verbShow:
		h.pressCase(a)
	default:
		h.stale()
	}
}

// stale says that a button leads nowhere any more, and where to go on.
func (h *hand) stale() {
	h.count("press.stale")
	h.words = paragraphs(h.words, h.texts.say(textPressStale))
	h.list(0)
}

// pressCase does something with the case that a button names.
func (h *hand) pressCase(a act) {
	switch a.verb {
	case verbTake, verbShow:
		c, ok := h.find(a.code)
		switch {
		case !ok:
		case a.verb == verbShow:
			h.abandon()
			h.count("show")
			h.show(c)
		case !c.State.Open():
			h.workable(a.code)
		default: // taken by somebody else or not: that is decided where it lies
			h.abandon()
			h.focus(c)
			h.tellCase(c, Event{Kind: Take, Epoch: a.epoch})
		}
		return
	}
	c, ok := h.workable(a.code)
	if !ok {
		return
	}
	if a.verb != verbRelease && a.verb != verbMore {
		d, had := h.draft()
		h.leave(d, had)
		h.focus(c)
	}
	switch a.verb {
	case verbRelease:
		h.leaveCase(c.Code)
		h.tellCase(c, Event{Kind: Release, Epoch: a.epoch})
	case verbMore:
		h.reply(h.texts.say(textMoreWays, "mã", bot.SayCode(c.Code)), c.Code, h.moreButtons(c, h.looker(), h.now)...)
	case verbEntry:
		h.pickEntry(c, a)
	default:
		d := Draft{Kind: kinds[a.verb], Code: c.Code, Epoch: a.epoch}
		h.keep(d)
		h.goOn(d)
	}
}

// abandon forgets a draft of which something is still missing: who looks at a case
// has given up choosing, and what is written next must not be taken for a reason.
func (h *hand) abandon() {
	if d, ok := h.draft(); ok && !d.complete() && d.Text == "" && len(d.Files) == 0 {
		h.book.setDraft(h.id, nil)
	}
}

// kinds says which draft a button begins.
var kinds = map[verb]Kind{verbAsk: AskBack, verbTransfer: Transfer, verbNotOurs: NotOurs, verbDone: Done}

// pickEntry shows one of the nearest entries, to be sent as it is.
func (h *hand) pickEntry(c Case, a act) {
	i, err := strconv.Atoi(a.arg)
	if err != nil || i < 0 || i >= len(c.Near) {
		h.stale()
		return
	}
	if _, _, ok := h.config.Talk().Title(c.Near[i], h.now); !ok {
		h.stale() // not valid today any more
		return
	}
	d := Draft{Kind: Send, Code: c.Code, Epoch: a.epoch, Entry: c.Near[i]}
	h.keep(d)
	h.goOn(d)
}

// pressDraft goes on with the officer's own draft. A button of somebody else's,
// or of one that is gone, does nothing.
func (h *hand) pressDraft(a act) {
	d, ok := h.draft()
	if !ok || a.verb != verbFor && d.Code != a.code {
		h.stale()
		return
	}
	switch a.verb {
	case verbSend:
		h.sendDraft(d)
	case verbEdit:
		h.edit(d)
	case verbDrop:
		h.drop(d)
	case verbFor:
		h.pickCase(d, a)
	case verbTo:
		h.pickDesk(d, a.arg)
	default:
		h.pickReason(d, a.arg)
	}
}

// pickCase says which case a draft is for.
func (h *hand) pickCase(d Draft, a act) {
	if d.Code != "" {
		h.stale()
		return
	}
	c, ok := h.workable(a.code)
	if !ok {
		return // the draft stays: the officer may choose another
	}
	d.Code, d.Epoch = c.Code, c.Epoch
	h.focus(c)
	h.keep(d)
	h.goOn(d)
}

// pickReason takes one of the reasons offered. For «xong» that is the last step.
func (h *hand) pickReason(d Draft, number string) {
	family := familyMoved
	if d.Kind == Done {
		family = familyDone
	}
	key, ok := h.texts.of(family, number)
	if !ok || d.Kind != Done && d.Kind != Transfer && d.Kind != NotOurs {
		h.stale()
		return
	}
	d.Reason = h.texts.say(key)
	h.keep(d)
	if d.Kind == Done {
		h.sendDraft(d)
		return
	}
	h.goOn(d)
}

// offerReasons asks why.
func (h *hand) offerReasons(c Case, question string, family textFamily) {
	var all []bot.Option
	for n := 1; ; n++ {
		key, ok := h.texts.of(family, itoa(n))
		if !ok {
			break
		}
		all = append(all, bot.Option{Label: h.texts.say(key), Action: act{verbWhy, c.Code, c.Epoch, itoa(n)}.String()})
	}
	h.chooseIn(question, c.Code, all)
}

// chooseIn is choose; in a room it says whose answer counts.
func (h *hand) chooseIn(text, code string, all []bot.Option, last ...bot.Option) {
	if h.room {
		text = paragraphs(text, h.texts.say(textPromptRoom, "ai", h.officerName(h.id)))
	}
	h.choose(text, code, all, last...)
}

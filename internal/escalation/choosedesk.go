package escalation

import (
	"slices"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// pageSize is how many lines of a list are read at one look.
const pageSize = 9

// offerDesks asks where a case belongs: the desks for its commune and those
// responsible everywhere, or all that match what was typed.
func (h *hand) offerDesks(c Case, d Draft, typed string) {
	found := h.candidates(c, d.Kind, typed)
	if typed != "" && len(found) == 0 {
		h.words = paragraphs(h.words, h.texts.say(textNoSuchDesk))
		found = h.candidates(c, d.Kind, "")
	}
	var all []bot.Option
	for _, desk := range found[:min(len(found), pageSize)] {
		all = append(all, bot.Option{Label: desk.Name, Action: act{verbTo, c.Code, c.Epoch, desk.ID}.String()})
	}
	var last []bot.Option
	if rest := h.catchAll(); d.Kind == NotOurs && rest.ID != "" && rest.ID != c.Desk && fits(rest, c.Matter) && !slices.ContainsFunc(found, same(rest)) {
		last = append(last, bot.Option{Label: h.texts.say(textButtonNobody), Action: act{verbTo, c.Code, c.Epoch, rest.ID}.String()})
	}
	if len(all)+len(last) == 0 {
		h.book.setDraft(h.id, nil)
		h.reply(h.texts.say(textNoOtherDesk, "mã", bot.SayCode(c.Code)), c.Code)
		return
	}
	h.chooseIn(h.texts.say(textChooseDesk, "mã", bot.SayCode(c.Code)), c.Code, all, last...)
}

func same(d desks.Desk) func(desks.Desk) bool {
	return func(o desks.Desk) bool { return o.ID == d.ID }
}

func (h *hand) catchAll() desks.Desk {
	if h.desks == nil {
		return desks.Desk{}
	}
	return h.desks.CatchAll()
}

// candidates are the desks a case can go to, as typed says, else the likely ones
// first. Addresses outside only take what is not ours. The catch-all comes under
// its own words.
func (h *hand) candidates(c Case, kind Kind, typed string) []desks.Desk {
	if h.desks == nil {
		return nil
	}
	var out []desks.Desk
	for _, d := range h.desks.All() {
		switch {
		case d.ID == c.Desk, d.IsOutside() && kind != NotOurs, !d.IsOutside() && !fits(d, c.Matter):
		case typed != "":
			if matches(d, typed) {
				out = append(out, d)
			}
		case kind == NotOurs && d.ID == h.catchAll().ID:
		case len(d.Places) == 0 || slices.Contains(d.Places, c.Place):
			out = append(out, d)
		}
	}
	rank := func(d desks.Desk) int {
		switch {
		case d.IsOutside():
			return 3
		case d.Confidential || d.Urgent:
			return 2
		case c.Topic != "" && slices.Contains(d.Topics, c.Topic):
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(x, y desks.Desk) int { return rank(x) - rank(y) })
	return out
}

// matches reports whether every word of what was typed stands in the name of a
// desk or of one of its communes.
func matches(d desks.Desk, typed string) bool {
	names := " " + wordsOf(d.Name+" "+strings.ReplaceAll(strings.Join(d.Places, " "), "-", " ")) + " "
	wanted := strings.Fields(wordsOf(typed))
	for _, w := range wanted {
		if !strings.Contains(names, " "+w+" ") {
			return false
		}
	}
	return len(wanted) > 0
}

func wordsOf(s string) string {
	var out []string
	for _, t := range vietnamese.Tokenize(s) {
		out = append(out, t.Folded)
	}
	return strings.Join(out, " ")
}

// searchDesk takes what was typed in place of a number.
func (h *hand) searchDesk(d Draft, typed string) {
	c, ok := h.workable(d.Code)
	if !ok {
		h.book.setDraft(h.id, nil)
		return
	}
	if nobody := h.texts.say(textButtonNobody); d.Kind == NotOurs && wordsOf(typed) == wordsOf(nobody) && fits(h.catchAll(), c.Matter) {
		h.pickDesk(d, h.catchAll().ID)
		return
	}
	if found := h.candidates(c, d.Kind, typed); len(found) == 1 {
		h.pickDesk(d, found[0].ID)
		return
	}
	h.offerDesks(c, d, typed)
}

// pickDesk takes where a case goes, if that can be.
func (h *hand) pickDesk(d Draft, id string) {
	if h.desks == nil || d.Kind != Transfer && d.Kind != NotOurs {
		h.stale()
		return
	}
	desk, ok := h.desks.Desk(id)
	if !ok || desk.IsOutside() && d.Kind != NotOurs {
		h.stale()
		return
	}
	d.Desk, d.Reason = id, ""
	h.keep(d)
	h.goOn(d)
}

func (h *hand) isOutside(id string) bool {
	if h.desks == nil {
		return false
	}
	desk, ok := h.desks.Desk(id)
	return ok && desk.IsOutside()
}

package escalation

import "github.com/doithoai/doithoai/bot"

// lookup returns a case that this chat may see, as it stood a moment ago.
func (h *hand) lookup(code string) (Case, bool) {
	r, ok := h.s.Mentioned[code]
	if !ok || IsBook(r) || r.Chat == h.s.Message.Chat {
		return Case{}, false // nobody answers oneself
	}
	c, err := FromRecord(r)
	if err != nil || !h.rules(c, h.now).mayHold(h.id) || h.room && !h.concernsChat(c, h.s.Message.Chat, h.now) {
		return Case{}, false
	}
	return c, true
}

// find is lookup, and says so if there is none.
func (h *hand) find(code string) (Case, bool) {
	c, ok := h.lookup(code)
	if !ok {
		h.count("case.unknown")
		h.book.strike(code)
		h.reply(h.texts.say(textCaseNotFound, "mã", bot.SayCode(code), "ai", h.officerName(h.id)), "")
	}
	return c, ok
}

// workable is find for what only the holder may do, or anybody while nobody
// holds it. That is decided where the case lies; it is said here so that nobody
// writes in vain.
func (h *hand) workable(code string) (Case, bool) {
	c, ok := h.find(code)
	switch {
	case !ok:
		return c, false
	case !c.State.Open():
		h.book.strike(code)
		h.reply(h.texts.say(textNoteOver, "mã", bot.SayCode(code)), "")
		return c, false
	case c.Holder != "" && c.Holder != h.id:
		h.reply(h.texts.say(textNoteNotHolder, "mã", bot.SayCode(code), "ai", h.officerName(c.Holder)), code)
		return c, false
	}
	return c, true
}

// tellCase sends an event to where the case lies.
func (h *hand) tellCase(c Case, e Event) {
	e.Code, e.By = c.Code, h.id
	h.count(string(e.Kind))
	h.step.Letters = append(h.step.Letters, bot.Letter{To: c.Chat, Event: envelope{Case: &e}.encode()})
}

// looker is who reads what is sent here.
func (h *hand) looker() looker {
	if h.room {
		return looker{chat: h.s.Message.Chat}
	}
	return looker{h.s.Message.Chat, h.id}
}

// show sends the card of a case, as a message of its own and not in the place of
// the one before: whoever asked looks at the end of the chat.
func (h *hand) show(c Case) {
	h.send(h.card(c, h.looker(), nil, h.now))
	h.focus(c)
}

// focus makes a case what plain text is about.
func (h *hand) focus(c Case) {
	if h.room {
		return
	}
	h.book.put(line(c))
	h.book.Focus = c.Code
	if !c.State.Open() {
		h.book.strike(c.Code)
	}
}

package escalation

import (
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// letter handles what the home of a case, or the outbox, tells this chat.
func (h *hand) letter(l *bot.Letter) {
	switch {
	case l == nil:
		return
	case l.Ended != nil:
		h.ended(*l.Ended)
		return
	}
	var s *slip
	if len(l.Event) > 0 {
		e, err := readEnvelope(l.Event)
		if err != nil || e.Slip == nil {
			h.count("letter.unreadable") // what is to be said is said all the same
		} else {
			s = e.Slip
		}
	}
	known := map[string]bool{}
	for _, r := range l.Replies {
		_, known[r.Case] = h.book.line(r.Case)
	}
	mark := Mark{}
	if s != nil {
		mark = h.book.marked(s.Line.Code)
	}
	overtaken := s != nil && s.Told != 0 && mark.Told > s.Told // 0: the case is gone, whatever came before
	if s != nil && !overtaken {
		h.enter(*s)
		if s.Over {
			h.book.mark(Mark{Code: s.Line.Code, Told: s.Told})
		}
	}
	for _, r := range l.Replies {
		late := overtaken && r.Card != ""
		if late && (tappable(h.s.Message.Chat.Channel) || mark.Said >= s.Told || r.Update == "") {
			h.count("card.overtaken") // the chat has a newer one
			continue
		}
		if late {
			r.Buttons = nil // of a time that is past
		}
		// Of what is over the line is gone, and its card was shown before. What comes
		// late is a line of news that the card before it here said nothing of.
		said := h.arrived(r, known[r.Case] || s != nil && s.Over || late, s != nil && s.News && h.id != "" && s.Line.Holder == h.id)
		if s != nil && r.Card != "" { // a mere note leaves the card before it true
			m := Mark{Code: s.Line.Code, Told: s.Told}
			if said {
				m.Said = s.Told
			}
			h.book.mark(m)
		}
	}
}

// enter keeps the book true.
func (h *hand) enter(s slip) {
	code := s.Line.Code
	if s.Over {
		h.book.strike(code)
		return
	}
	was, known := h.book.line(code)
	h.book.put(s.Line)
	mine := h.id != "" && s.Line.Holder == h.id
	switch {
	case h.room:
	case !mine && h.book.Focus == code && s.Line.Holder != "":
		h.book.Focus = "" // somebody else has it
	case mine && (!known || was.Holder != h.id):
		h.book.Focus = code // just taken
	case mine && s.News && h.book.Focus != code:
		h.book.Focus = "" // two matters on one's mind: which one is answered has to be said
	}
}

// arrived sends on what came for this chat. A list of the past stays what
// numbers mean while something written waits for «gửi»: the choices of what came
// meanwhile are then left to its code. News is that the resident said something
// that this officer is to answer. It returns false for what there was nothing to
// say about.
func (h *hand) arrived(r bot.Reply, known, news bool) (said bool) {
	isUpdate := known && r.Card != ""
	if isUpdate {
		r.Attachments = nil // they were sent with the card
	}
	inPlace := isUpdate && tappable(h.s.Message.Chat.Channel)
	unseen := isUpdate && !inPlace && r.Update == ""
	open := h.s.Window.Lets(h.s.Chat.Window, record.PriorityReply, h.now)
	if unseen && open {
		return false // it would take the place of the line before it, which may still wait: «hồ sơ khép»
	}
	draft, writing := h.draft()
	if l, _ := h.book.line(r.Case); isUpdate && !inPlace && l.Holder != "" {
		r.Buttons = nil // a line of news; «1» typed once more after «1» must not begin something new
	}
	switch {
	case inPlace, unseen:
	case writing && news && draft.Code != r.Case:
		r = h.later(r, draft)
	case len(r.Buttons) == 0:
	case !open:
		// It will be read after something else was: numbers must not mean it before.
		r.Buttons = nil
		r.Text = paragraphs(r.Text, h.texts.say(textCardLate, "mã mới", r.Case))
	case writing && !h.room && !tappable(h.s.Message.Chat.Channel):
		r.Buttons = nil
		r = h.later(r, draft)
	case !writing:
		h.book.List = options(r.Buttons)
	}
	h.step.Replies = append(h.step.Replies, r)
	return true
}

// later says of what came that something written for another case waits for
// «gửi», and takes back that what is written now would be an answer to this one.
func (h *hand) later(r bot.Reply, d Draft) bot.Reply {
	key := textDraftWaits
	if d.Code == "" {
		key = textDraftWaitsLoose
	}
	wait := h.texts.say(key, "mã", bot.SayCode(d.Code), "mã mới", r.Case)
	r.Text = paragraphs(strings.TrimSuffix(r.Text, h.texts.say(textNoteAnswerHere, "mã trơn", r.Case)), wait)
	if r.Update != "" {
		r.Update = paragraphs(r.Update, wait)
	}
	return r
}

// ended tells the home of a case that a card of it cannot be shown here, so that
// somebody else is asked.
func (h *hand) ended(e bot.Ended) {
	code, ok := readCardTrack(e.Track)
	if !ok || e.End != bot.EndHeld && e.End != bot.EndFailed {
		return
	}
	r, ok := h.s.Mentioned[code]
	if !ok || IsBook(r) || r.Chat == h.s.Message.Chat {
		return
	}
	h.tellCase(Case{Code: code, Chat: r.Chat}, Event{Kind: Unreached, End: e.End})
}

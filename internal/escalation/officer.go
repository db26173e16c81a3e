package escalation

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// officer decides what comes in an officer's own chat: id is whose it is, book
// what is remembered of it. What concerns a case leaves as a letter to where that
// lies; here nothing of it is changed.
func (o *Office) officer(s exchange.Situation, id string, book Book) exchange.Outcome {
	h := o.begin(s, id, book)
	h.book.Officer = id
	switch s.Message.Kind {
	case bot.KindLetter:
		h.letter(s.Message.Letter)
	case bot.KindDue:
		h.morning()
	default:
		h.heard()
		h.lapse()
		h.message()
	}
	h.book.Next = h.nextMorning(book.Next)
	return h.end()
}

// hand is one step of an officer's chat or of a room being worked on.
type hand struct {
	*Office
	s     exchange.Situation
	now   time.Time
	id    string // of the officer who wrote; in an own chat always its owner
	room  bool
	desks *desks.Desks
	book  Book
	step  bot.Step
	words string // to be said before the first reply
}

func (o *Office) begin(s exchange.Situation, id string, book Book) *hand {
	h := &hand{Office: o, s: s, now: s.Now, id: id, book: book, desks: o.config.Desk()}
	h.step.Conversation = s.Conversation
	h.book.prune(s.Now)
	return h
}

// end returns the step, with the book if it has changed.
func (h *hand) end() exchange.Outcome {
	if h.words != "" && len(h.step.Replies) > 0 {
		h.step.Replies[0].Text = paragraphs(h.words, h.step.Replies[0].Text)
	}
	for i := range h.step.Replies {
		if h.room && h.s.Message.Kind != bot.KindLetter {
			h.step.Replies[i].Text = h.forRoom(h.step.Replies[i].Text)
		}
	}
	out := exchange.Outcome{Step: h.step}
	isNew := h.book.Code == ""
	if isNew {
		if h.book.empty() {
			return out
		}
		h.book.Code = newBookCode(h.s.CodePrefix, h.s.Random)
	}
	r, err := h.book.Record(h.now)
	if err != nil {
		return out // plain data; a book that cannot be written is one that is not remembered
	}
	r.Chat = h.s.Message.Chat
	if isNew || h.changed(r) {
		out.Cases = append(out.Cases, record.CaseChange{Case: r, New: isNew})
	}
	return out
}

// changed reports whether a book is not as it was loaded.
func (h *hand) changed(r record.Case) bool {
	for _, was := range h.s.Chat.Cases {
		if was.Code == r.Code {
			return !bytes.Equal(was.Data, r.Data) || !was.Due.Equal(r.Due)
		}
	}
	return true
}

func (h *hand) count(name string) { h.step.Counts = append(h.step.Counts, "officer."+name) }

// reply sends a text that ends what was asked before: numbers mean nothing any
// more unless it brings a list of its own.
func (h *hand) reply(text, code string, buttons ...bot.Button) {
	h.send(bot.Reply{Kind: bot.ReplyNotice, Text: text, Case: code, Buttons: buttons})
}

func (h *hand) send(r bot.Reply) {
	h.book.List = options(r.Buttons)
	h.step.Replies = append(h.step.Replies, r)
}

// options are buttons as numbers mean them.
func options(buttons []bot.Button) []bot.Option {
	var out []bot.Option
	for _, b := range buttons {
		out = append(out, bot.Option{Label: b.Label, Action: b.Payload})
	}
	return out
}

// choose sends a text with a numbered list whose lines are too long for buttons.
// Where there are buttons, they carry the numbers.
func (h *hand) choose(text, code string, all []bot.Option, last ...bot.Option) {
	rows := []string{text}
	r := bot.Reply{Kind: bot.ReplyNotice, Case: code}
	list := slices.Concat(all, last)
	for i, option := range list {
		label := itoa(i+1) + ". " + option.Label
		rows = append(rows, label)
		if tappable(h.s.Message.Chat.Channel) && len(option.Action) <= maxPayload {
			r.Buttons = append(r.Buttons, bot.Button{Label: brief(label, labelLimit), Payload: option.Action})
		}
	}
	r.Text = lines(rows...)
	h.step.Replies = append(h.step.Replies, r)
	h.book.List = list
}

// heard notes that the officer wrote, where the channel lets messages through
// only for a while after that.
func (h *hand) heard() {
	if h.s.Message.Chat.Channel == windowed {
		h.book.Heard = h.now
	}
}

// lapse drops a draft that waited too long, and says so with the next reply.
func (h *hand) lapse() {
	d, ok := h.book.Drafts[h.id]
	if !ok || h.now.Sub(d.At) <= draftFor {
		return
	}
	h.book.setDraft(h.id, nil)
	h.book.List = nil
	h.count("draft.lapsed")
	h.words = h.texts.say(textLapsed, "mã", bot.SayCode(d.Code))
	if d.Code == "" {
		h.words = h.texts.say(textLapsedLoose)
	}
}

// message handles what the officer wrote, pressed or sent.
func (h *hand) message() {
	m := h.s.Message
	switch m.Kind {
	case bot.KindPress:
		if a, ok := readAct(m.Payload); ok {
			h.press(a)
			return
		}
		h.help() // a menu made for residents
	case bot.KindOpen:
		h.step.Replies = append(h.step.Replies, h.welcome(h.id)...)
		h.book.List = nil
	case bot.KindLate:
		h.reply(h.texts.say(textMessageLate, "ngày", h.day(m.At)), "")
	default:
		h.wrote(strings.TrimSpace(m.Text), m.Attachments)
	}
}

// wrote handles text and attachments: a command, a number, a code, or something
// for a resident.
func (h *hand) wrote(text string, files []bot.Attachment) {
	if len(files) == 0 {
		if h.command(readCommand(text)) {
			return
		}
	}
	sendable := sendable(files)
	if text == "" && len(sendable) == 0 {
		h.count("file.refused")
		h.reply(h.texts.say(textFileRefused), h.s.Message.About)
		return
	}
	h.content(text, sendable)
}

// sendable are the attachments that can be brought to a resident: those we have
// a copy of, and what needs none.
func sendable(files []bot.Attachment) []bot.Attachment {
	var out []bot.Attachment
	for _, a := range files {
		if a.Key != "" || a.Kind == bot.AttachLocation {
			a.Source = "" // where it came from is nobody's business there
			out = append(out, a)
		}
	}
	return out
}

func (h *hand) help() {
	h.count("help")
	h.reply(h.texts.say(textOfficerHelp), "")
}

// about returns the case that plain content is for: the one whose message it
// answers, the one in focus, or the only one in hand.
func (b *Book) about(m bot.Message) string {
	if m.About != "" || m.Room {
		return m.About
	}
	if _, ok := b.line(b.Focus); ok {
		return b.Focus
	}
	if held := b.held(); len(held) == 1 {
		return held[0].Code
	}
	return ""
}

// newBookCode makes the code of a book of the digits that the chat's codes begin
// with. Nobody reads it.
func newBookCode(prefix string, random uint64) string {
	const digits = 12
	n := itoa(int(random % 1e12))
	return prefix + strings.Repeat("0", digits-len(n)) + n
}

// draft returns the officer's draft.
func (h *hand) draft() (Draft, bool) {
	d, ok := h.book.Drafts[h.id]
	return d, ok
}

// keep keeps a draft from now on.
func (h *hand) keep(d Draft) {
	d.At = h.now
	h.book.setDraft(h.id, &d)
}

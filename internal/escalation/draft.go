package escalation

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// awaits reports whether what is written now would go to a resident.
func (h *hand) awaits() bool {
	_, ok := h.draft()
	return ok || h.book.about(h.s.Message) != ""
}

// draftCommand is «gửi», «sửa» and «bỏ». Without a draft they are commands all
// the same: «gửi» typed twice is no answer to anybody.
func (h *hand) draftCommand(name commandName) {
	d, ok := h.draft()
	switch {
	case !ok:
		h.reply(h.texts.say(textNothingToDrop), "")
	case name == commandDrop:
		h.drop(d)
	case name == commandEdit:
		h.edit(d)
	default:
		h.sendDraft(d)
	}
}

// content is what an officer wrote for somebody: the next part of the draft, or
// a new one.
func (h *hand) content(text string, files []bot.Attachment) {
	d, ok := h.draft()
	code := h.book.about(h.s.Message)
	if ok && (code == "" || code == d.Code || d.Code == "") && d.Kind != Send {
		h.fill(d, text, files)
		return
	}
	if code == "" && (len(h.book.held()) == 0 || h.room) {
		h.words = paragraphs(h.words, h.texts.say(textSentToNobody))
		h.list(0)
		return
	}
	h.leave(d, ok)
	d = Draft{Kind: Answer}
	if code != "" {
		c, ok := h.workable(code)
		if !ok {
			return
		}
		d.Code, d.Epoch = c.Code, c.Epoch
		if c.silent() {
			d.Kind = AskBack
		}
		h.focus(c)
	}
	h.fill(d, text, files)
}

// silent reports whether the resident has not yet said what it is about: whatever
// an officer writes then wants a reply.
func (c Case) silent() bool {
	return c.Question == "" && len(c.Files) == 0 && len(c.Said) == 0
}

// leave drops a draft because another one begins, and says so if that loses
// something.
func (h *hand) leave(d Draft, ok bool) {
	if !ok {
		return
	}
	h.book.setDraft(h.id, nil)
	if d.Code != "" && (d.Text != "" || len(d.Files) > 0) {
		h.words = paragraphs(h.words, h.texts.say(textReplaced, "mã", bot.SayCode(d.Code)))
	}
}

// fill puts what was written where it is missing in the draft.
func (h *hand) fill(d Draft, text string, files []bot.Attachment) {
	switch d.Kind {
	case Transfer, NotOurs:
		if d.Desk == "" {
			h.keep(d)
			h.searchDesk(d, text)
			return
		}
		d.Reason = bounded(text, maxReason)
	case Done:
		d.Reason = bounded(text, maxReason)
	default:
		d.Text = strings.TrimSpace(d.Text + "\n" + text)
		d.Cut = d.Cut || utf8.RuneCountInString(d.Text) > maxDraft
		d.Text = bounded(d.Text, maxDraft)
		d.Files = slices.Concat(d.Files, files)
		d.Files = d.Files[:min(len(d.Files), maxDraftFiles)]
	}
	h.keep(d)
	h.goOn(d)
}

// goOn asks for what is still missing of a draft, or shows it once more.
func (h *hand) goOn(d Draft) {
	if d.Code == "" {
		h.whichCase()
		return
	}
	c, ok := h.workable(d.Code)
	if !ok {
		h.book.setDraft(h.id, nil)
		return
	}
	switch {
	case (d.Kind == Transfer || d.Kind == NotOurs) && d.Desk == "":
		h.offerDesks(c, d, "")
	case (d.Kind == Transfer || d.Kind == NotOurs) && d.Reason == "":
		h.offerReasons(c, h.texts.say(textChooseWhyMoved, "mã", bot.SayCode(c.Code), "bộ phận", h.deskName(d.Desk)), familyMoved)
	case d.Kind == Done && d.Reason == "":
		h.offerReasons(c, h.texts.say(textChooseWhyDone, "mã", bot.SayCode(c.Code)), familyDone)
	case (d.Kind == Answer || d.Kind == AskBack) && d.Text == "" && len(d.Files) == 0:
		key := textPromptEdit
		if d.Kind == AskBack {
			key = textPromptAsk
		}
		h.prompt(h.texts.say(key, "mã", bot.SayCode(c.Code)), c.Code)
	default:
		h.preview(c, d)
	}
}

// prompt asks for words. In a room only an answer to it counts.
func (h *hand) prompt(text, code string) {
	if h.room {
		text = paragraphs(text, h.texts.say(textPromptRoom, "ai", h.officerName(h.id)))
	}
	h.reply(text, code)
}

// whichCase asks which case a draft is for.
func (h *hand) whichCase() {
	var all []bot.Option
	for _, l := range h.book.held() {
		if len(all) < pageSize {
			label := h.texts.say(textWhichLine, "mã", bot.SayCode(l.Code), "đầu", h.title(l.Title))
			all = append(all, bot.Option{Label: label, Action: act{verb: verbFor, code: l.Code}.String()})
		}
	}
	h.choose(h.texts.say(textWhichCase), "", all)
}

// preview shows once more what is going to be sent, whole.
func (h *hand) preview(c Case, d Draft) {
	gaps := []string{"mã", bot.SayCode(c.Code), "đầu", h.title(c.Question), "bộ phận", h.deskName(d.Desk), "lý do", d.Reason}
	say := func(key textKey) string { return h.texts.say(key, gaps...) }
	var text string
	switch d.Kind {
	case AskBack:
		text = paragraphs(say(textPreviewAsk), d.Text)
	case Send:
		name, whole, _ := h.config.Talk().Title(d.Entry, h.now)
		text = paragraphs(say(textPreviewEntry), name, whole)
	case Transfer, NotOurs:
		text = paragraphs(say(textPreviewTransfer), say(textPreviewReason))
		if h.isOutside(d.Desk) {
			text = paragraphs(say(textPreviewRefer), h.outside(d.Desk), say(textPreviewReason))
		}
	case Done:
		done := textPreviewDone
		if c.arrived() {
			done = textPreviewClose
		}
		text = paragraphs(say(done), say(textPreviewReason))
	default:
		text = paragraphs(say(textPreviewAnswer), d.Text)
	}
	if files := h.files(d.Files); files != "" {
		text = paragraphs(text, h.texts.say(textPreviewFiles, "kèm", files))
	}
	if d.Cut {
		text = paragraphs(text, h.texts.say(textPreviewCut))
	}
	if asksForSecrets(d.Text) {
		text = paragraphs(text, h.texts.say(textPreviewWarning))
	}
	h.reply(text, c.Code, h.draftButtons(c, d)...)
}

func (h *hand) draftButtons(c Case, d Draft) []bot.Button {
	c.Epoch = d.Epoch
	send, edit, drop := h.button(c, textButtonSend, verbSend), h.button(c, textButtonEdit, verbEdit), h.button(c, textButtonDrop, verbDrop)
	return []bot.Button{send, edit, drop}
}

// asksForSecrets notices what nobody may ask a resident for in a chat. It only
// warns: «mang theo căn cước» is no such question.
func asksForSecrets(text string) bool {
	folded := " " + strings.Join(strings.Fields(vietnamese.Fold(text)), " ") + " "
	return slices.ContainsFunc([]string{" otp", "mat khau", "so tai khoan", " stk ", "so can cuoc", "so cccd"}, func(w string) bool {
		return strings.Contains(folded, w)
	})
}

// drop throws a draft away.
func (h *hand) drop(d Draft) {
	h.book.setDraft(h.id, nil)
	h.count("draft.dropped")
	if d.Code == "" {
		h.reply(h.texts.say(textDroppedLoose), "")
		return
	}
	h.reply(h.texts.say(textDropped, "mã", bot.SayCode(d.Code), "mã trơn", d.Code), d.Code)
}

// edit empties a draft and asks for it anew.
func (h *hand) edit(d Draft) {
	if d.Kind == Send {
		d.Kind, d.Entry = Answer, "" // the words of an entry are not changed; one's own are written
	}
	d.Text, d.Files, d.Reason, d.Desk, d.Cut = "", nil, "", "", false
	h.keep(d)
	h.goOn(d)
}

// sendDraft sends a draft if nothing is missing of it.
func (h *hand) sendDraft(d Draft) {
	if !d.complete() {
		h.goOn(d)
		return
	}
	c, ok := h.workable(d.Code)
	h.book.setDraft(h.id, nil)
	if !ok {
		return
	}
	h.tellCase(c, Event{
		Kind: d.Kind, Epoch: d.Epoch, Text: d.Text, Files: d.Files, Entry: d.Entry, Desk: d.Desk, Reason: d.Reason,
	})
	h.book.List = nil
	switch d.Kind {
	case Transfer, NotOurs:
		h.leaveCase(d.Code) // the case's own chat says that it is done
	case Done:
		h.leaveCase(d.Code)
		if c.arrived() {
			h.receipt(textClosing, d.Code)
			break
		}
		h.receipt(textTellingDone, d.Code)
	default:
		h.receipt(textSending, d.Code)
	}
}

func (h *hand) receipt(key textKey, code string) {
	h.send(bot.Reply{Kind: bot.ReplyReceipt, Text: h.texts.say(key, "mã", bot.SayCode(code)), Case: code})
}

// leaveCase makes plain text be about something else.
func (h *hand) leaveCase(code string) {
	if h.book.Focus == code {
		h.book.Focus = ""
	}
}

// complete reports whether a draft can be sent.
func (d Draft) complete() bool {
	switch d.Kind {
	case Transfer, NotOurs:
		return d.Code != "" && d.Desk != "" && d.Reason != ""
	case Done:
		return d.Code != "" && d.Reason != ""
	case Send:
		return d.Code != "" && d.Entry != ""
	}
	return d.Code != "" && (d.Text != "" || len(d.Files) > 0)
}

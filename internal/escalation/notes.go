package escalation

import (
	"cmp"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// note tells officers something beside the card. Whoever answers it speaks of
// its case. It is long because it is a table.
func (o *Office) note(c Case, e Effect, view *window, now time.Time) []bot.Reply {
	own, by, desk := o.ownChat(e.To), cmp.Or(e.By, c.Holder), cmp.Or(e.Desk, c.Desk)
	r := bot.Reply{Kind: bot.ReplyCard, Case: c.Code}
	gaps := []string{
		"mã", bot.SayCode(c.Code), "mã trơn", c.Code, "ai", o.officerName(by), "bộ phận", o.deskName(desk),
		"hạn", o.due(c.Due, c.State, !c.Stopped.IsZero(), now), "câu hỏi", brief(c.Question, cardText), "giữ", o.state(c.State, c.Holder),
		"số", c.Phone,
	}
	say := func(key textKey) string { return o.texts.say(key, gaps...) }
	switch e.What {
	case NoteTaken:
		r.Text = say(textNoteTakenRoom)
		if own != "" {
			r.Text, r.Buttons = say(textNoteTaken), o.buttons(c, looker{e.To, own}, now)
			if !tappable(e.To.Channel) { // what the card above may not say yet
				r.Text = paragraphs(r.Text, lines(o.cardPhone(c), o.cardWindow(c, view, now)))
			}
		}
	case NoteTooLate:
		r.Text = say(textNoteTooLate)
	case NoteNotHolder:
		r.Text = say(textNoteNotHolder)
	case NoteOver:
		r.Text = say(textNoteOver)
	case NoteSent:
		r.Text = o.noteSent(c, e, gaps)
	case NoteMore, NoteUnclear:
		r.Text, r.Attachments = o.noteMore(c, e, own != "", gaps)
	case NotePressed:
		r.Text = say(textNotePressed)
	case NoteRemind:
		r.Kind, r.Text = bot.ReplyReminder, say(o.texts.among(familyRung, e.Note))
	case NoteReleased:
		r.Kind, r.Text = bot.ReplyReminder, say(textNoteReleased)
	case NoteWithdrawn:
		r.Text = say(textNoteWithdrawn)
	case NoteRefused:
		r.Text = say(o.texts.among(familyRefused, e.Note))
	case NoteUnreached:
		r.Kind, r.Text = bot.ReplyReminder, say(textNoteUnreached)
	case NoteHandedOver:
		r.Text = say(textNoteHandedOver)
		if c.How == howReferred && !c.State.Open() {
			r.Text = say(textNoteReferred)
		}
	case NotePhone:
		r.Text = say(textNotePhone)
	default:
		return nil
	}
	if own == "" {
		r.Text = o.forRoom(r.Text)
	}
	return []bot.Reply{r}
}

// noteSent tells how sending Said[No] to the resident ended, and what to do if
// it did not go out.
func (o *Office) noteSent(c Case, e Effect, gaps []string) string {
	end, reason := bot.EndSent, ""
	if e.No > 0 && e.No <= len(c.Said) {
		end, reason = c.Said[e.No-1].End, c.Said[e.No-1].Reason
	}
	call, held := textFailedAsk, textNoteHeldAsk
	if c.Phone != "" {
		call, held = textFailedCall, textNoteHeldCall
	}
	switch end {
	case bot.EndHeld:
		return o.texts.say(textNoteHeld, append(gaps, "gọi", o.texts.say(held, gaps...))...)
	case bot.EndFailed:
		why := o.texts.say(o.texts.among(familyReason, reason))
		if c.Said[e.No-1].Kind == SaidDone && !c.State.Open() {
			return o.texts.say(textNoteDoneLost, append(gaps, "vì", why)...)
		}
		return o.texts.say(textNoteFailed, append(gaps, "vì", why, "gọi", o.texts.say(call, gaps...))...)
	case bot.EndDropped:
		return o.texts.say(textNoteDropped, gaps...)
	}
	return o.texts.say(textNoteSent, gaps...)
}

// noteMore tells what the resident said since.
func (o *Office) noteMore(c Case, e Effect, own bool, gaps []string) (string, []bot.Attachment) {
	var said Said
	if e.No > 0 && e.No <= len(c.Said) {
		said = c.Said[e.No-1]
	}
	gaps = append(gaps, "lời", said.Text, "kèm", o.files(said.Files))
	key := textNoteMore
	switch {
	case e.What == NoteUnclear && said.Text == "":
		key = textNoteUnclear
	case e.What == NoteUnclear:
		key = textNoteUnclearText
	case said.Text == "":
		key = textNoteMoreFiles
	}
	text := o.texts.say(key, gaps...)
	if said.Text != "" && len(said.Files) > 0 {
		text += " [" + o.files(said.Files) + "]"
	}
	next := textNoteAnswerHere
	if !own {
		next = textNoteAnswerRoom
	}
	return paragraphs(text, o.texts.say(next, gaps...)), said.Files
}

// welcome is what an officer reads first in a chat that was just registered.
func (o *Office) welcome(id string) []bot.Reply {
	return []bot.Reply{{Kind: bot.ReplyNotice, Text: o.texts.say(textOfficerWelcome, "ai", o.officerName(id), "bộ phận", o.desksOf(id))}}
}

// desksOf names the desks at which an officer sits.
func (o *Office) desksOf(id string) string {
	d := o.config.Desk()
	if d == nil {
		return o.texts.say(textDeskUnknown)
	}
	var names []string
	for _, desk := range d.DesksOf(id) {
		names = append(names, desk.Name)
	}
	if len(names) == 0 {
		return o.texts.say(textDeskUnknown)
	}
	return strings.Join(names, ", ")
}

package escalation

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// post turns what followed from an event into messages: those to the resident's
// own chat, and letters to the chats of officers, one for each, in the order of
// the effects. Each letter also keeps the book of its chat true.
func (o *Office) post(c Case, effects []Effect, view *window, now time.Time) (replies []bot.Reply, letters []bot.Letter) {
	at := map[bot.ChatID]int{}
	for _, e := range effects {
		told := o.tell(c, e, view, now)
		switch {
		case len(told) == 0:
			continue
		case e.To == (bot.ChatID{}) || e.To == c.Chat:
			replies = append(replies, told...)
			continue
		}
		i, ok := at[e.To]
		if !ok {
			i = len(letters)
			at[e.To] = i
			letters = append(letters, bot.Letter{To: e.To})
		}
		letters[i].Replies = append(letters[i].Replies, told...)
	}
	for i := range letters {
		o.address(&letters[i], c, effects, now)
	}
	return replies, letters
}

// address completes a letter: the slip for the book, and no second word about
// what a note says already.
func (o *Office) address(l *bot.Letter, c Case, effects []Effect, now time.Time) {
	s := slip{Line: line(c), Told: c.Told, Over: !c.State.Open() || !o.concernsChat(c, l.To, now)}
	noted := false
	for _, e := range effects {
		if e.To != l.To {
			continue
		}
		noted = noted || e.What != ShowCard
		s.Over = s.Over || e.What == ShowCard && e.Note == CardAway
		s.News = s.News || e.What == NoteMore || e.What == NoteUnclear
	}
	for i := range l.Replies {
		if noted && l.Replies[i].Card != "" {
			l.Replies[i].Update = ""
		}
	}
	l.Event = envelope{Slip: &s}.encode()
}

// tell puts an effect into words: to the resident if e.To is zero, else to the
// chat of officers it names. view is what the resident's channel still lets
// through, nil if that is not known.
func (o *Office) tell(c Case, e Effect, view *window, now time.Time) []bot.Reply {
	switch e.What {
	case Alarm:
		return nil
	case ShowCard:
		return []bot.Reply{o.showCard(c, e, view, now)}
	case TellAnswer, TellAsk:
		return o.tellSaid(c, e, now)
	case TellMoved, TellReferred, TellLate, TellRemind, TellSilent, TellDone, TellFull:
		return o.tellNews(c, e)
	}
	return o.note(c, e, view, now)
}

// showCard is the card in the place of the one before. It is tracked, so that a
// chat which lets nothing through is noticed.
func (o *Office) showCard(c Case, e Effect, view *window, now time.Time) bot.Reply {
	own := o.ownChat(e.To)
	if e.Note == CardAway {
		text := o.texts.say(textCardAway, "mã", bot.SayCode(c.Code), "bộ phận", o.deskName(c.Desk))
		return bot.Reply{Kind: bot.ReplyCard, Text: text, Update: text, Case: c.Code, Card: cardName(c.Code)}
	}
	r := o.card(c, looker{e.To, own}, view, now)
	r.Card, r.Track = cardName(c.Code), cardName(c.Code)
	r.Update = o.update(c, own)
	return r
}

// update is a line about what happened last, for chats where a card cannot be
// changed. It is empty if a note says so already, if it was done by whoever would
// read it, or if only who has the case needs to know and that is somebody else.
func (o *Office) update(c Case, own string) string {
	if len(c.Log) == 0 {
		return ""
	}
	last := c.Log[len(c.Log)-1]
	value := string(last.What)
	switch last.What {
	case NotOurs:
		value = string(Transfer)
	case Struck, Ended:
		value = last.Note
		if last.What == Ended && (own == "" || own != c.Holder) {
			return ""
		}
	}
	key, ok := o.texts.of(familyUpdate, value)
	if !ok || own != "" && last.By == own {
		return ""
	}
	change := o.texts.say(key, "ai", o.officerName(last.By), "bộ phận", o.deskName(c.Desk))
	return o.texts.say(textUpdateLine, "mã", bot.SayCode(c.Code), "đổi", change)
}

// line is a case as lists show it.
func line(c Case) Line {
	return Line{Code: c.Code, Title: brief(c.Question, titleLength), State: c.State, Holder: c.Holder, Due: c.Due}
}

// titleLength is how much of a question a list shows, in characters.
const titleLength = 50

// tellSaid brings what an officer said to the resident, marked as a person's.
func (o *Office) tellSaid(c Case, e Effect, now time.Time) []bot.Reply {
	if e.No < 1 || e.No > len(c.Said) {
		return nil
	}
	s := c.Said[e.No-1]
	r := bot.Reply{
		Kind: bot.ReplyPerson, Attachments: s.Files, Case: c.Code, Epoch: c.Epoch, Track: saidTrack(c.Code, s.No),
		Entry: s.Entry, Buttons: o.residentButtons(c),
	}
	gaps := []string{"mã", bot.SayCode(c.Code), "ai", o.signature(s.Officer, c.Desk), "lời", o.words(s)}
	switch s.Kind {
	case SaidAsk:
		r.Text = o.texts.say(textTellAsk, gaps...)
		r.Buttons = r.Buttons[2:] // whether it is clear is not what was asked
	case SaidEntry:
		name, text, ok := o.config.Talk().Title(s.Entry, now)
		key := textTellEntry
		if !ok {
			key, name = textTellEntryGone, s.Entry
		}
		r.Text = o.texts.say(key, "mã", bot.SayCode(c.Code), "ai", o.signature(s.Officer, c.Desk), "bài", name, "lời", strings.TrimSpace(text))
	default:
		r.Text = o.texts.say(textTellAnswer, gaps...)
	}
	if s.Check != "" {
		r.Text = paragraphs(r.Text, o.texts.say(textTellCheck, "mã kiểm", s.Check))
	}
	return []bot.Reply{r}
}

// words are what an officer wrote, or that only files came.
func (o *Office) words(s Said) string {
	if s.Text == "" && len(s.Files) > 0 {
		return o.texts.say(textTellFiles, "kèm", o.files(s.Files))
	}
	return s.Text
}

// actionMenu is what the engine calls the list of topics, see bot/action.go.
const actionMenu = "menu"

// residentButtons are the last of what a resident can say to an answer:
// understood, not understood, something else.
func (o *Office) residentButtons(c Case) []bot.Button {
	return []bot.Button{
		{Label: o.texts.say(textButtonClear), Payload: bot.ClearButton(c.Code)},
		{Label: o.texts.say(textButtonUnclear), Payload: bot.UnclearButton(c.Code)},
		{Label: o.texts.say(textButtonElse), Payload: actionMenu},
	}
}

// tellNews tells the resident what became of the case otherwise.
func (o *Office) tellNews(c Case, e Effect) []bot.Reply {
	r := bot.Reply{Kind: bot.ReplyReceipt, Case: c.Code, Buttons: o.residentButtons(c)[1:]}
	gaps := []string{"mã", bot.SayCode(c.Code), "hạn", o.day(c.Due) + " " + o.clock(c.Due), "bộ phận", o.deskName(c.Desk)}
	switch e.What {
	case TellMoved:
		r.Text, r.Buttons = o.texts.say(textTellMoved, gaps...), r.Buttons[1:]
	case TellReferred:
		r.Buttons = o.residentButtons(c)
		r.Text = o.texts.say(textTellReferred, append(gaps, "nơi", o.outside(e.Desk))...)
	case TellLate:
		r.Text, r.Buttons = o.texts.say(textTellLate, append(gaps, "nơi", o.toldAbout(e))...), r.Buttons[1:]
	case TellRemind:
		r.Kind, r.Buttons = bot.ReplyReminder, r.Buttons[1:]
		r.Text = o.texts.say(textTellRemind, append(gaps, "ai", o.signature(c.Holder, c.Desk), "lời", o.asked(c, e))...)
	case TellSilent:
		r.Kind, r.Text = bot.ReplyReminder, o.texts.say(textTellSilent, gaps...)
	case TellDone:
		r.Buttons = o.residentButtons(c)
		r.Text = o.texts.say(textTellDone, append(gaps, "ai", o.signature(cmp.Or(e.By, c.Holder), c.Desk))...)
		r.Epoch, r.Track = c.Epoch, saidTrack(c.Code, e.No) // it counts as an answer
	case TellFull:
		r.Text, r.Buttons = o.texts.say(textTellFull, gaps...), r.Buttons[1:]
	}
	return []bot.Reply{r}
}

// outside is the address of a body outside, with its name.
func (o *Office) outside(id string) string {
	d := o.config.Desk()
	if d == nil {
		return o.texts.say(textDeskUnknown)
	}
	desk, ok := d.Desk(id)
	if !ok {
		return o.texts.say(textDeskUnknown)
	}
	return lines(desk.Name, desk.Outside)
}

// toldAbout names who was told that a case is late.
func (o *Office) toldAbout(e Effect) string {
	switch {
	case e.By != "":
		return o.officerName(e.By)
	case e.Desk != "":
		return o.deskName(e.Desk)
	}
	return o.texts.say(textWhoIsResponsible)
}

// asked is what the resident was asked last.
func (o *Office) asked(c Case, e Effect) string {
	if e.No > 0 && e.No <= len(c.Said) {
		return c.Said[e.No-1].Text
	}
	for _, s := range slices.Backward(c.Said) {
		if s.Kind == SaidAsk {
			return s.Text
		}
	}
	return ""
}

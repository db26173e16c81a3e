package escalation

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// A card must stay readable on a phone, and within one message of every channel
// but the narrowest, or it could not be changed in its place. The question
// stands whole; of what else was said the latest, shortened.
const (
	cardTurns = 3
	cardSaid  = 4
	cardText  = 240 // characters of a turn or of what was said
	nearest   = 3   // entries offered
)

// window is what the resident's channel still lets through.
type window struct {
	Until    time.Time // zero: nothing goes out before the resident writes again
	Messages int       // -1 for any number
}

// looker is who looks at a card: a chat, and whose own it is.
type looker struct {
	chat    bot.ChatID
	officer string // empty in a room
}

// card is a case as the looker sees it.
func (o *Office) card(c Case, who looker, view *window, now time.Time) bot.Reply {
	text := paragraphs(
		lines(o.cardHead(c, now), quoted(c.Question, o.texts.say(textCardNoQuestion))),
		o.cardMoved(c),
		o.cardTurns(c, now),
		lines(o.cardAsker(c, now), o.cardSession(c), o.cardPhone(c), o.cardFiles(c), o.cardWindow(c, view, now)),
		o.cardSaid(c, now),
		o.cardNear(c, now),
		o.cardNext(c, who),
	)
	return bot.Reply{
		Kind: bot.ReplyCard, Text: text, Attachments: slices.Clone(c.Files), Case: c.Code,
		Buttons: o.buttons(c, who, now),
	}
}

func quoted(s, otherwise string) string {
	if s = strings.TrimSpace(s); s == "" {
		return otherwise
	}
	return "«" + s + "»"
}

func (o *Office) cardHead(c Case, now time.Time) string {
	due := o.due(c.Due, c.State, !c.Stopped.IsZero(), now)
	if !c.Closed.IsZero() {
		due = o.texts.say(textDueClosed, "hạn", o.day(c.Closed))
	}
	head := o.texts.say(textCardHead, "mã", bot.SayCode(c.Code), "tình trạng", o.state(c.State, c.Holder), "hạn", due)
	switch c.Matter {
	case bot.MatterUrgent:
		return o.texts.say(textCardUrgent) + " · " + head
	case bot.MatterConfidential:
		return o.texts.say(textCardConfidential) + " · " + head
	case bot.MatterProposal:
		return o.texts.say(textCardProposal) + " · " + head
	}
	return head
}

// state says how a case stands and who has it.
func (o *Office) state(s bot.CaseState, holder string) string {
	if s == bot.CaseHeld && (holder == "" || !o.isOfficer(holder)) {
		s = bot.CaseWaiting
	}
	return o.texts.say(o.texts.among(familyState, string(s)), "ai", o.officerName(holder))
}

// cardMoved is why somebody handed the case over to who reads this.
func (o *Office) cardMoved(c Case) string {
	for _, e := range slices.Backward(c.Log) {
		if e.Reason != "" && (e.What == Transfer || e.What == NotOurs) {
			return o.texts.say(textCardMoved, "ai", o.officerName(e.By), "lý do", e.Reason)
		}
	}
	return ""
}

func (o *Office) cardTurns(c Case, now time.Time) string {
	if len(c.Turns) == 0 {
		return ""
	}
	out := []string{o.texts.say(textCardTurns)}
	for _, t := range c.Turns[max(0, len(c.Turns)-cardTurns):] {
		again := t.Asked == c.Question
		if again && t.Entry == "" {
			continue // it stands above, and nothing came of it
		}
		given := o.texts.say(textCardTurnNone)
		if t.Entry != "" {
			given = o.texts.say(textCardTurnEntry, "bài", o.entryName(t.Entry, now))
		}
		asked := "«" + brief(t.Asked, cardText) + "»"
		if again {
			asked = o.texts.say(textCardTurnAbove)
		}
		out = append(out, "– "+asked+" → "+given)
	}
	if len(out) == 1 {
		return ""
	}
	return lines(out...)
}

func (o *Office) cardAsker(c Case, now time.Time) string {
	place := o.placeName(c.Place)
	if place == "" {
		place = o.texts.say(textCardNoPlace)
	}
	return o.texts.say(textCardAsker, "nơi", place,
		"kênh", o.texts.say(o.texts.among(familyChannel, c.Chat.Channel)), "tuổi", o.span(now.Sub(c.Opened)))
}

func (o *Office) cardSession(c Case) string {
	if c.Session == "" {
		return ""
	}
	return o.texts.say(textCardSession, "buổi", c.Session)
}

func (o *Office) cardPhone(c Case) string {
	if c.Phone == "" || !c.State.Open() {
		return ""
	}
	return o.texts.say(textCardPhone, "số", c.Phone)
}

func (o *Office) cardFiles(c Case) string {
	if len(c.Files) == 0 {
		return ""
	}
	return o.texts.say(textCardFiles, "kèm", o.files(c.Files))
}

func (o *Office) cardWindow(c Case, view *window, now time.Time) string {
	if view == nil || !c.State.Open() {
		return ""
	}
	left := o.texts.say(textWindowOver)
	switch span := view.Until.Sub(now); {
	case span <= 0:
	case view.Messages < 0:
		left = o.texts.say(textWindowAny, "giờ", o.span(span))
	default:
		left = o.texts.say(textWindowLeft, "giờ", o.span(span), "số", strconv.Itoa(view.Messages))
	}
	return o.texts.say(textCardWindow, "còn", left)
}

func (o *Office) cardSaid(c Case, now time.Time) string {
	if len(c.Said) == 0 {
		return ""
	}
	out := []string{o.texts.say(textCardSaid)}
	failed := false // and something is left to do
	for _, s := range c.Said[max(0, len(c.Said)-cardSaid):] {
		out = append(out, "– "+o.saidLine(s, now))
		failed = s.Officer != "" && s.End == bot.EndFailed && c.State.Open()
	}
	switch {
	case failed && c.Phone != "":
		out = append(out, o.texts.say(textFailedCall, "số", c.Phone))
	case failed:
		out = append(out, o.texts.say(textFailedAsk))
	}
	return lines(out...)
}

func (o *Office) saidLine(s Said, now time.Time) string {
	text := brief(s.Text, cardText)
	if files := o.files(s.Files); files != "" {
		text = strings.TrimSpace(text + " [" + files + "]")
	}
	key := textSaidAnswer
	switch s.Kind {
	case SaidMore:
		key = textSaidResident
	case SaidEntry:
		key = textSaidEntry
	case SaidAsk:
		key = textSaidAsk
	case SaidDone:
		key = textSaidDone
	}
	return o.texts.say(key, "ai", o.officerName(s.Officer), "lúc", o.moment(s.At, now), "lời", text,
		"bài", o.entryName(s.Entry, now), "gửi", o.end(s, now))
}

// end says what has become of something an officer said.
func (o *Office) end(s Said, now time.Time) string {
	switch s.End {
	case bot.EndSent:
		return o.texts.say(textEndSent, "lúc", o.moment(later(s.At, s.Out), now))
	case bot.EndHeld:
		return o.texts.say(textEndHeld)
	case bot.EndFailed:
		return o.texts.say(textEndFailed, "vì", o.texts.say(o.texts.among(familyReason, s.Reason)))
	case bot.EndDropped:
		return o.texts.say(textEndDropped)
	}
	return o.texts.say(textEndUnderWay)
}

// later is the time a thing was known to have gone out, or else was said.
func later(said, out time.Time) time.Time {
	if out.IsZero() {
		return said
	}
	return out
}

// near returns the nearest entries that are valid today, by their index in
// Near.
func (o *Office) near(c Case, now time.Time) (index []int, names []string) {
	for i, id := range c.Near {
		if name, _, ok := o.config.Talk().Title(id, now); ok && len(index) < nearest {
			index, names = append(index, i), append(names, name)
		}
	}
	return index, names
}

func (o *Office) cardNear(c Case, now time.Time) string {
	_, names := o.near(c, now)
	if len(names) == 0 || !c.State.Open() {
		return ""
	}
	return lines(o.texts.say(textCardNear), "– "+strings.Join(names, "\n– "))
}

// cardNext says what the looker can do now.
func (o *Office) cardNext(c Case, who looker) string {
	switch {
	case who.officer == "" && (!c.State.Open() || c.Holder != ""):
		return o.forRoom(o.texts.say(textCardWait))
	case !c.State.Open(), c.Holder != "" && c.Holder != who.officer:
		return o.texts.say(textCardWait)
	case c.Holder != "":
		return o.texts.say(textCardWrite)
	case who.officer == "":
		return o.texts.say(textCardTake)
	}
	return o.texts.say(textCardTakeOwn)
}

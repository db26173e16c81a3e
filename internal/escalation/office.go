package escalation

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// Converser holds the conversation with a resident; [bot.Engine] is one.
type Converser interface {
	Converse(v bot.View, conv bot.Conversation, m bot.Message, now time.Time) bot.Step
	// Title returns the name of an entry valid on the day, and its whole text as
	// a resident would get it; false if there is none.
	Title(entry string, now time.Time) (name, text string, ok bool)
}

// Office decides for everybody: residents, officers in their own chats, rooms,
// letters between them, and the clock. It is safe for concurrent use.
type Office struct {
	config Config
	texts  texts
}

// Config is what an [Office] is made of. All but Place and Zone are compulsory.
type Config struct {
	Talk func() Converser    // the engine of the base in use
	Desk func() *desks.Desks // the desks in use; nil for none
	// Reach is who is registered at this moment.
	Reach func() Registry
	// Place returns how officers call a commune: «xã Tịnh Khê»; its id if nil.
	Place func(id string) string
	Zone  *time.Location // of dates in texts; UTC if nil
}

var _ exchange.Decider = (*Office)(nil)

// NewOffice returns an Office. The only errors are an incomplete config and
// texts that cannot be read, which a test excludes.
func NewOffice(c Config) (*Office, error) {
	if c.Talk == nil || c.Desk == nil || c.Reach == nil {
		return nil, errors.New("office: incomplete config")
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	t, err := loadTexts(textsFile)
	if err != nil {
		return nil, err
	}
	return &Office{config: c, texts: t}, nil
}

// scene is one situation being decided: what was in force when it began.
type scene struct {
	*Office
	exchange.Situation
	desks *desks.Desks
	reach Registry
	out   exchange.Outcome
}

func (o *Office) scene(s exchange.Situation) *scene {
	x := &scene{Office: o, Situation: s, desks: o.config.Desk(), reach: o.config.Reach()}
	x.out.Conversation = s.Conversation
	return x
}

// Mentions implements [exchange.Decider].
func (o *Office) Mentions(s exchange.Situation) []string {
	if x := o.scene(s); x.staff() {
		return o.mentions(s)
	}
	return nil
}

// Decide implements [exchange.Decider].
func (o *Office) Decide(s exchange.Situation) exchange.Outcome {
	x := o.scene(s)
	switch {
	case x.staff():
		x.staffStep()
	case s.Message.Kind == bot.KindLetter:
		x.letter()
	case s.Message.Kind == bot.KindDue:
		x.strike()
	default:
		x.resident()
	}
	return x.out
}

// staff reports whether the chat is an officer's own or a room: what comes there
// is never taken for a resident's question.
func (x *scene) staff() bool {
	return x.desks != nil && (x.isRoom() || x.owner() != "") && !x.ofResident()
}

// ofResident reports whether a letter or the clock concerns a case that lies with
// this very chat: an officer may have been a resident before.
func (x *scene) ofResident() bool {
	code := ""
	switch m := x.Message; {
	case m.Kind == bot.KindDue:
		code = m.Payload
	case m.Kind != bot.KindLetter:
	case m.Letter.Ended != nil:
		code, _, _ = readSaidTrack(m.Letter.Ended.Track)
	case len(m.Letter.Event) > 0:
		if e, err := readEnvelope(m.Letter.Event); err == nil && e.Case != nil {
			return true
		}
	}
	return code != "" && slices.ContainsFunc(x.cases(), func(c Case) bool { return c.Code == code })
}

func (x *scene) isRoom() bool { return x.Message.Room || len(x.desks.ByRoom(x.chat())) > 0 }

// owner returns the officer whose own chat it is, "" if it is nobody's.
func (x *scene) owner() string {
	id, _ := x.reach.Officer(x.chat())
	return id
}

// sender returns the officer who wrote in a room, "" if it was none.
func (x *scene) sender() string {
	if x.Message.Sender == "" {
		return ""
	}
	who := x.chat()
	who.Chat = x.Message.Sender
	id, _ := x.reach.Officer(who)
	return id
}

// staffStep decides for a chat of officers.
func (x *scene) staffStep() {
	book := bookOf(x.Chat.Cases)
	if x.isRoom() {
		x.out = x.room(x.Situation, x.sender(), book)
		return
	}
	if x.Message.Joined != "" {
		x.Message.Kind = bot.KindOpen
	}
	x.out = x.officer(x.Situation, x.owner(), book)
}

// chat is the one that the situation is in.
func (x *scene) chat() bot.ChatID { return x.Message.Chat }

// world is what the rules of cases rest on.
func (x *scene) world() World {
	return World{Desks: x.desks, Reach: x.reach, Now: x.Now, Random: x.Random}
}

// resident lets the engine answer, and does what it says to cases.
func (x *scene) resident() {
	view := bot.View{Cases: x.views()}
	if x.desks != nil {
		view.Desks = routes{x.desks, x.reach}
		view.NewCode = NewCode(x.CodePrefix, x.Random)
	}
	x.out.Step = x.config.Talk().Converse(view, x.Conversation, x.Message, x.Now)
	if x.out.Forget {
		x.withdraw()
		return
	}
	for _, act := range x.out.Acts {
		x.act(act)
	}
}

// act turns what the resident did into an event of the case.
func (x *scene) act(a bot.CaseAct) {
	e := Event{Code: a.Code, Text: a.Text, Files: a.Files, Phone: a.Phone, Open: &a}
	switch a.Kind {
	case bot.ActOpen:
		e.Kind = Opened
		x.apply(Case{Code: a.Code, Chat: x.chat()}, e, true)
		return
	case bot.ActAdd:
		e.Kind = Added
	case bot.ActPhone:
		e.Kind = Phoned
	case bot.ActClear:
		e.Kind = Cleared
	case bot.ActUnclear:
		e.Kind = Unclear
	case bot.ActPress:
		e.Kind = Pressed
	}
	x.event(e)
}

// event applies e to the case of this chat that it names; false if there is none.
func (x *scene) event(e Event) bool {
	for _, c := range x.cases() { // as the event before it in the same step left them
		if c.Code == e.Code {
			x.apply(c, e, false)
			return true
		}
	}
	return false
}

// apply lets the rules decide, and keeps and tells what follows.
func (x *scene) apply(c Case, e Event, fresh bool) {
	next, effects := Apply(c, e, x.world())
	stored, err := next.Record(x.Now)
	if err != nil {
		x.out.Counts = append(x.out.Counts, "case.unencodable")
		return
	}
	change := record.CaseChange{Case: stored, New: fresh}
	if i := slices.IndexFunc(x.out.Cases, func(k record.CaseChange) bool { return k.Code == c.Code }); i >= 0 {
		change.New = x.out.Cases[i].New
		x.out.Cases[i] = change
	} else {
		x.out.Cases = append(x.out.Cases, change)
	}
	x.keepFiles(e)
	x.out.Counts = append(x.out.Counts, countsOf(c, next, e)...)
	x.tellAll(next, effects)
}

// keepFiles has what a case now needs kept for as long as it may be asked for.
func (x *scene) keepFiles(e Event) {
	origin, files := x.chat().Channel, e.Files
	if e.From.Channel != "" {
		origin = e.From.Channel
	}
	if e.Open != nil && len(files) == 0 {
		files = e.Open.Files
	}
	for _, f := range files {
		if f.Key != "" {
			x.out.Letters = append(x.out.Letters, bot.KeepMedia(origin, f.Key))
		}
	}
}

// dropFiles has the copies of a case deleted that its resident sent.
func (x *scene) dropFiles(c Case) {
	drop := func(files []bot.Attachment) {
		for _, f := range files {
			if f.Key != "" {
				x.out.Letters = append(x.out.Letters, bot.DropMedia(x.chat().Channel, f.Key))
			}
		}
	}
	drop(c.Files)
	for _, said := range c.Said {
		if said.Officer == "" {
			drop(said.Files)
		}
	}
}

// tellAll turns effects into replies to this chat and letters to others.
func (x *scene) tellAll(c Case, effects []Effect) {
	for _, e := range effects {
		if e.What == Alarm {
			x.out.Counts = append(x.out.Counts, "case.alarm")
		}
	}
	replies, letters := x.post(c, effects, x.window(), x.Now)
	for _, r := range replies {
		x.out.Conversation = x.out.Conversation.Offered(r, x.Now)
	}
	x.out.Replies = append(x.out.Replies, replies...)
	x.out.Letters = append(x.out.Letters, letters...)
}

// letter takes what came from another chat: an officer's doing, or how sending
// something to this resident ended.
func (x *scene) letter() {
	l := x.Message.Letter
	x.out.Replies = slices.Clone(l.Replies)
	if l.Ended != nil {
		if code, no, ok := readSaidTrack(l.Ended.Track); ok {
			x.event(Event{Kind: Ended, Code: code, No: no, End: l.Ended.End, Reason: l.Ended.Reason})
		}
		return
	}
	what, err := readEnvelope(l.Event)
	if err != nil || what.Case == nil {
		return
	}
	e := *what.Case
	e.From = l.From
	if x.desks == nil || !x.event(e) {
		// It ended long ago or was withdrawn, or the desks left the settings.
		gone := Case{Code: e.Code, Chat: x.chat(), State: bot.CaseClosed}
		_, letters := x.post(gone, []Effect{{What: NoteOver, To: l.From}}, nil, x.Now)
		x.out.Letters = append(x.out.Letters, letters...)
	}
}

// strike is the clock of a case of this chat.
func (x *scene) strike() {
	if x.desks == nil {
		return
	}
	x.event(Event{Kind: Struck, Code: x.Message.Payload})
}

// withdraw tells everybody concerned that a resident asked to be forgotten. The
// store removes the cases with the rest of the chat.
func (x *scene) withdraw() {
	for _, c := range x.cases() {
		x.dropFiles(c)
		if x.desks == nil || c.State == bot.CaseClosed {
			continue
		}
		_, effects := Apply(c, Event{Kind: Withdrawn, Code: c.Code}, x.world())
		x.tellAll(c, effects)
	}
}

// cases returns those of this chat, with what this step has changed, the newest
// first. One that cannot be read is left alone: a newer program wrote it.
func (x *scene) cases() []Case {
	var out []Case
	for _, r := range x.Chat.Cases {
		if IsBook(r) {
			continue
		}
		for _, change := range x.out.Cases {
			if change.Code == r.Code {
				r = change.Case
			}
		}
		if c, err := FromRecord(r); err == nil {
			c.Chat = x.chat()
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Case) int { return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(a.Code, b.Code)) })
	return out
}

package bot

import (
	"strings"

	"github.com/doithoai/doithoai/internal/vietnamese"
	"github.com/doithoai/doithoai/knowledge"
)

// maxMisses is after how many messages in a row that were not understood the
// bot stops guessing and only shows the way to a person.
const maxMisses = 3

func (t *turn) understand(text string) {
	d := t.ask(text)
	t.decision = d
	t.count("decision." + string(d.Act))
	if c, ok := t.forCase(); ok && !overrides(d) {
		t.add(c, text, t.files)
		return
	}
	if c, ok := t.goesOn(); ok && (unsure(d) || len(t.files) > 0 && !overrides(d)) {
		t.add(c, text, t.files)
		return
	}
	if t.was.WantPlace && t.was.Draft != nil && t.strangePlace(d) {
		return
	}
	if (d.Act == knowledge.ActAnswer || unsure(d)) && t.proposes() {
		d = knowledge.Decision{Act: knowledge.ActHandover, Reading: d.Reading, Frame: t.was.Frame}
	}
	if asks(d.Act) && d.Phrase == "" {
		t.asking(text, d.Entry)
		t.figure(d)
	}
	switch d.Act {
	case knowledge.ActAnswer:
		t.understood()
		t.answer(d)
	case knowledge.ActCrisis:
		t.understood()
		t.crisis(d)
	case knowledge.ActCommand:
		t.act(commandAction(d.Phrase))
	case knowledge.ActHuman:
		t.understood()
		t.person(d)
	case knowledge.ActSmalltalk:
		t.conv.Frame = d.Frame
		t.smalltalk(d)
	case knowledge.ActRefer:
		t.understood()
		t.refer(d)
	case knowledge.ActAsk, knowledge.ActClarify:
		if !t.onlyWho(d) {
			t.doubt(d)
		}
	default:
		t.handover(d)
	}
	if d.Act == knowledge.ActClarify || d.Act == knowledge.ActHandover || d.Act == knowledge.ActAsk {
		t.keepFragment(text)
	}
}

// figure counts a question by topic and commune.
func (t *turn) figure(d knowledge.Decision) {
	topic := ""
	if e, ok := t.base.Entry(d.Entry, t.on); ok {
		topic = e.Topic
	}
	if topic == "" {
		topic = t.topicOf("")
	}
	t.count(Figure(FigureAsked, topic, t.placeID()))
	if d.Act == knowledge.ActAnswer || d.Act == knowledge.ActRefer || d.Act == knowledge.ActCrisis {
		t.count(Figure(FigureAnswered, topic, t.placeID()))
	}
}

// writesToCase reports whether what is typed now is for an officer.
func (t *turn) writesToCase() bool {
	_, ok := t.forCase()
	return ok
}

// overrides reports whether a message is heard by the bot although an officer
// waits for a reply: a cry for help, what somebody tells the bot to do, and a
// complaint about an official. Who wants a person is writing to one already.
func overrides(d knowledge.Decision) bool {
	return d.Act == knowledge.ActCrisis || d.Act == knowledge.ActCommand || d.Act == knowledge.ActHuman && d.Phrase != actionOfficer
}

// unsure reports whether the bot has no answer of its own to a message.
func unsure(d knowledge.Decision) bool {
	switch d.Act {
	case knowledge.ActHandover, knowledge.ActClarify, knowledge.ActAsk:
		return true
	}
	return false
}

// proposes reports whether somebody says what should be done, and asks nothing.
// An entry with the same words in it is no answer to that.
func (t *turn) proposes() bool {
	if !t.reaches() || strings.HasSuffix(strings.TrimSpace(t.said), "?") {
		return false
	}
	said := saying(t.said)
	return t.wishes(said) && !t.texts.says(textAsks, said)
}

// wishes reports whether a [saying] is what somebody wants done, and accuses nobody.
func (t *turn) wishes(said string) bool {
	return t.texts.says(textProposes, said) && !t.texts.says(textDenounces, said)
}

// asks reports whether a message is a question, as opposed to a greeting or a
// command.
func asks(a knowledge.Act) bool {
	switch a {
	case knowledge.ActCommand, knowledge.ActHuman, knowledge.ActSmalltalk:
		return false
	}
	return true
}

// onlyWho takes a message that says who one is and nothing else: it is kept, and
// the question is awaited instead of guessed.
func (t *turn) onlyWho(d knowledge.Decision) bool {
	who := d.Frame.Slots["ai"]
	if !d.Bare || len(who) == 0 {
		return false
	}
	t.conv.Frame = d.Frame
	t.notice(t.texts.say(textGoOn, "diện", strings.Join(groupNames(who), ", ")), t.topicButtons()...)
	return true
}

// person answers who wants a person. A complaint about an official has a lawful
// way of its own and is not sent to the desk it is about.
func (t *turn) person(d knowledge.Decision) {
	if p, ok := t.base.Phrase(d.Phrase); ok && d.Phrase != actionOfficer {
		t.count("officer.complaint")
		t.conv.Matter, t.conv.Question = MatterConfidential, t.said
		t.handoff(p.Answer, t.officerButton(), t.menuButton())
		return
	}
	t.officer()
}

// ask understands the text, with the fragment before it if there is one: of the
// two readings the surer counts.
func (t *turn) ask(text string) knowledge.Decision {
	d := t.matcher.Ask(knowledge.Query{Text: text, Frame: t.was.Frame, On: t.on})
	if whole, ok := t.withFragment(text); ok && d.Act != knowledge.ActCrisis && d.Act != knowledge.ActHuman && d.Act != knowledge.ActCommand {
		w := t.matcher.Ask(knowledge.Query{Text: whole, Frame: t.was.Frame, On: t.on})
		if w.Act == knowledge.ActAnswer && (d.Act != knowledge.ActAnswer || w.Confidence > d.Confidence) {
			return w
		}
		if d.Act == knowledge.ActHandover && w.Act != knowledge.ActHandover {
			return w
		}
	}
	return d
}

func commandAction(phrase string) string {
	if phrase == actionForget {
		return actionForget
	}
	return actionMenu
}

func (t *turn) understood() { t.conv.Misses = 0 }

// doubt asks back, but never twice in a row: a resident who did not take any of
// the choices is not helped by more of them.
func (t *turn) doubt(d knowledge.Decision) {
	if t.was.Asked || len(d.Candidates) == 0 {
		t.handover(d)
		return
	}
	t.conv.Frame = d.Frame
	t.conv.Asked = true
	t.conv.Misses = t.was.Misses + 1
	if d.Act == knowledge.ActAsk {
		if options := t.groups(d); len(options) > 1 {
			t.choices(t.texts.say(textAskWho), append(options, Option{t.texts.say(textNotThese), actionNoneOf}))
			return
		}
	}
	t.choices(t.texts.say(textClarify), append(t.entryOptions(ids(d.Candidates)), Option{t.texts.say(textNotThese), actionNoneOf}))
}

func ids(cs []knowledge.Candidate) []string {
	var out []string
	for _, c := range cs {
		if c.Score >= 0.03 || len(out) == 0 {
			out = append(out, c.ID)
		}
	}
	return out
}

// groups offers the members of the family in doubt, one line a group.
func (t *turn) groups(d knowledge.Decision) []Option {
	var out []Option
	for _, id := range t.matcher.Members(d.Candidates[0].ID) {
		entry, ok := t.base.Entry(id, t.on)
		if !ok {
			continue
		}
		if who := entry.When.Values["ai"]; len(who) > 0 && len(out) < 5 {
			out = append(out, Option{"Hộ " + strings.TrimPrefix(who[0], "hộ "), prefixEntry + id})
		}
	}
	return out
}

func (t *turn) handover(d knowledge.Decision) {
	t.conv.Misses = t.was.Misses + 1
	t.conv.Frame = d.Frame
	if d.Phrase != "" {
		if p, ok := t.base.Phrase(d.Phrase); ok {
			t.notice(p.Answer, t.menuButton(), t.officerButton())
			return
		}
	}
	if t.conv.Misses >= maxMisses && !t.reaches() {
		t.handoff(t.texts.say(textLoop), t.officerButton(), t.menuButton())
		return
	}
	if t.reaches() && t.wishes(saying(t.said)) {
		t.count("officer.proposal")
		t.bring(MatterProposal, t.texts.say(textProposal))
		return
	}
	if complains(d.Reading) {
		t.conv.Matter = MatterConfidential
		t.handoff(t.texts.say(textComplaint), t.officerButton(), t.menuButton())
		return
	}
	if t.reaches() {
		t.bring(MatterQuestion, t.texts.say(textBring))
		return
	}
	t.conv.WantPlace = true
	t.handoff(t.texts.say(textHandover), t.menuButton(), t.officerButton())
}

// complains recognises a formal complaint or denunciation, which gets the
// lawful way instead of a miss.
func complains(r knowledge.Reading) bool {
	for _, c := range r.Concepts {
		if c.Value == "khiếu nại" && !c.Not {
			return true
		}
	}
	return false
}

func (t *turn) smalltalk(d knowledge.Decision) {
	p, ok := t.base.Phrase(d.Phrase)
	if !ok {
		t.handover(knowledge.Decision{Frame: d.Frame})
		return
	}
	t.conv.Introduced = true
	t.notice(p.Answer, t.menuButton(), t.officerButton())
}

func (t *turn) refer(d knowledge.Decision) {
	t.conv.Frame = knowledge.Frame{Slots: d.Frame.Slots}
	r, ok := t.base.Referral(d.Referral)
	if !ok {
		t.handover(d)
		return
	}
	t.step.Replies = append(t.step.Replies, t.withButtons(Reply{Kind: ReplyHandoff, Text: r.Answer + "\n\n" + t.texts.say(textFootnotePlain), Entry: r.ID}, t.menuButton(), t.officerButton()))
}

// crisis answers a cry for help at once with the official text and nothing
// else around it.
func (t *turn) crisis(d knowledge.Decision) {
	t.conv.Frame, t.conv.Matter = knowledge.Frame{}, MatterUrgent
	entry, ok := t.base.Entry(d.Entry, t.on)
	if !ok {
		t.officer()
		return
	}
	text, err := t.base.Render(entry.Answer, t.on)
	if err != nil {
		t.officer()
		return
	}
	t.step.Replies = append(t.step.Replies, t.withButtons(Reply{Kind: ReplyUrgent, Text: text, Entry: entry.ID, Version: entry.Version()}, t.officerButton()))
}

// fragments: people type a question in pieces. A short piece that was not
// understood waits for what comes next, masked, and no longer than this.
const fragmentFor = 3 * 60 // seconds

func (t *turn) keepFragment(text string) {
	whole := text
	if before, ok := t.withFragment(text); ok {
		whole = before
	}
	if len(vietnamese.Tokenize(text)) > 12 || len(whole) > 300 || holdsLongNumber(whole) {
		return
	}
	t.conv.Fragment, t.conv.FragmentAt = whole, t.now
}

func (t *turn) withFragment(text string) (string, bool) {
	if t.was.Fragment == "" || t.now.Sub(t.was.FragmentAt).Seconds() > fragmentFor {
		return "", false
	}
	return t.was.Fragment + ", " + text, true
}

// holdsLongNumber reports whether a text may hold an ID, phone or account
// number; such a text is never kept.
func holdsLongNumber(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == ' ' || r == '.' || r == '-':
		default:
			digits = 0
		}
		if digits >= 7 {
			return true
		}
	}
	return false
}

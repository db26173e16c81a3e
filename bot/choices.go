package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/knowledge"
)

// labelLimit is how many characters a button holds on the narrowest channel.
const labelLimit = 24

func cutLabel(s string) string {
	if utf8.RuneCountInString(s) <= labelLimit {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:labelLimit-1])) + "…"
}

func (t *turn) menuButton() Button {
	return Button{t.texts.say(textTopics), actionMenu}
}

func (t *turn) officerButton() Button {
	return Button{t.texts.say(textOfficer), actionOfficer}
}

func (t *turn) notMeantButton() Button {
	return Button{t.texts.say(textNotMeant), actionNotMeant}
}

func (t *turn) topicButtons() []Button {
	var out []Button
	for _, topic := range t.base.Topics {
		out = append(out, Button{cutLabel(topic.Label), prefixTopic + topic.ID})
	}
	return append(out, t.officerButton())
}

// facetButtons offers two facets that the entry fills and that were not shown.
func (t *turn) facetButtons(entry knowledge.Entry) []Button {
	var out []Button
	for _, f := range []knowledge.Facet{knowledge.FacetWhere, knowledge.FacetPapers, knowledge.FacetHow, knowledge.FacetTime, facetNotes, knowledge.FacetBenefit} {
		if len(out) == 2 {
			break
		}
		if t.facetText(entry, f) != "" && !slices.Contains(t.conv.Shown, string(f)) {
			out = append(out, Button{t.facetName(f), prefixFacet + string(f) + ":" + entry.ID})
		}
	}
	return out
}

func (t *turn) facetName(f knowledge.Facet) string {
	return t.texts.say(textKey("mặt " + string(f)))
}

// hubOptions offers the entries of a life event together.
func (t *turn) hubOptions(entry knowledge.Entry) []Button {
	var out []Button
	for _, id := range entry.Offers {
		if e, ok := t.base.Entry(id, t.on); ok && len(out) < 6 {
			out = append(out, Button{cutLabel(e.Label), prefixEntry + id})
		}
	}
	return out
}

func (t *turn) entryOptions(ids []string) []Option {
	var out []Option
	for _, id := range ids {
		if e, ok := t.base.Entry(id, t.on); ok && len(out) < 3 {
			out = append(out, Option{e.Label, prefixEntry + id})
		}
	}
	return out
}

// withButtons gives a reply its buttons and remembers them as the list that
// numbers refer to; the officer is always number 0.
func (t *turn) withButtons(r Reply, buttons ...Button) Reply {
	r.Buttons = buttons
	t.conv.List = nil
	for _, b := range buttons {
		if b.Payload != actionOfficer {
			t.conv.List = append(t.conv.List, Option{b.Label, b.Payload})
		}
	}
	return r
}

func (t *turn) notice(text string, buttons ...Button) {
	t.step.Replies = append(t.step.Replies, t.withButtons(Reply{Kind: ReplyNotice, Text: text}, buttons...))
}

func (t *turn) handoff(text string, buttons ...Button) {
	t.step.Replies = append(t.step.Replies, t.withButtons(Reply{Kind: ReplyHandoff, Text: text}, buttons...))
}

func (t *turn) choices(question string, options []Option) {
	buttons := make([]Button, 0, len(options)+1)
	for _, o := range options {
		buttons = append(buttons, Button{cutLabel(o.Label), o.Action})
	}
	buttons = append(buttons, t.officerButton())
	t.step.Replies = append(t.step.Replies, t.withButtons(Reply{Kind: ReplyChoice, Text: question}, buttons...))
}

// act does what a button or number stands for. Payloads come from outside: an
// unknown one gets the menu, never an error.
func (t *turn) act(payload string) {
	kind, a, b := splitAction(payload)
	t.count("action." + strings.TrimSuffix(kindName(kind), ":"))
	switch kind {
	case actionOfficer:
		t.officer()
	case actionNotMeant, actionNoneOf:
		t.notMeant(kind)
	case actionUp:
		t.notice(t.texts.say(textThanks), t.menuButton(), t.officerButton())
	case actionForget:
		t.step.Forget = true
		t.dropCopies()
		t.conv = Conversation{}
		t.step.Replies = append(t.step.Replies, Reply{Kind: ReplyNotice, Text: t.texts.say(textForgotten)})
	case prefixTopic:
		t.topic(a)
	case prefixEntry:
		t.show(a, "")
	case prefixFacet:
		t.show(b, knowledge.Facet(a))
	case prefixPlace:
		t.officerAt(a, "")
	default:
		t.notice(t.texts.say(textMenu), t.topicButtons()...)
	}
}

// kindName keeps counters few: what the program does not know counts as menu.
func kindName(kind string) string {
	switch kind {
	case actionOfficer, actionNotMeant, actionNoneOf, actionUp, actionForget, prefixTopic, prefixEntry, prefixFacet, prefixPlace:
		return kind
	}
	return actionMenu
}

func (t *turn) topic(id string) {
	topic, ok := t.base.Topic(id)
	if !ok {
		t.act(actionMenu)
		return
	}
	var options []Option
	for _, e := range topic.Entries {
		if entry, ok := t.base.Entry(e, t.on); ok && len(options) < 9 {
			options = append(options, Option{entry.Label, prefixEntry + e})
		}
	}
	t.choices(t.texts.say(textTopic, "tên", topic.Name), options)
}

// show answers a press: an entry, or one facet of it, for the group that is
// known of the resident.
func (t *turn) show(id string, f knowledge.Facet) {
	d, ok := t.matcher.About(id, f, t.was.Frame, t.on)
	if !ok {
		if len(t.base.Versions(id)) > 0 {
			t.noVersion(id)
			return
		}
		t.act(actionMenu)
		return
	}
	t.understood()
	if f == "" {
		t.answer(d)
		return
	}
	entry, _ := t.base.Entry(d.Entry, t.on)
	text, err := t.base.Render(t.facetText(entry, f), t.on)
	if err != nil || text == "" {
		text = t.texts.say(textNoFacet)
	}
	if d.Entry == t.was.Frame.Entry {
		t.conv.Shown = slices.Clone(t.was.Shown)
	}
	t.conv.Frame = d.Frame
	t.sendEntry(entry, t.facetName(f)+":\n"+text, f)
}

// notMeant offers the neighbours of what was shown, once; then a person.
func (t *turn) notMeant(kind string) {
	t.conv.Misses = t.was.Misses + 1
	t.conv.Frame = knowledge.Frame{Slots: t.was.Frame.Slots}
	if kind == actionNoneOf || t.was.Asked || t.conv.Misses >= maxMisses {
		text := textRephrase
		if t.conv.Misses >= maxMisses {
			text = textLoop
		}
		t.notice(t.texts.say(text), t.menuButton(), t.officerButton())
		return
	}
	options := t.entryOptions(t.matcher.Neighbours(t.was.Frame.Entry))
	if len(options) == 0 {
		t.notice(t.texts.say(textRephrase), t.menuButton(), t.officerButton())
		return
	}
	t.conv.Asked = true
	t.choices(t.texts.say(textSorry), append(options, Option{t.texts.say(textNotThese), actionNoneOf}))
}

package bot

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/vietnamese"
	"github.com/doithoai/doithoai/knowledge"
)

// MaxText is how many characters of a message are read. The longest stories of
// the question sets have 600; the rest of a longer one is said to be unread.
const MaxText = 1500

// Engine decides what to do with messages. It is immutable and safe for
// concurrent use; a new knowledge base gets a new engine.
type Engine struct {
	matcher *knowledge.Matcher
	base    *knowledge.Base
	zone    *time.Location
	texts   texts
	places  *placeFinder
}

// NewEngine returns an engine over a fitted matcher. zone is where "today" is
// reckoned. It panics if the sentences compiled into the program cannot be
// read, which a test excludes.
func NewEngine(m *knowledge.Matcher, zone *time.Location) *Engine {
	t, err := loadTexts(textsFile)
	if err != nil {
		panic(err)
	}
	return &Engine{matcher: m, base: m.Base(), zone: zone, texts: t, places: newPlaceFinder(m.Base().Places)}
}

// Decide is [Engine.Converse] where no officer can be reached.
func (e *Engine) Decide(conv Conversation, m Message, now time.Time) Step {
	return e.Converse(View{}, conv, m, now)
}

// Base returns what the engine speaks from.
func (e *Engine) Base() *knowledge.Base { return e.base }

// Title returns the name of an entry that is valid on the day and its text as a
// resident gets it who is in no known group; false if there is none.
func (e *Engine) Title(id string, now time.Time) (name, text string, ok bool) {
	t := e.begin(View{}, Conversation{Introduced: true}, now)
	t.show(id, "")
	if len(t.step.Replies) != 1 || t.step.Replies[0].Entry != id {
		return "", "", false
	}
	entry, ok := e.base.Entry(id, t.on)
	return entry.Label, t.step.Replies[0].Text, ok
}

// Converse is the step one message makes in a conversation. It is a function of
// its arguments and the base alone.
func (e *Engine) Converse(v View, conv Conversation, m Message, now time.Time) Step {
	switch m.Kind {
	case KindLetter: // the conversation goes on where it was
		return Step{Conversation: conv, Replies: m.Letter.Replies}
	case KindDue:
		return Step{Conversation: conv}
	}
	t := e.begin(v, conv, now)
	t.remember(m)
	switch m.Kind {
	case KindOpen:
		t.welcome()
	case KindPress:
		t.act(m.Payload)
	case KindText:
		t.files = m.Attachments
		t.text(m.Text)
	case KindLate:
		t.count("message.late")
		t.handoff(t.texts.say(textLate, "ngày", knowledge.DateOf(m.At.In(e.zone)).String()), t.officerButton(), t.menuButton())
	default:
		if t.addFiles("", m.Attachments) {
			break
		}
		if slices.ContainsFunc(m.Attachments, func(a Attachment) bool { return a.Kind == AttachOther }) {
			// A platform keeps messages of people it protects from us: asking them
			// to type would be asking in vain.
			t.count("message.withheld")
			t.act(actionOfficer)
			break
		}
		t.received(m)
	}
	t.step.Conversation = t.conv
	return t.step
}

// turn is one message being worked on.
type turn struct {
	*Engine
	view     View
	decision knowledge.Decision // of the text, once it was understood
	said     string             // what was typed, as far as it is read
	conv     Conversation
	was      Conversation // as it stood before this message
	now      time.Time
	on       knowledge.Date
	step     Step
	rested   bool // the message begins a conversation anew

	origin string       // the channel of the message
	files  []Attachment // that came with words
}

func (e *Engine) begin(v View, conv Conversation, now time.Time) *turn {
	rested := conv.UpdatedAt.IsZero() || now.Sub(conv.UpdatedAt) > ContextFor
	if rested {
		conv = conv.rested(now)
		conv.List = answeredOptions(v) // an officer's answer comes days later, too
	}
	t := &turn{Engine: e, view: v, conv: conv, was: conv, now: now, on: knowledge.DateOf(now.In(e.zone)), rested: rested}
	t.conv.UpdatedAt = now
	t.conv.List, t.conv.Asked, t.conv.WantPlace, t.conv.Fragment = nil, false, false, ""
	t.conv.WantPhone, t.conv.Telling, t.conv.Lately, t.conv.Matter = false, "", "", ""
	return t
}

func (t *turn) count(name string) { t.step.Counts = append(t.step.Counts, name) }

func (t *turn) welcome() {
	t.count("message.open")
	t.conv = Conversation{UpdatedAt: t.now, Introduced: true, Place: t.was.Place, Copies: t.conv.Copies}
	t.notice(t.texts.say(textWelcome)+"\n\n"+t.texts.say(textIntro), t.topicButtons()...)
}

// text handles what was typed, from what costs least to be wrong about to what
// needs understanding.
func (t *turn) text(raw string) {
	text := strings.TrimSpace(vietnamese.Compose(raw))
	cut := utf8.RuneCountInString(text) > MaxText
	if cut {
		text = string([]rune(text)[:MaxText])
	}
	words := vietnamese.Tokenize(text)
	switch {
	case isThumbsUp(text):
		t.count("feedback.up")
		t.notice(t.texts.say(textThanks), t.menuButton(), t.officerButton())
		return
	case isThumbsDown(text):
		t.act(actionNotMeant)
		return
	case len(words) == 0:
		t.count("message.empty")
		t.notice(t.texts.say(textEmpty), t.menuButton(), t.officerButton())
		return
	}
	if n, ok := choiceNumber(words); ok && (n <= len(t.was.List) || !t.writesToCase()) {
		t.number(n)
		return
	}
	if choice, ok := t.agrees(words); ok {
		t.consent(choice, t.was.Draft.ID)
		return
	}
	if t.agreesLate(words) || t.caseWords(words, text) {
		return
	}
	if t.was.WantPlace && (t.place(words) || t.untold(words)) {
		return
	}
	if !t.writesToCase() && t.repeated(text) {
		return
	}
	t.said = text
	t.understand(text)
	if cut {
		t.step.Replies[0].Text = t.texts.say(textTooLong) + "\n\n" + t.step.Replies[0].Text
	}
}

// choiceNumber reads "1", "số 2", "chọn 3", "0." as a choice.
func choiceNumber(words []vietnamese.Token) (int, bool) {
	if len(words) == 2 {
		switch words[0].Folded {
		case "so", "chon", "muc", "cau":
			words = words[1:]
		}
	}
	if len(words) != 1 || len(words[0].Folded) > 2 {
		return 0, false // «000001» is a code
	}
	n, err := strconv.Atoi(words[0].Folded)
	return n, err == nil && n >= 0 && n < 20
}

func (t *turn) number(n int) {
	switch {
	case n == 0:
		t.act(actionOfficer)
	case n <= len(t.was.List):
		t.act(t.was.List[n-1].Action)
	default:
		t.count("choice.stale")
		t.notice(t.texts.say(textNoList), t.menuButton(), t.officerButton())
	}
}

// repeated notices the same text sent again, as people do when a network is
// slow or an answer disappoints: the first time the answer is given again with
// a way out, later only the way out.
func (t *turn) repeated(text string) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(vietnamese.Fold(text)))
	sum := h.Sum64()
	same := t.was.LastHash == sum
	t.conv.LastHash = sum
	if !same {
		t.conv.Repeats = 0
		return false
	}
	t.conv.Repeats = t.was.Repeats + 1
	t.conv.Shown = t.was.Shown
	t.count("message.repeated")
	switch {
	case t.conv.Repeats == 1 && t.was.Frame.Entry != "" && !t.was.Asked:
		t.notice(t.texts.say(textRepeat), t.notMeantButton(), t.officerButton())
	case t.conv.Repeats >= 2:
		t.notice(t.texts.say(textRepeatShort), t.menuButton(), t.officerButton())
	default:
		return false
	}
	return true
}

func isThumbsUp(s string) bool {
	return strings.ContainsAny(s, "👍❤") && len(vietnamese.Tokenize(s)) == 0
}

func isThumbsDown(s string) bool {
	return strings.Contains(s, "👎") && len(vietnamese.Tokenize(s)) == 0
}

package bot

import (
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// open returns the cases of this chat of which something is still to come.
func (t *turn) open() []CaseView {
	var out []CaseView
	for _, c := range t.view.Cases {
		if c.State.Open() {
			out = append(out, c)
		}
	}
	return out
}

func (t *turn) caseOf(code string) (CaseView, bool) {
	for _, c := range t.view.Cases {
		if c.Code == code {
			return c, true
		}
	}
	return CaseView{}, false
}

// asked returns the case in which an officer waits for this resident.
func (t *turn) asked() (CaseView, bool) {
	for _, c := range t.view.Cases {
		if c.State == CaseAsked {
			return c, true
		}
	}
	return CaseView{}, false
}

// goesOn returns the case that somebody is in the middle of writing about: it was
// added to a moment ago, or an officer's answer is the latest thing that was said.
// What the bot has an answer to is answered all the same.
func (t *turn) goesOn() (CaseView, bool) {
	if t.rested || t.was.Aside {
		return CaseView{}, false
	}
	code := t.was.Lately
	for _, o := range t.was.List {
		if rest, ok := strings.CutPrefix(o.Action, UnclearButton("")); ok {
			code = rest
		}
	}
	c, ok := t.caseOf(code)
	return c, ok && (c.State.Open() || c.Lapsed)
}

// addFiles brings what was sent to the case that is being spoken of; false if
// there is none.
func (t *turn) addFiles(text string, files []Attachment) bool {
	c, ok := t.forCase()
	if !ok {
		c, ok = t.goesOn()
	}
	if !ok || len(files) == 0 || !slices.ContainsFunc(files, Attachment.held) {
		return false
	}
	t.add(c, text, files)
	return true
}

// casesButton leads to the list of what was sent to officers.
func (t *turn) casesButton() Button { return Button{t.texts.say(textMyCases), actionCases} }

// answered returns the code of the latest case that waits for «rõ» or «chưa rõ»,
// also of one that has ended if its end is what was told last.
func (t *turn) answered() string {
	for _, o := range t.was.List {
		if code, ok := strings.CutPrefix(o.Action, UnclearButton("")); ok && t.owns(code) {
			return code
		}
	}
	for _, c := range t.view.Cases {
		if c.State == CaseAnswered {
			return c.Code
		}
	}
	return ""
}

// caseWords takes what concerns cases and is no question: a code, a phone
// number, «hỏi», «hồ sơ của tôi», «việc khác».
func (t *turn) caseWords(words []vietnamese.Token, text string) bool {
	if !t.reaches() && len(t.view.Cases) == 0 {
		return false
	}
	said := foldWords(words)
	digits := onlyDigits(text)
	switch {
	case len(digits) == codeDigits: // nobody leaves out the 0 of a number to be called at
		t.lookUp(digits)
	case isPhone(digits) && (t.was.WantPhone || len(t.open()) > 0):
		t.phone(digits)
	case len(digits) == checkDigits:
		t.verify(digits)
	case t.texts.lists(textSaysCases, said):
		t.listCases()
	case t.texts.lists(textSaysPress, said):
		t.press()
	case t.texts.lists(textSaysOther, said):
		t.other()
	case t.answered() != "" && t.texts.lists(textSaysClear, said):
		t.onCase(caseClear, t.answered())
	case t.answered() != "" && t.texts.lists(textSaysUnclear, said):
		t.onCase(caseUnclear, t.answered())
	default:
		return false
	}
	return true
}

// codeDigits is the length of a case's code; no phone number is that short.
const codeDigits = 9

func (t *turn) owns(code string) bool {
	_, ok := t.caseOf(code)
	return ok
}

// checkDigits is the length of the code that proves an officer's answer.
const checkDigits = 6

// onlyDigits returns the digits of a text that holds nothing else but what
// people put between them, and "" of any other.
func onlyDigits(text string) string {
	var out strings.Builder
	for _, r := range strings.TrimPrefix(strings.TrimSpace(text), "+") {
		switch {
		case r >= '0' && r <= '9':
			out.WriteRune(r)
		case strings.ContainsRune(" .-", r):
		default:
			return ""
		}
	}
	return out.String()
}

// isPhone knows the numbers of Vietnam: 0 or 84 before the nine digits of a
// mobile or the ten of a landline. Nine digits alone are a code.
func isPhone(digits string) bool {
	for _, lead := range []string{"84", "0"} {
		if rest, ok := strings.CutPrefix(digits, lead); ok && rest != "" {
			return len(rest) == 9 && rest[0] != '0' || len(rest) == 10 && rest[0] == '2'
		}
	}
	return false
}

// phone leaves a number with the case that was opened a moment ago. It goes
// into that case and nowhere else.
func (t *turn) phone(digits string) {
	open := t.open()
	if len(open) == 0 {
		t.notice(t.texts.say(textNoCase), t.menuButton(), t.officerButton())
		return
	}
	t.step.Acts = append(t.step.Acts, CaseAct{Kind: ActPhone, Code: open[0].Code, Phone: digits})
	t.count("case.phone")
	t.handoff(t.texts.say(textPhoneKept, "đuôi", digits[len(digits)-3:], "mã", SayCode(open[0].Code)), t.menuButton())
}

// lookUp tells how a case of this chat stands, and nothing of any other.
func (t *turn) lookUp(code string) {
	t.count("case.lookup")
	c, ok := t.caseOf(code)
	if !ok {
		t.notice(t.texts.say(textNoSuchCase), t.casesButton(), t.officerButton())
		return
	}
	t.notice(t.status(c), t.caseButtons(c)...)
}

func (t *turn) status(c CaseView) string {
	key := textKey("hồ sơ " + string(c.State))
	if c.Late && (c.State == CaseWaiting || c.State == CaseHeld) {
		key = textCaseLate
	}
	who := c.Officer
	if who == "" {
		who = c.Desk
	}
	question := cutText(c.Question, 80)
	if question == "" {
		question = t.texts.say(textNoQuestion)
	}
	return t.texts.say(key, "mã", SayCode(c.Code), "câu", question, "bộ phận", c.Desk, "ai", who, "hạn", t.when(c.Due))
}

func (t *turn) caseButtons(c CaseView) []Button {
	var out []Button
	switch c.State {
	case CaseAnswered:
		out = append(out, Button{t.texts.say(textClear), prefixCase + caseClear + ":" + c.Code}, Button{t.texts.say(textUnclearButton), prefixCase + caseUnclear + ":" + c.Code})
	case CaseClosed:
		if c.Reopens {
			out = append(out, Button{t.texts.say(textUnclearButton), prefixCase + caseUnclear + ":" + c.Code})
		}
	default:
		out = append(out, Button{t.texts.say(textAddMore), prefixCase + caseMore + ":" + c.Code})
	}
	return append(out, t.menuButton(), t.officerButton())
}

// listCases tells of all cases of this chat. On a phone that several people use
// it shows no more of a question than its beginning.
func (t *turn) listCases() {
	t.count("case.list")
	if len(t.view.Cases) == 0 {
		t.notice(t.texts.say(textNoCase), t.menuButton(), t.officerButton())
		return
	}
	var lines []string
	var buttons []Button
	for _, c := range t.view.Cases[:min(len(t.view.Cases), maxOpen)] {
		lines = append(lines, t.status(c))
		if len(t.view.Cases) > 1 {
			buttons = append(buttons, Button{SayCode(c.Code), prefixCase + caseShow + ":" + c.Code})
		}
	}
	if len(buttons) == 0 {
		buttons = t.caseButtons(t.view.Cases[0])
	} else {
		buttons = append(buttons, t.menuButton(), t.officerButton())
	}
	t.notice(strings.Join(lines, "\n\n"), buttons...)
}

// press asks after an answer that has not come.
func (t *turn) press() {
	t.listCases()
	for _, c := range t.open() {
		if c.State == CaseWaiting || c.State == CaseHeld {
			t.step.Acts = append(t.step.Acts, CaseAct{Kind: ActPress, Code: c.Code})
		}
	}
}

// verify tells whether an officer's answer was really sent to this chat.
func (t *turn) verify(code string) {
	t.count("case.verify")
	for _, c := range t.view.Cases {
		for _, k := range c.Checks {
			if k.Code == code {
				t.notice(t.texts.say(textCheckTrue, "ai", k.Officer, "lúc", t.when(k.At), "mã", SayCode(c.Code)), t.menuButton(), t.officerButton())
				return
			}
		}
	}
	t.notice(t.texts.say(textCheckFalse), t.menuButton(), t.officerButton())
}

// other turns back to the assistant although an officer waits for a reply.
func (t *turn) other() {
	t.conv.Aside, t.conv.Telling = true, ""
	t.notice(t.texts.say(textAside), t.topicButtons()...)
}

// onCase does what a button under a message about a case stands for.
func (t *turn) onCase(verb, code string) {
	c, ok := t.caseOf(code)
	if !ok {
		t.notice(t.texts.say(textNoSuchCase), t.casesButton(), t.officerButton())
		return
	}
	switch {
	case verb == caseClear && c.State == CaseAnswered:
		t.step.Acts = append(t.step.Acts, CaseAct{Kind: ActClear, Code: code})
		t.notice(t.texts.say(textCleared), t.menuButton())
	case verb == caseUnclear && (c.State == CaseAnswered || c.Reopens):
		t.step.Acts = append(t.step.Acts, CaseAct{Kind: ActUnclear, Code: code})
		t.conv.Telling = code
		t.notice(t.texts.say(textTellUnclear), Button{t.texts.say(textOther), actionOther})
	case verb == caseMore && c.State.Open():
		t.conv.Telling = code
		t.notice(t.texts.say(textTellMore), Button{t.texts.say(textOther), actionOther})
	case verb == caseOther:
		t.other()
	default:
		t.notice(t.status(c), t.caseButtons(c)...)
	}
}

// forCase returns the case that what was just written belongs to: the one an
// officer waits in, or the one the resident chose to add to.
func (t *turn) forCase() (CaseView, bool) {
	if t.was.Telling != "" {
		if c, ok := t.caseOf(t.was.Telling); ok && c.State.Open() {
			return c, true
		}
	}
	if t.was.Aside {
		return CaseView{}, false
	}
	return t.asked()
}

// add brings what was written or sent to the officer of the case.
func (t *turn) add(c CaseView, text string, files []Attachment) {
	t.count("case.added")
	t.conv.Aside, t.conv.Attached, t.conv.Lately = false, nil, c.Code
	t.step.Acts = append(t.step.Acts, CaseAct{Kind: ActAdd, Code: c.Code, Text: cutText(text, maxQuestion), Files: files})
	t.handoff(t.texts.say(textAdded, "mã", SayCode(c.Code)), Button{t.texts.say(textAddMore), prefixCase + caseMore + ":" + c.Code}, Button{t.texts.say(textOther), actionOther})
}

// answeredOptions are the two numbers under the latest officer's answer of which
// nobody has said whether it was clear; they count for as long as that is so. Of a
// case that ended by itself it is the one that opens it again.
func answeredOptions(v View) []Option {
	for _, c := range v.Cases {
		if c.State == CaseAnswered {
			return []Option{{Action: ClearButton(c.Code)}, {Action: UnclearButton(c.Code)}}
		}
	}
	for _, c := range v.Cases {
		if c.Lapsed {
			return []Option{{Action: UnclearButton(c.Code)}}
		}
	}
	return nil
}

// apart tells a machine's answer from the one an officer still owes.
func (t *turn) apart() string {
	for _, c := range t.open() {
		if (c.State == CaseWaiting || c.State == CaseHeld || c.State == CaseAsked) && !t.conv.Apart {
			t.conv.Apart = true
			return t.texts.say(textApart, "mã", SayCode(c.Code))
		}
	}
	return ""
}

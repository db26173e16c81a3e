package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/vietnamese"
	"github.com/doithoai/doithoai/knowledge"
)

// Draft is a question on its way to an officer that nobody has agreed to yet.
// It ends with the context of the conversation: silence is no consent.
type Draft struct {
	ID       string   `json:"id"` // ties a consent button to the words it stood under
	Matter   Matter   `json:"matter"`
	Question string   `json:"question,omitempty"`
	Near     []string `json:"near,omitempty"`
	Topic    string   `json:"topic,omitempty"`
	Desk     string   `json:"desk,omitempty"` // that the resident was told
	Asked    bool     `json:"asked,omitempty"`
}

// consentVersion names the words under «xin đồng ý» and «đồng ý gì» in
// texts.vi.yaml; whoever changes what they promise gives them a new one.
const consentVersion = "2026-11.2"

// Bounds of what goes along with a case.
const (
	maxQuestion = 1500 // characters, as much as is read of a message
	maxTurn     = 160  // characters of an earlier question
	maxTurns    = 3
	maxOpen     = 5 // cases of one chat that are open at the same time
)

// reaches reports whether questions go to officers from here.
func (t *turn) reaches() bool { return t.view.Desks != nil }

// bring begins to bring a matter to an officer. It takes at most two answers of
// the resident, the commune and the consent, each only if it is not known yet.
func (t *turn) bring(matter Matter, lead string) {
	if len(t.open()) >= maxOpen {
		t.handoff(t.texts.say(textTooMany), t.casesButton(), t.menuButton())
		return
	}
	t.conv.Draft = &Draft{
		ID: strconv.FormatInt(t.now.Unix(), 36), Matter: t.matter(matter), Question: t.question(),
		Topic: t.topicOf(t.was.Frame.Entry),
	}
	if d := t.conv.Draft; d.Matter == MatterQuestion || d.Matter == MatterProposal {
		d.Near = t.near() // nobody answers a cry or a complaint with an entry
	}
	if d := t.conv.Draft; d.Topic == "" && d.Matter == MatterQuestion && len(d.Near) > 0 {
		d.Topic = t.topicOf(d.Near[0])
	}
	t.conv.Frame = t.was.Frame
	if t.conv.Place == "" {
		t.askPlace(lead)
		return
	}
	t.askConsent(lead)
}

// matter keeps what was heard before: who cried for help a moment ago and now
// wants a person is not to be brought to an ordinary desk.
func (t *turn) matter(now Matter) Matter {
	if now == MatterQuestion && t.was.Matter != "" {
		return t.was.Matter
	}
	return now
}

// question is what the officer is to read: what was just typed, or what was
// typed last, with what was already on its way.
func (t *turn) question() string {
	q := t.conv.Question
	if d := t.was.Draft; d != nil && d.Question != "" && !d.Asked && d.Question != q {
		q = strings.TrimSpace(d.Question + "\n" + q)
	}
	return cutText(q, maxQuestion)
}

func cutText(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// near returns up to three entries that may be what was meant, for the officer
// to send with one tap.
func (t *turn) near() []string {
	var out []string
	add := func(id string) {
		if id != "" && len(out) < 3 && !slices.Contains(out, id) {
			if _, ok := t.base.Entry(id, t.on); ok {
				out = append(out, id)
			}
		}
	}
	if asks(t.decision.Act) { // «gặp cán bộ» is like no entry
		for _, c := range t.decision.Candidates {
			add(c.ID)
		}
	}
	add(t.was.Frame.Entry)
	if n := len(t.conv.Turns); n > 0 {
		add(t.conv.Turns[n-1].Entry)
	}
	if q := t.conv.Question; len(out) < 3 && q != "" {
		for _, c := range t.matcher.Ask(knowledge.Query{Text: q, Frame: t.was.Frame, On: t.on}).Candidates {
			add(c.ID)
		}
	}
	return out
}

func (t *turn) topicOf(entry string) string {
	if entry == "" && asks(t.decision.Act) && len(t.decision.Candidates) > 0 {
		entry = t.decision.Candidates[0].ID
	}
	if e, ok := t.base.Entry(entry, t.on); ok {
		return e.Topic
	}
	return ""
}

func (t *turn) askPlace(lead string) {
	t.conv.WantPlace = true
	t.handoff(t.inOneBreath(lead, t.texts.say(textAskPlace)), Button{t.texts.say(textNoPlace), prefixPlace + placeUntold})
}

// placeUntold stands in the place of a commune that somebody will not name.
const placeUntold = "-"

// inOneBreath makes one paragraph of several sentences, in which «Dạ» stands once.
func (t *turn) inOneBreath(parts ...string) string {
	polite := t.texts.say(textPolite) + " "
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	for i := range parts {
		if rest, ok := strings.CutPrefix(parts[i], polite); ok && i > 0 {
			first, size := utf8.DecodeRuneInString(rest)
			parts[i] = string(unicode.ToUpper(first)) + rest[size:]
		}
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// askConsent says in one message who would get what and for how long.
func (t *turn) askConsent(lead string) {
	d := t.conv.Draft
	desk, ok := t.view.Desks.Route(d.Matter, t.placeID(), d.Topic, t.now)
	if !ok {
		t.conv.Draft = nil
		t.count("handover.nobody")
		t.handoff(t.texts.say(textHuman), t.menuButton())
		return
	}
	d.Desk, d.Asked = desk.ID, true
	text := textConsent
	if d.Matter == MatterUrgent || d.Matter == MatterConfidential {
		text = textConsentKept
	}
	said := t.texts.say(text, "bộ phận", t.deskName(desk), "gửi gì", t.sends(d))
	t.count("handover.consent_asked")
	t.handoff(t.inOneBreath(lead, said), t.consentButtons(d)...)
}

// sends names what goes to the officer, no more and no less.
func (t *turn) sends(d *Draft) string {
	parts := []string{t.texts.say(textSendsQuestion)}
	if d.Question == "" {
		parts[0] = t.texts.say(textSendsWish)
	}
	if len(t.was.Turns) > 1 || len(t.was.Turns) == 1 && d.Question != t.was.Turns[0].Asked {
		parts = append(parts, t.texts.say(textSendsTurns))
	}
	if t.placeID() != "" {
		parts = append(parts, t.texts.say(textSendsPlace))
	}
	if len(t.conv.Attached) > 0 {
		parts = append(parts, t.texts.say(textSendsFiles))
	}
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " " + t.texts.say(textAnd) + " " + parts[n-1]
	}
	return parts[0]
}

// placeID is the commune as desks know it.
func (t *turn) placeID() string {
	if t.conv.Place == placeUntold {
		return ""
	}
	return t.conv.Place
}

// deskName is a desk with its commune: «Bảo hiểm xã hội, xã Ba Tơ».
func (t *turn) deskName(d DeskView) string {
	if p, ok := t.places.byID[t.conv.Place]; ok {
		return d.Name + ", " + p.Kind + " " + p.Name
	}
	return d.Name
}

func (t *turn) consentButtons(d *Draft) []Button {
	return []Button{
		{t.texts.say(textAgree), prefixConsent + consentYes + ":" + d.ID},
		{t.texts.say(textDisagree), prefixConsent + consentNo + ":" + d.ID},
		{t.texts.say(textDetails), prefixConsent + consentMore + ":" + d.ID},
	}
}

// consent takes what was chosen under the request for consent. A button of an
// older request agrees to nothing.
func (t *turn) consent(choice, id string) {
	d := t.was.Draft
	if d == nil || d.ID != id || !d.Asked || !t.reaches() {
		t.oldConsent()
		return
	}
	switch choice {
	case consentYes:
		t.openCase(d)
	case consentMore:
		t.conv.Draft = d
		t.handoff(t.texts.say(textConsentMore), t.consentButtons(d)[:2]...)
	default:
		t.count("handover.refused")
		t.conv.Draft = nil
		t.pointTo(t.conv.Place, "")
	}
}

// oldConsent tells who presses a button of a request for consent that is over
// whether anything was sent.
func (t *turn) oldConsent() {
	if open := t.open(); len(open) > 0 && t.now.Sub(open[0].Opened) < ContextFor {
		t.notice(t.status(open[0]), t.caseButtons(open[0])...)
		return
	}
	t.notice(t.texts.say(textOldConsent), t.menuButton(), t.officerButton())
}

// openCase opens the case that was agreed to.
func (t *turn) openCase(d *Draft) {
	desk, ok := t.view.Desks.Route(d.Matter, t.placeID(), d.Topic, t.now)
	if !ok || t.view.NewCode == "" {
		t.conv.Draft = nil
		t.count("handover.nobody")
		t.handoff(t.texts.say(textHuman), t.menuButton())
		return
	}
	t.count("handover.opened")
	t.conv.Draft, t.conv.Turns, t.conv.Question, t.conv.Matter = nil, nil, "", ""
	t.conv.WantPhone, t.conv.Attached = true, nil
	t.step.Acts = append(t.step.Acts, CaseAct{
		Kind: ActOpen, Code: t.view.NewCode, Matter: d.Matter, Question: d.Question, Turns: t.was.Turns, Near: d.Near,
		Topic: d.Topic, Place: t.placeID(), Desk: desk.ID, Files: t.was.Attached,
		Consent: Consent{Version: consentVersion, At: t.now},
	})
	key := textReceipt
	if d.Matter == MatterUrgent {
		key = textReceiptUrgent
	}
	text := t.texts.say(key, "bộ phận", t.deskName(desk), "mã", SayCode(t.view.NewCode), "hạn", t.when(desk.Due))
	t.handoff(text, t.menuButton(), Button{t.texts.say(textAddMore), prefixCase + caseMore + ":" + t.view.NewCode})
}

// when says a date and time as people do: «17h thứ Ba 24/11».
func (t *turn) when(at time.Time) string {
	at = at.In(t.zone)
	clock := strconv.Itoa(at.Hour()) + "h"
	if m := at.Minute(); m > 0 {
		clock += at.Format("04")
	}
	days := strings.Split(t.texts.say(textWeekdays), "\n") // a test counts them
	return clock + " " + days[at.Weekday()] + " " + at.Format("02/01")
}

// SayCode groups the digits of a code so that it can be said: «123 456 789».
func SayCode(code string) string {
	var parts []string
	for len(code) > 3 {
		parts, code = append(parts, code[:3]), code[3:]
	}
	return strings.Join(append(parts, code), " ")
}

// asking keeps what was asked and which entry answered it, for an officer to
// see should one be needed.
func (t *turn) asking(text, entry string) {
	if !t.reaches() {
		return
	}
	t.conv.Question = cutText(text, maxQuestion)
	t.conv.Turns = append(slices.Clone(t.conv.Turns), Turn{Asked: cutText(text, maxTurn), Entry: entry, At: t.now})
	t.conv.Turns = t.conv.Turns[max(0, len(t.conv.Turns)-maxTurns):]
}

// agrees reads what was typed under the request for consent.
func (t *turn) agrees(words []vietnamese.Token) (choice string, ok bool) {
	if t.was.Draft == nil || !t.was.Draft.Asked || len(words) > 6 {
		return "", false
	}
	said := foldWords(words)
	switch {
	case t.texts.lists(textSaysYes, said):
		return consentYes, true
	case t.texts.lists(textSaysNo, said):
		return consentNo, true
	}
	return "", false
}

// agreesLate takes a consent that comes when nothing is asked any more: it sends
// nothing, and that is said. A bare «ok» is none.
func (t *turn) agreesLate(words []vietnamese.Token) bool {
	said := foldWords(words)
	if !t.reaches() || t.was.Draft != nil || t.writesToCase() || !t.texts.lists(textSaysYes, said) || strings.HasPrefix(said, "ok") {
		return false
	}
	t.oldConsent()
	return true
}

func foldWords(words []vietnamese.Token) string {
	var out []string
	for _, w := range words {
		out = append(out, w.Folded)
	}
	return strings.Join(out, " ")
}

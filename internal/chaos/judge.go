package chaos

import (
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
)

// strikeWithin is how long after a clock was due somebody must have struck it.
const strikeWithin = 15 * time.Second

// judge compares what people did, what arrived and what the store holds.
func (t *town) judge(l ledger, broken []span) Verdict {
	p := t.platform
	p.mu.Lock()
	defer p.mu.Unlock()
	j := judge{town: t, ledger: l, broken: broken, v: Verdict{Offered: len(p.offered), Accepted: len(p.accepted)}, in: map[string][]arrival{}}
	for _, a := range p.arrivals {
		j.in[a.Chat] = append(j.in[a.Chat], a)
	}
	if l.waiting > 0 {
		j.v.fault("%d letters and messages are still on their way", l.waiting)
	}
	for _, d := range l.dead {
		j.v.fault("a dead letter: %s", d.Reason)
	}
	for _, r := range t.residents {
		j.resident(r.chat)
	}
	for _, c := range l.cases {
		j.v.Cases++
		j.theCase(c)
	}
	for _, d := range t.deeds {
		j.deed(d)
	}
	j.v.History = l.history()
	return j.v
}

type judge struct {
	*town
	ledger
	broken []span
	v      Verdict
	in     map[string][]arrival // by chat
}

// resident judges what arrived in a resident's chat: only of cases of its own,
// and each answer once.
func (j *judge) resident(chat string) {
	answers := map[string]arrival{}
	for _, a := range j.in[chat] {
		code, about := codeIn(a.Reply)
		if c, ok := j.cases[code]; about && (!ok || c.Chat.Chat != chat) {
			j.v.fault("%s was told of case %s, which is not theirs (there: %t)", chat, code, ok)
		}
		if a.Kind != bot.ReplyPerson {
			continue
		}
		if before, twice := answers[a.Text]; twice {
			j.v.double(before, a, j.broken, time.Second)
			continue
		}
		answers[a.Text] = a
		j.v.Replies++
	}
}

// theCase judges a case as it is stored.
func (j *judge) theCase(c escalation.Case) {
	var h history
	for _, what := range h.check(c) {
		j.v.fault("case %s: %s", c.Code, what)
	}
	if !slices.ContainsFunc(j.in[c.Chat.Chat], func(a arrival) bool { code, ok := codeIn(a.Reply); return ok && code == c.Code }) {
		j.v.fault("case %s was opened and its resident never told", c.Code)
	}
	if c.State.Open() && (c.Next.IsZero() || j.at.Sub(c.Next) > strikeWithin) {
		j.v.fault("case %s is %s and its clock is at %v, now %v", c.Code, c.State, c.Next, j.at)
	}
	for _, s := range c.Said {
		if s.Officer != "" {
			j.said(c, s)
		}
	}
	for _, chat := range c.Cards {
		j.card(c, chat.Chat)
	}
	for _, chat := range c.Away {
		j.card(c, chat.Chat)
	}
}

// said judges something that an officer said: it arrived where it belongs, or
// the officer knows that it did not.
func (j *judge) said(c escalation.Case, s escalation.Said) {
	mark := s.Text
	if s.Check != "" {
		mark = s.Check
	}
	if s.Kind == escalation.SaidDone {
		mark = ""
	}
	arrived := slices.ContainsFunc(j.in[c.Chat.Chat], func(a arrival) bool { return a.Case == c.Code && strings.Contains(a.Text, mark) })
	switch s.End {
	case bot.EndSent:
		if !arrived {
			j.v.Lost++
			j.v.fault("case %s: what was said as %d counts as sent and never arrived", c.Code, s.No)
		}
	case bot.EndFailed, bot.EndDropped:
		j.v.Unsent++
		own := slices.IndexFunc(j.officers, func(o *officer) bool { return o.id == s.Officer && o.chat != room })
		if !j.heard(j.officers[own].chat, c.Code, time.Time{}) {
			j.v.fault("case %s: what was said as %d ended %s, and %s was not told", c.Code, s.No, s.End, s.Officer)
		}
	default:
		j.v.Lost++
		j.v.fault("case %s (%s): nobody knows how what was said as %d ended (%q), arrived: %t", c.Code, c.State, s.No, s.End, arrived)
	}
}

// deed judges what somebody did: once if it was accepted, and not for nothing.
func (j *judge) deed(d deed) {
	c, _, times := j.ledger.said(d.token)
	switch officer := j.officerOf(d.Sender); {
	case d.token != "" && times > 1:
		j.v.Doubled++
		j.v.fault("%q was said %d times", d.token, times)
	case d.token != "" && officer == nil && times == 1 && c.Chat.Chat != d.Chat:
		j.v.fault("%q of %s was said in a case of %s", d.token, d.Chat, c.Chat.Chat)
	case !d.accepted:
	case officer == nil:
		if !slices.ContainsFunc(j.in[d.Chat], func(a arrival) bool { return a.At.After(d.from) }) {
			j.v.fault("%s of a resident was accepted and nothing arrived after it", d.ID)
		}
	case strings.HasPrefix(d.Press, "k:send:") && d.token != "" && times == 1:
		if c.Code != d.code {
			j.v.fault("%q was for case %s and said in case %s", d.token, d.code, c.Code)
		}
	case strings.HasPrefix(d.Press, "k:send:"), strings.HasPrefix(d.Press, "k:take:"):
		if !j.did(officer.id, d) && !j.heard(d.Chat, d.code, d.from) && !j.heard(officer.chat, d.code, d.from) {
			j.v.fault("%s, %q, was accepted, and %s never heard what came of it", d.ID, d.Press, officer.id)
		}
	}
}

// officerOf returns who writes under that id, in the own chat; nil if that is a
// resident or the room.
func (j *judge) officerOf(sender string) *officer {
	for _, o := range j.officers {
		if o.chat == sender && sender != room {
			return o
		}
	}
	return nil
}

// did reports whether the log of a case knows of something that an officer did
// after the deed.
func (j *judge) did(officer string, d deed) bool {
	return slices.ContainsFunc(j.cases[d.code].Log, func(e escalation.Entry) bool {
		return e.By == officer && j.clock.back(e.At).After(d.from)
	})
}

// heard reports whether a chat of officers was told something about a case, or
// about none, that is neither a card nor a question back nor a mere receipt.
func (j *judge) heard(chat, code string, since time.Time) bool {
	return slices.ContainsFunc(j.in[chat], func(a arrival) bool {
		_, preview := button(a.Reply, "k:send:")
		return a.At.After(since) && (a.Case == code || a.Case == "") && a.Card == "" && !preview && a.Kind != bot.ReplyReceipt
	})
}

// card compares the card that a chat saw last with the case.
func (j *judge) card(c escalation.Case, chat string) {
	var seen []arrival
	for _, a := range j.in[chat] {
		if a.Case == c.Code && a.Card != "" {
			seen = append(seen, a)
		}
	}
	if len(seen) == 0 {
		j.v.fault("case %s: %s has a card and never got it", c.Code, chat)
		return
	}
	j.v.Cards++
	last := seen[len(seen)-1]
	for i, a := range seen[:len(seen)-1] {
		if a.Text == last.Text && j.fits(c, chat, seen[len(seen)-2]) && i < len(seen)-2 {
			return // one of before that came twice, and late
		}
	}
	if !j.fits(c, chat, last) {
		j.v.fault("case %s (%s, held by %q, epoch %d): the last card in %s says %.60q and has %d buttons", c.Code, c.State, c.Holder, c.Epoch, chat, last.Text, len(last.Buttons))
	}
}

// fits reports whether a card shows the case as it is.
func (j *judge) fits(c escalation.Case, chat string, a arrival) bool {
	offered := map[string]bool{}
	for _, b := range a.Buttons {
		k, ok := readChoice(b.Payload)
		if !ok || k.code != c.Code || k.epoch != c.Epoch {
			return false
		}
		offered[k.verb] = true
	}
	own := j.officerOf(chat)
	away := slices.ContainsFunc(c.Away, func(id bot.ChatID) bool { return id.Chat == chat })
	switch {
	case away, c.State == bot.CaseClosed:
		return len(offered) == 0
	case c.State == bot.CaseWaiting:
		return offered["take"] && strings.Contains(a.Text, "chờ người nhận")
	case own != nil && own.id == c.Holder:
		return offered["ask"] && offered["release"] == (c.State != bot.CaseAnswered)
	}
	words := map[bot.CaseState]string{bot.CaseHeld: "đang giữ", bot.CaseAsked: "đã hỏi lại", bot.CaseAnswered: "đã trả lời"}
	return len(offered) == 0 && strings.Contains(a.Text, words[c.State])
}

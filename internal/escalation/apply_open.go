package escalation

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
)

// Route returns the desk for a matter: an ordinary one goes the ordinary way, a
// confidential one to a confidential desk, an urgent one to a desk for urgent
// matters or else to a confidential one. False if there is none with somebody
// present; an urgent or confidential matter then has no other way to go.
func Route(d *desks.Desks, m bot.Matter, place, topic string, now time.Time) (desks.Desk, bool) {
	if d == nil {
		return desks.Desk{}, false
	}
	switch m {
	case bot.MatterUrgent:
		if desk, ok := d.Urgent(place, topic, now); ok {
			return desk, true
		}
		return d.Confidential(place, topic, now)
	case bot.MatterConfidential:
		return d.Confidential(place, topic, now)
	default:
		return d.Route(place, topic, now)
	}
}

// opened begins the case. The desk is the one that the resident was told, unless
// it cannot take it any more.
func (s *step) opened() {
	a, c := s.e.Open, &s.c
	if c.State != "" || a == nil {
		return
	}
	if c.Code == "" {
		c.Code = s.e.Code
	}
	if c.Chat == (bot.ChatID{}) {
		c.Chat = s.e.From
	}
	c.Opened, c.Begun, c.State = s.now, s.now, bot.CaseWaiting
	if c.Matter = a.Matter; c.Matter == "" {
		c.Matter = bot.MatterQuestion
	}
	c.Question, c.Files = bounded(clean(a.Question), maxText), cleanFiles(a.Files)
	for _, t := range a.Turns {
		c.Turns = append(c.Turns, bot.Turn{Asked: bounded(clean(t.Asked), maxText), Entry: clean(t.Entry), At: instant(t.At)})
	}
	for len(c.Turns) > 0 && c.size() > maxBytes {
		c.Turns = list(c.Turns[1:]) // what came long before matters least
	}
	for _, id := range a.Near {
		c.Near = append(c.Near, clean(id))
	}
	c.Topic, c.Place = clean(a.Topic), clean(a.Place)
	c.Consent = bot.Consent{Version: clean(a.Consent.Version), At: instant(a.Consent.At)}
	c.Desk = s.firstDesk(clean(a.Desk))
	c.Due = s.promise()
	s.log(c.Desk)
	s.summon("")
}

// firstDesk is the desk told if it can take the case now, else where it goes by
// the rules, else "" or, of a confidential one, a desk where somebody will be.
func (s *step) firstDesk(told string) string {
	if d, ok := s.desk(told); ok && fits(d, s.c.Matter) && len(s.officers(told)) > 0 {
		return told
	}
	return s.routed()
}

// routed is the id of the desk where the case goes by topic and commune.
func (s *step) routed() string {
	if d, ok := Route(s.w.Desks, s.c.Matter, s.c.Place, s.c.Topic, s.now); ok {
		return d.ID
	}
	if s.w.Desks == nil {
		return ""
	}
	if !private(s.c.Matter) {
		return s.w.Desks.CatchAll().ID
	}
	for _, d := range s.w.Desks.All() {
		if fits(d, s.c.Matter) {
			return d.ID
		}
	}
	return ""
}

// fits reports whether a case of the matter may lie at a desk at all.
func fits(d desks.Desk, m bot.Matter) bool {
	switch {
	case d.IsOutside():
		return false
	case m == bot.MatterUrgent:
		return d.Confidential || d.Urgent
	case m == bot.MatterConfidential:
		return d.Confidential
	}
	return true
}

// private reports whether a matter must not be seen by more people than needed.
func private(m bot.Matter) bool { return m == bot.MatterUrgent || m == bot.MatterConfidential }

// promise is until when the desk promises an answer to what comes now.
func (s *step) promise() time.Time {
	if s.w.Desks == nil {
		return s.now.Add(fallbackTerm)
	}
	return instant(s.w.Desks.Due(s.c.Desk, s.now))
}

// fallbackTerm is only for a case that is met while there are no desks at all.
const fallbackTerm = 72 * time.Hour

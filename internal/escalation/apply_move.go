package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
)

// transfer hands the case to another desk. The resident keeps the date.
func (s *step) transfer() {
	d, reason, ok := s.target()
	switch {
	case !ok:
	case d.IsOutside():
		s.refuse(RefusedOutside)
	case !s.mayGo(d):
		s.refuse(RefusedConfidential)
	default:
		s.alive()
		s.logReason(d.ID, reason)
		s.move(d)
		s.summon("")
	}
}

// notOurs says that the case belongs elsewhere: to another desk, or to a body
// outside, to which the resident is then referred. When a second desk says so
// the head of the catch-all gets it, whatever was named, so that nobody is sent
// from one to the next; of a confidential case the desk's own head. What a head
// names counts.
func (s *step) notOurs() {
	d, reason, ok := s.target()
	switch {
	case !ok:
	case s.c.Refusals > 0 && !s.isChief(s.e.By):
		s.alive()
		s.logReason(d.ID, reason)
		s.c.Refusals++
		s.toChief()
	case d.IsOutside():
		s.alive()
		s.logReason(d.ID, reason)
		s.tell(Effect{What: TellReferred, Desk: d.ID})
		s.reply(Effect{What: NoteHandedOver, Desk: d.ID})
		s.close(howReferred)
	case !s.mayGo(d):
		s.refuse(RefusedConfidential)
	default:
		s.alive()
		s.logReason(d.ID, reason)
		s.c.Refusals++
		s.move(d)
		s.summon("")
	}
}

// target checks that the officer may hand the case over and returns where to and
// why; false if nothing comes of it, which the officer was told.
func (s *step) target() (d desks.Desk, reason string, ok bool) {
	if !s.mine() {
		return d, "", false
	}
	reason = bounded(clean(s.e.Reason), maxReason)
	d, ok = s.desk(s.e.Desk)
	switch {
	case s.c.State == bot.CaseAnswered:
		s.refuse(RefusedAnswered)
	case s.c.Holder == "" && s.e.Epoch != 0 && s.e.Epoch < s.c.Epoch:
		s.refuse(RefusedStale)
	case !ok:
		s.refuse(RefusedNoDesk)
	case d.ID == s.c.Desk:
		s.refuse(RefusedSameDesk)
	case reason == "":
		s.refuse(RefusedNoReason)
	default:
		return d, reason, true
	}
	return d, "", false
}

// mayGo reports whether the case may lie at a desk: a private one never leaves
// the confidential desks again.
func (s *step) mayGo(d desks.Desk) bool { return fits(d, s.c.Matter) }

// move lays the case before another desk: nobody has it there yet, and the chats
// of the old desk lose it. Rungs whose time has passed by the hours of the new
// desk are not made up for.
func (s *step) move(d desks.Desk) {
	s.free()
	c := &s.c
	c.Desk = d.ID
	s.seal()
	c.ToldOfficers = nil
	c.Misses = without(c.Misses, roomMissed)
	for _, r := range s.rungs() {
		if !r.at.After(s.now) {
			c.Rung = max(c.Rung, r.Halves)
		}
	}
	s.handOver()
	s.tell(Effect{What: TellMoved, Desk: d.ID})
	s.reply(Effect{What: NoteHandedOver, Desk: d.ID})
}

// toChief lays the case before who settles it.
func (s *step) toChief() {
	if d := s.chiefDesk(); d.ID != s.c.Desk && d.ID != "" {
		s.move(d)
	} else {
		s.free()
		s.reply(Effect{What: NoteHandedOver, Desk: s.c.Desk})
	}
	s.c.Sought = s.now
	if id, ok := s.chief(); !ok || !s.callAny([]string{id}, true) {
		s.summon(s.e.By)
	}
}

// done says that the case was dealt with otherwise. The resident is asked
// whether it was, unless there was an answer that arrived.
func (s *step) done() {
	if !s.mine() {
		return
	}
	reason := bounded(clean(s.e.Reason), maxReason)
	answered := slices.ContainsFunc(s.c.Said, func(o Said) bool { return o.Officer != "" && o.Kind != SaidAsk && !lost(o.End) })
	switch {
	case reason == "" && !answered:
		s.refuse(RefusedNoReason)
	case s.c.arrived():
		s.alive()
		s.logReason("", reason)
		s.close(howDone)
	case s.c.State == bot.CaseAnswered && (reason == "" || s.c.latestAnswer().Kind == SaidDone):
		s.reply(Effect{What: NoteSent, No: s.c.latestAnswer().No}) // it is still under way; ending now would hold it back
	case len(s.c.Said) >= maxSaid+maxDone:
		s.refuse(RefusedTooLong)
	default:
		s.takeUp()
		s.resume()
		s.c.State = bot.CaseAnswered
		s.say(Said{At: s.now, Officer: s.e.By, Kind: SaidDone, Text: reason}, TellDone)
	}
}

// maxDone is how often a case that is full can still be called done.
const maxDone = 20

// How a case ended: [Case.How].
const (
	howClear     = "clear"     // the resident understood
	howSilent    = "silent"    // the resident said nothing
	howReferred  = "referred"  // a body outside is responsible
	howDone      = "done"      // an officer dealt with it otherwise
	howWithdrawn = "withdrawn" // the resident asked to be forgotten
)

// close ends the case: its clock never strikes again, and what is still under way
// from an officer is held back.
func (s *step) close(how string) {
	c := &s.c
	c.State, c.How, c.Closed = bot.CaseClosed, how, s.now
	c.Holder, c.Since, c.Stopped, c.Reminded = "", time.Time{}, time.Time{}, false
	c.Epoch++
	s.redraw = true
}

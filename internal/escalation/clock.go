package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/worktime"
)

// The times after which something happens by itself. Those of the ladder and of
// the answer are in the file of the desks.
const (
	clearDays  = 2                   // working days of silence after which an answer counts as understood
	remindDays = 2                   // working days after which a resident is reminded of what was asked
	silentDays = 10                  // working days after which one who was asked is not waited for any more
	ageAfter   = 60 * 24 * time.Hour // days, off or not, after which a case still open is shown to the head
	// holdAtLeast is how long, in working time, a case is held at the least
	// before it is taken back, however short the term.
	holdAtLeast = time.Hour
	// idle is when the clock strikes of an open case for which nothing is due, so
	// that it is not forgotten. Below keepOpen.
	idle = 30 * 24 * time.Hour
)

// timer is one thing that happens by itself.
type timer struct {
	at    time.Time
	hours *worktime.Calendar // when it may happen
	fire  func()
}

// due is when it happens: never while the office is closed. A reminder whose time
// is the very end of a day, or that was held back by an outage, waits for the
// morning.
func (t timer) due(now time.Time) time.Time {
	if at := t.hours.Next(t.at); at.After(now) || t.hours.Open(now) {
		return at
	}
	return t.hours.Next(now)
}

// struck does what is due. Each thing changes the case so that it is not due any
// more; a clock that strikes early or twice finds nothing.
func (s *step) struck() {
	for range maxFired {
		timers := s.timers()
		i := slices.IndexFunc(timers, func(t timer) bool { return !t.due(s.now).After(s.now) })
		if i < 0 {
			return
		}
		timers[i].fire()
	}
}

// maxFired bounds what one stroke does; there are fewer kinds of timers.
const maxFired = 10

// next is when the clock strikes next: zero only of a case that has ended, and
// in the past only if something is due that the stroke will do.
func (s *step) next() time.Time {
	if s.c.State == bot.CaseClosed || s.c.State == "" {
		return time.Time{}
	}
	next := s.c.Next
	if !next.After(s.now) || next.After(s.now.Add(idle)) {
		next = ceil(s.now.Add(idle))
	}
	timers := s.timers()
	for i, t := range timers {
		if at := ceil(t.due(s.now)); i == 0 || at.Before(next) {
			next = at
		}
	}
	return next
}

// ceil is t as it comes back from the store, not before t: the index of due
// work keeps milliseconds.
func ceil(t time.Time) time.Time {
	t = instant(t)
	if down := t.Truncate(time.Millisecond); down.Before(t) {
		return down.Add(time.Millisecond)
	}
	return t
}

// timers are all that runs of an open case, the more important first.
func (s *step) timers() []timer {
	c := &s.c
	if s.w.Desks == nil || c.State == bot.CaseClosed {
		return nil // closing is final
	}
	var out []timer
	add := func(at time.Time, hours *worktime.Calendar, fire func()) {
		out = append(out, timer{at, hours, fire})
	}
	desk, office := s.calendar(), s.office()
	switch c.State {
	case bot.CaseHeld:
		add(s.staleAt(), desk, s.stale)
		s.ladder(add, desk)
	case bot.CaseWaiting:
		s.ladder(add, desk)
	case bot.CaseAsked:
		if ask := s.latestAsk(); ask != nil && ask.End == bot.EndSent {
			if !c.Reminded {
				add(office.AddDays(ask.Out, remindDays), office, s.remindResident)
			}
			add(office.AddDays(ask.Out, silentDays), office, s.silent)
		}
	case bot.CaseAnswered:
		if s.c.arrived() {
			add(office.AddDays(s.c.latestAnswer().Out, clearDays), office, s.silent)
		}
	}
	if !c.Aged {
		add(c.Opened.Add(ageAfter), office, s.aged)
	}
	if len(c.Cards) == 0 {
		hours := desk
		if c.Matter == bot.MatterUrgent {
			hours = alwaysOpen()
		}
		add(s.seekAt(), hours, s.seek)
	}
	return out
}

// staleAt is when a case is taken back from who has it and has not answered:
// after half of the term's working time. Of a term in days not before the end of
// the next working day, so that nobody loses in the morning what was taken the
// evening before.
func (s *step) staleAt() time.Time {
	calendar := s.calendar()
	half := calendar.Between(s.c.Begun, s.c.Due) / 2
	at := calendar.Add(s.c.Since, max(half, holdAtLeast))
	if d, ok := s.desk(s.c.Desk); !ok || d.Term.Days > 0 {
		if day := calendar.AddDays(s.c.Since, 1); day.After(at) {
			at = day
		}
	}
	return at
}

// stale takes the case back from who holds it without answering.
func (s *step) stale() {
	holder := s.c.Holder
	s.noteHolder(Effect{What: NoteReleased, By: holder})
	s.log("stale")
	s.free()
	s.summon(holder)
}

// remindResident reminds the resident of what was asked.
func (s *step) remindResident() {
	s.c.Reminded = true
	s.log("remind")
	s.tell(Effect{What: TellRemind, No: s.latestAsk().No})
}

// silent ends a case in which the next word was the resident's and none came.
func (s *step) silent() {
	s.log(howSilent)
	s.tell(Effect{What: TellSilent})
	s.close(howSilent)
}

// aged shows a case that was open for too long to the head, once.
func (s *step) aged() {
	s.c.Aged = true
	s.log(noteAge)
	if !s.noteChief(Effect{What: NoteRemind, By: s.c.Holder, Note: noteAge}) {
		s.alarm()
	}
}

// noteAge stands in [Effect.Note] of the reminder for a case's age, instead of
// the number of a rung.
const noteAge = "age"

// latestAsk is what an officer asked last; nil if nothing.
func (s *step) latestAsk() *Said {
	for i := len(s.c.Said) - 1; i >= 0; i-- {
		if o := &s.c.Said[i]; o.Kind == SaidAsk {
			return o
		}
	}
	return nil
}

// calendar is the working time of the desk.
func (s *step) calendar() *worktime.Calendar {
	if s.w.Desks == nil {
		return alwaysOpen()
	}
	return s.w.Desks.Calendar(s.c.Desk)
}

// office is the working time of the catch-all: residents are reminded in it, by
// day, also by a desk that never closes.
func (s *step) office() *worktime.Calendar {
	if s.w.Desks == nil {
		return alwaysOpen()
	}
	return s.w.Desks.Calendar(s.w.Desks.CatchAll().ID)
}

// alwaysOpen is a calendar without closing time.
func alwaysOpen() *worktime.Calendar {
	plan := worktime.Plan{Zone: time.UTC}
	for day := range plan.Week {
		plan.Week[day] = []worktime.Shift{{From: 0, To: 24 * 60}}
	}
	c, _ := worktime.New(plan) // a fixed plan without a fault
	return c
}

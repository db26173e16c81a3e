package escalation

import (
	"slices"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/worktime"
)

// ladder adds the next rung and the date.
func (s *step) ladder(add func(time.Time, *worktime.Calendar, func()), desk *worktime.Calendar) {
	for _, r := range s.rungs() {
		if r.Halves > s.c.Rung {
			add(r.at, desk, s.climb)
			break
		}
	}
	if !s.c.Late {
		add(s.c.Due, desk, s.late)
	}
}

// rung is a rung of the ladder of the case's desk, with its time.
type rung struct {
	desks.Rung
	at time.Time
}

func (s *step) rungs() []rung {
	if s.w.Desks == nil {
		return nil
	}
	var out []rung
	for _, r := range s.w.Desks.Rungs(s.c.Desk) {
		out = append(out, rung{r, s.w.Desks.RungAt(s.c.Desk, r, s.c.Begun, s.c.Due)})
	}
	return out
}

// climb climbs all rungs whose time has come and tells who stands at the highest
// of them: after an outage people get one reminder, not all that were missed.
func (s *step) climb() {
	var top desks.Rung
	for _, r := range s.rungs() {
		if r.Halves > s.c.Rung && !r.at.After(s.now) {
			top = r.Rung
		}
	}
	s.c.Rung = max(s.c.Rung, top.Halves)
	s.log("rung " + strconv.Itoa(top.Halves))
	note := Effect{What: NoteRemind, By: s.c.Holder, Note: strconv.Itoa(top.Halves)}
	told := false
	for _, t := range top.To {
		told = s.remind(t, note) || told
	}
	if told {
		return
	}
	for _, id := range s.backup() {
		if chat, ok := s.chat(id); ok {
			s.remindChat(chat, note)
			return
		}
	}
	if !s.noteChief(note) {
		s.alarm()
	}
}

// remind tells whom a rung names, with the card; false if nobody was reached. In
// place of a room that may not or cannot show the case its officers are told.
func (s *step) remind(t desks.Target, note Effect) bool {
	if t.Kind == desks.ToRoom {
		if room, ok := s.room(); ok && t.ID == s.c.Desk && !slices.Contains(s.c.Misses, roomMissed) {
			s.remindChat(room, note)
			return true
		}
		t.Kind = desks.ToOfficers
	}
	if chat, ok := s.chat(s.c.Holder); ok && t.Kind == desks.ToOfficers && t.ID == s.c.Desk {
		s.remindChat(chat, note)
		return true
	}
	people, _ := s.w.Desks.Recipients(t, s.now)
	told := false
	for _, o := range people {
		chat, ok := s.chat(o.ID)
		if !ok || s.private() && !s.mayAct(o.ID) {
			continue
		}
		if !s.mayAct(o.ID) {
			s.c.ToldOfficers = append(s.c.ToldOfficers, o.ID)
		}
		s.remindChat(chat, note)
		told = true
	}
	return told
}

func (s *step) remindChat(chat bot.ChatID, note Effect) {
	s.card(chat)
	note.To = chat
	s.note(note)
}

// late tells the resident, once, that the date has passed and who was told.
func (s *step) late() {
	s.c.Late = true
	s.log("late")
	e := Effect{What: TellLate, Desk: s.c.Desk, By: s.c.Holder}
	sitting := s.officers(s.c.Desk) // who has been told before
	for _, r := range s.rungs() {
		if r.Halves < atEnd || e.By != "" {
			continue
		}
		for _, t := range r.To {
			people, _ := s.w.Desks.Recipients(t, s.now)
			i := slices.IndexFunc(people, func(o desks.Officer) bool { return s.mayHold(o.ID) && !slices.Contains(sitting, o.ID) })
			if i >= 0 && e.By == "" {
				e.By = people[i].ID
			}
		}
		break
	}
	s.tell(e)
}

// atEnd is the end of the term, in halves.
const atEnd = 2

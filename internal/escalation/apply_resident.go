package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/worktime"
)

// added stores what the resident says in addition. It is the reply if an officer
// asked, and opens the case again if it was answered or ended a short while ago.
func (s *step) added() {
	text, files := bounded(clean(s.e.Text), maxText), cleanFiles(s.e.Files)
	if text == "" && len(files) == 0 || !s.c.Reopens(s.now) {
		return
	}
	if !s.c.room(len(text) + weight(files)) {
		s.tell(Effect{What: TellFull})
		return
	}
	no := s.hear(text, files)
	s.log("")
	switch s.c.State {
	case bot.CaseAsked:
		s.replied()
	case bot.CaseAnswered, bot.CaseClosed:
		s.reopen()
	}
	s.noteHolder(Effect{What: NoteMore, No: no})
}

// hear stores what the resident said and returns its number.
func (s *step) hear(text string, files []bot.Attachment) int {
	no := len(s.c.Said) + 1
	s.c.Said = append(s.c.Said, Said{No: no, At: s.now, Kind: SaidMore, Text: text, Files: files})
	return no
}

// replied ends the waiting for the resident: the clock runs again, and who asked
// goes on.
func (s *step) replied() {
	if !s.reachable(s.c.Holder) {
		s.free()
		s.summon("")
		return
	}
	s.resume()
	s.c.State, s.c.Since = bot.CaseHeld, s.now
	s.redraw = true
}

// resume lets the clock run again. The date moves by the working time during
// which the resident was waited for, and by nothing else.
func (s *step) resume() {
	if s.c.Stopped.IsZero() {
		return
	}
	calendar := s.calendar()
	if waited := calendar.Between(s.c.Stopped, s.now); waited > 0 {
		s.c.Due = instant(calendar.Add(s.c.Due, waited))
	}
	s.c.Stopped, s.c.Reminded = time.Time{}, false
}

// unclear opens the case again, or notes what was not understood while somebody
// is at it anyway.
func (s *step) unclear() {
	text := bounded(clean(s.e.Text), maxText)
	again := s.c.State == bot.CaseAnswered || s.c.State == bot.CaseClosed
	if !s.c.Reopens(s.now) || !again && text == "" {
		return
	}
	if !again {
		s.added()
		return
	}
	no := 0
	switch {
	case text == "":
	case s.c.room(len(text)):
		no = s.hear(text, nil)
	default:
		s.tell(Effect{What: TellFull})
	}
	s.log("")
	s.reopen()
	s.noteHolder(Effect{What: NoteUnclear, No: no})
}

// reopen goes on with a case that was answered or has ended, as a promise of its
// own: the same officer, if still there, else the desk.
func (s *step) reopen() {
	c := &s.c
	before := c.Holder
	if c.State == bot.CaseClosed {
		if ask := s.latestAsk(); ask != nil {
			before = ask.Officer
		}
		if a := s.c.latestAnswer(); a != nil {
			before = a.Officer
		}
	}
	c.State, c.How, c.Closed = bot.CaseWaiting, "", time.Time{}
	c.Stopped, c.Reminded = time.Time{}, false
	s.rehome()
	s.prune()
	c.Begun, c.Rung, c.Late = s.now, 0, false
	c.Due = s.promise()
	s.redraw = true
	holder := ""
	if s.fit(before) && s.mayHold(before) {
		holder = before
	}
	if holder != c.Holder {
		c.Epoch++
	}
	c.Holder, c.Since = holder, time.Time{}
	if holder == "" {
		s.summon("")
		return
	}
	c.State, c.Since = bot.CaseHeld, s.now
	if chat, ok := s.chat(holder); ok {
		s.card(chat)
	}
}

// cleared ends the case, whatever was still to come: the resident says so.
func (s *step) cleared() {
	if s.c.State == bot.CaseClosed {
		return
	}
	s.log("")
	s.close(howClear)
}

// phoned stores a number to be called at.
func (s *step) phoned() {
	phone := bounded(clean(s.e.Phone), maxPhone)
	if phone == "" || phone == s.c.Phone || s.c.State == bot.CaseClosed {
		return
	}
	s.c.Phone = phone
	s.log("")
	s.redraw = true
	if s.c.State == bot.CaseAsked {
		s.replied() // a number may be what was asked for, or is better than a reply
	}
	if s.c.Holder != "" {
		s.noteHolder(Effect{What: NotePhone})
	}
}

// maxPhone bounds a number, in characters, however it is written.
const maxPhone = 40

// pressed lets whoever is responsible know that the resident asks, at most once
// a working day: who asks in the evening asks tomorrow's office.
func (s *step) pressed() {
	if s.c.State != bot.CaseWaiting && s.c.State != bot.CaseHeld {
		return // the next word is the resident's
	}
	today := s.workday(s.now)
	if slices.ContainsFunc(s.c.Log, func(l Entry) bool { return l.What == Pressed && s.workday(l.At) == today }) {
		return
	}
	s.log("")
	if len(s.c.Cards) == 0 {
		s.seek()
	}
	s.noteHolder(Effect{What: NotePressed})
}

// workday is the working day that t belongs to.
func (s *step) workday(t time.Time) worktime.Day {
	calendar := s.calendar()
	return worktime.DayOf(calendar.Next(t).In(calendar.Zone()))
}

// withdrawn tells every chat that ever held a card, also one whose owner is no
// officer any more: nothing may stay readable where a platform lets it be
// removed. The caller removes the case.
func (s *step) withdrawn() {
	for _, chat := range append(list(s.c.Cards), s.c.Away...) {
		s.note(Effect{What: NoteWithdrawn, To: chat})
	}
	s.c.Cards, s.c.Away = nil, nil
	if s.c.State != bot.CaseClosed {
		s.log("")
		s.close(howWithdrawn)
	}
}

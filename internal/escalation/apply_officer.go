package escalation

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
)

// admit reports whether the officer has anything to do with the case; if not, it
// tells why. A stranger is told nothing.
func (s *step) admit() bool {
	by := s.e.By
	may, part := s.mayAct(by), s.tookPart(by)
	switch {
	case !s.known(by) || s.c.State == "":
		return false
	case s.c.State == bot.CaseClosed && (may || part):
		s.reply(Effect{What: NoteOver})
		return false
	case may:
		return true
	case part && s.c.Holder != "" && s.e.Kind != Take && !s.private():
		s.notHolder()
		return false
	}
	s.refuse(RefusedNotYours)
	return false
}

func (s *step) notHolder() {
	s.reply(Effect{What: NoteNotHolder, By: s.c.Holder, Desk: s.c.Desk})
}

// take makes the officer responsible, if nobody is: of two who press at the same
// moment the one whose event is applied first.
func (s *step) take() {
	if !s.admit() {
		return
	}
	switch s.c.Holder {
	case "":
		s.hold()
		s.log("")
		s.reply(Effect{What: NoteTaken, By: s.e.By})
	case s.e.By:
		s.reply(Effect{What: NoteTaken, By: s.e.By})
	default:
		s.reply(Effect{What: NoteTooLate, By: s.c.Holder})
	}
}

// hold gives the case to the officer, who gets a card to work with.
func (s *step) hold() {
	c := &s.c
	c.Holder, c.Since, c.State = s.e.By, s.now, bot.CaseHeld
	c.Epoch++
	s.redraw = true
	s.alive()
	if chat, ok := s.chat(s.e.By); ok {
		s.card(chat)
	}
}

// alive notes that the officer can be reached after all: something came.
func (s *step) alive() { s.c.Misses = without(s.c.Misses, s.e.By) }

// mine reports whether the officer is responsible, read now and not when
// something was written: otherwise nothing is sent. A waiting case is taken by
// what the officer does with it, see [step.hold]; whoever calls that does so
// after everything else was checked.
func (s *step) mine() bool {
	if !s.admit() {
		return false
	}
	if s.c.Holder == s.e.By || s.c.Holder == "" && s.c.State == bot.CaseWaiting {
		return true
	}
	s.notHolder()
	return false
}

// takeUp is what begins everything the responsible officer does.
func (s *step) takeUp() {
	if s.c.Holder == "" {
		s.hold()
	}
	s.alive()
	s.redraw = true
}

// release gives the case back to the desk.
func (s *step) release() {
	if !s.admit() {
		return
	}
	switch {
	case s.c.Holder != s.e.By:
		s.notHolder()
	case s.c.State == bot.CaseAnswered:
		s.refuse(RefusedAnswered)
	default:
		s.alive()
		s.free()
		s.log("")
		s.summon(s.e.By)
	}
}

// free makes nobody responsible. The clock runs again if it stood.
func (s *step) free() {
	s.resume()
	c := &s.c
	c.Holder, c.State = "", bot.CaseWaiting
	c.Since = time.Time{}
	c.Epoch++
	s.redraw = true
}

// answer sends the resident an officer's own words, or an entry of the base.
func (s *step) answer() {
	kind := SaidAnswer
	if s.e.Kind == Send {
		kind = SaidEntry
	}
	said, ok := s.speak(kind)
	if !ok {
		return
	}
	said.Check = s.newCheck()
	s.resume()
	s.c.State = bot.CaseAnswered
	s.say(said, TellAnswer)
}

// askBack asks the resident something: until the reply the clock stands.
func (s *step) askBack() {
	said, ok := s.speak(SaidAsk)
	if !ok {
		return
	}
	if s.c.Stopped.IsZero() {
		s.c.Stopped = s.now
	}
	s.c.State = bot.CaseAsked
	s.say(said, TellAsk)
}

// speak checks what an officer wants to say, takes the case up, and returns what
// is to be said; false if nothing is, which the officer was told.
func (s *step) speak(kind SaidKind) (Said, bool) {
	if !s.mine() {
		return Said{}, false
	}
	said := Said{At: s.now, Officer: s.e.By, Kind: kind, Text: clean(s.e.Text), Files: cleanFiles(s.e.Files)}
	if kind == SaidEntry {
		said.Entry = clean(s.e.Entry)
	}
	switch {
	case kind == SaidEntry && said.Entry == "" || kind != SaidEntry && said.Text == "" && len(said.Files) == 0:
		s.refuse(RefusedEmpty)
	case utf8.RuneCountInString(said.Text) > maxText || !s.c.room(len(said.Text)+weight(said.Files)):
		s.refuse(RefusedTooLong)
	default:
		if no := s.saidBefore(said); no != 0 {
			s.reply(Effect{What: NoteSent, No: no})
			return Said{}, false
		}
		s.takeUp()
		return said, true
	}
	return Said{}, false
}

// saidBefore returns the number of the last thing said if it is the very same
// and still stands: somebody pressed twice. Zero if it is not.
func (s *step) saidBefore(said Said) int {
	if len(s.c.Said) == 0 || s.c.State != bot.CaseAnswered && s.c.State != bot.CaseAsked {
		return 0
	}
	last := s.c.Said[len(s.c.Said)-1]
	if last.Officer != said.Officer || last.Kind != said.Kind || last.Text != said.Text || last.Entry != said.Entry ||
		!slices.Equal(last.Files, said.Files) || lost(last.End) {
		return 0
	}
	return last.No
}

// lost reports whether what was said never arrives.
func lost(e bot.End) bool { return e == bot.EndFailed || e == bot.EndDropped }

// say stores what an officer says and has it told to the resident, once.
func (s *step) say(said Said, what What) {
	said.No = len(s.c.Said) + 1
	s.c.Said = append(s.c.Said, said)
	s.log(string(said.Kind))
	s.tell(Effect{What: what, No: said.No, By: said.Officer})
}

// newCheck returns six digits that no other answer of the case has.
func (s *step) newCheck() string {
	const all = 1_000_000
	for n := s.w.Random >> 20; ; n++ { // other bits than the code of a case is made of
		check := fmt.Sprintf("%06d", n%all)
		if !slices.ContainsFunc(s.c.Said, func(o Said) bool { return o.Check == check }) {
			return check
		}
	}
}

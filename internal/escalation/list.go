package escalation

import (
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/worktime"
)

// list shows the open cases of this chat from a line on.
func (h *hand) list(from int) {
	h.count("list")
	head := textListHead
	if h.room {
		head = textListHeadRoom
	}
	h.listUnder(head, from)
}

func (h *hand) listUnder(head textKey, from int) {
	h.listOf(h.book.ordered(), head, from)
}

// toDo reports whether the next word in a case is this officer's: nobody has it,
// or this officer, and no resident is waited for.
func (h *hand) toDo(l Line) bool {
	switch l.State {
	case bot.CaseWaiting:
		return true
	case bot.CaseHeld:
		return l.Holder == h.id || !h.isOfficer(l.Holder)
	}
	return false
}

func (h *hand) listOf(all []Line, head textKey, from int) {
	if len(all) == 0 {
		h.reply(h.texts.say(textListEmpty), "")
		return
	}
	if from < 0 || from >= len(all) {
		from = 0
	}
	page := all[from:min(len(all), from+pageSize)]
	var shown, last []bot.Option
	for _, l := range page {
		shown = append(shown, bot.Option{Label: h.listLine(l), Action: act{verb: verbShow, code: l.Code}.String()})
	}
	if rest := len(all) - from - len(page); rest > 0 {
		label := h.texts.say(textButtonNextPage, "số", itoa(rest))
		last = append(last, bot.Option{Label: label, Action: act{verb: verbList, arg: itoa(from + len(page))}.String()})
	}
	h.choose(h.texts.say(head, "ai", h.officerName(h.id), "số", itoa(len(all))), "", shown, last...)
}

func (h *hand) listLine(l Line) string {
	return h.texts.say(textListLine, "mã", bot.SayCode(l.Code), "tình trạng", h.state(l.State, l.Holder),
		"hạn", h.due(l.Due, l.State, false, h.now), "đầu", h.title(l.Title))
}

// The morning message comes when work begins, but not before people are up: a
// desk that works round the clock begins at midnight.
const (
	wakeHour  = 6
	sleepHour = 21
)

// windowed is the channel that lets messages through only for a while after the
// officer wrote, and how long that is: Zalo's rules for consultation messages of
// an Official Account.
const (
	windowed   = "zalo-oa"
	windowFree = 48 * time.Hour
)

// morning is the strike of the book: what is open, once a working day. An
// officer who is away, or a strike that comes hours too late, is left in peace.
func (h *hand) morning() {
	today := h.now.In(h.zone()).Format(time.DateOnly)
	calendar := h.calendar()
	if h.s.Message.Payload != h.book.Code || calendar == nil || h.book.Morning == today || !h.awake(h.now) ||
		!calendar.Works(worktime.DayOf(h.now.In(calendar.Zone()))) || !h.present(h.now) {
		return
	}
	h.book.Morning = today
	switch {
	case slices.ContainsFunc(h.book.ordered(), h.toDo):
		if _, writing := h.draft(); writing {
			return // numbers are those of the preview
		}
		if !h.s.Window.Lets(h.s.Chat.Window, record.PriorityReminder, h.now) {
			h.count("morning.shut") // it would come after the newer list, and its numbers would lie
			return
		}
		h.count("morning")
		h.listOf(slices.DeleteFunc(h.book.ordered(), func(l Line) bool { return !h.toDo(l) }), textMorningHead, 0)
	case h.shutsSoon():
		h.count("morning.keep")
		h.send(bot.Reply{Text: h.texts.say(textMorningKeep, "ai", h.officerName(h.id))})
		h.book.List = []bot.Option{{Action: act{verb: verbKeep}.String()}}
	default:
		return
	}
	h.step.Replies[0].Kind = bot.ReplyReminder
}

// shutsSoon reports whether the channel stops letting messages through before
// the next morning; once it has, nothing can be asked any more.
func (h *hand) shutsSoon() bool {
	if h.s.Message.Chat.Channel != windowed || h.book.Heard.IsZero() {
		return false
	}
	shut := h.book.Heard.Add(windowFree)
	return h.now.Before(shut) && shut.Before(h.morningAfter(h.now))
}

// nextMorning is when the book strikes next; the zero time if nothing would be
// said. A strike may come a little before its time by our clock: then the next one
// is after that time, not the same again.
func (h *hand) nextMorning(was time.Time) time.Time {
	if len(h.book.Lines) == 0 && h.s.Message.Chat.Channel != windowed {
		return time.Time{}
	}
	from := h.now
	if h.s.Message.Kind == bot.KindDue && was.After(from) {
		from = was
	}
	return h.morningAfter(from)
}

// morningAfter returns the first beginning of work after t on a day when the
// officer is there; the zero time if there is none for months.
func (h *hand) morningAfter(t time.Time) time.Time {
	calendar := h.calendar()
	if calendar == nil {
		return time.Time{}
	}
	const months = 120
	day := worktime.DayOf(t.In(calendar.Zone()))
	for range months {
		if m, ok := beginning(calendar, day); ok && m.After(t) && h.present(m) {
			return m
		}
		day = day.Plus(1)
	}
	return time.Time{}
}

// beginning is when a day's message is due.
func beginning(c *worktime.Calendar, day worktime.Day) (time.Time, bool) {
	shifts := c.Shifts(day)
	if len(shifts) == 0 {
		return time.Time{}, false
	}
	minute := max(shifts[0].From, wakeHour*60)
	n := int(day)
	return time.Date(n/10000, time.Month(n/100%100), n%100, minute/60, minute%60, 0, 0, c.Zone()), true
}

func (h *hand) awake(t time.Time) bool {
	hour := t.In(h.zone()).Hour()
	return hour >= wakeHour && hour < sleepHour
}

// calendar is that of the officer's desk; nil for somebody without one.
func (h *hand) calendar() *worktime.Calendar {
	if h.desks == nil || h.id == "" {
		return nil
	}
	mine := h.desks.DesksOf(h.id)
	if len(mine) == 0 {
		return nil
	}
	best := mine[0]
	for _, d := range mine { // a desk with ordinary hours before one that never sleeps
		if !d.Urgent && best.Urgent {
			best = d
		}
	}
	return h.desks.Calendar(best.ID)
}

// present reports whether the officer is not on leave.
func (h *hand) present(t time.Time) bool {
	who, ok := h.presentFor(t)
	return ok && who.ID == h.id
}

func (h *hand) presentFor(t time.Time) (desks.Officer, bool) { return h.desks.Present(h.id, t) }

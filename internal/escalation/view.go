package escalation

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/record"
)

// views are the cases of the chat as its resident may see them.
func (x *scene) views() []bot.CaseView {
	var out []bot.CaseView
	for _, c := range x.cases() {
		v := bot.CaseView{
			Code: c.Code, State: c.State, Question: c.Question, Opened: c.Opened, Due: c.Due,
			Officer: x.officerName(c.Holder), Late: c.Stopped.IsZero() && x.Now.After(c.Due),
		}
		if x.desks != nil {
			d, _ := x.desks.Desk(c.Desk)
			v.Desk = d.Name
		}
		for _, s := range c.Said {
			if s.Check != "" {
				v.Checks = append(v.Checks, bot.Check{Code: s.Check, Officer: x.officerName(s.Officer), At: s.At})
			}
		}
		out = append(out, v)
	}
	return out
}

// window is what the resident's channel still lets through; nil if it has no
// such bounds.
func (x *scene) window() *window {
	if x.Window == (record.Window{}) {
		return nil
	}
	until, messages := x.Window.Left(x.Chat.Window, x.Now)
	return &window{until, messages}
}

// routes are the desks as the engine asks for them.
type routes struct {
	desks *desks.Desks
	reach Registry
}

// Route implements [bot.Desks].
func (r routes) Route(m bot.Matter, place, topic string, now time.Time) (bot.DeskView, bool) {
	d, ok := Route(r.desks, m, place, topic, now)
	if !ok {
		return bot.DeskView{}, false
	}
	calendar := r.desks.Calendar(d.ID)
	return bot.DeskView{ID: d.ID, Name: d.Name, Due: r.desks.Due(d.ID, now), Open: calendar.Open(now), Next: calendar.Next(now)}, true
}

// countsOf names what happened, for the figures: never who or what.
func countsOf(before, after Case, e Event) []string {
	figure := func(what string) string { return bot.Figure(what, after.Topic, after.Place) }
	switch {
	case e.Kind == Opened:
		return []string{"case.opened", figure(bot.FigureHanded)}
	case before.State == after.State:
		return nil
	case after.State == bot.CaseAnswered:
		if n := len(after.Said); n > 0 && after.Said[n-1].At.After(after.Due) {
			return []string{"case.answered", figure(bot.FigureLate)}
		}
		return []string{"case.answered", figure(bot.FigureOnTime)}
	case after.State == bot.CaseClosed:
		return []string{"case.closed." + after.How}
	}
	return nil
}

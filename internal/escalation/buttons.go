package escalation

import (
	"slices"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// fewButtons is how many choices stand under a card where they are a list to be
// read, or where no more fit: an OA shows five.
const fewButtons = 5

// buttons are what the looker can do with a case as it stands, the most used
// first.
func (o *Office) buttons(c Case, who looker, now time.Time) []bot.Button {
	all := o.allButtons(c, who, now)
	if tappable(who.chat.Channel) || len(all) <= fewButtons {
		return all
	}
	return append(o.shortOf(all), o.button(c, textButtonMore, verbMore))
}

// moreButtons are those that buttons leaves out.
func (o *Office) moreButtons(c Case, who looker, now time.Time) []bot.Button {
	all := o.allButtons(c, who, now)
	short := o.shortOf(all)
	return slices.DeleteFunc(all, func(b bot.Button) bool { return slices.Contains(short, b) })
}

// shortOf picks what is used daily: one entry, and the ways on.
func (o *Office) shortOf(all []bot.Button) []bot.Button {
	daily := []verb{verbEntry, verbAsk, verbTransfer, verbDone}
	var short []bot.Button
	for _, b := range all {
		a, _ := readAct(b.Payload)
		if i := slices.Index(daily, a.verb); i >= 0 {
			daily[i] = "" // once each
			short = append(short, b)
		}
	}
	for _, b := range all {
		if len(short) < fewButtons-1 && !slices.Contains(short, b) {
			short = append(short, b)
		}
	}
	return short
}

func (o *Office) allButtons(c Case, who looker, now time.Time) []bot.Button {
	switch {
	case !c.State.Open():
		return nil
	case c.Holder == "" && who.officer == "":
		return []bot.Button{o.button(c, textButtonTake, verbTake), o.button(c, textButtonNotOurs, verbNotOurs)}
	case c.Holder == "":
		all := append([]bot.Button{o.button(c, textButtonTake, verbTake)}, o.entryButtons(c, now)...)
		return append(all, o.button(c, textButtonNotOurs, verbNotOurs))
	case c.Holder == who.officer:
		return append(o.entryButtons(c, now),
			o.button(c, textButtonAsk, verbAsk),
			o.button(c, textButtonTransfer, verbTransfer),
			o.button(c, textButtonNotOurs, verbNotOurs),
			o.button(c, textButtonDone, verbDone),
			o.button(c, textButtonRelease, verbRelease),
		)
	}
	return nil
}

func (o *Office) entryButtons(c Case, now time.Time) []bot.Button {
	var out []bot.Button
	index, names := o.near(c, now)
	for i, name := range names {
		label := cut(o.texts.say(textButtonEntry, "bài", name), labelLimit)
		out = append(out, bot.Button{Label: label, Payload: act{verbEntry, c.Code, c.Epoch, strconv.Itoa(index[i])}.String()})
	}
	return out
}

func (o *Office) button(c Case, label textKey, v verb) bot.Button {
	return bot.Button{Label: o.texts.say(label), Payload: act{verb: v, code: c.Code, epoch: c.Epoch}.String()}
}

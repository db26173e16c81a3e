package escalation

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
)

// labelLimit is how many characters a button holds, see [bot.Button].
const labelLimit = 24

// brief shortens s to at most n characters, on one line.
func brief(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n-1])) + "…"
}

// paragraphs joins texts with a blank line between them, lines without one;
// both leave out what is empty.
func paragraphs(parts ...string) string { return joined("\n\n", parts) }
func lines(parts ...string) string      { return joined("\n", parts) }

func joined(sep string, parts []string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}

// clock writes a time of day: 17h, 9h12.
func (o *Office) clock(t time.Time) string {
	t = t.In(o.zone())
	if t.Minute() == 0 {
		return strconv.Itoa(t.Hour()) + "h"
	}
	return strconv.Itoa(t.Hour()) + "h" + t.Format("04")
}

// day writes a date: thứ Ba 24/11.
func (o *Office) day(t time.Time) string {
	t = t.In(o.zone())
	return o.texts.say(o.texts.among(familyWeekday, strconv.Itoa(int(t.Weekday())))) + " " + strconv.Itoa(t.Day()) + "/" + strconv.Itoa(int(t.Month()))
}

// moment writes a time as near to now as it is: 9h12 of today, else with its day.
func (o *Office) moment(t, now time.Time) string {
	if y, m, d := t.In(o.zone()).Date(); sameDate(now.In(o.zone()), y, m, d) {
		return o.clock(t)
	}
	return o.clock(t) + " " + o.day(t)
}

func sameDate(t time.Time, y int, m time.Month, d int) bool {
	ty, tm, td := t.Date()
	return ty == y && tm == m && td == d
}

// due writes until when an answer is promised, as it stands now.
func (o *Office) due(due time.Time, state bot.CaseState, stopped bool, now time.Time) string {
	when := o.day(due) + " " + o.clock(due)
	switch {
	case state == bot.CaseClosed:
		return ""
	case stopped || state == bot.CaseAsked:
		return o.texts.say(textDueStopped)
	case now.After(due) && state != bot.CaseAnswered:
		return o.texts.say(textDueMissed, "hạn", when)
	}
	return o.texts.say(textDueBefore, "hạn", when)
}

// span writes a length of time in its largest sensible unit.
func (o *Office) span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return o.texts.say(textAgeMinutes, "số", strconv.Itoa(max(1, int(d/time.Minute))))
	case d < 48*time.Hour:
		return o.texts.say(textAgeHours, "số", strconv.Itoa(int(d/time.Hour)))
	}
	return o.texts.say(textAgeDays, "số", strconv.Itoa(int(d/(24*time.Hour))))
}

// title is the beginning of a question as lists and previews show it.
func (o *Office) title(question string) string {
	if question == "" {
		return o.texts.say(textNoTitle)
	}
	return brief(question, titleLength)
}

// forRoom names the command as it is heard in a room, where only what is said to
// the bot is.
func (o *Office) forRoom(text string) string {
	return strings.ReplaceAll(text, o.texts.say(textWordList), o.texts.say(textWordListRoom))
}

// itoa keeps texts short.
func itoa(n int) string { return strconv.Itoa(n) }

// files counts attachments by kind: «2 ảnh, 1 ghi âm»; empty for none.
func (o *Office) files(all []bot.Attachment) string {
	counts, order := map[textKey]int{}, []textKey(nil)
	for _, a := range all {
		key := o.texts.among(familyFiles, string(a.Kind))
		if counts[key] == 0 {
			order = append(order, key)
		}
		counts[key]++
	}
	parts := make([]string, len(order))
	for i, key := range order {
		parts[i] = o.texts.say(key, "số", strconv.Itoa(counts[key]))
	}
	return strings.Join(parts, ", ")
}

// officerName returns how an officer is called.
func (o *Office) officerName(id string) string {
	if d := o.config.Desk(); d != nil {
		if officer, ok := d.Officer(id); ok {
			return officer.Name
		}
	}
	return o.texts.say(textOfficerUnknown)
}

// isOfficer reports whether somebody is an officer now.
func (o *Office) isOfficer(id string) bool {
	d := o.config.Desk()
	if d == nil {
		return false
	}
	_, ok := d.Officer(id)
	return ok
}

// deskName returns what a desk is called.
func (o *Office) deskName(id string) string {
	if d := o.config.Desk(); d != nil {
		if desk, ok := d.Desk(id); ok {
			return desk.Name
		}
	}
	return o.texts.say(textDeskUnknown)
}

// signature is how a resident reads who answers: «Chị Lan (Bảo hiểm xã hội)».
func (o *Office) signature(officer, desk string) string {
	return o.texts.say(textOfficerAtDesk, "tên", o.officerName(officer), "bộ phận", o.deskName(desk))
}

// placeName returns how a commune is called, "" if none is known.
func (o *Office) placeName(id string) string {
	if id == "" || o.config.Place == nil {
		return id
	}
	return o.config.Place(id)
}

// entryName returns the name of an entry, or its id where none is valid today.
func (o *Office) entryName(id string, now time.Time) string {
	if name, _, ok := o.config.Talk().Title(id, now); ok {
		return name
	}
	return id
}

func (o *Office) zone() *time.Location {
	if o.config.Zone == nil {
		return time.UTC
	}
	return o.config.Zone
}

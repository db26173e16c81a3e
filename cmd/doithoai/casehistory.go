package main

import (
	"slices"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
)

// happening is one line of a case's history, with the words that were said then.
type happening struct {
	At     time.Time        `json:"at"`
	By     string           `json:"by,omitempty"` // officer id, "resident", or empty for the program
	What   escalation.Kind  `json:"what"`
	Note   string           `json:"note,omitempty"`
	Reason string           `json:"reason,omitempty"`
	Text   string           `json:"text,omitempty"`
	Entry  string           `json:"entry,omitempty"`
	Files  []bot.Attachment `json:"files,omitempty"`
	End    bot.End          `json:"end,omitempty"`
	Out    time.Time        `json:"out,omitzero"`
	Failed string           `json:"failed,omitempty"`
}

// byResident is how the history names who asked.
const byResident = "resident"

// history joins what was done with what was said then. What was said is there
// also if the line of it went, because a history that is too long loses lines.
func history(c escalation.Case) []happening {
	told := make([]bool, len(c.Said))
	var all []happening
	for _, e := range c.Log {
		h := happening{At: e.At, By: e.By, What: e.What, Note: e.Note, Reason: e.Reason}
		for i, s := range c.Said {
			if !told[i] && s.At.Equal(e.At) && speaker(s) == e.By && speaks(e.What) {
				told[i] = true
				h.say(s)
				break
			}
		}
		all = append(all, h)
	}
	for i, s := range c.Said {
		if !told[i] {
			h := happening{At: s.At, By: speaker(s), What: kindOf(s)}
			h.say(s)
			all = append(all, h)
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.At.Compare(b.At) })
	return all
}

// say adds what was said: never the check code, which the resident alone knows.
func (h *happening) say(s escalation.Said) {
	h.Text, h.Entry, h.Files, h.End, h.Out, h.Failed = s.Text, s.Entry, s.Files, s.End, s.Out, s.Reason
}

func speaker(s escalation.Said) string {
	if s.Officer == "" {
		return byResident
	}
	return s.Officer
}

// speaks reports whether something is said along with an event.
func speaks(k escalation.Kind) bool {
	switch k {
	case escalation.Added, escalation.Unclear, escalation.Answer, escalation.Send, escalation.AskBack, escalation.Done:
		return true
	}
	return false
}

// kindOf is the event that something was said with.
func kindOf(s escalation.Said) escalation.Kind {
	switch s.Kind {
	case escalation.SaidAnswer:
		return escalation.Answer
	case escalation.SaidEntry:
		return escalation.Send
	case escalation.SaidAsk:
		return escalation.AskBack
	case escalation.SaidDone:
		return escalation.Done
	}
	return escalation.Added
}

// who names who did something.
func (n names) who(by string) string {
	switch by {
	case "":
		return "hệ thống"
	case byResident:
		return "bà con"
	}
	return n.officer(by)
}

// what says what happened.
func (n names) what(h happening) string {
	text, ok := map[escalation.Kind]string{
		escalation.Opened:    "gửi hồ sơ",
		escalation.Added:     "nhắn thêm",
		escalation.Phoned:    "để lại số điện thoại",
		escalation.Cleared:   "báo đã rõ, hồ sơ khép",
		escalation.Unclear:   "báo chưa rõ, hồ sơ mở lại",
		escalation.Pressed:   "hỏi đã có trả lời chưa",
		escalation.Withdrawn: "rút lại",
		escalation.Take:      "nhận việc",
		escalation.Release:   "trả lại việc",
		escalation.Answer:    "trả lời",
		escalation.Send:      "gửi bài có sẵn",
		escalation.AskBack:   "hỏi lại bà con, hạn tạm dừng",
		escalation.Transfer:  "chuyển bộ phận khác",
		escalation.NotOurs:   "báo không thuộc bộ phận mình",
		escalation.Done:      "báo đã giải quyết cách khác",
		escalation.Unreached: "không nhắn tới được cán bộ này",
	}[h.What]
	switch h.What {
	case escalation.Struck:
		return struckText(h.Note)
	case escalation.Ended:
		return endText(bot.End(h.Note))
	case escalation.Opened, escalation.Transfer, escalation.NotOurs:
		if h.Note != "" {
			text += ": " + n.desk(h.Note)
		}
	case escalation.Release:
		if h.By == "" {
			return "thu lại việc vì người giữ không còn trong tệp"
		}
	}
	if !ok {
		return printable(string(h.What))
	}
	return text
}

// struckText says what the clock did.
func struckText(note string) string {
	if rung, ok := strings.CutPrefix(note, "rung "); ok {
		switch rung {
		case "1":
			return "nhắc việc: nửa thời hạn"
		case "2":
			return "nhắc việc: hết thời hạn"
		}
		return "nhắc việc: quá hạn"
	}
	text, ok := map[string]string{
		"late":   "báo bà con là đã quá hạn",
		"stale":  "thu lại việc vì giữ lâu không trả lời",
		"remind": "nhắc bà con trả lời",
		"silent": "khép vì bà con không nhắn lại",
		"age":    "báo người phụ trách vì để lâu",
		"seek":   "tìm lại người nhận",
	}[note]
	if !ok {
		return "đến giờ xem lại"
	}
	return text
}

// endText says how sending something ended.
func endText(e bot.End) string {
	switch e {
	case bot.EndSent:
		return "tin đã gửi đi"
	case bot.EndHeld:
		return "tin chờ, đến khi bà con nhắn lại mới gửi được"
	case bot.EndFailed:
		return "tin không gửi được"
	case bot.EndDropped:
		return "tin không gửi, vì việc đã đổi người"
	}
	return "tin đang gửi"
}

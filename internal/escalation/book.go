package escalation

import (
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Book is what is remembered of an officer's chat or a room, beside the cards in
// it: which cases it was shown, what numbers stand for, and what somebody is
// writing. It lies with that chat as a case of its own does with a resident's,
// so that it has a clock and outlives a long holiday.
type Book struct {
	Code string    `json:"-"`
	Next time.Time `json:"-"` // of the morning message; zero in a room

	Officer string           `json:"officer,omitempty"` // whose chat it is; empty in a room
	Lines   []Line           `json:"lines,omitempty"`   // open cases this chat was shown, oldest first
	List    []bot.Option     `json:"list,omitempty"`    // what numbers stand for, only of the latest list
	Focus   string           `json:"focus,omitempty"`   // code of the case that plain text is about
	Drafts  map[string]Draft `json:"drafts,omitempty"`  // by id of the sender: waits for «gửi»
	Morning string           `json:"morning,omitempty"` // day of the latest morning message, 2006-01-02
}

// Line is a case as an officer's list shows it.
type Line struct {
	Code   string        `json:"code"`
	Title  string        `json:"title"` // the beginning of the question
	State  bot.CaseState `json:"state"`
	Holder string        `json:"holder,omitempty"`
	Due    time.Time     `json:"due"`
}

// Draft is something written that is shown once more before it is sent.
type Draft struct {
	Kind   Kind             `json:"kind"` // Answer, AskBack, Transfer, NotOurs, Done
	Code   string           `json:"code"`
	Text   string           `json:"text,omitempty"`
	Files  []bot.Attachment `json:"files,omitempty"`
	Desk   string           `json:"desk,omitempty"`
	Reason string           `json:"reason,omitempty"`
	At     time.Time        `json:"at"`
}

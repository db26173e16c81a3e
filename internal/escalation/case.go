package escalation

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// Case is one matter that a person answers. It lies with the chat of the
// resident, and only a step of that chat changes it.
type Case struct {
	Code  string     `json:"-"` // stored beside it, as are Epoch and Next
	Chat  bot.ChatID `json:"-"`
	Epoch uint64     `json:"-"` // raised whenever another officer becomes responsible, or none is
	Next  time.Time  `json:"-"` // when its clock strikes next, see clock.go; zero for never

	Opened   time.Time        `json:"opened"`
	Matter   bot.Matter       `json:"matter"`
	Session  string           `json:"session,omitempty"` // a policy dialogue it was asked at; empty for none
	Question string           `json:"question,omitempty"`
	Turns    []bot.Turn       `json:"turns,omitempty"`
	Near     []string         `json:"near,omitempty"` // ids of the nearest entries
	Files    []bot.Attachment `json:"files,omitempty"`
	Topic    string           `json:"topic,omitempty"`
	Place    string           `json:"place,omitempty"`
	Phone    string           `json:"phone,omitempty"` // given for this case, with the consent; nowhere else
	Consent  bot.Consent      `json:"consent,omitzero"`

	State  bot.CaseState `json:"state"`
	Desk   string        `json:"desk"`             // id
	Holder string        `json:"holder,omitempty"` // id of the officer who has it
	Since  time.Time     `json:"since,omitzero"`   // when Holder took it
	// Due is until when the resident was promised an answer. It moves only by the
	// working time during which the resident was waited for.
	Due time.Time `json:"due"`
	// Stopped is since when the clock stands because the resident was asked; zero
	// while it runs.
	Stopped  time.Time `json:"stopped,omitzero"`
	Rung     int       `json:"rung,omitempty"`     // the last rung of the ladder that was climbed, in halves
	Refusals int       `json:"refusals,omitempty"` // how often a desk said it was not theirs
	Reminded bool      `json:"reminded,omitempty"` // the resident was reminded of what was asked
	Aged     bool      `json:"aged,omitempty"`     // it was shown to the head for its age

	Said   []Said       `json:"said,omitempty"`   // all that was said since it was opened, in order
	Log    []Entry      `json:"log,omitempty"`    // what was done, by whom, when
	Cards  []bot.ChatID `json:"-"`                // chats that hold a card of it; stored, see caseJSON
	Closed time.Time    `json:"closed,omitzero"`  // when it ended
	How    string       `json:"how,omitempty"`    // how it ended: clear, silent, referred, done, withdrawn
	Misses []string     `json:"misses,omitempty"` // ids of officers who could not be reached
}

// Said is one thing that the resident or an officer said in a case.
type Said struct {
	No      int              `json:"no"` // from 1
	At      time.Time        `json:"at"`
	Officer string           `json:"officer,omitempty"` // id; empty for the resident
	Kind    SaidKind         `json:"kind"`
	Text    string           `json:"text,omitempty"`
	Files   []bot.Attachment `json:"files,omitempty"`
	Entry   string           `json:"entry,omitempty"` // of SaidEntry
	Check   string           `json:"check,omitempty"` // digits that prove an officer's answer, known to the resident's chat alone
	End     bot.End          `json:"end,omitempty"`   // how sending it ended, of what an officer said
	Reason  string           `json:"reason,omitempty"`
}

// SaidKind says what was said.
type SaidKind string

// What is said in a case.
const (
	SaidMore   SaidKind = "more"   // the resident, in addition or in reply
	SaidAnswer SaidKind = "answer" // an officer answers in own words
	SaidEntry  SaidKind = "entry"  // an officer sends an entry of the base
	SaidAsk    SaidKind = "ask"    // an officer asks back
)

// Entry is a line of a case's history.
type Entry struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // officer id, "resident", or empty for the program
	What Kind      `json:"what"`
	Note string    `json:"note,omitempty"` // a desk, a reason, a rung: never what the resident wrote
}

type caseJSON struct {
	*Case
	Cards []cardJSON `json:"cards,omitempty"`
}

// cardJSON keeps a chat as bytes: JSON would not keep every id as it is.
type cardJSON struct {
	Channel string `json:"channel"`
	Bot     string `json:"bot"`
	Chat    []byte `json:"chat"`
}

const (
	// keepOpen is how far ahead the end of an open case lies: each step moves it,
	// and the clock strikes long before.
	keepOpen = 180 * 24 * time.Hour
	// keepClosed is how long a case stays after it ended.
	keepClosed = 90 * 24 * time.Hour
)

// Record returns the case as it is stored. The error is one of encoding, which
// cannot happen for what Apply returns.
func (c Case) Record(now time.Time) (record.Case, error) {
	j := caseJSON{Case: &c}
	for _, card := range c.Cards {
		j.Cards = append(j.Cards, cardJSON{card.Channel, card.Bot, []byte(card.Chat)})
	}
	data, err := json.Marshal(j)
	if err != nil {
		return record.Case{}, fmt.Errorf("encode case: %w", err)
	}
	r := record.Case{Code: c.Code, Chat: c.Chat, Epoch: c.Epoch, Due: c.Next, Ends: now.Add(keepOpen), Data: data}
	if !c.Closed.IsZero() {
		r.Ends = c.Closed.Add(keepClosed)
	}
	return r, nil
}

// FromRecord reads a stored case. Errors are [record.ErrCorrupt] and quote
// nothing of it.
func FromRecord(r record.Case) (Case, error) {
	var c Case
	j := caseJSON{Case: &c}
	if json.Unmarshal(r.Data, &j) != nil {
		return Case{}, fmt.Errorf("decode case: %w", record.ErrCorrupt)
	}
	for _, card := range j.Cards {
		c.Cards = append(c.Cards, bot.ChatID{Channel: card.Channel, Bot: card.Bot, Chat: string(card.Chat)})
	}
	c.Code, c.Chat, c.Epoch, c.Next = r.Code, r.Chat, r.Epoch, r.Due
	return c, nil
}

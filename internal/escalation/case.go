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

	// Told is raised by every event that redraws cards: letters about a case may
	// overtake each other, and the one before must not undo the one after.
	Told uint64 `json:"told,omitempty"`

	State  bot.CaseState `json:"state"`
	Desk   string        `json:"desk"`             // id
	Holder string        `json:"holder,omitempty"` // id of the officer who has it
	Since  time.Time     `json:"since,omitzero"`   // when Holder took it, or it came back to Holder
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
	// Begun is since when the promise of Due runs: Opened, or when it was opened
	// again. The ladder is measured from it.
	Begun  time.Time `json:"begun,omitzero"`
	Late   bool      `json:"late,omitempty"`  // the resident was told that Due has passed
	Sought time.Time `json:"sought,omitzero"` // when somebody responsible was last looked for
	// ToldOfficers are those, by id, whom a rung of the ladder told besides the
	// desk: they may take it.
	ToldOfficers []string `json:"told_officers,omitempty"`

	Said   []Said       `json:"said,omitempty"`   // all that was said since it was opened, in order
	Log    []Entry      `json:"log,omitempty"`    // what was done, by whom, when
	Cards  []bot.ChatID `json:"-"`                // chats that hold a card of it; stored, see caseJSON
	Away   []bot.ChatID `json:"-"`                // chats that held one and are not concerned any more; stored like Cards
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
	Entry   string           `json:"entry,omitempty"`  // of SaidEntry
	Check   string           `json:"check,omitempty"`  // digits that prove an officer's answer, known to the resident's chat alone
	End     bot.End          `json:"end,omitempty"`    // how sending it ended, of what an officer said
	Out     time.Time        `json:"out,omitzero"`     // when it was known to have gone out
	Reason  string           `json:"reason,omitempty"` // why it could not be sent: a short name
}

// SaidKind says what was said.
type SaidKind string

// What is said in a case.
const (
	SaidMore   SaidKind = "more"   // the resident, in addition or in reply
	SaidAnswer SaidKind = "answer" // an officer answers in own words
	SaidEntry  SaidKind = "entry"  // an officer sends an entry of the base
	SaidAsk    SaidKind = "ask"    // an officer asks back
	SaidDone   SaidKind = "done"   // an officer dealt with it otherwise; Text is the officer's own note and is not sent
)

// Entry is a line of a case's history.
type Entry struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // officer id, "resident", or empty for the program
	What Kind      `json:"what"`
	Note string    `json:"note,omitempty"` // a desk, a rung, how a message ended: never what anybody wrote
	// Reason is why an officer handed it over, in the officer's own words, for
	// the next one to read.
	Reason string `json:"reason,omitempty"`
}

type caseJSON struct {
	*Case
	Cards []cardJSON `json:"cards,omitempty"`
	Away  []cardJSON `json:"away,omitempty"`
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
	j := caseJSON{Case: &c, Cards: encodeChats(c.Cards), Away: encodeChats(c.Away)}
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

// Overdue reports whether somebody owes an answer that was promised for before now.
func (c Case) Overdue(now time.Time) bool {
	return (c.State == bot.CaseWaiting || c.State == bot.CaseHeld) && c.Due.Before(now)
}

// FromRecord reads a stored case. Errors are [record.ErrCorrupt] and quote
// nothing of it.
func FromRecord(r record.Case) (Case, error) {
	var c Case
	j := caseJSON{Case: &c}
	if json.Unmarshal(r.Data, &j) != nil {
		return Case{}, fmt.Errorf("decode case: %w", record.ErrCorrupt)
	}
	c.Cards, c.Away = decodeChats(j.Cards), decodeChats(j.Away)
	c.Code, c.Chat, c.Epoch, c.Next = r.Code, r.Chat, r.Epoch, r.Due
	return c, nil
}

func encodeChats(chats []bot.ChatID) []cardJSON {
	var out []cardJSON
	for _, c := range chats {
		out = append(out, cardJSON{c.Channel, c.Bot, []byte(c.Chat)})
	}
	return out
}

func decodeChats(cards []cardJSON) []bot.ChatID {
	var out []bot.ChatID
	for _, c := range cards {
		out = append(out, bot.ChatID{Channel: c.Channel, Bot: c.Bot, Chat: string(c.Chat)})
	}
	return out
}

// arrived reports whether the case is answered and the resident has the answer:
// ending it tells nobody anything more.
func (c Case) arrived() bool {
	said := c.latestAnswer()
	return c.State == bot.CaseAnswered && said != nil && said.End == bot.EndSent
}

// latestAnswer is what an officer answered last; nil if nothing.
func (c Case) latestAnswer() *Said {
	for i := len(c.Said) - 1; i >= 0; i-- {
		if o := &c.Said[i]; o.Officer != "" && o.Kind != SaidAsk {
			return o
		}
	}
	return nil
}

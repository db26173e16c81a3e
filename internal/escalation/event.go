package escalation

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
)

// Kind says what happened to a case.
type Kind string

// What residents do.
const (
	Opened    Kind = "opened"
	Added     Kind = "added" // Text, Files
	Phoned    Kind = "phoned"
	Cleared   Kind = "cleared"
	Unclear   Kind = "unclear"   // Text may say what was not
	Pressed   Kind = "pressed"   // asks what has become of it: whoever is responsible hears of it, once a day
	Withdrawn Kind = "withdrawn" // «quên tôi»: it is removed, and the cards say so
)

// What officers do. By is the officer, From the chat it was done in; Epoch is
// the one that the officer saw.
const (
	Take     Kind = "take"
	Release  Kind = "release"  // gives it back
	Answer   Kind = "answer"   // Text, Files
	Send     Kind = "send"     // Entry: one of the base
	AskBack  Kind = "ask"      // Text, Files: the clock stops
	Transfer Kind = "transfer" // Desk, Reason: another desk; the resident's date stays
	NotOurs  Kind = "not-ours" // Desk: another desk or an outside address; Reason
	Done     Kind = "done"     // Reason: dealt with otherwise, as by telephone
)

// What happens by itself.
const (
	Struck    Kind = "struck"    // the clock: Next has come
	Ended     Kind = "ended"     // sending Said[No] to the resident ended so
	Unreached Kind = "unreached" // an officer's chat lets nothing through: By
)

// Event is something that happened to a case.
type Event struct {
	Kind   Kind             `json:"kind"`
	Code   string           `json:"code"`
	By     string           `json:"by,omitempty"`
	From   bot.ChatID       `json:"-"` // the letter tells
	Epoch  uint64           `json:"epoch,omitempty"`
	Text   string           `json:"text,omitempty"`
	Files  []bot.Attachment `json:"files,omitempty"`
	Entry  string           `json:"entry,omitempty"`
	Desk   string           `json:"desk,omitempty"`
	Reason string           `json:"reason,omitempty"`
	No     int              `json:"no,omitempty"`
	End    bot.End          `json:"end,omitempty"`
	Phone  string           `json:"phone,omitempty"`
	Open   *bot.CaseAct     `json:"-"` // of Opened
}

// World is what the rules rest on besides the case.
type World struct {
	Desks  *desks.Desks
	Reach  Registry
	Now    time.Time
	Random uint64 // what check codes are made of
}

// Registry knows which chats are whose. It is a value of its time.
type Registry interface {
	// Chat returns where an officer is written to, the preferred chat first;
	// false if there is none.
	Chat(officer string) (bot.ChatID, bool)
	// Officer returns whose own chat or id it is: chat with Chat set to the id of
	// the sender on that channel. False if it is nobody's, or not any more.
	Officer(sender bot.ChatID) (string, bool)
}

// Effect is something to be told because of an event. The rules say what, the
// texts how: see render.go.
type Effect struct {
	What What
	To   bot.ChatID // an officer's chat or a room; zero for the resident's own
	No   int        // which of Said it concerns
	Desk string     // id
	By   string     // id of the officer it concerns
	Note string
}

// What is told.
type What string

// To the resident. To is zero.
const (
	TellAnswer   What = "answer"   // Said[No], with check code and «rõ / chưa rõ»
	TellAsk      What = "ask"      // Said[No]: an officer asks back
	TellMoved    What = "moved"    // another desk has it; the date stays
	TellReferred What = "referred" // it is for the outside address Desk
	TellLate     What = "late"     // the date has passed; who was told
	TellRemind   What = "remind"   // of what was asked
	TellSilent   What = "silent"   // closed because nothing was said; how to open it again
	TellDone     What = "done"     // Said[No]: dealt with otherwise; «rõ / chưa rõ»
	TellFull     What = "full"     // so much was said that what came last was not kept; where to go
)

// To officers. To is set.
const (
	ShowCard       What = "card"        // the card as the case stands, in the place of the one before
	NoteTaken      What = "taken"       // to who pressed: it is yours
	NoteTooLate    What = "too-late"    // to who pressed: By has it
	NoteNotHolder  What = "not-holder"  // to who wrote: By has it, nothing was sent
	NoteOver       What = "over"        // to who pressed or wrote: it has ended
	NoteSent       What = "sent"        // Said[No] has reached the resident's phone company, or waits: see End
	NoteMore       What = "more"        // the resident said Said[No]
	NoteUnclear    What = "unclear"     // the resident did not understand; it is open again
	NotePressed    What = "pressed"     // the resident asks what has become of it
	NoteRemind     What = "reminder"    // a rung of the ladder; Note says which
	NoteReleased   What = "released"    // it was taken back from By for want of an answer
	NoteWithdrawn  What = "withdrawn"   // the resident took it back
	NoteRefused    What = "refused"     // not done: Note says why, see [RefusedNotYours]
	NoteUnreached  What = "unreached"   // to the catch-all's head: nobody of Desk can be reached
	NoteHandedOver What = "handed-over" // to who transferred it: done
	NotePhone      What = "phone"       // the resident left a number
)

// Alarm is an effect for operators: it raises a counter and needs nobody's chat.
const Alarm What = "alarm"

package desks

import (
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/worktime"
)

// Fault is something the keeper of the file must or should mend, in Vietnamese.
type Fault = keyfile.Fault

// Report is all that is wrong with a file.
type Report = keyfile.Report

// Officer is a person who answers.
type Officer struct {
	ID   string // as other parts of the file name them
	Name string // as residents read it: «Chị Lan»
	// Chats are the person's own chats, the preferred one first. None: the
	// person registers by an invitation, and the caller knows the chat.
	Chats    []bot.ChatID
	Invited  bool // «mời: có»: the chat is to come by an invitation
	Absences []Absence
}

// Absence is a time off, whole days, both included.
type Absence struct {
	From, Until worktime.Day
	Cover       string // id of the officer who stands in; "" for nobody
}

// Desk is a group of officers with what they are responsible for.
type Desk struct {
	ID   string
	Name string
	// Topics and Places are ids; none means all of them.
	Topics []string
	Places []string
	// Room is a group chat, of Telegram perhaps with a forum topic ("-1001/12");
	// zero if there is none. A confidential desk never has one.
	Room     bot.ChatID
	Officers []string // ids, in the order of the file
	Head     string   // id of the officer who answers for the desk; "" for none
	Term     Term     // the promise to residents
	Hours    string   // as written in the file, of the desk or else of all; "" for round the clock
	// Confidential desks («kín») take what must not be seen by others. Urgent
	// desks («gấp») take what cannot wait; without hours of their own they work
	// round the clock. Neither takes part in the ordinary routing.
	Confidential bool
	Urgent       bool
	// Outside is the address of a body outside («địa chỉ ngoài»), in lines as
	// residents read them. Such a desk has no officers and is never routed to:
	// a case is referred to it.
	Outside string
}

// IsOutside tells whether the desk is only an address.
func (d Desk) IsOutside() bool { return d.Outside != "" }

// Term is a promised time. One of its fields is set, or none for the same day.
type Term struct {
	Days int           // working days
	Work time.Duration // working time
}

// Rung is a step of the reminders.
type Rung struct {
	// Halves says when: 1 at half of the term, 2 at its end, 3 when half of the
	// term has passed again. Strictly rising in a ladder.
	Halves int
	To     []Target // who is told, at least one
}

// Target is whom a rung tells.
type Target struct {
	Kind TargetKind
	ID   string // of the officer or the desk
}

// TargetKind says what a target is.
type TargetKind string

// The kinds of targets.
const (
	ToOfficers TargetKind = "officers" // of the desk ID: who holds the case, else all who are present
	ToRoom     TargetKind = "room"     // of the desk ID
	ToOfficer  TargetKind = "officer"  // the one person ID
	ToHead     TargetKind = "head"     // the head of the desk ID
)

// Desks is a file as loaded.
type Desks struct {
	officers   map[string]Officer
	officerIDs []string              // in the order of the file
	byChat     map[bot.ChatID]string // id of the officer
	desks      []Desk                // in the order of the file
	byID       map[string]int        // index of desks
	calendars  map[string]*worktime.Calendar
	ladder     []rule // in rising order
	catchAll   string // id of the desk
	zone       *time.Location
	version    string
}

// rule is a line of «nhắc việc», before it is seen from a desk.
type rule struct {
	halves int
	to     []word
}

// word is whom a rule names: a desk or an officer by id, or one of the words
// for what belongs to the desk in question.
type word struct {
	kind wordKind
	id   string
}

type wordKind int

const (
	wordOfficers wordKind = iota // «cán bộ»
	wordRoom                     // «nhóm chat»
	wordHead                     // «trưởng»
	wordCatchAll                 // «chung»
	wordDesk
	wordOfficer
)

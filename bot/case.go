package bot

import "time"

// Matter says what kind of matter a case is, because not every one may go the
// ordinary way.
type Matter string

// The matters.
const (
	MatterQuestion     Matter = "question"     // what the bot could not answer, or somebody wants a person
	MatterProposal     Matter = "proposal"     // «kiến nghị», «phản ánh»: an opinion, no question
	MatterUrgent       Matter = "urgent"       // hunger, danger: hotlines were told, a confidential desk hears of it
	MatterConfidential Matter = "confidential" // about an official, or nobody else's business: never a room
)

// Turn is one exchange with the bot before a case, for the officer to see what
// the person was told.
type Turn struct {
	Asked string    `json:"asked"`           // at most maxTurn characters; numbers that identify a person are masked when stored
	Entry string    `json:"entry,omitempty"` // the entry it was answered from, if it was
	At    time.Time `json:"at"`
}

// Consent is the proof that a person agreed to have a question sent to an
// officer: Law 91/2025/QH15, Article 9, wants it provable.
type Consent struct {
	Version string    `json:"version"` // of the words that were agreed to
	At      time.Time `json:"at"`
}

// CaseAct is what a resident's message does to a case of the same chat. The
// engine says what; the rules of cases say what follows.
type CaseAct struct {
	Kind CaseActKind
	Code string // of the case, for a new one View.NewCode

	// Of ActOpen.
	Matter   Matter
	Question string // empty if the person only wants to be called
	Turns    []Turn // what came before, oldest first
	Near     []string
	Topic    string // id; empty if none is known
	Place    string // commune id; empty if the person would not say
	Desk     string // id of the desk that the person was told
	Consent  Consent

	Text  string       // of ActAdd: what was written
	Files []Attachment // of ActOpen and ActAdd
	Phone string       // of ActPhone
}

// CaseActKind says what is done.
type CaseActKind string

// What a resident does with a case.
const (
	ActOpen    CaseActKind = "open"    // a new case
	ActAdd     CaseActKind = "add"     // more was written or sent for it
	ActPhone   CaseActKind = "phone"   // a number to be called at
	ActClear   CaseActKind = "clear"   // the answer was understood: it ends
	ActUnclear CaseActKind = "unclear" // it was not: an officer goes on
	ActPress   CaseActKind = "press"   // «hỏi»: the person asks what has become of it
)

// View is what the engine may know besides the conversation.
type View struct {
	// Desks tells where questions go. Nil if nobody answers from here: people are
	// then told where their commune's office is.
	Desks Desks
	// Cases are those of the same chat, the newest first.
	Cases []CaseView
	// NewCode is the code that a case opened by this message will have.
	NewCode string
}

// Desks tells where a question would go. It is a value of its time: equal
// arguments give equal desks for as long as one message is being decided.
type Desks interface {
	// Route returns the desk for a matter about a topic from a commune, both of
	// which may be empty, and false if nobody would get it.
	Route(matter Matter, place, topic string, now time.Time) (DeskView, bool)
}

// DeskView is a desk as residents hear of it.
type DeskView struct {
	ID   string
	Name string    // «Bảo hiểm xã hội»
	Due  time.Time // until when it promises to answer what comes now
	Open bool      // it is at work now
	Next time.Time // when it is at work again, if it is not
}

// CaseView is a case as its own resident may see it.
type CaseView struct {
	Code     string // digits only
	State    CaseState
	Question string // as the officer sees it
	Desk     string // name
	Officer  string // name of who has it or answered; may be empty
	Opened   time.Time
	Due      time.Time
	Late     bool
	Reopens  bool // it has ended, but so lately that «chưa rõ» opens it again
	Lapsed   bool // Reopens, and it did not end by a word of the resident
	// Checks are the codes of officers' answers, so that somebody who doubts one
	// can have it verified; each with when it was given and by whom.
	Checks []Check
}

// Check is the proof of one officer's answer.
type Check struct {
	Code    string // digits
	Officer string
	At      time.Time
}

// CaseState is how a case stands, as far as its resident is concerned.
type CaseState string

// The states of a case.
const (
	CaseWaiting  CaseState = "waiting"  // for an officer
	CaseHeld     CaseState = "held"     // an officer is at it
	CaseAsked    CaseState = "asked"    // the resident was asked something
	CaseAnswered CaseState = "answered" // answered; nobody has said whether it was clear
	CaseClosed   CaseState = "closed"
)

// Open reports whether something is still to come of the case.
func (s CaseState) Open() bool { return s != CaseClosed }

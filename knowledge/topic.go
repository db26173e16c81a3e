package knowledge

// Topic is a line of the menu.
type Topic struct {
	ID      string
	Name    string
	Label   string   // on a button
	Entries []string // entry ids in menu order
}

// Referral is a named subject outside the scope, with where to turn.
type Referral struct {
	ID        string
	Name      string
	Label     string
	When      When
	Questions []string
	Answer    string
	Related   []string // entries of ours that may be meant
}

// Phrase is a sentence that is no question about a policy: greeting, thanks,
// "gặp cán bộ" … The program fixes the ids.
type Phrase struct {
	ID        string
	Kind      string // free: "smalltalk", "human", "command", "hostile"; may be ""
	Questions []string
	Answer    string
}

// Question is a resident's wording with the entry that should answer it: a
// line of cau_hoi_hoc (learned from) or cau_hoi_thu (tested against).
type Question struct {
	Q       string   `json:"q"`
	ID      string   `json:"id"`                // entry, referral or phrase; "none": not ours
	Also    []string `json:"also,omitempty"`    // entries that are right too
	Context []string `json:"context,omitempty"` // what the resident wrote before, oldest first
	Verdict Verdict  `json:"verdict,omitempty"`
	Facet   string   `json:"facet,omitempty"`
	Kind    string   `json:"kind,omitempty"`
	AsOf    Date     `json:"as_of,omitzero"`
	Writer  string   `json:"writer,omitempty"` // who wrote it

	// Situation names what the writer was given to write from. Questions that
	// share one are never split between learning and judging.
	Situation string `json:"situation,omitempty"`

	File string `json:"-"`
	Line int    `json:"-"`
}

// TestQuestion is a question a base is tested against.
type TestQuestion = Question

// NoEntry is the Question.ID of what no entry answers.
const NoEntry = "none"

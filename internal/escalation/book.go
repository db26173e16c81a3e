package escalation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
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
	Marks   []Mark           `json:"marks,omitempty"`   // of the cards this chat was shown, also of past cases, the latest last
	List    []bot.Option     `json:"list,omitempty"`    // what numbers stand for, only of the latest list
	Focus   string           `json:"focus,omitempty"`   // code of the case that plain text is about
	Drafts  map[string]Draft `json:"drafts,omitempty"`  // by id of the officer: waits for «gửi»
	Morning string           `json:"morning,omitempty"` // day of the latest morning message, 2006-01-02
	Heard   time.Time        `json:"heard,omitzero"`    // when the officer wrote last, where the channel's window depends on it
}

// Line is a case as an officer's list shows it.
type Line struct {
	Code   string        `json:"code"`
	Title  string        `json:"title"` // the beginning of the question
	State  bot.CaseState `json:"state"`
	Holder string        `json:"holder,omitempty"`
	Due    time.Time     `json:"due"`
}

// Mark is how far a chat has come with a case, as [Case.Told]: Told is the latest
// card that reached it, Said the latest it could read. They differ where a card
// cannot be changed in its place and there was no news for that chat.
type Mark struct {
	Code string `json:"code"`
	Told uint64 `json:"told"`
	Said uint64 `json:"said,omitempty"`
}

// Draft is something written that is shown once more before it is sent. What
// is still missing of it is what the officer was asked for.
type Draft struct {
	Kind   Kind             `json:"kind"`           // Answer, Send, AskBack, Transfer, NotOurs, Done
	Code   string           `json:"code,omitempty"` // empty while the officer is asked which case it is for
	Epoch  uint64           `json:"epoch,omitempty"`
	Text   string           `json:"text,omitempty"`
	Files  []bot.Attachment `json:"files,omitempty"`
	Entry  string           `json:"entry,omitempty"` // of Send
	Desk   string           `json:"desk,omitempty"`
	Reason string           `json:"reason,omitempty"`
	Cut    bool             `json:"cut,omitempty"` // Text was longer
	At     time.Time        `json:"at"`
}

const (
	// keepBook is how long a book outlives its last change. What it says of cases
	// is no more than their homes keep.
	keepBook = keepOpen
	// maxLines bounds a book. An officer with more open cases than that needs
	// colleagues, not a longer list; each case stays where it lies.
	maxLines = 200
	// maxMarks bounds them, too. What is forgotten by then was told days ago, and
	// letters overtake each other within minutes.
	maxMarks = 2 * maxLines
	// draftFor is how long a draft waits. Later the case has moved on, or the
	// officer has forgotten what «1» would send.
	draftFor = 30 * time.Minute
	// keepDraft is how long it is remembered that there was one, to say so.
	keepDraft = 24 * time.Hour
	maxDrafts = 50

	maxDraft      = 4000 // characters
	maxDraftFiles = 10
)

// bookJSON is a book as stored. The first field tells it from a case.
type bookJSON struct {
	Mark int `json:"book"`
	*Book
}

// IsBook reports whether a stored case is the book of a chat of officers and no
// case at all.
func IsBook(r record.Case) bool {
	var j struct {
		Book int `json:"book"`
	}
	return json.Unmarshal(r.Data, &j) == nil && j.Book > 0
}

// Record returns the book as it is stored with its chat. The error is one of
// encoding, which cannot happen for what a step returns.
func (b Book) Record(now time.Time) (record.Case, error) {
	data, err := json.Marshal(bookJSON{1, &b})
	if err != nil {
		return record.Case{}, fmt.Errorf("encode book: %w", err)
	}
	return record.Case{Code: b.Code, Due: b.Next, Ends: now.Add(keepBook), Data: data}, nil
}

// BookFromRecord reads a stored book. Errors are [record.ErrCorrupt] and quote
// nothing of it.
func BookFromRecord(r record.Case) (Book, error) {
	var b Book
	j := bookJSON{Book: &b}
	if json.Unmarshal(r.Data, &j) != nil || j.Mark <= 0 {
		return Book{}, fmt.Errorf("decode book: %w", record.ErrCorrupt)
	}
	b.Code, b.Next = r.Code, r.Due
	return b, nil
}

// bookOf returns the book among the cases of a chat; the zero book if there is
// none yet.
func bookOf(cases []record.Case) Book {
	for _, r := range cases {
		if b, err := BookFromRecord(r); err == nil {
			return b
		}
	}
	return Book{}
}

// line returns the line of a case.
func (b *Book) line(code string) (Line, bool) {
	i := slices.IndexFunc(b.Lines, func(l Line) bool { return l.Code == code })
	if i < 0 {
		return Line{}, false
	}
	return b.Lines[i], true
}

// put writes or replaces a line.
func (b *Book) put(l Line) {
	b.Lines = slices.Clone(b.Lines)
	if i := slices.IndexFunc(b.Lines, func(o Line) bool { return o.Code == l.Code }); i >= 0 {
		b.Lines[i] = l
		return
	}
	b.Lines = append(b.Lines, l)
	if len(b.Lines) <= maxLines {
		return
	}
	spare := slices.IndexFunc(b.Lines, func(o Line) bool { return o.Holder != "" && o.Holder != b.Officer })
	b.Lines = slices.Delete(b.Lines, max(spare, 0), max(spare, 0)+1)
}

// strike removes a line.
func (b *Book) strike(code string) {
	b.Lines = slices.DeleteFunc(slices.Clone(b.Lines), func(l Line) bool { return l.Code == code })
	if b.Focus == code {
		b.Focus = ""
	}
}

// marked returns how far the chat has come with a case.
func (b *Book) marked(code string) Mark {
	if i := slices.IndexFunc(b.Marks, func(m Mark) bool { return m.Code == code }); i >= 0 {
		return b.Marks[i]
	}
	return Mark{Code: code}
}

// mark notes how far the chat has come; never back.
func (b *Book) mark(m Mark) {
	was := b.marked(m.Code)
	if m = (Mark{m.Code, max(m.Told, was.Told), max(m.Said, was.Said)}); m.Told == 0 {
		return
	}
	b.Marks = slices.DeleteFunc(slices.Clone(b.Marks), func(o Mark) bool { return o.Code == m.Code })
	b.Marks = append(b.Marks, m)
	b.Marks = b.Marks[max(0, len(b.Marks)-maxMarks):]
}

// held returns the cases that the officer whose chat it is has in hand.
func (b *Book) held() []Line {
	return slices.DeleteFunc(slices.Clone(b.Lines), func(l Line) bool { return l.Holder == "" || l.Holder != b.Officer })
}

// ordered returns the lines as they are worked on: what the officer has in hand,
// what waits for anybody, what others have; each the most urgent first.
func (b *Book) ordered() []Line {
	rank := func(l Line) int {
		switch l.Holder {
		case "":
			return 1
		case b.Officer:
			return 0
		}
		return 2
	}
	return slices.SortedStableFunc(slices.Values(b.Lines), func(x, y Line) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), x.Due.Compare(y.Due))
	})
}

// prune drops the drafts nobody came back to, and the oldest of too many.
func (b *Book) prune(now time.Time) {
	oldest := slices.SortedFunc(maps.Keys(b.Drafts), func(x, y string) int {
		return cmp.Or(b.Drafts[x].At.Compare(b.Drafts[y].At), cmp.Compare(x, y))
	})
	for _, id := range oldest {
		if now.Sub(b.Drafts[id].At) > keepDraft || len(b.Drafts) > maxDrafts {
			b.setDraft(id, nil)
		}
	}
}

// setDraft keeps or, with nil, drops an officer's draft. The map of the book that
// was loaded stays as it is.
func (b *Book) setDraft(officer string, d *Draft) {
	b.Drafts = maps.Clone(b.Drafts)
	delete(b.Drafts, officer)
	switch {
	case d == nil:
	case b.Drafts == nil:
		b.Drafts = map[string]Draft{officer: *d}
	default:
		b.Drafts[officer] = *d
	}
}

// empty reports whether there is nothing to remember.
func (b *Book) empty() bool {
	return b.Officer == "" && len(b.Lines) == 0 && len(b.Marks) == 0 && len(b.List) == 0 && len(b.Drafts) == 0
}

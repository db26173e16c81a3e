package knowledge

// Kind says what sort of entry it is.
type Kind string

// The kinds of an entry.
const (
	Policy    Kind = "policy"    // chính sách: a right and how to get it
	Situation Kind = "situation" // tình huống: a life event, offers other entries
	Emergency Kind = "emergency" // khẩn cấp: hotlines first
)

// Status says whether a policy is in force; each has a fixed opening line.
type Status string

// The states of a policy.
const (
	InForce Status = "in_force" // đang áp dụng
	Ended   Status = "ended"    // đã hết
	Unclear Status = "unclear"  // chưa rõ: always offers the officer
)

// Verdict is what an entry decides for one group.
type Verdict string

// The verdicts, as decisions name them.
const (
	Yes     Verdict = "duoc"
	Partly  Verdict = "mot_phan"
	No      Verdict = "khong"
	Depends Verdict = "tuy_noi"
)

// Entry is one version of one subject. Texts may hold figures in braces; show
// them through [Base.Render]. Nobody changes an Entry or what it points to.
type Entry struct {
	ID     string
	Topic  string // Topic.ID
	Name   string
	Label  string // on a button, at most 24 characters
	Kind   Kind
	Family string // entries that differ only by who, level …; "" is alone
	When   When

	Questions []string // residents' wordings
	Verdicts  []VerdictRow

	Answer  string   // trả lời: who and what, when no group is known
	Who     string   // đối tượng
	Benefit string   // mức hưởng
	How     string   // thủ tục
	Papers  []string // giấy tờ
	Where   string   // nơi nộp
	Time    string   // thời hạn
	Notes   string   // lưu ý
	Legal   []Source // căn cứ

	From, Until Date // the days it holds, both included; zero is open
	Status      Status
	ReviewBy    Date
	Reviewer    string

	NotSame []string // khác với: near misses
	Related []string // liên quan
	Offers  []string // mục: the entries a hub offers
	Desk    string   // phụ trách
	Picture Picture

	File string // path in the base
}

// Version names this version of the entry, "bhyt-ho-ngheo@2026-07-01".
func (e Entry) Version() string {
	if e.From == 0 {
		return e.ID
	}
	return e.ID + "@" + e.From.Time().Format("2006-01-02")
}

// HoldsOn tells whether this version is valid on the day.
func (e Entry) HoldsOn(on Date) bool { return holds(e.From, e.Until, on) }

// ReviewOverdue tells whether a version that is valid on the day should have
// been read again before it.
func (e Entry) ReviewOverdue(on Date) bool {
	return e.ReviewBy != 0 && e.ReviewBy < on && e.HoldsOn(on)
}

// When says what a question must be about to fit an entry, in words of the
// lexicon.
type When struct {
	Values map[string][]string // lexicon type, as the lexicon writes it, → any of these values
	Except []string            // trừ: phrases that rule the entry out
}

// Source is one legal basis.
type Source struct {
	Document string
	Article  string // may be ""
	Link     string // may be ""
}

// Picture is an image shown with the answer.
type Picture struct {
	File string // path beside the entry, or in the base's own folder
	Alt  string // what is on it, for who cannot see or load it
	Key  string // see [Base.Picture]: 32 characters 0-9 a-f that follow from the bytes
}

// VerdictRow is one row of "theo diện". The first row of an entry all whose
// conditions hold is used.
type VerdictRow struct {
	Conditions []Condition
	Numbers    []NumberCondition
	Say        []string // the message holds any of these phrases (folded); empty: no condition
	NotSay     []string // the message holds none of these
	said       []uint64 // Say and
	notSaid    []uint64 // NotSay as messages are compared with them, see phraseHashes

	Verdict Verdict // "" exactly if See is set
	Text    string  // first sentence gives the verdict
	See     string  // the answer stands in this entry

	Line int // in the entry's file
}

// Unconditional tells whether the row is meant for everybody.
func (r VerdictRow) Unconditional() bool {
	return len(r.Conditions) == 0 && len(r.Numbers) == 0 && len(r.Say) == 0 && len(r.NotSay) == 0
}

// Condition asks about slots of one type. It holds if each group of AllOf has
// at least one term that holds.
type Condition struct {
	Type  string // "ai", "nơi", "bậc học", "trường", "bệnh viện", "thẻ", "sự kiện"
	AllOf [][]Term
}

// Term is one value of a condition.
type Term struct {
	Value string // as the lexicon writes it
	Not   bool   // the resident said they are NOT this
}

// NumberCondition asks about a number the resident gave: "tuổi", "lớp",
// "số năm", "km", "triệu", "nhân khẩu". Any of the ranges suffices.
type NumberCondition struct {
	Type  string
	AnyOf []Range
}

// Range is a piece of the number line.
type Range struct {
	Min, Max       float64
	HasMin, HasMax bool
	OverMin        bool // Min itself is outside: "trên 6"
	UnderMax       bool // Max itself is outside: "dưới 6"
}

// Contains tells whether x lies in the range.
func (r Range) Contains(x float64) bool {
	if r.HasMin && (x < r.Min || r.OverMin && x == r.Min) {
		return false
	}
	return !r.HasMax || x < r.Max || x == r.Max && !r.UnderMax
}

// Holds tells whether x lies in any of the ranges.
func (c NumberCondition) Holds(x float64) bool {
	for _, r := range c.AnyOf {
		if r.Contains(x) {
			return true
		}
	}
	return false
}

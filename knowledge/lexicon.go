package knowledge

// Lexicon holds the words residents use.
type Lexicon struct {
	Words         []Word      // từ điển: typed concepts
	Abbreviations []Spelling  // viết tắt
	Typos         []Spelling  // gõ sai
	Collisions    []Collision // va chạm
	Official      []Spelling  // từ khó: an official word and its plain twin
	Outdated      []Spelling  // tên cũ: agencies that are gone and what they became
}

// Word is a concept: a value of a type, and the phrases that say it.
type Word struct {
	Type    string // "ai", "nơi", "việc", "cách" …, as first written
	Value   string
	Phrases []string
}

// Spelling is a way of writing and what it stands for.
type Spelling struct {
	Written []string // any of these
	Means   string
}

// Collision is a word that turns into others when its accents are lost. In an
// accented message it needs its own marks; in an unaccented one a phrase.
type Collision struct {
	Word    string
	Others  []string
	Phrases []string // unaccented phrases in which Word is meant
}

package knowledge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/classify"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// Reading is what a message says, before anybody asks which entry it is about:
// its words in one spelling, the concepts of the lexicon it names, and its
// numbers with their units.
type Reading struct {
	Words    []ReadWord
	Concepts []Concept
	Numbers  []SlotNumber
	Marked   bool // the writer uses accents, so accents mean something
	Clauses  int

	said map[uint64]bool // see grams
}

// ReadWord is one word after repair.
type ReadWord struct {
	Folded string
	Marked string // canonical accented form, "" if typed without accents
	Clause int
	Typed  string // as the resident wrote it; "" for further words of an abbreviation

	sound string // see vietnamese.Sound
	hash  uint64 // of Folded
}

// Concept is a value of the lexicon found in a message.
type Concept struct {
	Type, Value string
	Start, End  int // words [Start, End)
	Clause      int
	Not         bool // the resident says it does not hold

	name string // "type=value"
}

// SlotNumber is a number with the unit that makes it a slot: "tuổi", "lớp",
// "số năm", "km", "triệu", "nhân khẩu", "tháng".
type SlotNumber struct {
	Type  string
	Value float64
	Word  int
}

// interpreter turns text into readings. It is built once a base is loaded and is
// safe for concurrent use.
type interpreter struct {
	abbreviations map[string][]abbreviation // by their first word, longest first
	sounds        map[string]string         // folded word → its sound, for the words of the vocabulary
	canonical     map[string]string         // marked word → its canonical form, for common words
	phrases       map[uint64][]phrase       // by the hash of the folded words
	begins        map[uint64]bool           // hashes of proper beginnings of phrases
	collisions    map[string]bool           // folded words whose marks matter
	vocabulary    map[string]int            // folded words trusted as spelt
	speller       *vietnamese.Speller
}

type abbreviation struct {
	words []string // as typed
	means []ReadWord
}

type phrase struct {
	kind, value string
	name        string
	words       []string
	marked      []string // canonical accented word per position, "" where accents do not matter
}

func newInterpreter(lex Lexicon, places []Place, vocabulary map[string]int) *interpreter {
	r := &interpreter{abbreviations: map[string][]abbreviation{}, sounds: map[string]string{}, canonical: map[string]string{}, phrases: map[uint64][]phrase{}, begins: map[uint64]bool{}, collisions: map[string]bool{}}
	for _, s := range slices.Concat(lex.Abbreviations, lex.Typos) {
		for _, w := range s.Written {
			r.abbreviate(w, s.Means)
		}
	}
	for first, all := range r.abbreviations {
		slices.SortStableFunc(all, func(a, b abbreviation) int { return cmp.Compare(len(b.words), len(a.words)) })
		r.abbreviations[first] = all
	}
	for w := range vocabulary {
		r.sounds[w] = vietnamese.Sound(w)
	}
	for _, c := range lex.Collisions {
		r.collisions[vietnamese.Fold(c.Word)] = true
	}
	for _, w := range lex.Words {
		for _, p := range w.Phrases {
			r.addPhrase(w.Type, w.Value, p)
		}
	}
	r.addPlaces(places)
	r.vocabulary, r.speller = vocabulary, vietnamese.NewSpeller(vocabulary)
	return r
}

// addPlaces lets the name of a commune say what kind of place it is. With its
// kind before it any name counts; a bare one only if it has two syllables and no
// district, province or second commune goes by it.
func (r *interpreter) addPlaces(places []Place) {
	known := map[string]int{"kon tum": 2, "quang ngai": 2}
	for _, p := range places {
		known[vietnamese.Fold(p.Name)]++
		known[vietnamese.Fold(p.OldDistrict)] += 2
	}
	for _, p := range places {
		for _, area := range append([]string{p.Kind}, p.Areas...) {
			r.addPhrase("nơi", area, p.Kind+" "+p.Name)
			if strings.Contains(p.Name, " ") && known[vietnamese.Fold(p.Name)] == 1 {
				r.addPhrase("nơi", area, p.Name)
			}
		}
	}
}

func (r *interpreter) abbreviate(written, means string) {
	words := strings.Fields(strings.ToLower(vietnamese.Compose(written)))
	if len(words) == 0 {
		return
	}
	a := abbreviation{words: words}
	for m := range strings.FieldsSeq(strings.ToLower(vietnamese.Compose(means))) {
		a.means = append(a.means, ReadWord{Folded: vietnamese.Fold(m), Marked: vietnamese.Canonical(m)})
	}
	r.abbreviations[words[0]] = append(r.abbreviations[words[0]], a)
}

func (r *interpreter) addPhrase(kind, value, text string) {
	toks := vietnamese.Tokenize(text)
	p := phrase{kind: kind, value: value, name: kind + "=" + value, words: make([]string, len(toks)), marked: make([]string, len(toks))}
	for i, t := range toks {
		p.words[i] = t.Folded
		if r.collisions[t.Folded] {
			p.marked[i] = vietnamese.Canonical(t.Text)
		}
	}
	r.filePhrase(p)
	// The lexicon speaks plain words; what is typed is expanded first, so a
	// phrase that holds an abbreviation is filed under its expansion, too.
	if long := r.expandAll(toks); !slices.Equal(long, p.words) {
		p.words, p.marked = long, make([]string, len(long))
		r.filePhrase(p)
	}
}

func (r *interpreter) filePhrase(p phrase) {
	h := uint64(0)
	for i, w := range p.words {
		h = joinHash(h, wordHash(w))
		if i < len(p.words)-1 {
			r.begins[h] = true
		}
	}
	r.phrases[h] = append(r.phrases[h], p)
}

func wordHash(w string) uint64 { return classify.Key('w', w, "") }

// joinHash extends the hash of some words by one more.
func joinHash(h, word uint64) uint64 { return (h ^ word) * 0x9E3779B97F4A7C15 }

func (r *interpreter) expandAll(toks []vietnamese.Token) []string {
	var out []string
	for i := 0; i < len(toks); {
		words, n := r.expand(toks, i)
		if n == 0 {
			out = append(out, toks[i].Folded)
			i++
			continue
		}
		for _, w := range words {
			out = append(out, w.Folded)
		}
		i += n
	}
	return out
}

// expand looks for the longest abbreviation that starts at i and returns what
// it means and how many words it took, 0 if there is none.
func (r *interpreter) expand(toks []vietnamese.Token, i int) ([]ReadWord, int) {
next:
	for _, a := range r.abbreviations[toks[i].Text] {
		if len(a.words) > len(toks)-i {
			continue
		}
		for k, w := range a.words[1:] {
			if toks[i+1+k].Text != w {
				continue next
			}
		}
		return a.means, len(a.words)
	}
	return nil, 0
}

// remember prepares the canonical forms of a text's words, so that reading it or
// the like needs no normalisation. It is for building only.
func (r *interpreter) remember(toks []vietnamese.Token) {
	for _, t := range toks {
		if t.Marked {
			r.rememberWord(t.Text)
		}
	}
}

func (r *interpreter) rememberWord(marked string) {
	if _, known := r.canonical[marked]; !known {
		r.canonical[marked] = vietnamese.Canonical(marked)
	}
}

// read never fails: whatever was typed has a reading, if only an empty one.
func (r *interpreter) read(text string) Reading { return r.readTokens(vietnamese.Tokenize(text)) }

func (r *interpreter) readTokens(toks []vietnamese.Token) Reading {
	out := Reading{Words: make([]ReadWord, 0, len(toks)+8)}
	marked := 0
	for i := 0; i < len(toks); {
		if toks[i].Marked {
			marked++
		}
		out.Clauses = toks[i].Clause + 1
		if words, n := r.expand(toks, i); n > 0 {
			typed := toks[i].Text
			for _, t := range toks[i+1 : i+n] {
				typed += " " + t.Text
			}
			for _, w := range words {
				w.Clause, w.Typed, typed = toks[i].Clause, typed, ""
				out.Words = append(out.Words, w)
			}
			i += n
			continue
		}
		out.Words = append(out.Words, r.repair(toks[i]))
		i++
	}
	sortOutVay(out.Words)
	for i := range out.Words {
		w := &out.Words[i]
		w.hash = wordHash(w.Folded)
		var known bool
		if w.sound, known = r.sounds[w.Folded]; !known {
			w.sound = vietnamese.Sound(w.Folded)
		}
	}
	out.Marked = marked*5 >= len(toks) && marked > 0
	r.findConcepts(&out)
	findNumbers(&out)
	return out
}

// particle is how the particle «vậy» is written among folded words, so that it never
// passes for the loan, «vay».
const particle = "vaay"

// sortOutVay tells the particle from the loan. With its mark, or out of an
// abbreviation, it is plain; typed without marks it is the particle at the end of
// a clause, before a word of address and after a question word.
func sortOutVay(ws []ReadWord) {
	for i := range ws {
		if ws[i].Folded != "vay" {
			continue
		}
		switch {
		case ws[i].Marked == vayParticle:
			ws[i].Folded = particle
			continue
		case ws[i].Marked != "":
			continue
		}
		prev, next := "", ""
		if i > 0 && ws[i-1].Clause == ws[i].Clause {
			prev = ws[i-1].Folded
		}
		if i+1 < len(ws) && ws[i+1].Clause == ws[i].Clause {
			next = ws[i+1].Folded
		}
		switch prev {
		case "nhu", "sao", "the", "gi", "dau", "nao", "nhieu", "khong", "roi", "chua", "ngay", "ha", "thang", "nam", "phan":
			ws[i].Folded = particle
		}
		switch next {
		case "":
			if prev != "" && prev != "muon" && prev != "di" && prev != "cho" && prev != "duoc" && prev != "xin" && prev != "von" {
				ws[i].Folded = particle
			}
		case "a", "ha", "ta", "ad", "thi", "chi", "em", "co", "chu", "anh", "ban", "con", "minh":
			if i == 0 || prev != "muon" && prev != "duoc" && prev != "cho" && prev != "xin" && prev != "di" {
				ws[i].Folded = particle
			}
		}
	}
}

// vayParticle is «vậy» in canonical form.
var vayParticle = vietnamese.Canonical("vậy")

func (r *interpreter) repair(t vietnamese.Token) ReadWord {
	w := ReadWord{Folded: t.Folded, Clause: t.Clause, Typed: t.Text}
	if t.Marked {
		var known bool
		if w.Marked, known = r.canonical[t.Text]; !known {
			w.Marked = vietnamese.Canonical(t.Text)
		}
	}
	if r.speller.Knows(t.Folded) && !strings.HasPrefix(t.Folded, "dd") {
		return w
	}
	if plain, ok := vietnamese.Untype(t.Text); ok {
		w.Folded, w.Marked = vietnamese.Fold(plain), vietnamese.Canonical(plain)
		if r.speller.Knows(w.Folded) {
			return w
		}
	}
	if fixed, ok := r.speller.Correct(w.Folded); ok {
		w.Folded, w.Marked = fixed, ""
	}
	return w
}

// findConcepts takes, for each type, the longest phrases from left to right;
// a phrase consumes its words for its type, so «cận nghèo» leaves no «nghèo».
func (r *interpreter) findConcepts(out *Reading) {
	var found []Concept
	for i := range out.Words {
		h := uint64(0)
		for n := 1; i+n <= len(out.Words) && out.Words[i+n-1].Clause == out.Words[i].Clause; n++ {
			h = joinHash(h, out.Words[i+n-1].hash)
			for _, p := range r.phrases[h] {
				if len(p.words) == n && r.marksAgree(p, out, i) {
					found = append(found, Concept{Type: p.kind, Value: p.value, Start: i, End: i + n, Clause: out.Words[i].Clause, name: p.name})
				}
			}
			if !r.begins[h] {
				break
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Concept) int {
		return cmp.Or(cmp.Compare(b.End-b.Start, a.End-a.Start), cmp.Compare(a.Start, b.Start))
	})
	for _, c := range found {
		if !slices.ContainsFunc(out.Concepts, func(t Concept) bool {
			return t.Type == c.Type && t.Start < c.End && c.Start < t.End && (t.Start != c.Start || t.End != c.End)
		}) {
			out.Concepts = append(out.Concepts, c)
		}
	}
	slices.SortStableFunc(out.Concepts, func(a, b Concept) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	for i := range out.Concepts {
		c := &out.Concepts[i]
		c.Not = deny(out.Words, c.Start) && !strings.HasPrefix(c.Value, "không")
	}
	spreadDenial(out)
}

// marksAgree: a word that is another word with other marks counts only if its
// marks are right. Typed without marks it counts as part of a phrase, never on
// its own: "bao" alone may be a storm, a newspaper, or how much.
func (r *interpreter) marksAgree(p phrase, out *Reading, at int) bool {
	for k, want := range p.marked {
		if want == "" {
			continue
		}
		switch w := out.Words[at+k]; {
		case w.Marked != "":
			if w.Marked != want {
				return false
			}
		case len(p.words) == 1:
			return false
		case out.Marked && want != w.Folded:
			return false // typed without marks amid accented words: another word
		}
	}
	return true
}

// deny reports whether the words before start deny what follows: «không
// (phải|thuộc|có|là|nằm trong|diện|hộ …)».
func deny(ws []ReadWord, start int) bool {
	for k := start - 1; k >= 0 && k >= start-8; k-- {
		if ws[k].Clause != ws[start].Clause {
			return false
		}
		switch ws[k].Folded {
		case "khong", "chua", "chang":
			return true
		case "phai", "thuoc", "co", "la", "nam", "trong", "dien", "ho", "nha", "thuong", "duoc", "huong", "dang", "ai", "con", "danh", "sach", "giay", "so", "nguoi", "o", "cung", "bi", "xet", "vao", "vung", "xa", "thon", "bao", "gio", "tung", "he", "khi", "nao", "tren", "luc":
			continue
		default:
			return false
		}
	}
	return false
}

// spreadDenial carries a «không» over «hay», «hoặc», «cận» to the next value
// of the same type: «không thuộc hộ nghèo hay cận nghèo» denies both.
func spreadDenial(out *Reading) {
	for i := 1; i < len(out.Concepts); i++ {
		a, b := out.Concepts[i-1], &out.Concepts[i]
		denied := a.Not || strings.HasPrefix(a.Value, "không ")
		if !denied || a.Type != b.Type || exclusive(a.Value) == "" || exclusive(a.Value) != exclusive(b.Value) || a.Clause != b.Clause && b.Start-a.End > 2 || b.Start < a.End {
			continue
		}
		between := out.Words[a.End:b.Start]
		if len(between) <= 3 && slices.ContainsFunc(between, func(w ReadWord) bool {
			return w.Folded == "hay" || w.Folded == "hoac" || w.Folded == "hoat" || w.Folded == "va"
		}) || len(between) == 0 {
			b.Not = !strings.HasPrefix(b.Value, "không")
		}
	}
}

func findNumbers(out *Reading) {
	toks := make([]vietnamese.Token, len(out.Words))
	for i, w := range out.Words {
		toks[i] = vietnamese.Token{Text: w.Typed, Folded: w.Folded, Marked: w.Marked != "", Clause: w.Clause}
		if vietnamese.Fold(w.Typed) != w.Folded {
			toks[i].Text = w.Folded
		}
		if i+1 < len(out.Words) && out.Words[i+1].Clause != w.Clause {
			toks[i].Ends = ','
		}
	}
	add := func(kind string, v float64, at int) { out.Numbers = append(out.Numbers, SlotNumber{kind, v, at}) }
	for i := 0; i < len(toks); {
		if age, ok := strings.CutSuffix(toks[i].Folded, "t"); ok && isDigits(age) && len(age) <= 3 { // "72t"
			v, _ := vietnamese.Number([]vietnamese.Token{{Text: age, Folded: age}}, 0)
			add("tuổi", v, i)
			i++
			continue
		}
		if km, ok := strings.CutSuffix(toks[i].Folded, "km"); ok && isDigits(km) {
			v, _ := vietnamese.Number([]vietnamese.Token{{Text: km, Folded: km}}, 0)
			add("km", v, i)
			i++
			continue
		}
		v, n := vietnamese.Number(toks, i)
		if n == 0 {
			i++
			continue
		}
		prev, next, next2 := "", "", ""
		if i > 0 {
			prev = toks[i-1].Folded
		}
		if i+n < len(toks) {
			next = toks[i+n].Folded
		}
		if i+n+1 < len(toks) {
			next2 = toks[i+n+1].Folded
		}
		switch {
		case prev == "lop" && v <= 12 && next != "tuoi":
			add("lớp", v, i)
		case next == "tuoi" || next == "may" && next2 == "tuoi":
			add("tuổi", v, i)
		case next == "km" || next == "cay" || next == "ki" && next2 == "lo":
			add("km", v, i)
		case v >= 1e5:
			add("triệu", v/1e6, i)
		case next == "nam" && v < 60 && next2 != "nay" && next2 != "ngoai":
			add("số năm", v, i)
		case next == "thang" && v < 200 && prev != "thang" && next2 != "nay":
			add("tháng", v, i)
		case next == "nguoi" || next == "mieng" || next == "khau" || next == "nhan" && next2 == "khau" || next == "dau" && next2 == "nguoi":
			add("nhân khẩu", v, i)
		case (prev == "tron" || prev == "ngoai" || prev == "gan" || prev == "du" || prev == "tuoi") && v >= 40 && v <= 110:
			add("tuổi", v, i)
		case v >= 1915 && v <= 1980 && (prev == "nam" || prev == "sinh"):
			add("năm sinh", v, i)
		}
		i += n
	}
}

func isDigits(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

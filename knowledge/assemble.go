package knowledge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// assemble puts the documents together. The base is complete only if no fault
// is an error; checks look at it in any case.
func (d *draft) assemble() *Base {
	b := &Base{
		Digest:   d.digest(),
		Models:   d.models,
		Learning: d.learning,
		Tests:    d.tests,
		versions: map[string][]Entry{},
		figures:  map[string]int{},
		pictures: map[string][]byte{},
	}
	d.assembleFigures(b)
	for _, p := range d.places.places {
		b.Places = append(b.Places, p.Place)
	}
	for _, t := range d.topics.topics {
		b.Topics = append(b.Topics, t.Topic)
	}
	b.Lexicon = d.lexicon.lexicon()
	v := newValueIndex(b.Lexicon)
	for i := range d.topics.referrals {
		r := &d.topics.referrals[i]
		r.When = d.when(r.InFile(), r.when, v)
		b.Referrals = append(b.Referrals, r.Referral)
	}
	for _, p := range d.topics.phrases {
		b.Phrases = append(b.Phrases, p.Phrase)
	}
	d.assembleEntries(b, v)
	d.readCalibration(b)
	return b
}

func (d *draft) assembleEntries(b *Base, v *valueIndex) {
	slices.SortStableFunc(d.entries, func(x, y *entryDoc) int {
		return cmp.Or(strings.Compare(x.ID, y.ID), cmp.Compare(x.From, y.From))
	})
	for _, e := range d.entries {
		e.When = d.when(e.File, e.when, v)
		for i := range e.rows {
			row := &e.rows[i]
			d.conditions(row, v)
			row.Line = row.Start().Line
			row.said, row.notSaid = phraseHashes(row.Say), phraseHashes(row.NotSay)
			e.Verdicts = append(e.Verdicts, row.VerdictRow)
		}
		d.assemblePicture(b, e)
		b.Entries = append(b.Entries, e.Entry)
	}
	for start := 0; start < len(b.Entries); {
		end, id := start, b.Entries[start].ID
		for end < len(b.Entries) && b.Entries[end].ID == id {
			end++
		}
		b.versions[id] = b.Entries[start:end:end]
		b.ids = append(b.ids, id)
		start = end
	}
}

func (l *lexiconFile) lexicon() Lexicon {
	var out Lexicon
	for _, w := range l.words {
		out.Words = append(out.Words, w.Word)
	}
	spellings := func(docs []spellingDoc) []Spelling {
		var out []Spelling
		for _, s := range docs {
			out = append(out, s.Spelling)
		}
		return out
	}
	out.Abbreviations, out.Typos = spellings(l.abbreviations), spellings(l.typos)
	out.Official, out.Outdated = spellings(l.official), spellings(l.oldies)
	for _, c := range l.collisions {
		out.Collisions = append(out.Collisions, c.Collision)
	}
	return out
}

// valueIndex knows which values exist.
type valueIndex struct {
	types  map[string]string            // folded → canonical
	values map[string]map[string]string // folded type → folded value → canonical
}

func newValueIndex(l Lexicon) *valueIndex {
	v := &valueIndex{map[string]string{}, map[string]map[string]string{}}
	for _, w := range l.Words {
		v.add(w.Type, w.Value)
	}
	for _, t := range conditionTypes() {
		for _, value := range t.values {
			v.add(t.name, value)
		}
	}
	return v
}

func (v *valueIndex) add(typ, value string) {
	folded := strictyaml.Fold(typ)
	if v.types[folded] == "" {
		v.types[folded] = typ
		v.values[folded] = map[string]string{}
	}
	if key := foldValue(value); v.values[folded][key] == "" {
		v.values[folded][key] = value
	}
}

// foldValue ignores case and white space but not accents: "bão" and "bảo"
// are two values.
func foldValue(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// find looks a value up; "không X" is the negation of X if X is known.
func (v *valueIndex) find(typ, value string) (Term, bool) {
	known := v.values[strictyaml.Fold(typ)]
	folded := foldValue(value)
	for _, not := range []string{"không phải là ", "không phải ", "không "} {
		if rest, ok := strings.CutPrefix(folded, not); ok {
			for _, positive := range []string{rest, "có " + rest} {
				if canonical := known[positive]; canonical != "" {
					return Term{canonical, true}, true
				}
			}
		}
	}
	if canonical := known[folded]; canonical != "" {
		return Term{Value: canonical}, true
	}
	// Accents may have been left out, if that leaves one value only.
	match := ""
	for _, canonical := range known {
		if strictyaml.Fold(canonical) == strictyaml.Fold(value) {
			if match != "" {
				return Term{}, false
			}
			match = canonical
		}
	}
	return Term{Value: match}, match != ""
}

func (v *valueIndex) list(typ string) []string {
	var out []string
	for _, value := range v.values[strictyaml.Fold(typ)] {
		out = append(out, value)
	}
	slices.Sort(out)
	return out
}

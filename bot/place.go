package bot

import (
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/vietnamese"
	"github.com/doithoai/doithoai/knowledge"
)

// placeFinder knows today's communes by their own and their old names. A name
// that several communes carry is asked, never guessed.
type placeFinder struct {
	byID   map[string]knowledge.Place
	byName map[string][]string // folded name → ids
}

func newPlaceFinder(places []knowledge.Place) *placeFinder {
	f := &placeFinder{byID: map[string]knowledge.Place{}, byName: map[string][]string{}}
	add := func(name, id string) {
		key := placeKey(name)
		if key != "" && !slices.Contains(f.byName[key], id) {
			f.byName[key] = append(f.byName[key], id)
		}
	}
	for _, p := range places {
		f.byID[p.ID] = p
		add(p.Name, p.ID)
		for _, o := range p.OldNames {
			add(o, p.ID)
		}
	}
	return f
}

// placeKey folds a name and drops the word for its kind: «thị trấn La Hà» and
// «la ha» are one.
func placeKey(name string) string {
	var out []string
	for i, w := range vietnamese.Tokenize(name) {
		switch w.Folded {
		case "xa", "phuong", "huyen", "tt", "thon", "dac", "khu", "thi", "tran", "tp", "tx", "thanh", "pho", "o", "toi", "nha", "em", "minh", "tui", "ben":
			if i < 3 {
				continue
			}
		}
		out = append(out, w.Folded)
	}
	return strings.Join(out, " ")
}

// find returns the communes a name may mean.
func (f *placeFinder) find(name string) []knowledge.Place {
	var out []knowledge.Place
	for _, id := range f.byName[placeKey(name)] {
		out = append(out, f.byID[id])
	}
	return out
}

// written returns the communes of whose names, today's or old, one was typed
// letter for letter.
func written(found []knowledge.Place, said string) []knowledge.Place {
	said = " " + strings.ToLower(said) + " "
	var out []knowledge.Place
	for _, p := range found {
		typed := func(name string) bool { return strings.Contains(said, " "+strings.ToLower(name)+" ") }
		if typed(p.Name) || slices.ContainsFunc(p.OldNames, typed) {
			out = append(out, p)
		}
	}
	return out
}

// place takes a message for the name of a commune, if it is one.
func (t *turn) place(words []vietnamese.Token) bool {
	if len(words) > 7 {
		return false
	}
	var name []string
	for _, w := range words {
		name = append(name, w.Text)
	}
	said := strings.Join(name, " ")
	found := t.places.find(said)
	if exact := written(found, said); len(exact) == 1 {
		found = exact // «Ba Tơ» is not «Ba Tô» for who types accents
	}
	switch {
	case len(found) == 0:
		return false
	case len(found) == 1:
		t.officerAt(found[0].ID, placeKey(said))
	default:
		var options []Option
		for _, p := range found {
			options = append(options, Option{p.Kind + " " + p.Name, prefixPlace + p.ID})
		}
		t.conv.Asked = true
		t.choices(t.texts.say(textWhichPlace, "cũ", "«"+said+"»"), options[:min(3, len(options))])
	}
	return true
}

// officer brings who wants a person to one: as a case, or, where nobody answers
// from here, by naming the commune's service centre.
func (t *turn) officer() {
	t.count("officer.asked")
	if t.reaches() {
		t.wantsPerson()
		return
	}
	if t.conv.Place != "" {
		t.officerAt(t.conv.Place, "")
		return
	}
	t.conv.WantPlace = true
	t.conv.Frame = t.was.Frame
	t.handoff(t.texts.say(textHuman), t.menuButton())
}

// wantsPerson opens the way to an officer, unless what was asked lies with one.
func (t *turn) wantsPerson() {
	if open := t.open(); len(open) > 0 && t.conv.Question == "" && t.was.Matter == "" {
		t.notice(t.status(open[0]), t.caseButtons(open[0])...)
		return
	}
	t.bring(MatterQuestion, "")
}

// officerAt goes on with a commune that was named: to the consent if a question
// is on its way, else to where its centre is.
func (t *turn) officerAt(id, said string) {
	if d := t.was.Draft; d != nil && t.reaches() {
		t.conv.Draft = d
		t.conv.Frame = t.was.Frame
		if _, ok := t.places.byID[id]; !ok && id != placeUntold {
			t.askPlace("")
			return
		}
		t.conv.Place = id
		t.askConsent(t.moved(id, said))
		return
	}
	t.pointTo(id, said)
}

// pointTo names the centre of a commune.
func (t *turn) pointTo(id, said string) {
	p, ok := t.places.byID[id]
	if !ok {
		t.conv.Place = ""
		t.handoff(t.texts.say(textHuman), t.menuButton())
		t.conv.WantPlace = true
		return
	}
	t.conv.Place = id
	t.conv.Frame = t.was.Frame
	t.handoff(joinSentences(t.texts.say(textHumanPlace, "nơi", p.Kind+" "+p.Name), t.moved(id, said)), t.menuButton())
}

// moved says the change when an old name was used.
func (t *turn) moved(id, said string) string {
	p, ok := t.places.byID[id]
	if !ok || said == "" || said == placeKey(p.Name) {
		return ""
	}
	i := slices.IndexFunc(p.OldNames, func(o string) bool { return placeKey(o) == said })
	if i < 0 {
		return ""
	}
	return t.texts.say(textPlaceMoved, "cũ", p.OldNames[i], "nơi", p.Kind+" "+p.Name)
}

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
	if len(words) > maxPlaceWords {
		return false
	}
	var name []string
	for _, w := range words {
		name = append(name, w.Text)
	}
	said := strings.Join(name, " ")
	found := t.places.find(said)
	if len(found) == 0 {
		said = t.places.afterKind(words)
		found = t.places.find(said)
	}
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
		t.conv.Asked, t.conv.WantPlace = true, true
		t.choices(t.texts.say(textWhichPlace, "cũ", "«"+said+"»"), options[:min(3, len(options))])
	}
	return true
}

// maxPlaceWords is how long an address is at the most: «nhà em ở thôn Nước Nẻ xã
// Ba Vinh huyện Ba Tơ».
const maxPlaceWords = 14

// afterKind returns what is named as a commune in a longer address: up to three
// words after the last «xã», «phường» or «đặc khu», with nothing but a district or
// a polite word behind them.
func (f *placeFinder) afterKind(words []vietnamese.Token) string {
	for i, w := range slices.Backward(words) {
		if w.Folded != "xa" && w.Folded != "phuong" && w.Folded != "khu" {
			continue
		}
		for end := min(i+4, len(words)); end > i+1; end-- {
			if end < len(words) && !mayFollow(words[end].Folded) {
				continue
			}
			var name []string
			for _, n := range words[i:end] {
				name = append(name, n.Text)
			}
			if said := strings.Join(name, " "); len(f.find(said)) > 0 {
				return said
			}
		}
	}
	return ""
}

// mayFollow reports whether a word can stand behind the name of a commune without
// making a question of it.
func mayFollow(folded string) bool {
	switch folded {
	case "huyen", "tinh", "tp", "thi", "thanh", "quang", "nha", "a", "nhe", "nghe", "do", "em", "roi":
		return true
	}
	return false
}

// untold takes what somebody says who will not name a commune.
func (t *turn) untold(words []vietnamese.Token) bool {
	if t.was.Draft == nil || !t.texts.lists(textSaysNoPlace, foldWords(words)) {
		return false
	}
	t.officerAt(placeUntold, "")
	return true
}

// strangePlace takes what was typed in place of a commune and is none: it is asked
// for once more, then the question goes on without one.
func (t *turn) strangePlace(d knowledge.Decision) bool {
	switch {
	case !unsure(d) && d.Act != knowledge.ActSmalltalk || len(vietnamese.Tokenize(t.said)) > 5:
		return false
	case t.was.Asked:
		t.officerAt(placeUntold, "")
	default:
		t.conv.Draft, t.conv.Frame, t.conv.Asked = t.was.Draft, t.was.Frame, true
		t.conv.WantPlace = true
		t.handoff(t.texts.say(textStrangePlace), Button{t.texts.say(textNoPlace), prefixPlace + placeUntold})
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
	if d := t.was.Draft; d != nil && t.was.WantPlace && t.conv.Question == t.was.Question {
		t.officerAt(placeUntold, "") // who says so twice need not name a commune
		return
	}
	if open := t.open(); len(open) > 0 && t.conv.Question == "" && t.was.Matter == "" {
		t.lies(open[0])
		return
	}
	t.bring(MatterQuestion, "")
}

// lies tells who wants a person that one has the matter, and what can be done to
// be heard sooner. What was sent meanwhile goes along.
func (t *turn) lies(c CaseView) {
	if files := t.was.Attached; len(files) > 0 {
		t.add(c, "", files)
		return
	}
	t.conv.WantPhone = true
	buttons := slices.DeleteFunc(t.caseButtons(c), func(b Button) bool { return b.Payload == actionOfficer })
	t.notice(t.inOneBreath(t.status(c), t.texts.say(textCallMe)), buttons...)
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
	phone := ""
	if p.Phone != "" {
		phone = t.texts.say(textPlacePhone, "số", p.Phone)
	}
	t.handoff(t.inOneBreath(t.texts.say(textHumanPlace, "nơi", p.Kind+" "+p.Name), phone, t.moved(id, said)), t.menuButton())
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

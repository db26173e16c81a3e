package bot

import (
	"slices"
	"strings"

	"github.com/doithoai/doithoai/knowledge"
)

// answer renders what was understood: the verdict for the resident's own group
// first, then the facet asked for, then one last line with law and date.
func (t *turn) answer(d knowledge.Decision) {
	if d.Second != nil {
		t.answerTwo(d)
		return
	}
	t.conv.Frame = d.Frame
	entry, ok := t.base.Entry(d.Entry, t.on)
	if !ok {
		t.noVersion(d.Entry)
		return
	}
	if d.Entry == t.was.Frame.Entry {
		t.conv.Shown = slices.Clone(t.was.Shown)
	} else {
		t.conv.Shown = nil
	}
	body, shown, ok := t.body(entry, d)
	if !ok {
		t.noVersion(d.Entry)
		return
	}
	if d.Verdict != "" {
		t.count("verdict." + string(d.Verdict))
	}
	t.sendEntry(entry, t.lead(d)+body, shown)
}

// sendEntry sends a text of an entry with its opening and last lines and the
// facets that were not shown yet as buttons.
func (t *turn) sendEntry(entry knowledge.Entry, body string, shown ...knowledge.Facet) {
	for _, f := range shown {
		if f != "" && !slices.Contains(t.conv.Shown, string(f)) {
			t.conv.Shown = append(t.conv.Shown, string(f))
		}
	}
	parts := append(t.opening(entry), body, t.footnote(entry))
	if !t.conv.Introduced {
		t.conv.Introduced = true
		parts = append(parts, t.texts.say(textIntro))
	}
	r := Reply{Kind: ReplyAnswer, Text: strings.Join(parts, "\n\n"), Entry: entry.ID, Version: entry.Version()}
	if p := entry.Picture; p.Key != "" && entry.ID != t.was.Frame.Entry { // who asks on about it has seen it
		r.Attachments = []Attachment{{Kind: AttachPhoto, Key: p.Key, Text: p.Alt}}
	}
	buttons := t.hubOptions(entry)
	if len(buttons) == 0 {
		buttons = append(t.facetButtons(entry), t.notMeantButton())
	}
	t.step.Replies = append(t.step.Replies, t.withButtons(r, append(buttons, t.officerButton())...))
}

// opening is what must be said before an entry that does not simply apply.
func (t *turn) opening(entry knowledge.Entry) []string {
	switch entry.Status {
	case knowledge.Unclear:
		return []string{t.texts.say(textUnclear)}
	case knowledge.Ended:
		return []string{t.texts.say(textEnded)}
	}
	return nil
}

func (t *turn) footnote(entry knowledge.Entry) string {
	line := t.texts.say(textFootnotePlain)
	switch {
	case len(entry.Legal) == 0:
	case entry.From == 0:
		line = t.texts.say(textFootnoteLaw, "căn cứ", entry.Legal[0].Document)
	default:
		line = t.texts.say(textFootnote, "căn cứ", entry.Legal[0].Document, "từ", entry.From.String())
	}
	if entry.ReviewBy != 0 && entry.ReviewBy < t.on {
		line = t.texts.say(textOverdue) + " " + line
	}
	return line
}

// lead says aloud what was carried from before («Với hộ cận nghèo: …»), so
// that a wrong assumption shows.
func (t *turn) lead(d knowledge.Decision) string {
	if len(d.Carried) == 0 || d.Row.Text == "" {
		return ""
	}
	used := usedByRow(d.Row, d.Carried)
	if len(used) == 0 {
		return ""
	}
	return t.texts.say(textCarried, "diện", strings.Join(groupNames(used), ", ")) + " "
}

func usedByRow(row knowledge.VerdictRow, carried []string) []string {
	var out []string
	for _, c := range row.Conditions {
		for _, group := range c.AllOf {
			for _, term := range group {
				v := term.Value
				if term.Not {
					v = "không " + v
				}
				if slices.Contains(carried, v) && !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

// groupNames puts slot values into the words a reply uses.
func groupNames(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		switch v {
		case "nghèo", "cận nghèo", "mới thoát nghèo":
			out[i] = "hộ " + v
		case "không nghèo":
			out[i] = "hộ không nghèo"
		case "Kinh", "dân tộc thiểu số", "khuyết tật", "cao tuổi":
			out[i] = "người " + v
		default:
			out[i] = v
		}
	}
	return out
}

// body returns what is said of an entry: the facet asked for or the answer
// itself, after the verdict where one is known.
func (t *turn) body(entry knowledge.Entry, d knowledge.Decision) (string, knowledge.Facet, bool) {
	verdict, err := t.base.Render(d.Row.Text, t.on)
	if err != nil {
		return "", "", false
	}
	facet := t.facetText(entry, d.Facet)
	answer := entry.Answer
	switch {
	case facet != "" && switches(d.Facet):
		answer = facet
		if verdict != "" && d.Verdict == knowledge.Yes && len(d.Carried) > 0 {
			verdict = "" // said before; the question is only where or how
		}
	case verdict != "":
		answer = ""
	}
	rendered, err := t.base.Render(answer, t.on)
	if err != nil {
		return "", "", false
	}
	shown := knowledge.Facet("")
	if answer == facet && facet != "" {
		shown = d.Facet
	}
	return strings.TrimSpace(strings.TrimSpace(verdict) + "\n\n" + strings.TrimSpace(rendered)), shown, true
}

// switches reports whether a facet changes what is shown. Who and benefit are
// asked so alike that both stand in the answer itself.
func switches(f knowledge.Facet) bool {
	switch f {
	case knowledge.FacetHow, knowledge.FacetPapers, knowledge.FacetWhere, knowledge.FacetTime, knowledge.FacetLegal:
		return true
	}
	return false
}

func (t *turn) facetText(entry knowledge.Entry, f knowledge.Facet) string {
	switch f {
	case knowledge.FacetWho:
		return entry.Who
	case knowledge.FacetBenefit:
		return entry.Benefit
	case knowledge.FacetHow:
		return entry.How
	case knowledge.FacetPapers:
		if len(entry.Papers) == 0 {
			return ""
		}
		return "- " + strings.Join(entry.Papers, "\n- ")
	case knowledge.FacetWhere:
		return entry.Where
	case knowledge.FacetTime:
		return entry.Time
	case facetNotes:
		return entry.Notes
	case knowledge.FacetLegal:
		lines := make([]string, len(entry.Legal))
		for i, s := range entry.Legal {
			lines[i] = "- " + strings.Join(slices.DeleteFunc([]string{s.Document, s.Article, s.Link}, func(x string) bool { return x == "" }), ", ")
		}
		return strings.Join(lines, "\n")
	}
	return ""
}

// facetNotes is shown on request only; nobody asks for it in words.
const facetNotes knowledge.Facet = "notes"

// answerTwo puts the answers to two questions into one message, each under its
// name.
func (t *turn) answerTwo(d knowledge.Decision) {
	t.count("answer.two")
	var parts []string
	var buttons []Button
	var first knowledge.Entry
	var notes []string
	for i, one := range []knowledge.Decision{d, *d.Second} {
		entry, ok := t.base.Entry(one.Entry, t.on)
		if !ok {
			t.noVersion(one.Entry)
			return
		}
		body, _, ok := t.body(entry, one)
		if !ok {
			t.noVersion(one.Entry)
			return
		}
		if i == 0 {
			first = entry
		}
		parts = append(parts, entry.Name+":\n"+strings.Join(append(t.opening(entry), body), "\n"))
		notes = append(notes, t.footnote(entry))
		buttons = append(buttons, Button{Label: cutLabel(entry.Label), Payload: prefixEntry + entry.ID})
	}
	if notes[0] == notes[1] {
		parts = append(parts, notes[0])
	} else { // each answer stands on its own law
		parts[0], parts[1] = parts[0]+"\n"+notes[0], parts[1]+"\n"+notes[1]
	}
	t.conv.Frame = d.Frame
	t.conv.Introduced = true
	r := Reply{Kind: ReplyAnswer, Text: strings.Join(parts, "\n\n"), Entry: first.ID, Version: first.Version()}
	t.step.Replies = append(t.step.Replies, t.withButtons(r, append(buttons, t.notMeantButton(), t.officerButton())...))
}

// noVersion says that nothing valid on the day may be told, and hands over: the
// last version never stands in for the missing one.
func (t *turn) noVersion(id string) {
	t.count("answer.no_version")
	name := id
	if vs := t.base.Versions(id); len(vs) > 0 {
		name = vs[len(vs)-1].Name
	}
	t.handoff(t.texts.say(textNoVersion, "tên", name), t.officerButton(), t.menuButton())
}

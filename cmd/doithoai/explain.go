package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/vietnamese"
	"github.com/doithoai/doithoai/knowledge"
)

// why is what a decision rests on, for people and for machines.
type why struct {
	Confidence float64               `json:"confidence"`
	Read       string                `json:"read"`     // the message as it was understood, word by word
	Concepts   []string              `json:"concepts"` // "type: value", a denied one with «không»
	Numbers    map[string][]float64  `json:"numbers"`
	Row        int                   `json:"row,omitempty"` // line of the row of «theo diện» in the entry's file
	Nearest    string                `json:"nearest"`       // the stored wording most like the message
	Top        []knowledge.Candidate `json:"top"`
	Follow     float64               `json:"follow"` // how surely it goes on about what was said before
	Weights    []knowledge.Weight    `json:"weights"`
}

func newWhy(m *knowledge.Matcher, d knowledge.Decision) why {
	w := why{Confidence: d.Confidence, Row: d.Row.Line, Top: d.Evidence.Top, Follow: d.Evidence.Follow, Numbers: map[string][]float64{}, Concepts: []string{}}
	var words []string
	for _, word := range d.Reading.Words {
		if vietnamese.Fold(word.Typed) == word.Folded {
			words = append(words, word.Typed)
		} else {
			words = append(words, word.Folded) // expanded or repaired
		}
	}
	w.Read = strings.Join(words, " ")
	for _, c := range d.Reading.Concepts {
		not := ""
		if c.Not {
			not = "không "
		}
		w.Concepts = append(w.Concepts, c.Type+": "+not+c.Value)
	}
	for _, n := range d.Reading.Numbers {
		w.Numbers[n.Type] = append(w.Numbers[n.Type], n.Value)
	}
	w.Nearest = m.NearestWording(d.Reading)
	if len(d.Evidence.Top) > 0 {
		w.Weights = m.Explain(d.Reading, d.Evidence.Top[0].ID, 8)
	}
	return w
}

// printWhy tells an editor how a question was understood.
func printWhy(out io.Writer, m *knowledge.Matcher, d knowledge.Decision) {
	w := newWhy(m, d)
	fmt.Fprint(out, "\nVì sao:\n")
	columns(out, func(line func(...string)) {
		row := func(name, value string) {
			if value != "" {
				line(name, value)
			}
		}
		row("quyết định", string(d.Act))
		row("mục", strings.Join(d.Entries, ", "))
		row("chắc", fmt.Sprintf("%.2f", w.Confidence))
		row("đọc thành", w.Read)
		for _, c := range w.Concepts {
			row("hiểu", c)
		}
		for _, kind := range slices.Sorted(maps.Keys(w.Numbers)) {
			row("số", fmt.Sprintf("%s: %v", kind, w.Numbers[kind]))
		}
		for _, kind := range slices.Sorted(maps.Keys(d.Frame.Slots)) {
			row("nhớ", kind+": "+strings.Join(d.Frame.Slots[kind], ", "))
		}
		row("hỏi lại", d.Slot)
		if w.Row > 0 {
			row("dòng «theo diện»", fmt.Sprint(w.Row))
		}
		row("câu gần nhất", w.Nearest)
		for _, c := range w.Top[:min(5, len(w.Top))] {
			row("có thể là", fmt.Sprintf("%s (%.2f)", c.ID, c.Score))
		}
		for _, weight := range w.Weights {
			row("vì có", fmt.Sprintf("%s (%+.2f)", weight.Feature, weight.Value))
		}
	})
}

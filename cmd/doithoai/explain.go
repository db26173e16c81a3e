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

// printWhy tells an editor how a question was understood.
func printWhy(out io.Writer, d knowledge.Decision) {
	fmt.Fprint(out, "\nVì sao:\n")
	columns(out, func(line func(...string)) {
		row := func(name, value string) {
			if value != "" {
				line(name, value)
			}
		}
		row("quyết định", string(d.Act))
		row("mục", strings.Join(d.Entries, ", "))
		row("chắc", fmt.Sprintf("%.2f", d.Confidence))
		var words []string
		for _, w := range d.Reading.Words {
			if vietnamese.Fold(w.Typed) == w.Folded {
				words = append(words, w.Typed)
			} else {
				words = append(words, w.Folded) // expanded or repaired
			}
		}
		row("đọc thành", strings.Join(words, " "))
		for _, c := range d.Reading.Concepts {
			not := ""
			if c.Not {
				not = "không "
			}
			row("hiểu", c.Type+": "+not+c.Value)
		}
		for _, n := range d.Reading.Numbers {
			row("số", fmt.Sprintf("%s: %g", n.Type, n.Value))
		}
		for _, kind := range slices.Sorted(maps.Keys(d.Frame.Slots)) {
			row("nhớ", kind+": "+strings.Join(d.Frame.Slots[kind], ", "))
		}
		if d.Slot != "" {
			row("hỏi lại", d.Slot)
		}
		if d.Row.Line > 0 {
			row("dòng «theo diện»", fmt.Sprint(d.Row.Line))
		}
		row("câu gần nhất", d.Evidence.Nearest)
		for _, c := range d.Evidence.Top[:min(5, len(d.Evidence.Top))] {
			row("có thể là", fmt.Sprintf("%s (%.2f)", c.ID, c.Score))
		}
	})
}

package strictyaml

import (
	"slices"
)

func sorted(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return faults
}

type scannedLine struct{ raw string }

func scan(lines []string) []scannedLine {
	out := make([]scannedLine, len(lines))
	for i := range lines {
		out[i].raw = lines[i]
	}
	return out
}
func scanAlways([]scannedLine) []Fault { return nil }
func diagnose(l []scannedLine, err error) []Fault {
	return []Fault{{Position{1, 1}, false, "syntax", err.Error(), ""}}
}
func withoutTabs(l []scannedLine) string { return "[" }

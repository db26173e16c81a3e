package config

import (
	"slices"
	"strings"
)

// Fault is one thing wrong with the settings. The texts are Vietnamese and
// meant for the person who edits them.
type Fault struct {
	Where string // file and line, or the environment variable
	Key   string // the setting; empty when the fault is not about one
	What  string
	Cure  string
}

func (f Fault) String() string {
	var b strings.Builder
	for _, part := range []string{f.Where, f.Key} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(sentence(f.What))
	if f.Cure != "" {
		b.WriteString(" " + sentence(f.Cure))
	}
	return b.String()
}

// sentence ends a text that does not end by itself.
func sentence(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// Faults is everything wrong that one run of Load found.
type Faults []Fault

// Error lists the faults, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// but returns the faults about settings that others are not about: what follows
// from a fault needs no telling.
func (f Faults) but(others Faults) Faults {
	return slices.DeleteFunc(f, func(fault Fault) bool {
		return slices.ContainsFunc(others, func(other Fault) bool { return other.Key == fault.Key })
	})
}

package knowledge

import "slices"

// Severity tells whether a base with the fault can be used.
type Severity string

// An error keeps the base from being loaded; a warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Fault is something an editor must or should mend. Message and Cure are
// Vietnamese.
type Fault struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`   // from 1; 0: the file as a whole
	Column   int      `json:"column"` // in characters, from 1
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // stable
	Message  string   `json:"message"`
	Cure     string   `json:"cure"`
}

// Report is all that is wrong with a base.
type Report struct {
	Faults []Fault `json:"faults"` // sorted by file, line, column
	Files  int     `json:"files"`  // read
}

// OK tells whether the base can be used.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Severity == Error })
}

// Errors returns the faults that keep the base from being loaded.
func (r Report) Errors() []Fault { return r.only(Error) }

// Warnings returns the other faults.
func (r Report) Warnings() []Fault { return r.only(Warning) }

func (r Report) only(s Severity) []Fault {
	var out []Fault
	for _, f := range r.Faults {
		if f.Severity == s {
			out = append(out, f)
		}
	}
	return out
}

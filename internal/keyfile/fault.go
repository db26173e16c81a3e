package keyfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Severity tells whether what has the fault can be used.
type Severity string

// An error keeps a file from being loaded; a warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Fault is something the keeper of a file must or should mend. Message and Cure are
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

// Report is all that is wrong with a file or a folder of them.
type Report struct {
	Faults []Fault `json:"faults"` // sorted by file, line, column; not nil after a load
	Files  int     `json:"files"`  // read
}

// OK tells whether it can be used.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Severity == Error })
}

// Errors returns the faults that keep it from being loaded.
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

// Text writes the report for the keeper of the files: errors first, one fault in two lines,
// the sums last.
func (r Report) Text() string {
	var b strings.Builder
	section := func(title string, faults []Fault) {
		if len(faults) > 0 {
			fmt.Fprintf(&b, "%s (%d)\n", title, len(faults))
			writeFaults(&b, faults)
		}
	}
	errs, warnings := r.Errors(), r.Warnings()
	section("LỖI – phải sửa mới dùng được", errs)
	section("CẦN XEM LẠI – vẫn dùng được", warnings)
	switch {
	case len(errs) > 0:
		fmt.Fprintf(&b, "Đã đọc %d tệp: %d lỗi, %d chỗ cần xem lại. Trợ lý vẫn chạy bằng bản tốt gần nhất cho đến khi hết lỗi.\n", r.Files, len(errs), len(warnings))
	case len(warnings) > 0:
		fmt.Fprintf(&b, "Đã đọc %d tệp: không có lỗi, %d chỗ cần xem lại.\n", r.Files, len(warnings))
	default:
		fmt.Fprintf(&b, "Đã đọc %d tệp: không có lỗi.\n", r.Files)
	}
	return b.String()
}

// writeFaults writes faults; one said of several lines of a file is written
// once, with the other lines.
func writeFaults(b *strings.Builder, faults []Fault) {
	type same struct{ file, message, cure string }
	lines := map[same][]string{}
	for _, f := range faults {
		key := same{f.File, f.Message, f.Cure}
		lines[key] = append(lines[key], strconv.Itoa(f.Line))
	}
	for _, f := range faults {
		key := same{f.File, f.Message, f.Cure}
		all, ok := lines[key]
		if !ok {
			continue
		}
		delete(lines, key)
		fmt.Fprintf(b, "\n%s: %s\n", f.place(), f.Message)
		if more := slices.Compact(all)[1:]; len(more) > 0 {
			fmt.Fprintf(b, "    (cũng ở dòng %s)\n", strings.Join(more, ", "))
		}
		if f.Cure != "" {
			fmt.Fprintf(b, "    → %s\n", f.Cure)
		}
	}
	b.WriteByte('\n')
}

func (f Fault) place() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

// Sort returns faults by file, line and column, each once; never nil.
func Sort(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return append([]Fault{}, slices.Compact(faults)...)
}

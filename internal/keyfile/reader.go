package keyfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Reader reads values of one file and collects its faults. Messages name a value
// by the key it stands under.
type Reader struct {
	File   string // as faults name it
	Faults *[]Fault

	listed bool // the known keys have been told once
}

// Err adds an error.
func (r *Reader) Err(at strictyaml.Position, code, message, cure string) {
	*r.Faults = append(*r.Faults, Fault{r.File, at.Line, at.Column, Error, code, message, cure})
}

// Warn adds a warning.
func (r *Reader) Warn(at strictyaml.Position, code, message, cure string) {
	*r.Faults = append(*r.Faults, Fault{r.File, at.Line, at.Column, Warning, code, message, cure})
}

// Decode reads the file's bytes; nil if there is nothing to go on with.
func (r *Reader) Decode(data []byte) *strictyaml.Node {
	n, faults := strictyaml.Decode(data)
	for _, f := range faults {
		if f.Warning {
			r.Warn(f.Position, f.Code, f.Message, f.Cure)
		} else {
			r.Err(f.Position, f.Code, f.Message, f.Cure)
		}
	}
	return n
}

const useBlock = "Viết «%s: |» rồi xuống dòng, lùi vào hai dấu cách và viết mỗi ý một dòng."

// Text reads a text; anything else is a fault and "".
func (r *Reader) Text(name string, n *strictyaml.Node) string {
	if n.Kind == strictyaml.Text {
		return n.Text
	}
	r.notText(name, n)
	return ""
}

func (r *Reader) notText(name string, n *strictyaml.Node) {
	cure := fmt.Sprintf(useBlock, name)
	if n.Kind == strictyaml.Map && len(n.Pairs) > 0 {
		r.Err(n.At(), "colon", fmt.Sprintf("Dấu hai chấm sau «%s» làm máy hiểu đây là một khóa mới, không phải nội dung của «%s».",
			Brief(n.Pairs[0].Key), name), cure)
		return
	}
	r.Err(n.At(), "not-text", fmt.Sprintf("«%s» phải là chữ, không phải danh sách.", name), cure)
}

// Lines reads texts, one a line of a block or one an item of a list; bullets
// are dropped.
func (r *Reader) Lines(name string, n *strictyaml.Node) []strictyaml.Line {
	var lines []strictyaml.Line
	switch n.Kind {
	case strictyaml.Text:
		lines = n.Lines()
	case strictyaml.Map:
		r.notText(name, n)
	case strictyaml.List:
		for _, item := range n.Items {
			if item.Kind != strictyaml.Text {
				r.notText(name, item)
			} else if item.Text != "" {
				lines = append(lines, strictyaml.Line{Text: item.Text, At: item.At()})
			}
		}
	}
	for i, line := range lines {
		text := line.Text
		for _, bullet := range []string{"- ", "– ", "• ", "+ ", "* "} {
			text = strings.TrimPrefix(text, bullet)
		}
		text = strings.TrimSpace(text)
		lines[i].At.Column += utf8.RuneCountInString(line.Text) - utf8.RuneCountInString(text)
		lines[i].Text = text
	}
	return lines
}

// List reads short texts separated by commas, semicolons or lines.
func (r *Reader) List(name string, n *strictyaml.Node) []strictyaml.Line {
	var items []strictyaml.Line
	for _, line := range r.Lines(name, n) {
		items = append(items, splitLine(line, func(s string) (int, int) {
			i := strings.IndexAny(s, ",;")
			return i, i + 1
		})...)
	}
	return items
}

// splitLine cuts a line where next says (from, to), or leaves it if from < 0.
func splitLine(line strictyaml.Line, next func(string) (int, int)) []strictyaml.Line {
	var parts []strictyaml.Line
	rest, column := line.Text, line.At.Column
	for rest != "" {
		from, to := next(rest)
		if from < 0 {
			from, to = len(rest), len(rest)
		}
		part := rest[:from]
		if text := strings.TrimSpace(part); text != "" {
			lead := utf8.RuneCountInString(part[:strings.Index(part, text)])
			parts = append(parts, strictyaml.Line{Text: text, At: strictyaml.Position{Line: line.At.Line, Column: column + lead}})
		}
		column += utf8.RuneCountInString(rest[:to])
		rest = rest[to:]
	}
	return parts
}

// SplitWords cuts at any of the separators, words in lower case with their
// spaces.
func SplitWords(line strictyaml.Line, separators ...string) []strictyaml.Line {
	lower := strings.ToLower(line.Text)
	if len(lower) != len(line.Text) {
		lower = line.Text
	}
	return splitLine(line, func(rest string) (int, int) {
		from, to := -1, -1
		low := lower[len(lower)-len(rest):]
		for _, sep := range separators {
			if i := strings.Index(low, sep); i >= 0 && (from < 0 || i < from) {
				from, to = i, i+len(sep)
			}
		}
		return from, to
	})
}

func (r *Reader) unknownKey(p strictyaml.Pair, known []Key) {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.Name
	}
	cure := "Sửa hoặc xóa khóa này; các khóa dùng được đã kể ở lỗi phía trên."
	if near, ok := Nearest(p.Key, names); ok {
		cure = fmt.Sprintf("Có phải ý là «%s»?", near)
	} else if !r.listed {
		r.listed = true
		cure = "Các khóa dùng được ở đây: " + Quoted(names) + "."
	}
	r.Err(p.At, "unknown-key", fmt.Sprintf("Không có khóa «%s».", Brief(p.Key)), cure)
}

// Brief cuts a quotation to what fits a message.
func Brief(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return s
}

package knowledge

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// fileReader reads values of one file and collects its faults.
type fileReader struct {
	file   string
	faults *[]Fault
	listed bool // the known keys have been told once
}

func (r *fileReader) err(at strictyaml.Position, code, message, cure string) {
	*r.faults = append(*r.faults, Fault{r.file, at.Line, at.Column, Error, code, message, cure})
}

func (r *fileReader) warn(at strictyaml.Position, code, message, cure string) {
	*r.faults = append(*r.faults, Fault{r.file, at.Line, at.Column, Warning, code, message, cure})
}

// yaml reads the file's bytes; nil if there is nothing to go on with.
func (r *fileReader) yaml(data []byte) *strictyaml.Node {
	n, faults := strictyaml.Decode(data)
	for _, f := range faults {
		if f.Warning {
			r.warn(f.Position, f.Code, f.Message, f.Cure)
		} else {
			r.err(f.Position, f.Code, f.Message, f.Cure)
		}
	}
	return n
}

const useBlock = "Viết «%s: |» rồi xuống dòng, lùi vào hai dấu cách và viết mỗi ý một dòng."

// text reads a text; anything else is a fault and "".
func (r *fileReader) text(name string, n *strictyaml.Node) string {
	if n.Kind == strictyaml.Text {
		return n.Text
	}
	r.notText(name, n)
	return ""
}

func (r *fileReader) notText(name string, n *strictyaml.Node) {
	cure := fmt.Sprintf(useBlock, name)
	if n.Kind == strictyaml.Map && len(n.Pairs) > 0 {
		r.err(n.At(), "colon", fmt.Sprintf("Dấu hai chấm sau «%s» làm máy hiểu đây là một khóa mới, không phải nội dung của «%s».",
			brief(n.Pairs[0].Key), name), cure)
		return
	}
	r.err(n.At(), "not-text", fmt.Sprintf("«%s» phải là chữ, không phải danh sách.", name), cure)
}

// lines reads texts, one a line of a block or one an item of a list; bullets
// are dropped.
func (r *fileReader) lines(name string, n *strictyaml.Node) []strictyaml.Line {
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

// list reads short texts separated by commas, semicolons or lines.
func (r *fileReader) list(name string, n *strictyaml.Node) []strictyaml.Line {
	var items []strictyaml.Line
	for _, line := range r.lines(name, n) {
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

// splitWords cuts at any of the separators, words in lower case with their
// spaces.
func splitWords(line strictyaml.Line, separators ...string) []strictyaml.Line {
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

func (r *fileReader) unknownKey(p strictyaml.Pair, known []fieldKey) {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.name
	}
	cure := "Sửa hoặc xóa khóa này; các khóa dùng được đã kể ở lỗi phía trên."
	if near, ok := nearestWord(p.Key, names); ok {
		cure = fmt.Sprintf("Có phải ý là «%s»?", near)
	} else if !r.listed {
		r.listed = true
		cure = "Các khóa dùng được ở đây: " + quotedList(names) + "."
	}
	r.err(p.At, "unknown-key", fmt.Sprintf("Không có khóa «%s».", brief(p.Key)), cure)
}

// brief cuts a quotation to what fits a message.
func brief(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return s
}

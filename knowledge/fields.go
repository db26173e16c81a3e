package knowledge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// The tables in schema_*.go say which keys a file may hold, once: the loader
// reads by them and the JSON Schema is printed from them.

// shape says how a value is written, for the JSON Schema.
type shape struct {
	form    form
	choices []string   // of formChoice
	rows    []fieldKey // of formRows
	orLines bool       // of formRows: a block of lines does as well
}

type form int

const (
	formText  form = iota
	formLines      // one item a line
	formIDs        // ids, separated by commas or lines
	formDate
	formChoice
	formRows // a list of maps
	formMap  // a map with any keys of the lexicon
)

// fieldKey is what is known of a key besides how to read it.
type fieldKey struct {
	name  string // as in the handbook: accents, spaces
	about string // Vietnamese
	need  bool   // must be there and not empty
	max   int    // characters; 0 is no limit
	shape shape
}

// field is a key of a map that fills a T.
type field[T any] struct {
	fieldKey
	read func(r *fileReader, t *T, n *strictyaml.Node)
}

func (f field[T]) required() field[T] {
	f.need = true
	return f
}

func (f field[T]) atMost(characters int) field[T] {
	f.max = characters
	return f
}

// table lists the keys of one kind of map.
type table[T any] struct {
	fields []field[T]
	index  map[string]int // folded key → field
}

func newTable[T any](fields ...field[T]) table[T] {
	t := table[T]{fields, make(map[string]int, len(fields))}
	for i, f := range fields {
		t.index[strictyaml.Fold(f.name)] = i
	}
	return t
}

func (t table[T]) keys() []fieldKey {
	keys := make([]fieldKey, len(t.fields))
	for i, f := range t.fields {
		keys[i] = f.fieldKey
	}
	return keys
}

func textField[T any](name, about string, at func(*T) *string) field[T] {
	return field[T]{fieldKey{name: name, about: about}, func(r *fileReader, t *T, n *strictyaml.Node) {
		*at(t) = r.text(name, n)
	}}
}

func linesField[T any](name, about string, at func(*T) *[]string) field[T] {
	return field[T]{fieldKey{name: name, about: about, shape: shape{form: formLines}}, func(r *fileReader, t *T, n *strictyaml.Node) {
		for _, line := range r.lines(name, n) {
			*at(t) = append(*at(t), line.Text)
		}
	}}
}

func idsField[T any](name, about string, at func(*T) *[]string) field[T] {
	return field[T]{fieldKey{name: name, about: about, shape: shape{form: formIDs}}, func(r *fileReader, t *T, n *strictyaml.Node) {
		for _, id := range r.list(name, n) {
			*at(t) = append(*at(t), id.Text)
		}
	}}
}

func dateField[T any](name, about string, at func(*T) *Date) field[T] {
	return field[T]{fieldKey{name: name, about: about, shape: shape{form: formDate}}, func(r *fileReader, t *T, n *strictyaml.Node) {
		text := r.text(name, n)
		if text == "" {
			return
		}
		d, err := ParseDate(text)
		if err != nil {
			r.err(n.At(), "date", fmt.Sprintf("«%s» không phải ngày tháng.", brief(text)), "Viết ngày/tháng/năm, ví dụ 01/07/2026.")
		}
		*at(t) = d
	}}
}

// choice is a word an editor writes and what it means.
type choice[C any] struct {
	written string
	means   C
}

func choiceField[T, C any](name, about string, choices []choice[C], at func(*T) *C) field[T] {
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = c.written
	}
	return field[T]{fieldKey{name: name, about: about, shape: shape{form: formChoice, choices: words}}, func(r *fileReader, t *T, n *strictyaml.Node) {
		text := r.text(name, n)
		i := slices.IndexFunc(words, func(w string) bool { return strictyaml.Fold(w) == strictyaml.Fold(text) })
		switch {
		case i >= 0:
			*at(t) = choices[i].means
		case text != "":
			r.err(n.At(), "choice", fmt.Sprintf("«%s» không dùng được cho «%s».", brief(text), name),
				"Chọn một trong các chữ: "+quotedList(words)+".")
		}
	}}
}

func rowsField[T, R any](name, about string, rows table[R], at func(*T) *[]R) field[T] {
	return field[T]{fieldKey{name: name, about: about, shape: shape{form: formRows, rows: rows.keys()}}, func(r *fileReader, t *T, n *strictyaml.Node) {
		if n.Kind == strictyaml.Text && n.Text == "" {
			return
		}
		if n.Kind != strictyaml.List {
			r.err(n.At(), "rows", fmt.Sprintf("«%s» phải là danh sách, mỗi mục bắt đầu bằng dấu gạch và dấu cách «- ».", name),
				fmt.Sprintf("Xuống dòng sau «%s:», viết «- %s: …», các khóa sau lùi vào thẳng với khóa đầu.", name, rows.fields[0].name))
			return
		}
		for _, item := range n.Items {
			*at(t) = append(*at(t), readMap(r, item, rows))
		}
	}}
}

// located is embedded in what readMap fills: where things stand in the file.
type located struct {
	file  string
	start strictyaml.Position
	marks map[string]*strictyaml.Node // by name of the key
}

func (l *located) locate(where located) { *l = where }

// at returns where the value of a key stands, or where the map starts.
func (l *located) at(name string) strictyaml.Position {
	if n := l.marks[name]; n != nil {
		return n.At()
	}
	return l.start
}

// readMap fills a T, which embeds located, by its table.
func readMap[T any](r *fileReader, n *strictyaml.Node, table table[T]) T {
	var t T
	where := located{r.file, n.At(), make(map[string]*strictyaml.Node, len(n.Pairs))}
	if n.Kind != strictyaml.Map {
		r.err(n.At(), "map", "Chỗ này thiếu khóa: mỗi dòng phải là «khóa: nội dung».",
			fmt.Sprintf("Viết ví dụ «%s: …».", table.fields[0].name))
	}
	for _, p := range n.Pairs {
		i, ok := table.index[p.Folded]
		if !ok {
			r.unknownKey(p, table.keys())
			continue
		}
		f := table.fields[i]
		where.marks[f.name] = p.Value
		f.read(r, &t, p.Value)
	}
	for _, f := range table.fields {
		mark := where.marks[f.name]
		switch {
		case !f.need || n.Kind != strictyaml.Map:
		case mark == nil:
			r.err(n.At(), "missing", fmt.Sprintf("Thiếu khóa «%s» (%s).", f.name, f.about), fmt.Sprintf("Thêm dòng «%s: …».", f.name))
		case mark.Kind == strictyaml.Text && mark.Text == "":
			r.err(mark.At(), "missing", fmt.Sprintf("«%s» để trống.", f.name), fmt.Sprintf("Viết vào sau «%s:» (%s).", f.name, f.about))
		}
	}
	if l, ok := any(&t).(interface{ locate(located) }); ok {
		l.locate(where)
	}
	return t
}

func quotedList(words []string) string { return "«" + strings.Join(words, "», «") + "»" }

package keyfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// Shape says how a value is written, for the JSON Schema.
type Shape struct {
	Form    Form
	Choices []string // of FormChoice
	Rows    []Key    // of FormRows
	OrLines bool     // of FormRows: a block of lines does as well
}

// Form is the kind of a shape.
type Form int

// The forms of a value.
const (
	FormText  Form = iota // one text
	FormLines             // one item a line
	FormIDs               // ids, separated by commas or lines
	FormDate
	FormChoice
	FormRows // a list of maps
	FormMap  // a map with any keys
)

// Key is what is known of a key besides how to read it.
type Key struct {
	Name  string // as in the handbook: accents, spaces
	About string // Vietnamese
	Need  bool   // must be there and not empty
	Max   int    // characters; 0 is no limit
	Shape Shape
}

// Field is a key of a map that fills a T.
type Field[T any] struct {
	Key
	Read func(r *Reader, t *T, n *strictyaml.Node)
}

// NewField returns a field that reads in a way of its own.
func NewField[T any](key Key, read func(r *Reader, t *T, n *strictyaml.Node)) Field[T] {
	return Field[T]{key, read}
}

// Required returns the field as one that must be there and not empty.
func (f Field[T]) Required() Field[T] {
	f.Need = true
	return f
}

// AtMost returns the field with a limit, which the schema tells; the reader does
// not check it.
func (f Field[T]) AtMost(characters int) Field[T] {
	f.Max = characters
	return f
}

// Table lists the keys of one kind of map.
type Table[T any] struct {
	fields []Field[T]
	index  map[string]int // folded key → field
}

// NewTable returns a table; the first field serves as the example in cures.
func NewTable[T any](fields ...Field[T]) Table[T] {
	t := Table[T]{fields, make(map[string]int, len(fields))}
	for i, f := range fields {
		t.index[strictyaml.Fold(f.Name)] = i
	}
	return t
}

// Keys returns the keys in order.
func (t Table[T]) Keys() []Key {
	keys := make([]Key, len(t.fields))
	for i, f := range t.fields {
		keys[i] = f.Key
	}
	return keys
}

// Text is a field of a text.
func Text[T any](name, about string, at func(*T) *string) Field[T] {
	return Field[T]{Key{Name: name, About: about}, func(r *Reader, t *T, n *strictyaml.Node) {
		*at(t) = r.Text(name, n)
	}}
}

// Lines is a field of texts, one a line.
func Lines[T any](name, about string, at func(*T) *[]string) Field[T] {
	return Field[T]{Key{Name: name, About: about, Shape: Shape{Form: FormLines}}, func(r *Reader, t *T, n *strictyaml.Node) {
		for _, line := range r.Lines(name, n) {
			*at(t) = append(*at(t), line.Text)
		}
	}}
}

// IDs is a field of short texts, separated by commas, semicolons or lines.
func IDs[T any](name, about string, at func(*T) *[]string) Field[T] {
	return Field[T]{Key{Name: name, About: about, Shape: Shape{Form: FormIDs}}, func(r *Reader, t *T, n *strictyaml.Node) {
		for _, id := range r.List(name, n) {
			*at(t) = append(*at(t), id.Text)
		}
	}}
}

// Choice is a word that can be written and what it means.
type Choice[C any] struct {
	Written string
	Means   C
}

// Word returns a choice.
func Word[C any](written string, means C) Choice[C] { return Choice[C]{written, means} }

// OneOf is a field of one of a few words.
func OneOf[T, C any](name, about string, choices []Choice[C], at func(*T) *C) Field[T] {
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = c.Written
	}
	return Field[T]{Key{Name: name, About: about, Shape: Shape{Form: FormChoice, Choices: words}}, func(r *Reader, t *T, n *strictyaml.Node) {
		text := r.Text(name, n)
		i := slices.IndexFunc(words, func(w string) bool { return strictyaml.Fold(w) == strictyaml.Fold(text) })
		switch {
		case i >= 0:
			*at(t) = choices[i].Means
		case text != "":
			r.Err(n.At(), "choice", fmt.Sprintf("«%s» không dùng được cho «%s».", Brief(text), name),
				"Chọn một trong các chữ: "+Quoted(words)+".")
		}
	}}
}

// Rows is a field of a list of maps.
func Rows[T, R any](name, about string, rows Table[R], at func(*T) *[]R) Field[T] {
	return Field[T]{Key{Name: name, About: about, Shape: Shape{Form: FormRows, Rows: rows.Keys()}}, func(r *Reader, t *T, n *strictyaml.Node) {
		if n.Kind == strictyaml.Text && n.Text == "" {
			return
		}
		if n.Kind != strictyaml.List {
			r.Err(n.At(), "rows", fmt.Sprintf("«%s» phải là danh sách, mỗi mục bắt đầu bằng dấu gạch và dấu cách «- ».", name),
				fmt.Sprintf("Xuống dòng sau «%s:», viết «- %s: …», các khóa sau lùi vào thẳng với khóa đầu.", name, rows.fields[0].Name))
			return
		}
		for _, item := range n.Items {
			*at(t) = append(*at(t), ReadMap(r, item, rows))
		}
	}}
}

// Located is embedded in what [ReadMap] fills: where things stand in the file.
type Located struct {
	file  string
	start strictyaml.Position
	marks map[string]*strictyaml.Node // by name of the key
}

// LocatedAt is the place of something that was read from no map of its own.
func LocatedAt(file string, start strictyaml.Position) Located {
	return Located{file: file, start: start}
}

func (l *Located) locate(where Located) { *l = where }

// InFile returns the file.
func (l *Located) InFile() string { return l.file }

// Start returns where the map starts.
func (l *Located) Start() strictyaml.Position { return l.start }

// Mark returns the value of a key by its name in the table, or nil.
func (l *Located) Mark(name string) *strictyaml.Node { return l.marks[name] }

// At returns where the value of a key stands, or where the map starts.
func (l *Located) At(name string) strictyaml.Position {
	if n := l.marks[name]; n != nil {
		return n.At()
	}
	return l.start
}

// ReadMap fills a T, which may embed Located, by its table.
func ReadMap[T any](r *Reader, n *strictyaml.Node, table Table[T]) T {
	var t T
	where := Located{r.File, n.At(), make(map[string]*strictyaml.Node, len(n.Pairs))}
	if n.Kind != strictyaml.Map {
		r.Err(n.At(), "map", "Chỗ này thiếu khóa: mỗi dòng phải là «khóa: nội dung».",
			fmt.Sprintf("Viết ví dụ «%s: …».", table.fields[0].Name))
	}
	for _, p := range n.Pairs {
		i, ok := table.index[p.Folded]
		if !ok {
			r.unknownKey(p, table.Keys())
			continue
		}
		f := table.fields[i]
		where.marks[f.Name] = p.Value
		f.Read(r, &t, p.Value)
	}
	for _, f := range table.fields {
		mark := where.marks[f.Name]
		switch {
		case !f.Need || n.Kind != strictyaml.Map:
		case mark == nil:
			r.Err(n.At(), "missing", fmt.Sprintf("Thiếu khóa «%s» (%s).", f.Name, f.About), fmt.Sprintf("Thêm dòng «%s: …».", f.Name))
		case mark.Kind == strictyaml.Text && mark.Text == "":
			r.Err(mark.At(), "missing", fmt.Sprintf("«%s» để trống.", f.Name), fmt.Sprintf("Viết vào sau «%s:» (%s).", f.Name, f.About))
		}
	}
	if l, ok := any(&t).(interface{ locate(Located) }); ok {
		l.locate(where)
	}
	return t
}

// Quoted writes words for a message: «một», «hai».
func Quoted(words []string) string { return "«" + strings.Join(words, "», «") + "»" }

package knowledge

import (
	"fmt"
	"slices"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// exceptKey is the key under "khi" that rules out.
const exceptKey = "trừ"

// when reads a "khi" map: its keys are types of the lexicon.
func (d *draft) when(file string, n *strictyaml.Node, v *valueIndex) When {
	var w When
	if n == nil {
		return w
	}
	r := d.reader(file)
	for _, p := range n.Pairs {
		if p.Folded == strictyaml.Fold(exceptKey) {
			for _, line := range r.Lines(p.Key, p.Value) {
				for _, phrase := range keyfile.SplitWords(line, ",", ";", " hoặc ") {
					w.Except = append(w.Except, phrase.Text)
				}
			}
			continue
		}
		typ, ok := v.types[p.Folded]
		if d.without[lexiconName] {
			continue
		}
		if !ok {
			d.unknownType(r, p, v)
			continue
		}
		for _, line := range r.Lines(p.Key, p.Value) {
			for _, value := range keyfile.SplitWords(line, ",", ";", " hoặc ") {
				t, ok := v.find(typ, value.Text)
				if !ok || t.Not {
					d.unknownValue(r, typ, value, v)
					continue
				}
				if w.Values == nil {
					w.Values = map[string][]string{}
				}
				if !slices.Contains(w.Values[typ], t.Value) {
					w.Values[typ] = append(w.Values[typ], t.Value)
				}
			}
		}
	}
	return w
}

func (d *draft) unknownType(r *keyfile.Reader, p strictyaml.Pair, v *valueIndex) {
	names := []string{exceptKey}
	for _, t := range v.types {
		names = append(names, t)
	}
	slices.Sort(names)
	cure := "Các loại từ có trong tu_dien.yaml: " + keyfile.Quoted(names) + "."
	if near, ok := keyfile.Nearest(p.Key, names); ok {
		cure = fmt.Sprintf("Có phải ý là «%s»?", near)
	}
	r.Err(p.At, "unknown-type", fmt.Sprintf("Từ điển không có loại từ «%s».", keyfile.Brief(p.Key)), cure)
}

func (d *draft) unknownValue(r *keyfile.Reader, typ string, value strictyaml.Line, v *valueIndex) {
	cure := fmt.Sprintf("Thêm từ này vào tu_dien.yaml (loại: %s) hoặc dùng một từ đã có.", typ)
	if near, ok := keyfile.Nearest(value.Text, v.list(typ)); ok {
		cure = fmt.Sprintf("Có phải ý là «%s»? Nếu không, thêm từ này vào tu_dien.yaml (loại: %s).", near, typ)
	}
	r.Err(value.At, "unknown-value", fmt.Sprintf("Từ điển không có «%s» trong loại «%s».", keyfile.Brief(value.Text), typ), cure)
}

// conditions looks up the values of a row and fills its Conditions.
func (d *draft) conditions(row *rowDoc, v *valueIndex) {
	for _, value := range row.values {
		t, ok := v.find(value.typ, value.Text)
		if !ok && d.without[lexiconName] {
			continue
		}
		if !ok {
			d.unknownValue(d.reader(row.InFile()), value.typ, value.Line, v)
			continue
		}
		row.addTerm(value.typ, value.group, t)
	}
}

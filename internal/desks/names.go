package desks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/knowledge"
)

// all is how a file says that nothing is left out.
const all = "tất cả"

// nameIndex finds an id by what people write: the id, the name, the name with
// its kind. Two ids may share a name; then it has to be the id.
type nameIndex struct {
	what  string // "xã, phường", "chủ đề"
	ids   []string
	words []string            // that can be written, for the nearest
	by    map[string][]string // folded → ids
	moved map[string][]string // folded old name → ids of today
	label map[string]string   // id → name
}

func newNameIndex(what string) *nameIndex {
	return &nameIndex{what: what, by: map[string][]string{}, moved: map[string][]string{}, label: map[string]string{}}
}

func (x *nameIndex) add(id, label string, names ...string) {
	x.ids = append(x.ids, id)
	x.label[id] = label
	for _, name := range append([]string{id}, names...) {
		key := strictyaml.Fold(name)
		if !slices.Contains(x.by[key], id) {
			x.by[key] = append(x.by[key], id)
			x.words = append(x.words, name)
		}
	}
}

func placeIndex(places []knowledge.Place) *nameIndex {
	x := newNameIndex("xã, phường")
	for _, p := range places {
		x.add(p.ID, p.Kind+" "+p.Name, p.Name, p.Kind+" "+p.Name)
	}
	for _, p := range places {
		for _, old := range p.OldNames {
			key := strictyaml.Fold(old)
			if len(x.by[key]) == 0 {
				x.moved[key] = append(x.moved[key], p.ID)
			}
		}
	}
	return x
}

func topicIndex(topics []knowledge.Topic) *nameIndex {
	x := newNameIndex("chủ đề")
	for _, t := range topics {
		x.add(t.ID, t.Name, t.Name, t.Label)
	}
	return x
}

// find returns the id a word means, or what is wrong with it, in Vietnamese.
func (x *nameIndex) find(word string) (id, message, cure string) {
	key := strictyaml.Fold(word)
	found := x.by[key]
	if slices.Contains(found, word) {
		return word, "", ""
	}
	brief := keyfile.Brief(word)
	switch {
	case len(found) == 1:
		return found[0], "", ""
	case len(found) > 1:
		return "", fmt.Sprintf("Có %d %s cùng tên «%s».", len(found), x.what, brief), "Viết mã: " + keyfile.Quoted(found) + "."
	case len(x.moved[key]) > 0:
		var today []string
		for _, id := range x.moved[key] {
			today = append(today, x.label[id]+" ("+id+")")
		}
		return "", fmt.Sprintf("«%s» là tên cũ.", brief), "Nay là " + strings.Join(today, ", ") + "."
	}
	cure = "Viết tên hoặc mã như trong kho kiến thức, hoặc «" + all + "»."
	if near, ok := keyfile.Nearest(word, x.words); ok {
		cure = fmt.Sprintf("Có phải ý là «%s»?", near)
	}
	return "", fmt.Sprintf("Không có %s «%s».", x.what, brief), cure
}

// list reads a list of names; none means all of them. It is false if something
// in it was wrong.
func (x *nameIndex) list(r *keyfile.Reader, key string, n *strictyaml.Node) (ids []string, ok bool) {
	ok = true
	lines := x.split(r.Lines(key, n))
	for _, line := range lines {
		if strictyaml.Fold(line.Text) == strictyaml.Fold(all) {
			if len(lines) > 1 {
				r.Err(line.At, "all", fmt.Sprintf("«%s» đã ghi «%s» thì không kể thêm.", key, all), "Giữ «"+all+"», hoặc chỉ kể từng tên.")
				return nil, false
			}
			return nil, true
		}
		id, message, cure := x.find(line.Text)
		switch {
		case message != "":
			r.Err(line.At, "unknown", message, cure)
			ok = false
		case slices.Contains(ids, id):
			r.Warn(line.At, "twice", fmt.Sprintf("«%s» kể hai lần.", keyfile.Brief(line.Text)), "Xóa một lần.")
		default:
			ids = append(ids, id)
		}
	}
	return ids, ok && len(ids) > 0
}

// split cuts lines at commas, but for names that have commas themselves.
func (x *nameIndex) split(lines []strictyaml.Line) []strictyaml.Line {
	var out []strictyaml.Line
	for _, line := range lines {
		if len(x.by[strictyaml.Fold(line.Text)]) > 0 {
			out = append(out, line)
		} else {
			out = append(out, keyfile.SplitWords(line, ",", ";")...)
		}
	}
	return out
}

// Names finds what people may mean by the name of a commune or a topic.
type Names struct{ places, topics *nameIndex }

// Names returns the names a file may use.
func (w World) Names() Names { return Names{placeIndex(w.Places), topicIndex(w.Topics)} }

// Place returns the id of a commune by its id or name, with its kind or
// without; false for one that is unknown or shares its name with another.
func (n Names) Place(word string) (id string, ok bool) {
	id, fault, _ := n.places.find(word)
	return id, fault == ""
}

// Topic returns the id of a topic by its id, name or label.
func (n Names) Topic(word string) (id string, ok bool) {
	id, fault, _ := n.topics.find(word)
	return id, fault == ""
}

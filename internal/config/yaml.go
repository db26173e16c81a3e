package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// readYAML takes the settings of a file. A section such as «telegram» is a map
// of its own; keys may be written with or without capitals and underscores.
func readYAML(found map[string]setting, name string, data []byte) Faults {
	root, problems := strictyaml.Decode(data)
	r := reader{name: name, dir: filepath.Dir(name), found: found}
	for _, p := range problems {
		if !p.Warning && p.Code != "empty" { // a file of comments only is what the example begins as
			r.faults = append(r.faults, Fault{Where: r.at(p.Position), What: p.Message, Cure: p.Cure})
		}
	}
	if root != nil {
		r.section(root, "")
	}
	return r.faults
}

type reader struct {
	name   string
	dir    string
	found  map[string]setting
	faults Faults
}

func (r *reader) at(p strictyaml.Position) string { return fmt.Sprintf("%s:%d", r.name, p.Line) }

// section reads one map; within is the path of the map with a dot, or empty.
func (r *reader) section(node *strictyaml.Node, within string) {
	if node.Kind != strictyaml.Map {
		r.faults = append(r.faults, Fault{Where: r.at(node.At()), Key: strings.TrimSuffix(within, "."),
			What: "chỗ này phải là các dòng «khóa: giá trị»", Cure: "Xem docs/van-hanh-tham-khao.md để biết cách viết"})
		return
	}
	for _, pair := range node.Pairs {
		k, section := r.find(within, pair.Folded)
		switch {
		case section != "":
			r.section(pair.Value, section+".")
		case k == "":
			r.faults = append(r.faults, r.unknown(within, pair))
		case pair.Value.Kind != strictyaml.Text:
			r.faults = append(r.faults, Fault{Where: r.at(pair.At), Key: k,
				What: "ở đây chỉ ghi một giá trị", Cure: "Viết giá trị trên cùng dòng, sau dấu hai chấm"})
		default:
			r.found[k] = setting{text: pair.Value.Text, origin: r.at(pair.At), dir: r.dir, file: r.name}
		}
	}
}

// find looks a folded key up among the settings and sections of one map.
func (r *reader) find(within, folded string) (setting, section string) {
	for _, k := range keys() {
		rest, ok := strings.CutPrefix(k.path, within)
		if !ok {
			continue
		}
		head, _, deeper := strings.Cut(rest, ".")
		if strictyaml.Fold(head) != folded {
			continue
		}
		if deeper {
			return "", within + head
		}
		return k.path, ""
	}
	return "", ""
}

func (r *reader) unknown(within string, pair strictyaml.Pair) Fault {
	fault := Fault{Where: r.at(pair.At), What: "không có thiết đặt nào tên «" + within + pair.Key + "»",
		Cure: "Chạy «doithoai config show» ở một thư mục trống để xem các thiết đặt"}
	written := strings.ToLower(within + pair.Key)
	var names []string
	for _, k := range keys() {
		names = append(names, k.path)
	}
	if near := nearest(written, names); near != "" {
		fault.Cure = "Có phải là " + near + "?"
	}
	return fault
}

package knowledge

import (
	"fmt"

	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
)

// The tables in schema_*.go say which keys a file may hold, once: the loader
// reads by them and the JSON Schema is printed from them.

func dateField[T any](name, about string, at func(*T) *Date) keyfile.Field[T] {
	return keyfile.NewField(keyfile.Key{Name: name, About: about, Shape: keyfile.Shape{Form: keyfile.FormDate}}, func(r *keyfile.Reader, t *T, n *strictyaml.Node) {
		text := r.Text(name, n)
		if text == "" {
			return
		}
		d, err := ParseDate(text)
		if err != nil {
			r.Err(n.At(), "date", fmt.Sprintf("«%s» không phải ngày tháng.", keyfile.Brief(text)), "Viết ngày/tháng/năm, ví dụ 01/07/2026.")
		}
		*at(t) = d
	})
}

package knowledge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/strictyaml"
)

// questions reads a file with a JSON object a line.
func (d *draft) questions(name string) []Question {
	r := d.reader(name)
	data := bytes.TrimPrefix(d.files[name], []byte("\ufeff"))
	var out []Question
	line := 0
	for row := range bytes.Lines(data) {
		line++
		row = bytes.TrimSpace(row)
		if len(row) == 0 {
			continue
		}
		at := strictyaml.Position{Line: line, Column: 1}
		q := Question{File: name, Line: line}
		err := json.Unmarshal(row, &q)
		var syntax *json.SyntaxError
		var typ *json.UnmarshalTypeError
		switch {
		case err == nil && !utf8.Valid(row):
			r.Err(at, "not-utf-8", "Chữ ở dòng này không phải Unicode.", "Lưu lại tệp với mã UTF-8.")
		case errors.As(err, &typ):
			r.Err(at, "json", fmt.Sprintf("Giá trị của «%s» không đúng kiểu.", typ.Field), `Xem lại: "also" và "context" là danh sách trong [ ], các khóa khác là chữ trong nháy.`)
		case errors.As(err, &syntax):
			at.Column = utf8.RuneCount(row[:max(0, min(int(syntax.Offset)-1, len(row)))]) + 1
			r.Err(at, "json", "Dòng này viết sai dạng JSON.", `Mỗi dòng một câu, ví dụ {"q": "…", "id": "bhyt-ho-ngheo"}; xem dấu nháy thẳng, dấu phẩy và ngoặc.`)
		case err != nil:
			r.Err(at, "json", "Không hiểu dòng này (có thể ngày tháng viết sai).", `"as_of" viết như "01/07/2026" hoặc "2026-07-01".`)
		case strings.TrimSpace(q.Q) == "":
			r.Err(at, "missing", `Thiếu câu hỏi ("q").`, `Thêm "q": "câu của bà con".`)
		default:
			out = append(out, q)
		}
	}
	return out
}

package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/doithoai/doithoai/internal/desks"
)

// Template returns a workbook to fill in: the officers with a few rows to learn
// from, what holds for all, the communes and topics to choose from, and an
// explanation of every column. Every cell is text, so that Excel does not turn
// dates and ids into numbers. It imports without faults as it is, for a world
// that has what [desks.Sample] names.
func Template(world desks.World) ([]byte, error) {
	t := &template{file: excelize.NewFile()}
	defer func() { _ = t.file.Close() }()
	t.styles()
	t.officers(world)
	t.common()
	t.lists(world)
	t.help()
	t.do(t.file.DeleteSheet("Sheet1"))
	if t.err != nil {
		return nil, fmt.Errorf("lay out workbook: %w", t.err)
	}
	var out bytes.Buffer
	if _, err := t.file.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

// template keeps the first error: what comes after it changes nothing.
type template struct {
	file       *excelize.File
	text, head int // styles
	err        error
}

func (t *template) do(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *template) styles() {
	const asText = 49 // the number format «@»
	var err error
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	t.text, err = t.file.NewStyle(&excelize.Style{NumFmt: asText, Alignment: wrap})
	t.do(err)
	t.head, err = t.file.NewStyle(&excelize.Style{
		NumFmt: asText, Alignment: wrap, Font: &excelize.Font{Bold: true},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE8F0"}},
	})
	t.do(err)
}

// sheet adds a sheet with headings, columns as wide as told, and rows of text.
func (t *template) sheet(name string, widths []float64, headings []string, rows [][]string) {
	_, err := t.file.NewSheet(name)
	t.do(err)
	for i, width := range widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		t.do(err)
		t.do(t.file.SetColStyle(name, column, t.text))
		t.do(t.file.SetColWidth(name, column, column, width))
	}
	for i, row := range append([][]string{headings}, rows...) {
		for j, text := range row {
			t.do(t.file.SetCellStr(name, ref(j+1, i+1), text))
		}
	}
	t.do(t.file.SetCellStyle(name, ref(1, 1), ref(len(headings), 1), t.head))
	t.do(t.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
}

func (t *template) officers(world desks.World) {
	var names []string
	var widths []float64
	for _, h := range headings() {
		names = append(names, capital(h.names[0]))
		widths = append(widths, 18)
	}
	at := map[column]int{}
	for i, h := range headings() {
		at[h.column] = i
	}
	filled := func(cells map[column]string) []string {
		row := make([]string, len(names))
		for col, text := range cells {
			row[at[col]] = text
		}
		return row
	}
	t.sheet(officersSheet, widths, names, [][]string{
		filled(map[column]string{colPlace: "tất cả", colTopic: "bao-hiem-y-te", colUnit: "Tổ bảo hiểm y tế", colOfficer: "hoa", colName: "Chị Hoa", colInvited: "có", colTerm: "2 ngày làm việc"}),
		filled(map[column]string{colPlace: "tất cả", colTopic: "tất cả", colUnit: "Bộ phận tiếp nhận", colOfficer: "lan", colName: "Chị Lan", colInvited: "có", colTerm: "3 ngày làm việc", colHead: "lan"}),
		filled(map[column]string{colPlace: "tất cả", colTopic: "tất cả", colUnit: "Bộ phận tiếp nhận", colOfficer: "hoa"}),
		filled(map[column]string{colUnit: "Người nhận chuyện kín", colOfficer: "lan", colTerm: "2 giờ", colConfidential: "có", colUrgent: "có"}),
		filled(map[column]string{colUnit: "Công an xã, phường", colOutside: "Công an xã, phường nơi ở; khẩn cấp thì gọi 113"}),
	})
	t.choose(at[colPlace], "A", len(world.Places))
	t.choose(at[colTopic], "D", len(world.Topics))
}

// choose offers the names of a column of the lists. Others can be typed.
func (t *template) choose(column int, from string, n int) {
	v := excelize.NewDataValidation(true)
	v.Sqref = ref(column+1, 2) + ":" + ref(column+1, maxRows)
	v.SetSqrefDropList(fmt.Sprintf("'%s'!$%s$2:$%s$%d", listSheet, from, from, n+2))
	v.ShowErrorMessage = false
	t.do(t.file.AddDataValidation(officersSheet, v))
}

func (t *template) common() {
	var rows [][]string
	for _, key := range commonKeys() {
		lines := sampleLines(key)
		if len(lines) == 0 {
			rows = append(rows, []string{capital(key), ""})
		}
		for i, line := range lines {
			name := ""
			if i == 0 {
				name = capital(key)
			}
			rows = append(rows, []string{name, line})
		}
	}
	t.sheet(commonSheet, []float64{20, 60}, []string{"Mục", "Nội dung"}, rows)
}

// sampleLines returns what the sample file says under a key of its own.
func sampleLines(key string) []string {
	var lines []string
	under := false
	for line := range strings.Lines(desks.Sample()) {
		switch text := strings.TrimSpace(line); {
		case !strings.HasPrefix(line, " "):
			under = strings.HasPrefix(text, key+":")
		case under:
			lines = append(lines, text)
		}
	}
	return lines
}

func (t *template) lists(world desks.World) {
	rows := make([][]string, max(len(world.Places), len(world.Topics))+1)
	for i := range rows {
		rows[i] = make([]string, 5)
	}
	rows[0] = []string{"tất cả", "", "", "tất cả", ""}
	for i, p := range world.Places {
		rows[i+1][0], rows[i+1][1] = p.ID, capital(p.Kind)+" "+p.Name
	}
	for i, topic := range world.Topics {
		rows[i+1][3], rows[i+1][4] = topic.ID, topic.Name
	}
	t.sheet(listSheet, []float64{22, 30, 4, 22, 40}, []string{"Mã xã, phường", "Tên", "", "Mã chủ đề", "Tên"}, rows)
}

func (t *template) help() {
	rows := [][]string{
		{"Cách dùng", "Mỗi dòng của tờ «" + officersSheet + "» là một người trả lời một chủ đề ở một xã. Một người phụ trách nhiều xã hay nhiều chủ đề thì nhiều dòng."},
		{"Nhập", "Lưu bảng này rồi chạy: doithoai desks import can_bo.xlsx"},
		{"Tờ «" + commonSheet + "»", "Giờ làm việc, ngày nghỉ, tết, làm bù, nhắc việc; nhiều dòng thì để trống cột Mục ở các dòng sau."},
	}
	for _, h := range headings() {
		rows = append(rows, []string{capital(h.names[0]), h.about})
	}
	t.sheet(helpSheet, []float64{20, 110}, []string{"Cột", "Ghi gì"}, rows)
}

// capital writes the first letter large.
func capital(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:size]) + text[size:]
}
